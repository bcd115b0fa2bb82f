import { afterEach, describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { HostReply, HostRequest } from '../shared/contract';
import type { Order } from '../shared/orders';
import { childWire } from './childWire';
import { MAX_FROM_ENGINE, MAX_TO_ENGINE } from './frames';
import { startRemote } from './remoteEngine';
import type { RemoteEngine } from './remoteEngine';

/** The other end: a program that says these lines, then repeats what it is told as `{"from":"page","page":1,…}` heard lines. */
const PEER = `
const [lines, after] = JSON.parse(process.argv[1]);
for (const line of lines) process.stdout.write(line.times ? 'x'.repeat(line.times) : typeof line === 'string' ? line : JSON.stringify(line) + '\\n');
let text = '';
process.stdin.on('data', (piece) => {
  text += piece;
  for (let end; (end = text.indexOf('\\n')) >= 0; text = text.slice(end + 1)) {
    const heard = JSON.parse(text.slice(0, end));
    for (const answer of after) {
      const page = heard.page ?? answer.page;
      const message = answer.message === 'heard' ? { type: 'heard', heard } : answer.message;
      process.stdout.write(JSON.stringify({ ...answer, ...(page ? { page } : {}), message }) + '\\n');
    }
  }
});
process.stdin.on('end', () => process.exit(0));
`;
const greeting = { from: 'engine', version: PROTOCOL_VERSION, program: '1.2.3' };
const place = { kind: 'remote', host: 'server', program: 'socketscope' } as const;
const order: HostRequest = { request: 7, method: 'stop', which: 1 };

const program = (args: string[]) => childWire({ program: process.execPath, args }, place);

let remote: RemoteEngine | null = null;
afterEach(() => {
  remote?.close();
  remote = null;
});

async function start(lines: unknown[], after: unknown[] = [], signal?: AbortSignal): Promise<RemoteEngine> {
  const args = ['-e', PEER, JSON.stringify([lines, after])];
  remote = await startRemote({ connect: program(args), place, ...(signal ? { signal } : {}) });
  return remote;
}

/** A page's end of the wire. */
class Page {
  readonly heard: unknown[] = [];
  closed = vi.fn();
  say: (message: unknown) => void = () => undefined;
  leave: () => void = () => undefined;
  send = (message: unknown): void => void this.heard.push(message);
  onMessage = (listener: (message: unknown) => void): void => void (this.say = listener);
  onClose = (listener: () => void): void => void (this.leave = listener);
  close = this.closed;
}

const ended = (engine: RemoteEngine): Promise<Error> => new Promise((resolve) => engine.onEnd(resolve));
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000 });

describe('startRemote', () => {
  it('is there once it has said a version that fits', async () => {
    await expect(start([greeting])).resolves.toBeDefined();
  });

  it.each<[string, unknown[], RegExp]>([
    ['another version', [{ ...greeting, version: PROTOCOL_VERSION + 1 }], /Install the same version on both/],
    [
      'an answer before the version',
      [{ from: 'host', message: { request: 1, error: 'x' } }],
      /does not say its version/,
    ],
    ['a greeting with something hidden in it', [{ ...greeting, run: 'id' }], /no answer of SocketScope/],
    ['a version that is no number', [{ ...greeting, version: '4' }], /no answer of SocketScope/],
    ['text', ['Last login: Mon Jan  5\n'], /no JSON.*login script/],
    ['an endless line', [{ times: MAX_FROM_ENGINE + 1 }], /a line of more than/],
  ])('refuses %s', async (_name, lines, sentence) => {
    await expect(start(lines)).rejects.toThrow(sentence);
  });

  it('is given up when that is wanted', async () => {
    const giveUp = new AbortController();
    const starting = start([], [], giveUp.signal);
    giveUp.abort();
    await expect(starting).rejects.toThrow('Given up.');
    await expect(start([], [], giveUp.signal)).rejects.toThrow('Given up.');
  });

  it('is given up where it says nothing for as long as it may, which need not be for good', async () => {
    const args = ['-e', PEER, JSON.stringify([[], []])];
    const silent = startRemote({ connect: program(args), place, patienceMs: 1 });
    await expect(silent).rejects.toMatchObject({ message: 'server does not answer.', final: false });
  });

  it('is not given up once it has answered', async () => {
    const args = ['-e', PEER, JSON.stringify([[greeting], [{ from: 'page', message: 'heard' }]])];
    const patienceMs = 5000;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      remote = await startRemote({ connect: program(args), place, patienceMs });
      vi.advanceTimersByTime(patienceMs);
    } finally {
      vi.useRealTimers();
    }
    const page = new Page();
    remote.connectPage(page);
    page.say({ type: 'refresh' });
    await until(() => expect(page.heard).toHaveLength(1));
  });

  it('ends at once what has not answered, though it does not look at its input', async ({ skip }) => {
    skip(process.platform === 'win32', 'needs POSIX');
    const giveUp = new AbortController();
    const args = ['-e', 'console.error(process.pid); setInterval(() => {}, 1000)'];
    let pid = 0;
    const stderr = (piece: Buffer): void => void (pid = Number(piece));
    const connect = childWire({ program: process.execPath, args }, place, { stderr });
    const starting = startRemote({ connect, place, signal: giveUp.signal });
    await until(() => expect(pid).toBeGreaterThan(0));
    giveUp.abort();
    await expect(starting).rejects.toThrow('Given up.');
    await until(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  });

  it('says what cannot be started', async () => {
    const connect = childWire({ program: '/nonexistent/ssh', args: [] }, place);
    await expect(startRemote({ connect, place })).rejects.toThrow(/no such program here/);
  });
});

