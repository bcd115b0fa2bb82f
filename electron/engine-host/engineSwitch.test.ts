import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HandClock } from '../../engine/fixtures/handClock';
import { RemoteError } from '../../remote/ends';
import { FIRST_ENGINE } from '../../shared/contract';
import type { EngineChoice, HostNews, HostReply, HostRequest } from '../../shared/contract';
import { EngineSwitch } from './engineSwitch';
import type { DistantChoice, Elsewhere } from './engineSwitch';

const server = { kind: 'remote', host: 'server' } as const;
const other = { kind: 'remote', host: 'other' } as const;
const elevated = { kind: 'elevated', namespaces: false } as const;
const local = { kind: 'local' } as const;
const order: HostRequest = {
  request: 7,
  method: 'act',
  order: { action: 'reset', ids: ['a'] },
  origin: 'window',
};

class FakeLocal {
  readonly serve = vi.fn();
  readonly orders = { receive: vi.fn(), stop: vi.fn() };
  readonly dispose = vi.fn();
}

class FakeElsewhere implements Elsewhere {
  readonly connectPage = vi.fn();
  readonly request = vi.fn();
  readonly close = vi.fn();
  end: (why: RemoteError) => void = () => undefined;

  onEnd(listener: (why: RemoteError) => void): void {
    this.end = listener;
  }
}

/** An engine elsewhere that somebody waits for. */
interface Start {
  choice: DistantChoice;
  mayAsk: boolean;
  signal: AbortSignal;
  resolve: (remote: Elsewhere) => void;
  reject: (error: Error) => void;
}

let clock: HandClock;
let locals: FakeLocal[];
let reply: (message: HostReply) => void;
let starts: Start[];
/** Without the numbers of engines */
let told: object[];
/** Of the engine that is said to serve */
let number: number;
let engines: EngineSwitch;

beforeEach(() => {
  clock = new HandClock();
  locals = [];
  starts = [];
  told = [];
  number = FIRST_ENGINE;
  engines = new EngineSwitch({
    startLocal: (answer) => {
      reply = answer;
      locals.push(new FakeLocal());
      return locals.at(-1)!;
    },
    startElsewhere: (choice, mayAsk, signal) =>
      new Promise((resolve, reject) => starts.push({ choice, mayAsk, signal, resolve, reject })),
    tell: (message) => {
      if ('serving' in message) ({ number } = message);
      told.push('serving' in message ? { serving: message.serving } : message);
    },
    clock,
  });
});

const choose = (choice: EngineChoice, mayAsk = true): Promise<void> => engines.choose(choice, mayAsk);
/** An order for this engine, or for the one that is said to serve */
const give = (ask: unknown, engine = number): void => engines.receive({ engine, ask: ask as HostRequest });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Chooses, and lets it be had. */
async function serveFrom(choice: DistantChoice): Promise<FakeElsewhere> {
  const chosen = choose(choice);
  const remote = new FakeElsewhere();
  starts.at(-1)!.resolve(remote);
  await chosen;
  told.length = 0;
  return remote;
}

const lostNow = (): { retryAt: number; message: string } =>
  (told.at(-1) as Extract<HostNews, { lost: unknown }>).lost;

