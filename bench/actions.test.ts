/** A short form of `npm run stress:actions`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../native';
import type { SocketBackend } from '../native';
import { needsLinux, needsOwnNetwork, needsRoot } from '../native/linux/fixtures/needs';
import { Stage } from '../native/linux/fixtures/stage';
import { DEFAULT_READING } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import { MOMENTS, racesOf, runRaces } from './actionRaces';
import type { Race } from './actionRaces';
import { findPython } from './load';

/** Eight victims, and 13 ways in which it may go. */
const DIFFERENT = 104;

/** One that looks again before it acts, as many do, and forgets that it may be something else by now. */
function carelessBackend(): SocketBackend {
  const backend = createBackend(null);
  const close = backend.close.bind(backend);
  backend.close = (seen, row, action) => {
    const now = new SocketTable();
    backend.readTable(
      { table: seen.tableOf(row), namespace: seen.columns.namespace[row]! },
      DEFAULT_READING,
      now,
    );
    const ports = (table: SocketTable, at: number) => [
      ...[table.columns.localPort[at], table.columns.remotePort[at], table.columns.hasRemote[at]],
    ];
    const same = Array.from({ length: now.length }, (_, at) => at).find(
      (at) => ports(now, at).join() === ports(seen, row).join(),
    );
    return same === undefined ? { outcome: 'gone', message: null } : close(now, same, action);
  };
  backend.act = ({ pid }, action) => {
    process.kill(pid, action === 'suspend' ? 'SIGSTOP' : 'SIGKILL');
    return Promise.resolve({ outcome: 'done', message: null });
  };
  return backend;
}

describe('between seeing and acting', () => {
  let stage: Stage | null = null;
  beforeAll(() => {
    if (process.platform === 'linux') stage = new Stage();
  });
  afterAll(async () => await stage?.end());

  it('nothing but what was seen is hit, whatever has its endpoints or its PID by then', async (context) => {
    needsLinux(context);
    needsRoot(context);
    needsOwnNetwork(context, stage!);
    const python = findPython();
    context.skip(python === null, 'needs python3');
    const report = await runRaces({ python: python!, seed: 5, races: DIFFERENT, progress: () => undefined });
    expect(report.violations).toEqual([]);
    // A PID may be taken by somebody else; a kernel that gives none by number spoils all of those races.
    expect(report.missed.length).toBeLessThan(12);
    const outcomes = [...report.outcomes.keys()];
    for (const kind of ['tcp', 'listener', 'udp', 'process']) {
      expect(outcomes.some((each) => each.startsWith(kind) && each.endsWith('nothing never: done'))).toBe(
        true,
      );
      expect(outcomes.some((each) => each.startsWith(kind) && each.endsWith('reuse during: gone'))).toBe(
        true,
      );
    }
  }, 120_000);
});

describe('the races', () => {
  let stage: Stage | null = null;
  beforeAll(() => {
    if (process.platform === 'linux') stage = new Stage();
  });
  afterAll(async () => await stage?.end());

  it('catch whoever goes by endpoints and by PIDs', async (context) => {
    needsLinux(context);
    needsRoot(context);
    needsOwnNetwork(context, stage!);
    const python = findPython();
    context.skip(python === null, 'needs python3');
    const report = await runRaces({
      ...{ python: python!, seed: 5, races: DIFFERENT, progress: () => undefined },
      backend: carelessBackend(),
    });
    const caught = report.violations.filter((violation) => violation.includes('hit a bystander'));
    for (const kind of ['tcp reset', 'udp reset', 'process kill', 'process suspend'])
      expect(caught.some((violation) => violation.includes(`${kind}, reuse`))).toBe(true);
  }, 120_000);

  it('are the same for the same seed, and come at every moment', () => {
    const some = (seed: number): Race[] => {
      const races = racesOf(seed);
      return Array.from({ length: DIFFERENT }, () => races.next().value);
    };
    expect(some(1)).toEqual(some(1));
    expect(some(1)).not.toEqual(some(2));
    const what = ({ kind, action, borrowed, moment }: Race) => `${kind} ${action} ${borrowed} ${moment}`;
    expect(new Set(some(1).map(what)).size).toBe(8 * MOMENTS.length);
  });
});
