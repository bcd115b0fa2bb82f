import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostReply } from '../../shared/contract';
import { EngineProcess } from './engineProcess';

const electron = vi.hoisted(() => ({
  utilityProcess: { fork: vi.fn() },
  MessageChannelMain: class {
    readonly port1 = { end: 'engine' };
    readonly port2 = { end: 'page' };
  },
}));
vi.mock('electron', () => electron);

/** Electron's child, as far as it is used. */
class FakeChild extends EventEmitter {
  readonly postMessage = vi.fn();
  readonly kill = vi.fn();
}

const A_DAY_MS = 24 * 60 * 60 * 1000;

let children: FakeChild[];

beforeEach(() => {
  vi.useFakeTimers();
  children = [];
  electron.utilityProcess.fork.mockReset().mockImplementation(() => {
    const child = new FakeChild();
    children.push(child);
    return child;
  });
});

afterEach(() => vi.useRealTimers());

const latest = (): FakeChild => children.at(-1)!;

function startEngine(): EngineProcess {
  const engine = new EngineProcess('/app/engine.js', ['--demo=idle']);
  engine.start();
  return engine;
}

function runningEngine(): EngineProcess {
  const engine = startEngine();
  latest().emit('spawn');
  return engine;
}

/** The requests that the latest child was sent. */
const asked = (): { request: number; method: string; ids: string[] }[] =>
  latest().postMessage.mock.calls.map(([message]) => message);

describe('EngineProcess', () => {
  it('starts the engine, and says when it runs', () => {
    const engine = new EngineProcess('/app/engine.js', ['--demo=idle']);
    const states: string[] = [];
    engine.onState(() => states.push(engine.state.kind));
    engine.start();
    expect(electron.utilityProcess.fork).toHaveBeenCalledExactlyOnceWith(
      '/app/engine.js',
      ['--demo=idle'],
      expect.anything(),
    );
    expect(engine.state.kind).toBe('restarting');
    latest().emit('spawn');
    expect(engine.state.kind).toBe('running');
    expect(states).toEqual(['running']);
  });

  it('hands one end of a fresh port to the engine and the other to the page, once there is an engine', () => {
    const engine = startEngine();
    expect(engine.connectPage()).toBeNull();
    latest().emit('spawn');
    expect(engine.connectPage()).toEqual({ end: 'page' });
    expect(latest().postMessage).toHaveBeenCalledExactlyOnceWith('page', [{ end: 'engine' }]);
    expect(engine.connectPage()).not.toBe(engine.connectPage());
    latest().emit('exit', 1);
    expect(engine.connectPage()).toBeNull();
  });

  it('gives each request its own answer, in whatever order they come', async () => {
    const engine = runningEngine();
    const describing = engine.request('describe', ['a']);
    const closing = engine.request('close', ['b']);
    const [first, second] = asked();
    expect(first).toMatchObject({ method: 'describe', ids: ['a'] });
    expect(second).toMatchObject({ method: 'close', ids: ['b'] });
    expect(first!.request).not.toBe(second!.request);
    const results = [{ id: 'b', outcome: 'closed' as const, label: 'b', message: null }];
    latest().emit('message', { request: second!.request, results } satisfies HostReply);
    latest().emit('message', { request: first!.request, rows: [], gone: ['a'] } satisfies HostReply);
    expect(await closing).toMatchObject({ results });
    expect(await describing).toMatchObject({ rows: [], gone: ['a'] });
  });

  it('passes on what the engine refuses', async () => {
    const engine = runningEngine();
    const closing = engine.request('close', []);
    latest().emit('message', { request: asked()[0]!.request, error: 'Refused: "ids".' } satisfies HostReply);
    await expect(closing).rejects.toThrow('Refused: "ids".');
  });

  it('ignores an answer that nobody waits for', async () => {
    const engine = runningEngine();
    const closing = engine.request('close', ['a']);
    const { request } = asked()[0]!;
    latest().emit('message', { request: request + 1, results: [] } satisfies HostReply);
    latest().emit('message', { request, results: [] } satisfies HostReply);
    latest().emit('message', { request, error: 'again' } satisfies HostReply);
    expect(await closing).toMatchObject({ results: [] });
  });

  it('fails whatever is unanswered when the engine dies, and does not ask the next one', async () => {
    const engine = runningEngine();
    const waiting = [engine.request('describe', ['a']), engine.request('close', ['b'])];
    latest().emit('exit', 139);
    for (const request of waiting) await expect(request).rejects.toThrow(/stopped before it answered/);
    await expect(engine.request('close', ['c'])).rejects.toThrow(/not running; nothing was done/);
    vi.runAllTimers();
    expect(children).toHaveLength(2);
    expect(asked()).toEqual([]);
    // A late answer of the dead engine meets nobody.
    children[0]!.emit('message', { request: 1, results: [] } satisfies HostReply);
  });

  it('starts the engine again when it dies, and says so', () => {
    const engine = runningEngine();
    const states: string[] = [];
    engine.onState(() => states.push(engine.state.kind));
    latest().emit('exit', 139);
    expect(states).toEqual(['restarting']);
    vi.runAllTimers();
    expect(children).toHaveLength(2);
    latest().emit('spawn');
    expect(states).toEqual(['restarting', 'running']);
    expect(engine.connectPage()).not.toBeNull();
  });

  it('waits longer and longer, within bounds, for an engine that keeps dying', () => {
    startEngine();
    const die = (): number => {
      const at = Date.now();
      latest().emit('exit', 1);
      expect(vi.getTimerCount()).toBe(1);
      vi.runAllTimers();
      return Date.now() - at;
    };
    const delays = Array.from({ length: 50 }, die);
    expect(delays[0]).toBe(0);
    expect(delays[1]).toBeGreaterThan(0);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays[3]).toBeGreaterThan(delays[1]!);
    expect(delays.at(-1)).toBe(delays[20]);
    expect(children).toHaveLength(51);
    // A run without trouble makes up for it.
    vi.advanceTimersByTime(A_DAY_MS);
    expect(die()).toBe(0);
    expect(die()).toBe(0);
    expect(die()).toBeGreaterThan(0);
  });

  it('gives up on an engine that says it cannot work here', async () => {
    const engine = runningEngine();
    const closing = engine.request('close', ['a']);
    latest().emit('message', { fatal: 'There is no demonstration "x".' });
    expect(engine.state).toEqual({ kind: 'failed', message: 'There is no demonstration "x".' });
    expect(latest().kill).toHaveBeenCalled();
    expect(engine.connectPage()).toBeNull();
    latest().emit('exit', 0);
    await expect(closing).rejects.toThrow(/stopped/);
    vi.runAllTimers();
    expect(children).toHaveLength(1);
    expect(engine.state.kind).toBe('failed');
  });

  it('ends for good', () => {
    const engine = runningEngine();
    engine.dispose();
    expect(latest().kill).toHaveBeenCalledOnce();
    latest().emit('exit', 0);
    vi.runAllTimers();
    expect(children).toHaveLength(1);
  });

  it('ends for good also while it waits to start again', () => {
    const engine = runningEngine();
    latest().emit('exit', 1);
    engine.dispose();
    vi.runAllTimers();
    expect(children).toHaveLength(1);
  });

  it('survives the engine’s fatal error, which Electron tells before the exit', () => {
    runningEngine();
    // https://electronjs.org/docs/api/utility-process: Event 'error'
    latest().emit('error', 'FatalError', 'v8::internal::V8::FatalProcessOutOfMemory', '{}');
    latest().emit('exit', 6);
    vi.runAllTimers();
    expect(children).toHaveLength(2);
  });
});