describe('EngineSwitch', () => {
  it('goes on with the engine before until the chosen one is up', async () => {
    const page = { send: vi.fn(), onMessage: vi.fn(), onClose: vi.fn(), close: vi.fn() };
    engines.connectPage(page);
    const chosen = choose(server);
    await turn();
    expect(locals[0]!.serve).toHaveBeenCalledWith(page);
    expect([locals[0]!.dispose.mock.calls.length, page.close.mock.calls.length, told.length]).toEqual([
      0, 0, 0,
    ]);
    give(order);
    expect(locals[0]!.orders.receive).toHaveBeenCalledWith(order);
    reply({ request: 7, error: 'no' });
    told.length = 0;

    const remote = new FakeElsewhere();
    expect(starts[0]).toMatchObject({ choice: server, mayAsk: true });
    starts[0]!.resolve(remote);
    await chosen;
    expect(locals[0]!.dispose).toHaveBeenCalledOnce();
    expect(page.close).toHaveBeenCalledOnce();
    expect(told).toEqual([{ serving: server }]);
    engines.connectPage(page);
    expect(remote.connectPage).toHaveBeenCalledWith(page);
    give(order);
    expect(remote.request).toHaveBeenCalledWith(order, expect.any(Function));
  });

  it('goes on for good where it is not to be had', async () => {
    const chosen = choose(elevated);
    starts[0]!.reject(new RemoteError('said no', true));
    await expect(chosen).rejects.toThrow('said no');
    expect([told, locals[0]!.dispose.mock.calls]).toEqual([[], []]);
  });

  it('asks nobody where it is said to', () => {
    void choose(server, false);
    expect(starts[0]).toMatchObject({ choice: server, mayAsk: false });
  });

  it('does not leave an engine that has an order under way', async () => {
    give(order);
    const chosen = choose(server);
    starts[0]!.resolve(new FakeElsewhere());
    await turn();
    reply({ request: 7, progress: { done: 1, total: 2 } });
    await turn();
    expect(locals[0]!.dispose).not.toHaveBeenCalled();
    reply({ request: 7, report: { results: [], unrecorded: null } });
    await chosen;
    expect(locals[0]!.dispose).toHaveBeenCalledOnce();
  });

  it('starts its own engine anew when it is wanted again', async () => {
    const remote = await serveFrom(server);
    await choose(local);
    expect(remote.close).toHaveBeenCalledOnce();
    expect(locals).toHaveLength(2);
    expect(told).toEqual([{ serving: local }]);
    // A wire that ends now is nobody's loss.
    remote.end(new RemoteError('lost', false));
    expect(told).toHaveLength(1);
  });

  it('gives up what it is waiting for when something else is chosen', async () => {
    const first = choose(server);
    const second = choose(other);
    expect(starts[0]!.signal.aborted).toBe(true);
    const late = new FakeElsewhere();
    starts[0]!.resolve(late);
    await expect(first).rejects.toThrow('Given up.');
    expect(late.close).toHaveBeenCalledOnce();
    starts[1]!.resolve(new FakeElsewhere());
    await second;
    expect(told).toEqual([{ serving: other }]);
  });

  it('does nothing where the chosen one serves already', async () => {
    await choose(local);
    await serveFrom(server);
    await choose(server);
    expect([starts.length, told]).toEqual([1, []]);
  });

  it('refuses a malformed order, and gives a remote engine none', async () => {
    const remote = await serveFrom(server);
    give({ ...order, force: true });
    expect(told).toEqual([{ request: 7, error: expect.stringMatching(/^Refused/) }]);
    expect(remote.request).not.toHaveBeenCalled();
  });
});

describe('an order for another engine than the one that serves by now', () => {
  const changed = { request: 7, error: 'The engine has changed meanwhile; nothing was done.' };

  it('is carried out by none, whichever way the engines changed', async () => {
    const before = number;
    const remote = await serveFrom(server);
    give(order, before);
    expect(told).toEqual([changed]);
    expect([remote.request.mock.calls, locals[0]!.orders.receive.mock.calls]).toEqual([[], []]);

    const there = number;
    await serveFrom(elevated);
    const above = number;
    await choose(local);
    told.length = 0;
    for (const engine of [there, above]) give(order, engine);
    expect(told).toEqual([changed, changed]);
    expect(locals.at(-1)!.orders.receive).not.toHaveBeenCalled();
    give(order);
    expect(locals.at(-1)!.orders.receive).toHaveBeenCalledExactlyOnceWith(order);
  });

  it('is not the mended one’s, which may be another machine by the same name', async () => {
    const remote = await serveFrom(server);
    const before = number;
    remote.end(new RemoteError('lost', false));
    clock.advance(1000);
    const again = new FakeElsewhere();
    starts.at(-1)!.resolve(again);
    await turn();
    give(order, before);
    expect(told.at(-1)).toEqual(changed);
    expect(again.request).not.toHaveBeenCalled();
  });
});

describe('leaving', () => {
  it('stops what is under way first', async () => {
    let stopped: () => void = () => undefined;
    locals[0]!.orders.stop.mockReturnValue(new Promise<void>((resolve) => (stopped = resolve)));
    const left = engines.dispose();
    await turn();
    expect([locals[0]!.orders.stop.mock.calls.length, locals[0]!.dispose.mock.calls.length]).toEqual([1, 0]);
    stopped();
    await left;
    expect(locals[0]!.dispose).toHaveBeenCalledOnce();
  });

  it('ends the input of an engine elsewhere, which stops by itself then, and starts no other', async () => {
    const remote = await serveFrom(server);
    const choosing = choose(other);
    await engines.dispose();
    expect(remote.close).toHaveBeenCalledOnce();
    expect(starts.at(-1)!.signal.aborted).toBe(true);
    starts.at(-1)!.reject(new RemoteError('Given up.', true));
    await expect(choosing).rejects.toThrow('Given up.');
  });
});

