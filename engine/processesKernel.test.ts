/** Ending, suspending and resuming real processes: exactly the ones that were named. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackend } from '../native';
import type { SocketBackend } from '../native';
import { eventually, needsLinux } from '../native/linux/fixtures/needs';
import { processId } from '../shared/orders';
import type { ActionResult, ProcessAction, ProcessIdentity } from '../shared/orders';
import { UnkeptLog } from './actionLog';
import { systemClock } from './clock';
import { Engine } from './engine';

let backend: SocketBackend;
let engine: Engine;
let children: ChildProcess[];

beforeEach((context) => {
  needsLinux(context);
  children = [];
  backend = createBackend(null);
  const log = new UnkeptLog();
  engine = new Engine({ backend, clock: systemClock, hostname: 'test', engineId: 'test', log });
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  engine?.dispose();
});

/** A process that says "ready" once it is what it is going to be. */
async function start(script: string): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}
const sleeper = (): Promise<ChildProcess> => start('echo ready; exec sleep 600');

function identityOf({ pid }: ChildProcess): ProcessIdentity {
  const { startedAt } = backend.processes().find((entry) => entry.pid === pid)!;
  return { pid: pid!, startedAt };
}

async function act(action: ProcessAction, ...processes: ProcessIdentity[]): Promise<ActionResult[]> {
  const order = { action, processes };
  return (await engine.act(order, 'window', () => undefined, new AbortController().signal)).results;
}
const stateOf = ({ pid }: ChildProcess): string =>
  /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))![1]!;

describe('an order about processes', () => {
  it('ends those that are named, by asking or by force, and no other', async () => {
    const [asked, forced, bystander] = [await sleeper(), await sleeper(), await sleeper()];
    const endings = [asked, forced].map((child) => once(child, 'exit'));
    expect(await act('terminate', identityOf(asked))).toMatchObject([
      { outcome: 'done', label: `sleep (${asked.pid})` },
    ]);
    expect(await act('kill', identityOf(forced))).toMatchObject([{ outcome: 'done' }]);
    expect((await Promise.all(endings)).map(([, signal]) => signal as string)).toEqual([
      'SIGTERM',
      'SIGKILL',
    ]);
    expect(stateOf(bystander)).toBe('S');
  });

  it('touches nobody who has the PID, but was started at another time', async () => {
    const child = await sleeper();
    const identity = identityOf(child);
    for (const action of ['kill', 'terminate', 'suspend', 'resume'] as const) {
      for (const off of [-10, 10, -identity.startedAt]) {
        const other = { ...identity, startedAt: identity.startedAt + off };
        expect(await act(action, other)).toMatchObject([{ id: processId(other), outcome: 'gone' }]);
      }
    }
    expect(stateOf(child)).toBe('S');
  });

  it('calls gone what has ended since', async () => {
    const child = await sleeper();
    const identity = identityOf(child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await act('kill', identity)).toMatchObject([{ outcome: 'gone', label: processId(identity) }]);
    expect(engine.prepare({ action: 'kill', processes: [identity] })).toMatchObject({
      ...{ order: { processes: [] }, missing: [{ id: processId(identity), outcome: 'gone' }] },
    });
  });

  it('suspends and resumes', async () => {
    const child = await sleeper();
    const identity = identityOf(child);
    expect(await act('suspend', identity)).toMatchObject([{ outcome: 'done' }]);
    await eventually(() => expect(stateOf(child)).toBe('T'));
    expect(await act('resume', identity)).toMatchObject([{ outcome: 'done' }]);
    await eventually(() => expect(stateOf(child)).toBe('S'));
  });

  it('says what the children are, and leaves them alone, as it says', async () => {
    const parent = await start('sleep 601 & sleep 602 & echo ready; wait');
    const identity = identityOf(parent);
    const { tree, labels } = engine.prepare({ action: 'kill', processes: [identity] });
    expect(labels).toEqual([`sh (${parent.pid})`]);
    expect(tree.map(({ name, depth }) => [name, depth])).toEqual([
      ['sh', 0],
      ['sleep', 1],
      ['sleep', 1],
    ]);
    expect(await act('kill', identity)).toMatchObject([{ outcome: 'done' }]);
    const orphans = tree.slice(1).map(({ pid, startedAt }) => ({ pid, startedAt }));
    for (const { pid, startedAt } of orphans)
      expect(backend.processes().find((entry) => entry.pid === pid)?.startedAt).toBe(startedAt);
    expect((await act('kill', ...orphans)).map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  });

  it('knows the engine’s own, and those that it runs under', async () => {
    const [own, parent] = backend.ancestors() as [ProcessIdentity, ProcessIdentity];
    expect(own.pid).toBe(process.pid);
    expect(parent.pid).toBe(process.ppid);
    expect(await act('kill', own)).toMatchObject([{ outcome: 'refused' }]);
    const { cautions } = engine.prepare({ action: 'kill', processes: [own, parent] });
    expect(cautions.length).toBeGreaterThanOrEqual(1);
    expect(cautions.every(({ caution }) => caution === 'self' || caution === 'session')).toBe(true);
  });

  it('finds the program of the very process', async () => {
    const child = await sleeper();
    const identity = identityOf(child);
    expect(engine.program(identity)).toBe(fs.realpathSync('/bin/sleep'));
    expect(engine.program({ ...identity, startedAt: identity.startedAt - 10 })).toBeNull();
  });
});
