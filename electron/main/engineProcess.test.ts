import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_ENGINE, LEAVE } from '../../shared/contract';
import type { Addressed, EngineChoice, HostNews, HostReply } from '../../shared/contract';
import type { Order, Preparation } from '../../shared/orders';
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
const ORDER: Order = { action: 'reset', ids: ['a'] };
const PREPARATION = { order: ORDER, missing: [] } as unknown as Preparation;
const REPORT = { results: [], unrecorded: null };
const LOCAL: EngineChoice = { kind: 'local' };
const SERVER: EngineChoice = { kind: 'remote', host: 'server' };
const ELEVATED: EngineChoice = { kind: 'elevated', namespaces: false };

let children: FakeChild[];
/** Of the engine that the engine host says serves */
let number: number;

beforeEach(() => {
  vi.useFakeTimers();
  children = [];
  number = FIRST_ENGINE;
  electron.utilityProcess.fork.mockReset().mockImplementation(() => {
    const child = new FakeChild();
    children.push(child);
    return child;
  });
});

afterEach(() => vi.useRealTimers());

const latest = (): FakeChild => children.at(-1)!;
const say = (message: HostNews | HostReply): void => void latest().emit('message', message);

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

type Asked = { request: number; method?: string; order?: Order; which?: number; choose?: EngineChoice };
/** What the latest child was sent. */
const sent = (): (Asked | Addressed)[] =>
  latest().postMessage.mock.calls.map(([message]) => message as Asked | Addressed);
