import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NativeError } from '../native';
import type { ProcessEntry } from '../native';
import { processLabel } from '../shared/labels';
import { PROCESS_ACTIONS, processId } from '../shared/orders';
import type { ActionResult, Order, ProcessAction, ProcessIdentity } from '../shared/orders';
import { PATIENCE_MS } from './acting';
import { Page } from './fixtures/page';
import { openScene } from './fixtures/scene';

let { backend, engine, log } = openScene();
let stop: AbortController;
beforeEach(() => {
  ({ backend, engine, log } = openScene());
  stop = new AbortController();
  engine.start();
});

async function act(order: Order): Promise<ActionResult[]> {
  const { results } = await engine.act(order, 'window', () => undefined, stop.signal);
  return results;
}

describe('an order about processes', () => {
  const order = (action: ProcessAction, ...processes: ProcessIdentity[]): Order => ({ action, processes });
  const some = (): ProcessEntry[] => backend.processes().filter(({ pid }) => pid > 100);
  const identity = ({ pid, startedAt }: ProcessIdentity): ProcessIdentity => ({ pid, startedAt });

  it('acts on exactly the processes it names, and reports and records each', async () => {
    const tried = vi.spyOn(backend, 'act');
    const [first, second, third] = some().map(identity) as [
      ProcessIdentity,
      ProcessIdentity,
      ProcessIdentity,
    ];
    const gone = { ...third, startedAt: third.startedAt + 10 };
    const labels = new Map(backend.processes().map((entry) => [processId(entry), processLabel(entry)]));
    const results = await act(order('kill', second, gone, first, second));
    expect(results).toEqual([
      { id: processId(second), outcome: 'done', label: labels.get(processId(second)), message: null },
      { id: processId(gone), outcome: 'gone', label: processId(gone), message: null },
      { id: processId(first), outcome: 'done', label: labels.get(processId(first)), message: null },
    ]);
    expect(tried.mock.calls.map(([process, action, patience]) => [process, action, patience])).toEqual([
      [second, 'kill', PATIENCE_MS],
      [gone, 'kill', PATIENCE_MS],
      [first, 'kill', PATIENCE_MS],
    ]);
    expect(log.entries.map(({ action, target, outcome }) => [action, target, outcome])).toEqual(
      results.map(({ id, outcome }) => ['kill', id, outcome]),
    );
    expect(backend.processes().map(processId)).toContain(processId(third));
  });

  it('waits for several at a time, so that one that takes its time holds up no other', async () => {
    let waiting = 0;
    let most = 0;
    const release: (() => void)[] = [];
    backend.act = async () => {
      most = Math.max(most, ++waiting);
      await new Promise<void>((resolve) => release.push(resolve));
      waiting--;
      return { outcome: 'done', message: null };
    };
    const processes = Array.from({ length: 40 }, (_, i) => ({ pid: 1000 + i, startedAt: i }));
    const done = act(order('terminate', ...processes));
    let released = 0;
    while (released < 40) {
      await setImmediate();
      for (const resolve of release.splice(0).toReversed()) {
        resolve();
        released++;
      }
    }
    const results = await done;
    expect(results.map(({ id }) => id)).toEqual(processes.map(processId)); // whoever was ready first
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('begins with no other once it is stopped', async () => {
    const begun: number[] = [];
    backend.act = async ({ pid }) => {
      begun.push(pid);
      if (begun.length === 1) stop.abort();
      await setImmediate();
      return { outcome: 'done', message: null };
    };
    const processes = Array.from({ length: 40 }, (_, i) => ({ pid: 1000 + i, startedAt: i }));
    const results = await act(order('terminate', ...processes));
    expect(begun).toEqual([1000]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', ...Array<string>(39).fill('stopped')]);
  });

  it('goes on where one of them fails, and says why', async () => {
    const [first, second] = some().map(identity) as [ProcessIdentity, ProcessIdentity];
    const acts = backend.act.bind(backend);
    backend.act = (process, ...rest) =>
      process.pid === first.pid
        ? Promise.reject(new NativeError('pidfd_open', 24, 'EMFILE', 'Too many.'))
        : acts(process, ...rest);
    expect(await act(order('suspend', first, second))).toMatchObject([
      { outcome: 'failed', message: 'pidfd_open: EMFILE. Too many.' },
      { outcome: 'done' },
    ]);
  });

  it.each(PROCESS_ACTIONS)('never does this to the engine itself: %s', async (action) => {
    const [own] = backend.ancestors() as [ProcessIdentity];
    const tried = vi.spyOn(backend, 'act');
    expect(await act(order(action, own))).toMatchObject([
      { outcome: 'refused', message: expect.stringContaining('Close SocketScope instead') },
    ]);
    expect(tried).not.toHaveBeenCalled();
  });

  it.each(PROCESS_ACTIONS)('nor where nothing is known of what it runs under: %s', async (action) => {
    Object.assign(backend, { demo: false });
    vi.spyOn(backend, 'ancestors').mockReturnValue([]);
    const tried = vi.spyOn(backend, 'act');
    const own = { pid: process.pid, startedAt: 1 };
    expect(await act(order(action, own))).toMatchObject([
      { outcome: 'refused', message: expect.stringContaining('Close SocketScope instead') },
    ]);
    expect(tried).not.toHaveBeenCalled();
  });

  it('reads anew afterwards, so that every page sees what has ended with them', async () => {
    const page = new Page(engine);
    const row = [...page.rows.values()].find(({ pid }) => pid !== null && pid > 100)!;
    await act(order('kill', { pid: row.pid!, startedAt: row.processStartedAt! }));
    expect(page.rows.get(row.id)?.pid).not.toBe(row.pid);
  });

  it('tells where a program lies, of the very process that is meant', () => {
    const [entry] = some() as [ProcessEntry];
    expect(engine.program(identity(entry))).toBe(entry.path);
    expect(engine.program({ ...identity(entry), startedAt: entry.startedAt + 10 })).toBeNull();
    expect(engine.program({ pid: 4_000_000, startedAt: entry.startedAt })).toBeNull();
  });
});