describe('a wire that breaks', () => {
  it('is mended after 1, 2, 4 … 30 s, without asking anybody', async () => {
    const remote = await serveFrom(server);
    clock.advance(60_000);
    remote.end(new RemoteError('The connection to server was lost.', false));
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      const { retryAt } = lostNow();
      delays.push(retryAt - clock.now());
      const before = starts.length;
      clock.advance(retryAt - clock.now() - 1);
      expect(starts).toHaveLength(before);
      clock.advance(1);
      expect(starts).toHaveLength(before + 1);
      expect(starts.at(-1)).toMatchObject({ choice: server, mayAsk: false });
      starts.at(-1)!.reject(new RemoteError('still away', false));
      await turn();
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(lostNow().message).toBe('still away');
    clock.advance(30_000);
    starts.at(-1)!.resolve(new FakeElsewhere());
    await turn();
    expect(told.at(-1)).toEqual({ serving: server });
    expect(locals).toHaveLength(1);
  });

  it('is not hurried by one that breaks again at once', async () => {
    const remote = await serveFrom(server);
    clock.advance(60_000);
    remote.end(new RemoteError('lost', false));
    clock.advance(1000);
    const second = new FakeElsewhere();
    starts.at(-1)!.resolve(second);
    await turn();
    second.end(new RemoteError('lost', false));
    expect(lostNow().retryAt - clock.now()).toBe(2000);
  });

  it('does nothing meanwhile, and says so', async () => {
    const remote = await serveFrom(server);
    remote.end(new RemoteError('The connection to server was lost.', false));
    const page = { send: vi.fn(), onMessage: vi.fn(), onClose: vi.fn(), close: vi.fn() };
    engines.connectPage(page);
    expect(page.close).toHaveBeenCalledOnce();
    give(order);
    expect(told.at(-1)).toEqual({
      request: 7,
      error: 'The connection to server was lost. Nothing was done.',
    });
  });

  it('is tried at once when the user says so, and goes on being tried', async () => {
    const remote = await serveFrom(server);
    remote.end(new RemoteError('lost', false));
    const now = choose(server);
    expect(starts.at(-1)).toMatchObject({ mayAsk: true });
    starts.at(-1)!.reject(new RemoteError('still away', false));
    await expect(now).rejects.toThrow('still away');
    const before = starts.length;
    clock.advance(1000);
    expect(starts).toHaveLength(before + 1);
    const again = choose(server);
    starts.at(-1)!.resolve(new FakeElsewhere());
    await again;
    expect(told.at(-1)).toEqual({ serving: server });
    // The attempt of before is of no use any more.
    expect(starts[before]!.signal.aborted).toBe(true);
  });

  it('is given up for this machine at once', async () => {
    const remote = await serveFrom(server);
    remote.end(new RemoteError('lost', false));
    await choose(local);
    expect(told.at(-1)).toEqual({ serving: local });
    const before = starts.length;
    clock.advance(60_000);
    expect(starts).toHaveLength(before);
  });

  it('is given up, with a word, where trying again is of no use', async () => {
    const remote = await serveFrom(server);
    remote.end(new RemoteError('lost', false));
    clock.advance(1000);
    starts.at(-1)!.reject(new RemoteError('server did not let you in.', true));
    await turn();
    expect(told.slice(-2)).toEqual([
      { serving: local },
      { notice: 'server did not let you in. These are the sockets of this machine.' },
    ]);
  });

  it('is not mended where it would ask for a password: more rights are not taken unasked', async () => {
    const remote = await serveFrom(elevated);
    remote.end(new RemoteError('The engine with more rights has ended.', true));
    expect(told).toEqual([
      { serving: local },
      { notice: 'The engine with more rights has ended. SocketScope goes on without.' },
    ]);
    clock.advance(60_000);
    expect(starts).toHaveLength(1);
  });
});