/** The same, whichever engine it was for */
const asked = (): Asked[] => sent().map((message) => ('ask' in message ? message.ask : message));
const nothing = (): void => undefined;

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
    expect(engine.state).toEqual({ kind: 'running', engine: LOCAL });
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
    const acting = engine.act(ORDER, nothing);
    say({ fatal: 'There is no demonstration "x".' });
    expect(engine.state).toEqual({ kind: 'failed', message: 'There is no demonstration "x".' });
    expect(latest().kill).toHaveBeenCalled();
    expect(engine.connectPage()).toBeNull();
    latest().emit('exit', 0);
    await expect(acting).rejects.toThrow(/stopped/);
    vi.runAllTimers();
    expect(children).toHaveLength(1);
    expect(engine.state.kind).toBe('failed');
  });

  it('ends for good once it has left by itself', async () => {
    const engine = runningEngine();
    const left = vi.fn();
    const leaving = engine.dispose().then(left);
    expect(latest().postMessage).toHaveBeenCalledExactlyOnceWith(LEAVE);
    await Promise.resolve();
    expect(left).not.toHaveBeenCalled();
    latest().emit('exit', 0);
    await leaving;
    vi.runAllTimers();
    expect([children.length, latest().kill.mock.calls.length]).toEqual([1, 0]);
  });

  it('is killed where it does not leave', async () => {
    const engine = runningEngine();
    const leaving = engine.dispose();
    expect(latest().kill).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(latest().kill).toHaveBeenCalledOnce();
    await leaving;
  });

  it('takes no order while it ends, and one that is under way is known', async () => {
    const engine = runningEngine();
    expect(engine.isActing).toBe(false);
    const acting = engine.act(ORDER, nothing);
    expect(engine.isActing).toBe(true);
    void engine.dispose();
    await expect(engine.act(ORDER, nothing)).rejects.toThrow(/not running; nothing was done/);
    latest().emit('exit', 0);
    await expect(acting).rejects.toThrow(/stopped before it answered/);
    expect(engine.isActing).toBe(false);
  });

  it('ends for good also while it waits to start again', () => {
    const engine = runningEngine();
    latest().emit('exit', 1);
    void engine.dispose();
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

describe('an order', () => {
  it('gets its own answer, in whatever order they come', async () => {
    const engine = runningEngine();
    const preparing = engine.prepare(ORDER);
    const finding = engine.program({ pid: 1, startedAt: 2 });
    const [first, second] = asked();
    expect(first).toMatchObject({ method: 'prepare', order: ORDER });
    expect(first!.request).not.toBe(second!.request);
    say({ request: second!.request, program: '/bin/sh' });
    say({ request: first!.request, preparation: PREPARATION });
    expect(await finding).toBe('/bin/sh');
    expect(await preparing).toBe(PREPARATION);
  });

  it('is followed while it is carried out, however long it takes, and can be stopped', async () => {
    const engine = runningEngine();
    const progress = vi.fn();
    const acting = engine.act(ORDER, progress);
    const [{ request } = { request: 0 }] = asked();
    expect(asked()[0]).toMatchObject({ method: 'act', order: ORDER, origin: 'window' });
    for (let done = 0; done < 5; done++) {
      vi.advanceTimersByTime(50_000);
      say({ request, progress: { done, total: 5 } });
    }
    expect(progress).toHaveBeenCalledTimes(5);
    const stopping = engine.stopActing();
    const stop = asked().at(-1)!;
    expect(stop).toMatchObject({ method: 'stop', which: request });
    say({ request: stop.request, stopped: true });
    await stopping;
    say({ request, report: REPORT });
    expect(await acting).toBe(REPORT);
    const before = asked().length;
    await engine.stopActing();
    expect(asked()).toHaveLength(before);
  });

  it('fails where the engine refuses it, or answers something else', async () => {
    const engine = runningEngine();
    const refused = engine.act(ORDER, nothing);
    say({ request: asked()[0]!.request, error: 'Refused: "ids".' });
    await expect(refused).rejects.toThrow('Refused: "ids".');
    const strange = engine.act(ORDER, nothing);
    say({ request: asked()[1]!.request, program: '/bin/sh' });
    await expect(strange).rejects.toThrow('an answer to something else');
  });

  it('does not keep the user waiting for an engine that hangs', async () => {
    const engine = runningEngine();
    const preparing = engine.prepare(ORDER);
    vi.advanceTimersByTime(A_DAY_MS);
    await expect(preparing).rejects.toThrow(/does not answer/);
  });

  it('takes no answer that nobody waits for', async () => {
    const engine = runningEngine();
    const acting = engine.act(ORDER, nothing);
    const { request } = asked()[0]!;
    say({ request: request + 1, report: REPORT });
    say({ request, report: REPORT });
    say({ request, error: 'again' });
    expect(await acting).toBe(REPORT);
  });

  it('fails when the engine dies, and is not given to the next one', async () => {
    const engine = runningEngine();
    const waiting = [
      engine.prepare(ORDER),
      engine.act(ORDER, nothing),
      engine.useEngine(SERVER).catch(nothing),
    ];
    latest().emit('exit', 139);
    for (const request of waiting.slice(0, 2))
      await expect(request).rejects.toThrow(/stopped before it answered/);
    await expect(engine.act(ORDER, nothing)).rejects.toThrow(/not running; nothing was done/);
    vi.runAllTimers();
    expect(children).toHaveLength(2);
    expect(asked()).toEqual([]);
    // A late answer of the dead engine meets nobody.
    children[0]!.emit('message', { request: 1, report: REPORT } satisfies HostReply);
  });
});

describe('another engine', () => {
  /** Chooses, and lets it be had. */
  async function choose(engine: EngineProcess, choice: EngineChoice): Promise<void> {
    const choosing = engine.useEngine(choice);
    const { request } = asked().at(-1)!;
    expect(asked().at(-1)).toEqual({ choose: choice, mayAsk: true, request });
    say({ serving: choice, number: ++number });
    say({ chosen: request, problem: null });
    await choosing;
  }

  it('serves once the engine host says so', async () => {
    const engine = runningEngine();
    const states: unknown[] = [];
    engine.onState(() => states.push(engine.state));
    const choosing = engine.useEngine(SERVER);
    expect(engine.state).toEqual({ kind: 'running', engine: LOCAL });
    say({ serving: SERVER, number: ++number });
    say({ chosen: asked()[0]!.request, problem: null });
    await choosing;
    expect(states).toEqual([{ kind: 'running', engine: SERVER }]);
    expect(engine.connectPage()).not.toBeNull();
  });

  it('leaves everything as it is where it is not to be had', async () => {
    const engine = runningEngine();
    const { serving } = engine;
    const choosing = engine.useEngine(ELEVATED);
    say({ chosen: asked()[0]!.request, problem: 'You said no.' });
    await expect(choosing).rejects.toThrow('You said no.');
    expect(engine.state).toEqual({ kind: 'running', engine: LOCAL });
    expect(engine.serving).toBe(serving);
  });

  it('is another one for whoever looked something up before, also when the wire broke or it was started anew', async () => {
    const engine = runningEngine();
    const seen = [engine.serving];
    await choose(engine, SERVER);
    seen.push(engine.serving);
    say({ lost: { engine: SERVER, message: 'lost', retryAt: 5 } });
    seen.push(engine.serving);
    say({ serving: SERVER, number: ++number });
    seen.push(engine.serving);
    latest().emit('exit', 1);
    seen.push(engine.serving);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is named in each order, so that no other carries it out', async () => {
    const engine = runningEngine();
    void engine.prepare(ORDER).catch(nothing);
    expect(sent().at(-1)).toMatchObject({ engine: FIRST_ENGINE, ask: { method: 'prepare' } });
    say({ request: asked().at(-1)!.request, preparation: PREPARATION });
    await choose(engine, SERVER);
    void engine.act(ORDER, nothing).catch(nothing);
    expect(sent().at(-1)).toMatchObject({ engine: number, ask: { method: 'act', order: ORDER } });
    latest().emit('exit', 139);
    vi.runAllTimers();
    latest().emit('spawn');
    say({ chosen: asked()[0]!.request, problem: 'server cannot be reached.' });
    await vi.waitFor(() => expect(engine.state.kind).toBe('running'));
    void engine.prepare(ORDER);
    expect(sent().at(-1)).toMatchObject({ engine: FIRST_ENGINE, ask: { method: 'prepare' } });
  });

  it('is not changed under an order', async () => {
    const engine = runningEngine();
    void engine.act(ORDER, nothing);
    await expect(engine.useEngine(SERVER)).rejects.toThrow(/Something is being done/);
    expect(asked()).toHaveLength(1);
  });

  it('is changed while somebody only looks for programs', async () => {
    const engine = runningEngine();
    const program = engine.program({ pid: 5, startedAt: 7 });
    const { request } = asked().at(-1)!;
    await choose(engine, SERVER);
    expect(engine.state).toEqual({ kind: 'running', engine: SERVER });
    say({ request, program: null });
    expect(await program).toBeNull();
  });

  it('has no port for pages while its wire is broken, and says so', async () => {
    const engine = runningEngine();
    await choose(engine, SERVER);
    say({ lost: { engine: SERVER, message: 'lost', retryAt: 5 } });
    expect(engine.state).toEqual({ kind: 'lost', engine: SERVER, message: 'lost', retryAt: 5 });
    expect(engine.connectPage()).toBeNull();
    say({ serving: SERVER, number: ++number });
    expect(engine.connectPage()).not.toBeNull();
  });

  it('passes on what the user is to be told', () => {
    const engine = runningEngine();
    const notice = vi.fn();
    engine.onNotice(notice);
    say({ notice: 'It has ended.' });
    expect(notice).toHaveBeenCalledExactlyOnceWith('It has ended.');
  });

  it('is connected to again when the engine’s process dies, without this machine’s sockets meanwhile', async () => {
    const engine = runningEngine();
    await choose(engine, SERVER);
    const states: unknown[] = [];
    engine.onState(() => states.push(engine.state));
    latest().emit('exit', 139);
    vi.runAllTimers();
    latest().emit('spawn');
    expect(engine.connectPage()).toBeNull();
    // Nobody is there to be asked for a password.
    expect(asked()).toEqual([{ choose: SERVER, mayAsk: false, request: expect.any(Number) }]);
    say({ serving: SERVER, number: ++number });
    say({ chosen: asked()[0]!.request, problem: null });
    expect(states).toEqual([{ kind: 'restarting' }, { kind: 'running', engine: SERVER }]);
  });

  it('gives way to this machine’s, with a word, where it cannot be connected to again', async () => {
    const engine = runningEngine();
    const notice = vi.fn();
    engine.onNotice(notice);
    await choose(engine, SERVER);
    latest().emit('exit', 139);
    vi.runAllTimers();
    latest().emit('spawn');
    say({ chosen: asked()[0]!.request, problem: 'server cannot be reached.' });
    await vi.waitFor(() => expect(notice).toHaveBeenCalledOnce());
    expect(notice).toHaveBeenCalledWith('server cannot be reached. These are the sockets of this machine.');
    expect(engine.state).toEqual({ kind: 'running', engine: LOCAL });
  });

  it('is not said to run by a process that has died meanwhile', async () => {
    const engine = runningEngine();
    const notice = vi.fn();
    engine.onNotice(notice);
    await choose(engine, SERVER);
    latest().emit('exit', 139);
    vi.runAllTimers();
    latest().emit('spawn');
    latest().emit('exit', 139);
    await Promise.resolve();
    await Promise.resolve();
    expect([engine.state, notice.mock.calls]).toEqual([{ kind: 'restarting' }, []]);
  });

  it('gets no administrator’s rights again by itself', async () => {
    const engine = runningEngine();
    const notice = vi.fn();
    engine.onNotice(notice);
    await choose(engine, ELEVATED);
    latest().emit('exit', 139);
    vi.runAllTimers();
    latest().emit('spawn');
    expect(asked()).toEqual([]);
    expect(engine.state).toEqual({ kind: 'running', engine: LOCAL });
    expect(notice).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/without an administrator/));
  });
});
