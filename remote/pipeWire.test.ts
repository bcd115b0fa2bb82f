/** The wire over a pipe, with a real program on its other end. A UNIX socket's path stands where Windows has a pipe's. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mock } from 'vitest';
import type { Channel } from '../shared/channel';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { EngineMessage, HostReply } from '../shared/contract';
import { RemoteError } from './ends';
import { buildProgram } from './fixtures/builtProgram';
import { pipeWire } from './pipeWire';
import type { Started } from './pipeWire';
import { startRemote } from './remoteEngine';
import type { RemoteEngine } from './remoteEngine';

const place = { kind: 'elevated' } as const;
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 });

let built: string;
let program: string;
let pipes: string;
let child: ChildProcess | null;
let remote: RemoteEngine | null;
/** What the program was started with */
let words: readonly string[];
let release: Mock<() => void>;

beforeAll(async () => {
  // Where it finds koffi
  built = fs.mkdtempSync(path.resolve('.cache/pipe-'));
  program = await buildProgram(built, 'remote/fixtures/pipeProgram.ts', 'pipeProgram.js');
}, 60_000);
beforeEach(({ skip }) => {
  skip(process.platform === 'win32', 'pipes have no paths there: see pipe.windows.ts');
  pipes = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-pipe-'));
  child = remote = null;
  words = [];
  release = vi.fn<() => void>();
});
afterEach(() => {
  remote?.close();
  child?.kill('SIGKILL');
  fs.rmSync(pipes, { recursive: true, force: true });
});
afterAll(() => fs.rmSync(built, { recursive: true, force: true }));

function started(process: ChildProcess): Started {
  child = process;
  const exitCode = (): number | null => process.exitCode ?? (process.signalCode === null ? null : 1);
  return { exitCode, end: () => void process.kill('SIGKILL'), release };
}
const run = (args: readonly string[], ...node: string[]): Started => {
  words = args;
  return started(spawn(process.execPath, [...node, pipes, ...args], { stdio: 'ignore' }));
};
/** What the user agrees to */
const yes = (args: readonly string[]): Promise<Started> => Promise.resolve(run(args, program));
/** A program that is somebody else's */
const other = (script: string) => (args: readonly string[]) => Promise.resolve(run(args, '-e', script));

const pathOf = (name: string): string => path.join(pipes, name);
const nonce = (): string => words.at(-1)!;
const pipe = (): string => pathOf(words[2]!);

type Start = (args: readonly string[]) => Promise<Started>;
async function connect(
  start: Start,
  more: { signal?: AbortSignal; comingMs?: number } = {},
): Promise<RemoteEngine> {
  const { signal, ...limits } = more;
  remote = await startRemote({
    connect: pipeWire({ start, pathOf, ...limits }),
    place,
    ...(signal ? { signal } : {}),
  });
  return remote;
}

class Page implements Channel {
  readonly heard: EngineMessage[] = [];
  say: (message: unknown) => void = () => undefined;
  readonly close = vi.fn();
  send = (message: unknown): void => void this.heard.push(message as EngineMessage);
  onMessage = (listener: (message: unknown) => void): void => void (this.say = listener);
  onClose = (): void => undefined;
}
const ended = (engine: RemoteEngine): Promise<Error> => new Promise((resolve) => engine.onEnd(resolve));

