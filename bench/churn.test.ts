/** A short form of `npm run stress:churn`, and the proof that its page notices what is wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel } from '../shared/channel';
import type { EngineMessage, EngineStatus } from '../shared/contract';
import { DEFAULT_READING } from '../shared/socket';
import type { SocketRow } from '../shared/socket';
import { needsLinux, needsOwnNetwork, needsRoot, needsSs } from '../native/linux/fixtures/needs';
import { Stage } from '../native/linux/fixtures/stage';
import { ChurnPage } from './churnPage';
import { runChurn } from './churnRun';
import { findPython } from './load';

describe('an engine under churn', () => {
  let stage: Stage | null = null;
  beforeAll(() => {
    if (process.platform === 'linux') stage = new Stage();
  });
  afterAll(async () => await stage?.end());

  it('misses, doubles and mistakes nothing', async (context) => {
    needsLinux(context);
    needsRoot(context);
    needsOwnNetwork(context, stage!);
    needsSs(context);
    const python = findPython();
    context.skip(python === null, 'needs python3');
    const report = await runChurn({
      python: python!,
      load: { sockets: 600, processes: 20, rate: 0.2, graceful: 0.2 },
      seconds: 5,
      secondsBetweenCheckpoints: 2.5,
      collectGarbage: () => undefined, // memory is for the long form
      progress: () => undefined,
    });
    expect(report.violations).toEqual([]);
    expect(report.checkpoints.length).toBeGreaterThanOrEqual(2);
    expect(report.checkpoints.every(({ rate }) => rate > 0.05)).toBe(true);
    expect(report.vanished).toBeGreaterThan(200);
    expect(report.untold).toBeLessThanOrEqual(report.missedEvents);
    expect(report.checkpoints.every(({ timeWait }) => timeWait > 0)).toBe(true);
    expect(report.checkpoints.at(-1)!.fds - report.checkpoints[0]!.fds).toBeLessThanOrEqual(2);
  }, 60_000);
});

describe('the page of the stress test', () => {
  const status: EngineStatus = {
    ...{ readAt: 0, tookMs: 0, endpoints: 0, established: 0, listening: 0, timeWait: 0, closeWait: 0 },
    ...{ hiddenOwners: 0, problems: [], reading: DEFAULT_READING, available: [], missedEvents: 0 },
    ...{ intervalMs: 1000, paused: false },
  };
  const socket = (id: string, values: Partial<SocketRow> = {}): SocketRow =>
    ({ id, state: 'ESTABLISHED', inode: 1, destroyedAt: null, ...values }) as SocketRow;

  interface Told {
    added?: SocketRow[];
    removed?: string[];
    ended?: SocketRow[];
    missedEvents?: number;
    endpoints: number;
  }

  /** A page that has been told this, one reading after the other, and what was wrong with it. */
  function told(...readings: Told[]): ChurnPage {
    let receive: (message: EngineMessage) => void = () => undefined;
    const channel: Channel = {
      send: () => undefined,
      onMessage: (listener) => (receive = listener),
      onClose: () => undefined,
      close: () => undefined,
    };
    const page = new ChurnPage(channel);
    receive({ type: 'snapshot', seq: 1, first: true, last: true, rows: [], status });
    readings.forEach(({ added = [], removed = [], ended = [], missedEvents = 0, endpoints }, index) => {
      const now = { ...status, missedEvents, endpoints };
      receive({ type: 'diff', seq: index + 2, added, changed: [], moved: [], removed, ended, status: now });
    });
    return page;
  }
  const quiet: Told[] = [0, 0, 0].map((endpoints) => ({ endpoints }));

  it('is content with an end that was told, now or a little later', () => {
    const [a, b, c] = [socket('a'), socket('b'), socket('c')];
    const page = told(
      { added: [a, b, c], endpoints: 3 },
      { removed: ['a', 'b'], ended: [a], endpoints: 1 },
      { removed: ['c'], ended: [b, c], endpoints: 0 },
      ...quiet,
    );
    expect(page.violations).toEqual([]);
    expect([page.vanished, page.untold, page.shortLived]).toEqual([3, 0, 0]);
  });

  it('reports an end that was not told, unless it is counted as missed', () => {
    const begin: Told[] = [
      { added: [socket('a')], endpoints: 1 },
      { removed: ['a'], endpoints: 0 },
    ];
    expect(told(...begin, ...quiet).violations.join()).toContain('a ended without an event');
    const counted = told(...begin, ...quiet.map((reading) => ({ ...reading, missedEvents: 1 })));
    expect([counted.violations, counted.untold]).toEqual([[], 1]);
  });

  it('expects no event of what is less than a socket', () => {
    const rows = [
      socket('a', { state: 'TIME_WAIT', inode: null }),
      socket('b', { state: 'FIN_WAIT_2', inode: null }),
      socket('c', { state: 'SYN_RECV' }),
    ];
    const page = told({ added: rows, endpoints: 3 }, { removed: ['a', 'b', 'c'], endpoints: 0 }, ...quiet);
    expect([page.violations, page.vanished]).toEqual([[], 0]);
  });

  it('counts what was born and gone between two readings', () => {
    expect(told({ ended: [socket('x')], endpoints: 0 }).shortLived).toBe(1);
  });

  it('reports a socket that is listed twice, one that never was, and a wrong count', () => {
    const twice = told({ added: [socket('a')], endpoints: 1 }, { added: [socket('a')], endpoints: 1 });
    expect(twice.violations.join()).toContain('a is listed twice');
    expect(told({ removed: ['a'], endpoints: 0 }).violations.join()).toContain('not in the table');
    expect(told({ added: [socket('a')], endpoints: 2 }).violations.join()).toContain('the engine has 2 rows');
  });
});
