import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NativeError } from '../native';
import type { Scenario } from '../native/fake/scenarios';
import { socketLabel } from '../shared/labels';
import type { ActionResult, Order } from '../shared/orders';
import { ListedBackend } from './fixtures/listedBackend';
import { Page } from './fixtures/page';
import { broken, engineOver, openScene, rowsOf } from './fixtures/scene';

let { clock, backend, engine, log } = openScene();
let stop: AbortController;

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine, log } = openScene(scenario));
  stop = new AbortController();
  engine.start();
}
beforeEach(() => begin());

const ids = (): string[] => [...rowsOf(engine).keys()];
const socketOrder = (targets: string[], action: 'reset' | 'finish' = 'reset'): Order => ({
  action,
  ids: targets,
});

async function act(order: Order): Promise<ActionResult[]> {
  const { results } = await engine.act(order, 'window', () => undefined, stop.signal);
  return results;
}
const reset = (...targets: string[]): Promise<ActionResult[]> => act(socketOrder(targets));
const outcomes = (results: ActionResult[]): [string, string][] =>
  results.map(({ id, outcome }) => [id, outcome]);

describe('an order about sockets', () => {
  it('closes exactly the sockets it names, and every page sees it', async () => {
    const page = new Page(engine);
    const before = rowsOf(engine);
    const [first, second, third] = ids() as [string, string, string];
    const results = await reset(third, first);
    expect(results).toEqual(
      [third, first].map((id) => ({
        ...{ id, outcome: 'done', message: null, label: socketLabel(before.get(id)!) },
      })),
    );
    expect(backend.closed).toEqual([third, first]);
    expect(
      page
        .heard('diff')
        .flatMap((diff) => diff.removed)
        .sort(),
    ).toEqual([first, third].sort());
    expect(page.rows.has(second)).toBe(true);
  });

  it('hands the system the action that was ordered', async () => {
    const close = vi.spyOn(backend, 'close');
    const connection = [...rowsOf(engine).values()].find(({ state }) => state === 'ESTABLISHED')!;
    await act(socketOrder([connection.id], 'finish'));
    expect(close.mock.calls.map(([, , action]) => action)).toEqual(['finish']);
  });

  it('looks anew before it closes: what has ended meanwhile is gone', async () => {
    const [id] = ids() as [string];
    const drops: string[] = [];
    backend.afterTable = (name, into) => {
      if (name !== 'tcp4') return;
      into.drop([0]);
      drops.push(name);
    };
    expect(await reset(id)).toEqual([{ id, outcome: 'gone', label: id, message: null }]);
    expect(drops.length).toBeGreaterThan(0);
    expect(backend.closed).toEqual([]);
  });

  it('reports ids that it does not know as gone, and each id once', async () => {
    const [id] = ids() as [string];
    const results = await reset('demo-xyz', id, 'demo-xyz', id, '__proto__');
    expect(outcomes(results)).toEqual([
      ['demo-xyz', 'gone'],
      [id, 'done'],
      ['__proto__', 'gone'],
    ]);
    expect(backend.closed).toEqual([id]);
  });

  it('does not call a socket gone whose table could not be read', async () => {
    backend.failures.set('tcp6', broken('tcp6'));
    const [result] = await reset('demo-xyz');
    expect(result).toMatchObject({
      ...{ id: 'demo-xyz', outcome: 'failed', message: expect.stringContaining('ENOBUFS') },
    });
  });

  it('goes on where one of them fails, says why, and tries nothing twice', async () => {
    const [first, second, third] = ids() as [string, string, string];
    const reasons = new Map<string, unknown>([
      [first, new NativeError('send(NETLINK_SOCK_DIAG)', 105, 'ENOBUFS', 'No room.')],
      [second, 'a string'],
    ]);
    backend.onClose = (id) => {
      if (reasons.has(id)) throw reasons.get(id);
    };
    const results = await reset(first, second, third);
    expect(results.map(({ outcome, message }) => [outcome, message])).toEqual([
      ['failed', 'send(NETLINK_SOCK_DIAG): ENOBUFS. No room.'],
      ['failed', 'a string'],
      ['done', null],
    ]);
    expect(backend.closed).toEqual([first, second, third]);
  });

  it('is refused without privileges, and the rows stay', async () => {
    begin('unprivileged');
    const [id] = ids() as [string];
    expect(await reset(id)).toMatchObject([
      { outcome: 'refused', message: expect.stringContaining('CAP_NET_ADMIN') },
    ]);
    expect(rowsOf(engine).has(id)).toBe(true);
  });

  it('goes on at the interval that was chosen, paused or not', async () => {
    const [first, second] = ids() as [string, string];
    await reset(first);
    expect(clock.pending).toEqual([1000]);
    new Page(engine).say({ type: 'polling', intervalMs: 1000, paused: true });
    await reset(second);
    expect(clock.pending).toEqual([]);
  });

  it('closes the sockets it looked up, also where readings in between have moved every row', async () => {
    const listed = new ListedBackend();
    const closed: number[] = [];
    listed.close = (table, row) => {
      closed.push(table.columns.idLow[row]!);
      clock.spend(20); // a slice of its own for each
      return { outcome: 'done', message: null };
    };
    const socket = (id: number) => ({
      ...{ id, local: ['10.0.0.5', 1000 + id] as [string, number] },
      remote: ['10.0.0.9', 5] as [string, number],
    });
    ({ engine } = engineOver(listed, clock));
    listed.listed = [1, 2, 3, 4, 5].map(socket);
    engine.snapshot();
    const done = engine.act(socketOrder(['4', '2', '5']), 'window', () => undefined, stop.signal);
    for (let reading = 0; reading < 4; reading++) {
      listed.listed = [9, 8, 7, 6, 5, 4, 3, 2, 1].map(socket);
      engine.snapshot();
      await setImmediate();
      listed.listed = [1, 2, 3, 4, 5].map(socket);
      engine.snapshot();
    }
    await done;
    expect(closed).toEqual([4, 2, 5]);
  });
});

