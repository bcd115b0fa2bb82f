import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine } from '../engine';
import type { Engine } from '../engine';
import { PROTOCOL_VERSION } from '../shared/contract';
import { MAX_TO_ENGINE } from './frames';
import { serveStdio } from './serveStdio';
import type { End } from './serveStdio';

type Frame = { from: string; page?: number; message?: { type?: string; [field: string]: unknown } };

let engine: Engine;
let input: PassThrough;
let output: PassThrough;
let frames: Frame[];
let received: unknown[];
const stop = vi.fn<() => Promise<void>>();
let end: Promise<End>;

beforeEach(() => {
  engine = createEngine('idle');
  input = new PassThrough();
  output = new PassThrough();
  frames = [];
  received = [];
  stop.mockReset().mockResolvedValue();
});
afterEach(() => engine.dispose());

function serve(): void {
  end = serveStdio({
    engine,
    orders: (reply) => ({
      receive: (message) => {
        received.push(message);
        reply({ request: 7, error: 'as asked' });
      },
      stop,
    }),
    input,
    output,
    program: '1.2.3',
  });
}

/** Serves, and collects what it says. */
function listen(): void {
  serve();
  let text = '';
  output.on('data', (piece: Buffer) => {
    const lines = (text + piece.toString()).split('\n');
    text = lines.pop()!;
    frames.push(...lines.map((line) => JSON.parse(line) as Frame));
  });
}

const say = (line: unknown): void =>
  void input.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
const hello = { type: 'hello', version: PROTOCOL_VERSION };
const types = (page?: number): (string | undefined)[] =>
  frames.filter((frame) => page === undefined || frame.page === page).map(({ message }) => message?.type);
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000 });

describe('serveStdio', () => {
  it('says its version first, then serves a page and orders', async () => {
    listen();
    say({ to: 'page', page: 1, message: hello });
    say({ to: 'host', message: { request: 7 } });
    await until(() => expect(types(1)).toEqual(['welcome', 'snapshot']));
    expect(frames[0]).toEqual({ from: 'engine', version: PROTOCOL_VERSION, program: '1.2.3' });
    expect(received).toEqual([{ request: 7 }]);
    expect(frames.at(-1)).toEqual({ from: 'host', message: { request: 7, error: 'as asked' } });
  });

  it('reads nothing before there is somebody to read for', async () => {
    const start = vi.spyOn(engine, 'start');
    listen();
    say({ to: 'host', message: { request: 7 } });
    await until(() => expect(received).toHaveLength(1));
    expect(start).not.toHaveBeenCalled();
    say({ to: 'page', page: 1, message: hello });
    say({ to: 'page', page: 2, message: hello });
    await until(() => expect(types(2)).toContain('snapshot'));
    expect(start).toHaveBeenCalledOnce();
  });

  it('serves one page at a time: the next one begins anew, and the one before is not heard any more', async () => {
    listen();
    say({ to: 'page', page: 1, message: hello });
    say({ to: 'page', page: 3, message: hello });
    await until(() => expect(types(3)).toEqual(['welcome', 'snapshot']));
    const before = frames.length;
    say({ to: 'page', page: 1, message: hello });
    say({ to: 'page', page: 2, message: { type: 'refresh' } });
    // An unanswered snapshot keeps everything but answers back.
    say({ to: 'page', page: 3, message: { type: 'details', id: 'demo-ffff' } });
    await until(() => expect(frames.length).toBeGreaterThan(before));
    expect(types().slice(before)).toEqual(['details']);
  });

  it('refuses an order on the page’s side, and goes on', async () => {
    listen();
    const ids = engine.snapshot().map(({ id }) => id);
    for (const message of [
      { request: 1, method: 'act', order: { action: 'reset', ids }, origin: 'window' },
      { type: 'act', order: { action: 'reset', ids } },
      { type: 'confirm', nonce: 'a'.repeat(32) },
      'act',
      null,
    ])
      say({ to: 'page', page: 1, message });
    await until(() => expect(types(1)).toEqual(Array.from({ length: 5 }, () => 'refused')));
    expect(received).toEqual([]);
    expect(engine.snapshot().map(({ id }) => id)).toEqual(ids);
    say({ to: 'page', page: 1, message: hello });
    await until(() => expect(types(1)).toContain('welcome'));
  });

  it.each<[string, string]>([
    ['garbage', 'GET / HTTP/1.1\r\n'],
    ['an empty line', '\n'],
    ['bytes that are no text', '\xff\xfe\n'],
    ['nobody', '{"message":{"request":1}}\n'],
    ['somebody unknown', '{"to":"kernel","message":{"request":1}}\n'],
    ['a page without a number', '{"to":"page","message":{"type":"refresh"}}\n'],
    ['a page of half a number', '{"to":"page","page":1.5,"message":{"type":"refresh"}}\n'],
    ['a field too many', '{"to":"host","as":"root","message":{"request":1}}\n'],
    ['a list', '[{"to":"host","message":{"request":1}}]\n'],
    ['more than a line may hold', 'x'.repeat(MAX_TO_ENGINE + 1)],
  ])('ends at %s, and does nothing of what comes after it', async (_name, text) => {
    listen();
    input.write(Buffer.from(text, 'latin1'));
    say({ to: 'host', message: { request: 7 } });
    expect(await end).toMatch(/^Refused: .*\.$/);
    expect(received).toEqual([]);
    expect(stop).toHaveBeenCalledOnce();
  });

  it('does what came before a bad line', async () => {
    listen();
    say('{"to":"host","message":{"request":1}}\nrm -rf /\n{"to":"host","message":{"request":2}}\n');
    expect(await end).toMatch(/^Refused: a line that is no JSON/);
    expect(received).toEqual([{ request: 1 }]);
  });

  it('ends with its input, and does nothing of half a line', async () => {
    listen();
    say('{"to":"host","message":{"request":7}}');
    input.end();
    expect(await end).toBeNull();
    expect(received).toEqual([]);
    expect(stop).toHaveBeenCalledOnce();
  });

  it('does not end before what it has begun has stopped', async () => {
    let stopped = (): void => undefined;
    stop.mockReturnValue(new Promise((resolve) => (stopped = resolve)));
    listen();
    let isOver = false;
    void end.then(() => (isOver = true));
    input.end();
    await until(() => expect(stop).toHaveBeenCalled());
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    stopped();
    expect(await end).toBeNull();
  });

  it('ends when nobody can hear it any more', async () => {
    listen();
    output.destroy(new Error('EPIPE'));
    expect(await end).toMatch(/gone/);
  });

  it('keeps no queue of readings for a page that does not read', async () => {
    serve();
    say({ to: 'page', page: 1, message: hello });
    await until(() => expect(output.readableLength + output.writableLength).toBeGreaterThan(1000));
    const before = output.readableLength + output.writableLength;
    for (let i = 0; i < 50; i++) engine.snapshot();
    expect(output.readableLength + output.writableLength).toBe(before);
  });

  it('ends where a client asks on and on, and never reads', async () => {
    serve();
    const [row] = engine.snapshot();
    const question = `${JSON.stringify({ to: 'page', page: 1, message: { type: 'details', id: row!.id } })}\n`;
    const ask = (): void => {
      input.write(question.repeat(2000));
      if (!input.destroyed) setImmediate(ask);
    };
    ask();
    expect(await end).toMatch(/does not read/);
  });
});