describe('RemoteEngine', () => {
  it('carries a page’s messages both ways, and another page’s apart', async () => {
    const engine = await start([greeting], [{ from: 'page', message: 'heard' }]);
    const [first, second] = [new Page(), new Page()];
    engine.connectPage(first);
    first.say({ type: 'refresh' });
    await until(() =>
      expect(first.heard).toEqual([
        { type: 'heard', heard: { to: 'page', page: 1, message: { type: 'refresh' } } },
      ]),
    );
    first.say({ type: 'resync' });
    engine.connectPage(second);
    expect(first.closed).toHaveBeenCalledOnce();
    first.say({ type: 'refresh' });
    second.say({ type: 'hello' });
    await until(() => expect(second.heard).toHaveLength(1));
    // The answer to what the first one had asked came too late for it, and is not the second one's.
    expect([first.heard.length, second.heard]).toEqual([
      1,
      [{ type: 'heard', heard: { to: 'page', page: 2, message: { type: 'hello' } } }],
    ]);
  });

  it('gives each order its own answer, once', async () => {
    const error = { from: 'host', message: { request: 7, error: 'no' } };
    const progress = { from: 'host', message: { request: 7, progress: { done: 1, total: 2 } } };
    const strange = { from: 'host', message: { request: 8, error: 'nobody asked' } };
    const engine = await start([greeting], [strange, progress, error, error]);
    const replies: HostReply[] = [];
    engine.request(order, (reply) => replies.push(reply));
    await until(() => expect(replies).toHaveLength(2));
    engine.request({ ...order, request: 9 }, (reply) => replies.push(reply));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(replies).toEqual([progress.message, error.message]);
  });

  it.each<[string, object]>([
    ['something for main beside it', { request: 7, stopped: true, serving: { kind: 'local' } }],
    ['a fatal word for main', { request: 7, error: 'x', fatal: 'x' }],
    ['two answers at once', { request: 7, stopped: true, error: 'x' }],
    ['no answer', { request: 7 }],
    ['an answer of another form', { request: 7, program: ['/bin/sh'] }],
  ])('takes no reply with %s', async (_name, message) => {
    const engine = await start([greeting], [{ from: 'host', message }]);
    const replies: HostReply[] = [];
    const end = ended(engine);
    engine.request(order, (reply) => replies.push(reply));
    expect((await end).message).toMatch(/no answer of SocketScope/);
    expect(replies).toEqual([{ request: 7, error: (await end).message }]);
  });

  it('tells whoever waits that the wire broke, and does nothing after it', async () => {
    const engine = await start([greeting], [{ from: 'nobody' }]);
    const page = new Page();
    engine.connectPage(page);
    const replies: HostReply[] = [];
    const end = ended(engine);
    engine.request(order, (reply) => replies.push(reply));
    await end;
    expect(page.closed).toHaveBeenCalledOnce();
    engine.request(order, (reply) => replies.push(reply));
    expect(replies).toEqual([
      { request: 7, error: expect.stringMatching(/no answer of SocketScope/) },
      { request: 7, error: 'The engine is not running; nothing was done.' },
    ]);
    // Also for whoever asks late.
    expect(await ended(engine)).toBeInstanceOf(Error);
  });

  it('says of an order that was lost with the wire where to look for what was done', async () => {
    const engine = await start([greeting], [{ from: 'nobody' }]);
    const replies: HostReply[] = [];
    const end = ended(engine);
    const acting: Order = { action: 'reset', ids: ['a'] };
    engine.request({ request: 8, method: 'act', order: acting, origin: 'window' }, (reply) =>
      replies.push(reply),
    );
    await end;
    expect(replies).toEqual([
      {
        request: 8,
        error: expect.stringMatching(/Part of it may have been done: .*log on server .*actions\.jsonl/),
      },
    ]);
  });

  it('sends nothing that the other side would take for an attack', async () => {
    const engine = await start([greeting], [{ from: 'page', message: 'heard' }]);
    const page = new Page();
    engine.connectPage(page);
    const replies: HostReply[] = [];
    const long = 'x'.repeat(MAX_TO_ENGINE);
    engine.request({ request: 7, method: 'prepare', order: { action: 'reset', ids: [long] } }, (reply) =>
      replies.push(reply),
    );
    page.say({ type: 'details', id: long });
    expect(replies).toEqual([{ request: 7, error: expect.stringMatching(/too much/) }]);
    expect(page.heard).toEqual([{ type: 'refused', message: expect.stringMatching(/too long/) }]);
    page.say({ type: 'refresh' });
    await until(() => expect(page.heard).toHaveLength(2));
  });
});