/** Opens the pipe as somebody else, and says something. Resolves once it is turned away, with what it was told. */
async function knock(at: string, text: string | null): Promise<string> {
  const socket = net.connect(at);
  let heard = '';
  socket.on('data', (piece) => (heard += String(piece)));
  socket.on('error', () => undefined);
  if (text !== null) socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

describe('an engine behind a pipe', () => {
  it('serves pages and orders, and ends when it is left', async () => {
    const engine = await connect(yes);
    const page = new Page();
    engine.connectPage(page);
    page.say({ type: 'hello', version: PROTOCOL_VERSION });
    await until(() => expect(page.heard.map(({ type }) => type)).toEqual(['welcome', 'snapshot']));
    const replies: HostReply[] = [];
    const order = { action: 'reset', ids: ['demo-01'] } as const;
    engine.request({ request: 1, method: 'prepare', order: { ...order, ids: [...order.ids] } }, (reply) =>
      replies.push(reply),
    );
    await until(() => expect(replies).toMatchObject([{ request: 1, preparation: { order } }]));
    engine.close();
    await until(() => expect(child!.exitCode).toBe(0));
    await until(() => expect(release).toHaveBeenCalledOnce());
  });

  it('is told a name and a nonce of this run', async () => {
    await connect(yes);
    expect(words).toEqual([
      'engine',
      '--pipe',
      expect.stringMatching(/^socketscope-[0-9a-f]{32}$/),
      '--nonce',
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    const before = words;
    remote!.close();
    await connect(yes);
    expect([words[2], words[4]]).not.toEqual([before[2], before[4]]);
  });

  it('is the only one that is let in, with the pipe closed behind it', async () => {
    await connect(yes);
    expect(fs.existsSync(pipe())).toBe(false);
    await expect(knock(pipe(), `${nonce()}\n`)).resolves.toBe('');
  });

  it('is let in though others were there before it', async () => {
    let told: string[] = [];
    const engine = await connect(async (args) => {
      words = args;
      told = await Promise.all([
        knock(pipe(), `${'0'.repeat(64)}\n`),
        knock(pipe(), `${nonce().slice(0, 63)}\n`),
        knock(pipe(), `${nonce()}0\n`),
        knock(pipe(), '\n'),
        knock(pipe(), 'x'.repeat(100_000)),
        knock(pipe(), '{"to":"host","message":{}}\n'),
      ]);
      return run(args, program);
    });
    expect(engine.greeted).toBe(true);
    // Nobody is told anything.
    expect(told).toEqual(['', '', '', '', '', '']);
  });

  it('that dies is not said to be a stranger that was turned away before', async () => {
    const engine = await connect(async (args) => {
      words = args;
      await knock(pipe(), `${'0'.repeat(64)}\n`);
      return run(args, program);
    });
    const end = ended(engine);
    child!.kill('SIGKILL');
    expect(await end).toMatchObject({ message: 'The engine with more rights has ended.' });
  });

  it('shows the nonce in any number of pieces', async () => {
    const script = `
      const [, folder, , , name, , nonce] = process.argv;
      const socket = require('net').connect(folder + '/' + name);
      const text = nonce + '\\n' + JSON.stringify({ from: 'engine', version: ${PROTOCOL_VERSION}, program: 'x' }) + '\\n';
      let at = 0;
      setInterval(() => at < text.length && socket.write(text.slice(at, (at += 7))), 5);`;
    expect((await connect(other(script))).greeted).toBe(true);
  });

  it('leaves whoever waits in silence outside, also while many do', async () => {
    const idle: net.Socket[] = [];
    const engine = await connect(async (args) => {
      words = args;
      for (let i = 0; i < 30; i++) idle.push(net.connect(pipe()).on('error', () => undefined));
      await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
      return run(args, program);
    });
    expect(engine.greeted).toBe(true);
    await until(() => expect(idle.every((socket) => socket.closed || socket.resume().destroyed)).toBe(true));
  });

  it('that dies is told of, with what there is to say', async () => {
    const engine = await connect(yes);
    const page = new Page();
    engine.connectPage(page);
    const end = ended(engine);
    child!.kill('SIGKILL');
    expect(await end).toMatchObject({ message: 'The engine with more rights has ended.', final: true });
    expect(page.close).toHaveBeenCalledOnce();
    await until(() => expect(release).toHaveBeenCalledOnce());
  });
});

describe('no engine behind a pipe', () => {
  it.each<[string, Start, RegExp]>([
    ['the user says no', () => Promise.reject(new RemoteError('You said no.', true)), /^You said no\.$/],
    [
      'Windows does not start it',
      () => Promise.reject(new Error('ShellExecuteExW: ERROR_FILE_NOT_FOUND. There is no such file.')),
      /could not be started: ShellExecuteExW: ERROR_FILE_NOT_FOUND/,
    ],
    ['it ends at once', other('process.exit(3)'), /could not be started/],
    [
      'it shows another nonce',
      other(
        `const [, folder, , , name] = process.argv; require('net').connect(folder + '/' + name).end('0'.repeat(64) + '\\n')`,
      ),
      /not started by this one .*turned away/,
    ],
    [
      'it says something else behind the nonce',
      other(
        `const [, folder, , , name, , nonce] = process.argv; require('net').connect(folder + '/' + name).write(nonce + '\\nhello\\n')`,
      ),
      /cannot be understood/,
    ],
  ])('is said where %s', async (_name, start, sentence) => {
    await expect(connect(start)).rejects.toThrow(sentence);
    await until(() => expect(fs.readdirSync(pipes)).toEqual([]));
  });

  it('is said where it runs, and never comes', async () => {
    const waiting = other('setInterval(() => {}, 1000)');
    await expect(connect(waiting, { comingMs: 500 })).rejects.toThrow('does not answer');
    await until(() => expect(child!.signalCode).toBe('SIGKILL'));
    await until(() => expect(release).toHaveBeenCalledOnce());
  });

  it('is said where the pipe cannot be made', async () => {
    fs.rmSync(pipes, { recursive: true });
    const start = vi.fn(yes);
    await expect(connect(start)).rejects.toThrow(/no pipe for it to answer on \(E\w+\)/);
    expect(start).not.toHaveBeenCalled();
  });

  it('is left behind when it is given up while the user is asked', async () => {
    const giveUp = new AbortController();
    let agree: () => void = () => undefined;
    const asking = new Promise<void>((resolve) => (agree = resolve));
    const connecting = connect(
      async (args) => {
        words = args;
        await asking;
        return run(args, program);
      },
      { signal: giveUp.signal },
    );
    await until(() => expect(words).toHaveLength(5));
    giveUp.abort();
    await expect(connecting).rejects.toThrow('Given up.');
    expect(fs.readdirSync(pipes)).toEqual([]);
    agree();
    // Whether or not it may be ended by force.
    await until(() => expect(child?.exitCode ?? child?.signalCode).toBeTruthy());
    await until(() => expect(release).toHaveBeenCalledOnce());
  });

  it('ends by itself where its pipe has gone', async () => {
    run(['engine', '--pipe', 'socketscope-0', '--nonce', '0'], program);
    await until(() => expect(child!.exitCode).toBe(4));
  });
});