describe('the record', () => {
  it('has who did what to what, when, where, and what came of it', async () => {
    const [id] = ids() as [string];
    const { label } = (await reset(id, 'demo-xyz'))[0]!;
    const common = {
      ...{ at: new Date(clock.now()).toISOString(), host: 'testhost', user: null, uid: null },
      ...{ origin: 'window', action: 'reset', message: null },
    };
    expect(log.entries).toEqual([
      { ...common, target: id, label, outcome: 'done' },
      { ...common, target: 'demo-xyz', label: 'demo-xyz', outcome: 'gone' },
    ]);
  });

  it('is written as the batch goes on', async () => {
    const before: number[] = [];
    backend.onClose = () => {
      before.push(log.entries.length);
      clock.spend(20);
    };
    await reset(...ids().slice(0, 4));
    expect(before).toEqual([0, 1, 2, 3]);
  });

  it('does not stop an action where it cannot be written, and the report says so', async () => {
    const [id] = ids() as [string];
    vi.spyOn(log, 'append').mockReturnValue('The disk is full (ENOSPC).' as unknown as null);
    const report = await engine.act(socketOrder([id]), 'browser', () => undefined, stop.signal);
    expect(report).toMatchObject({
      ...{ results: [{ outcome: 'done' }], unrecorded: 'The disk is full (ENOSPC).' },
    });
  });

  it('is written before the reading that follows, whatever becomes of that', async () => {
    const [id] = ids() as [string];
    let isDone = false;
    backend.onClose = () => (isDone = true);
    backend.readOwners = () => {
      if (isDone) throw new TypeError('a fault of its own');
      return { complete: true, holdersOf: () => [] };
    };
    await expect(reset(id)).rejects.toThrow('a fault of its own');
    expect(log.entries).toMatchObject([{ target: id, outcome: 'done' }]);
  });

  it('says nothing of what was only asked about', () => {
    engine.prepare(socketOrder(ids()));
    expect(log.entries).toEqual([]);
  });
});
