import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HostReply } from '../shared/contract';
import type { Order } from '../shared/orders';
import { HostDesk } from './answerHost';
import type { HostEngine } from './answerHost';
import type { Engine } from './engine';
import type { HandClock } from './fixtures/handClock';
import { engineOver, openScene, rowsOf } from './fixtures/scene';
import type { ScriptedBackend } from './fixtures/scriptedBackend';
import { StillBackend } from './fixtures/stillBackend';

let clock: HandClock;
let backend: ScriptedBackend;
let engine: Engine;
let ids: string[];
let replies: HostReply[];
let desk: HostDesk;

beforeEach(() => {
  ({ clock, backend, engine } = openScene());
  engine.start();
  ids = [...rowsOf(engine).keys()];
  replies = [];
  desk = deskOver(engine);
});

function deskOver(served: HostEngine): HostDesk {
  // As any wire does, this one copies.
  return new HostDesk(served, (reply) => replies.push(structuredClone(reply)));
}

const order = (...targets: string[]): Order => ({ action: 'reset', ids: targets });
const act = (request: number, ...targets: string[]) => ({
  ...{ request, method: 'act', order: order(...targets), origin: 'window' },
});
const untouched = (): void => {
  expect(backend.closed).toEqual([]);
  expect([...rowsOf(engine).keys()]).toEqual(ids);
};
const answered = async (count: number): Promise<void> => {
  while (replies.length < count) await setImmediate();
};

