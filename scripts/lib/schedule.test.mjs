import { describe, expect, test } from 'vitest';
import config from '../../playwright.config';
import { chosenSteps, plannedJobs } from './checks.mjs';
import { canHaveOwnNetwork, inOwnNetwork } from './network.mjs';
import { run } from './processes.mjs';
import { runJobs } from './schedule.mjs';

/** Jobs that take so many turns, and what was under way in each turn. */
async function watch(jobs, lanes) {
  const under = new Set();
  const turns = [];
  const work = jobs.map(({ name, sockets = [], length = 1 }) => ({
    sockets,
    run: async () => {
      under.add(name);
      for (let i = 0; i < length; i++) await new Promise((resolve) => setImmediate(resolve));
      under.delete(name);
      return name;
    },
  }));
  const done = runJobs(work, lanes);
  let over = false;
  void done.then(() => (over = true));
  while (!over) {
    turns.push([...under].sort().join());
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { ended: await done, turns: [...new Set(turns)].filter(Boolean) };
}

describe('runJobs', () => {
  test('in order, and no more at a time than there are lanes', async () => {
    const jobs = ['a', 'b', 'c', 'd'].map((name) => ({ name, length: 3 }));
    const { ended, turns } = await watch(jobs, 2);
    expect(ended).toEqual(['a', 'b', 'c', 'd']);
    expect(turns).toEqual(['a,b', 'c,d']);
  });

  test('never two that need the same sockets; what comes after them goes first', async () => {
    const jobs = [
      { name: 'a', sockets: ['x'], length: 9 },
      { name: 'b', sockets: ['y', 'x'] },
      { name: 'c', sockets: ['y'] },
    ];
    const { ended, turns } = await watch(jobs, 3);
    expect(ended).toEqual(['c', 'a', 'b']);
    expect(turns.filter((names) => /a.*b|b.*c/.test(names))).toEqual([]);
  });

  test('nothing', async () => expect(await runJobs([], 2)).toEqual([]));
});

describe('the jobs', () => {
  test('every step has one', () => {
    const steps = plannedJobs(true).map(({ step }) => step);
    expect([...new Set(steps)].sort()).toEqual([...chosenSteps([])].sort());
  });

  const found = (apart, name) => plannedJobs(apart).find((job) => job.name === name);
  const collide = (apart, one, other) =>
    found(apart, one).sockets.some((each) => found(apart, other).sockets.includes(each));

  test('every project of the end-to-end tests is among them', () => {
    const names = plannedJobs(true).flatMap(({ step, name }) => (step === 'e2e' ? [name.split(' ')[1]] : []));
    expect([...new Set(names)].sort()).toEqual(config.projects.map(({ name }) => name).sort());
  });

  test('both shells look at this machine one after the other, where neither can have a network of its own', () => {
    expect(collide(false, 'e2e: electron 1/2', 'e2e: chromium')).toBe(true);
    expect(collide(false, 'e2e: electron 1/2', 'e2e: electron 2/2')).toBe(true);
    expect(collide(true, 'e2e: electron 1/2', 'e2e: chromium')).toBe(false);
    expect(collide(true, 'e2e: electron 1/2', 'e2e: electron 2/2')).toBe(false);
  });

  test.each([true, false])('nothing looks at this machine beside the unit tests that do (%s)', (apart) => {
    for (const shell of ['e2e: electron 1/2', 'e2e: electron 2/2', 'e2e: chromium'])
      expect(collide(apart, 'unit: system', shell)).toBe(true);
    expect(collide(apart, 'unit: system', 'e2e: demonstrations')).toBe(false);
  });
});

test('a network of one’s own has loopback, and nothing else', async ({ skip }) => {
  skip(!canHaveOwnNetwork(), 'needs root on Linux, unshare (util-linux) and ip (iproute2)');
  const [command, ...args] = inOwnNetwork;
  // After two lines of titles, one for each interface.
  const program = `
    const [lo, ...others] = require('node:fs').readFileSync('/proc/self/net/dev', 'utf8').trim().split('\\n').slice(2);
    const isUp = require('node:os').networkInterfaces().lo !== undefined;
    process.exit(/^ *lo:/.test(lo) && others.length === 0 && isUp ? 7 : 1);`;
  expect(await run(command, [...args, process.execPath, '-e', program])).toBe(7);
});