describe('a host', () => {
  it('is told what an order would hit', () => {
    desk.receive({ request: 7, method: 'prepare', order: order(ids[0]!, 'demo-ffff', ids[0]!) });
    expect(replies).toEqual([{ request: 7, preparation: engine.prepare(order(ids[0]!, 'demo-ffff')) }]);
    untouched();
  });

  it('has exactly that done which it orders: progress, then the report', async () => {
    desk.receive(act(8, ids[3]!, 'demo-ffff'));
    await answered(2);
    expect(replies).toEqual([
      { request: 8, progress: { done: 0, total: 2 } },
      {
        request: 8,
        report: {
          results: [
            { id: ids[3], outcome: 'done', label: expect.stringMatching(/TCP|UDP/), message: null },
            { id: 'demo-ffff', outcome: 'gone', label: 'demo-ffff', message: null },
          ],
          unrecorded: null,
        },
      },
    ]);
    expect(backend.closed).toEqual([ids[3]]);
  });

  it('may stop it, and is told whether there was something to stop', async () => {
    const still = new StillBackend(5);
    still.onClose = () => clock.spend(20);
    desk = deskOver(engineOver(still, clock).engine);
    desk.receive(act(1, ...still.ids));
    desk.receive({ request: 2, method: 'stop', which: 9 });
    desk.receive({ request: 3, method: 'stop', which: 1 });
    await answered(4);
    expect(replies.slice(0, 3)).toEqual([
      { request: 1, progress: { done: 0, total: 5 } },
      { request: 2, stopped: false },
      { request: 3, stopped: true },
    ]);
    expect(replies[3]).toMatchObject({
      ...{ request: 1, report: { results: [{ outcome: 'done' }, ...Array(4).fill({ outcome: 'stopped' })] } },
    });
    expect(still.closed).toHaveLength(1);
  });

  it('that has gone has its order stopped; whoever waits for that knows when nothing is under way', async () => {
    const still = new StillBackend(5);
    still.onClose = () => clock.spend(20);
    desk = deskOver(engineOver(still, clock).engine);
    desk.receive(act(1, ...still.ids));
    await desk.stop();
    expect(replies.at(-1)).toMatchObject({ request: 1, report: expect.anything() });
    expect(still.closed).toHaveLength(1);
    await desk.stop(); // nothing is
  });

  it('that has gone leaves a record of what was begun', async () => {
    const { engine, log } = engineOver(backend, clock);
    desk = deskOver(engine);
    backend.act = (_process, _action, _patience, signal) =>
      new Promise((resolve) => {
        const waiting = { outcome: 'failed', message: 'Was asked to end, and was not waited for.' } as const;
        signal.addEventListener('abort', () => resolve(waiting));
      });
    const processes = Array.from({ length: 20 }, (_, i) => ({ pid: 9000 + i, startedAt: i }));
    const warned: Error[] = [];
    const warn = (warning: Error): void => void warned.push(warning);
    process.on('warning', warn);
    desk.receive({ request: 1, method: 'act', order: { action: 'terminate', processes }, origin: 'window' });
    await answered(1);
    expect(log.entries).toEqual([]);
    await desk.stop();
    await setImmediate();
    process.off('warning', warn);
    expect(warned).toEqual([]); // of so many that listen
    const outcomes = log.entries.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(16); // so many at a time
    expect(outcomes.filter((outcome) => outcome === 'stopped')).toHaveLength(4);
  });

  it('that orders while another order is under way is told so, and nothing is done', async () => {
    const still = new StillBackend(5);
    still.onClose = () => clock.spend(20);
    desk = deskOver(engineOver(still, clock).engine);
    desk.receive(act(1, '1', '2'));
    desk.receive(act(2, '3'));
    desk.receive(act(1, '4'));
    await answered(4);
    expect(replies.filter((reply) => 'error' in reply)).toEqual([
      { request: 1, error: 'Refused: "request" is under way already.' },
      { request: 2, error: expect.stringMatching(/^Another order is being carried out/) },
    ]);
    await desk.stop();
    expect(still.closed).toEqual(['1', '2']);
  });

  it('is told where a program lies', () => {
    const { pid, startedAt, path } = backend.processes().find((each) => each.path !== null)!;
    desk.receive({ request: 1, method: 'program', process: { pid, startedAt } });
    desk.receive({ request: 2, method: 'program', process: { pid, startedAt: startedAt + 10 } });
    expect(replies).toEqual([
      { request: 1, program: path },
      { request: 2, program: null },
    ]);
  });

  it.each<[string, unknown, number]>([
    ['nothing', null, -1],
    ['nothing at all', undefined, -1],
    ['text', 'act', -1],
    ['no number', { method: 'act', order: order('demo-01'), origin: 'window' }, -1],
    ['a number that is text', { ...act(7, 'demo-01'), request: '7' }, -1],
    ['half a number', act(1.5, 'demo-01'), 1.5],
    ['another method', { ...act(7, 'demo-01'), method: 'kill' }, 7],
    ['no order', { request: 7, method: 'act', origin: 'window' }, 7],
    ['no origin', { request: 7, method: 'act', order: order('demo-01') }, 7],
    ['an origin of its own', { ...act(7, 'demo-01'), origin: 'root' }, 7],
    ['an empty list', act(7), 7],
    ['ids that are no texts', { ...act(7), order: { action: 'reset', ids: [1] } }, 7],
    ['an address', { ...act(7), order: { action: 'reset', address: '10.0.0.5:443' } }, 7],
    ['a PID alone', { ...act(7), order: { action: 'kill', processes: [{ pid: 1 }] } }, 7],
    ['PIDs', { ...act(7), order: { action: 'kill', pids: [1] } }, 7],
    ['both', { ...act(7), order: { action: 'reset', ids: ['a'], processes: [{ pid: 1, startedAt: 0 }] } }, 7],
    ['an extra field', { ...act(7, 'demo-01'), force: true }, 7],
    ['an action of a browser’s', { type: 'prepare', order: order('demo-01') }, -1],
  ])('is answered what is wrong with %s, and nothing changes', (_name, message, request) => {
    desk.receive(message);
    expect(replies).toEqual([{ request, error: expect.stringMatching(/^Refused: "/) }]);
    untouched();
  });

  it('sees faults of the engine: they are not hidden', async () => {
    const broken = deskOver({
      prepare: () => {
        throw new TypeError('a fault');
      },
      act: () => Promise.reject(new TypeError('a fault')),
      program: () => null,
    });
    expect(() => broken.receive({ request: 1, method: 'prepare', order: order('a') })).toThrow(TypeError);
    broken.receive(act(2, 'a'));
    await expect(broken.stop()).rejects.toThrow(TypeError);
    expect(replies).toEqual([]);
  });
});
