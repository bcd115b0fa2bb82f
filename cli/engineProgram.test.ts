/** `engine --stdio` as a program: what a hostile or careless client on its pipes can do to it. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../shared/contract';
import { cli, folder, lines, POSIX, programPath, setUpProgram } from './fixtures/program';

setUpProgram();

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
let child: Child | null = null;
let output = '';
let complaints = '';
let ended: Promise<number | string | null>;
/** A program that does not end when it is asked to. */
let stubborn: ReturnType<typeof spawn> | null = null;

beforeEach(() => {
  child = stubborn = null;
  output = complaints = '';
});
afterEach(() => {
  child?.kill('SIGKILL');
  stubborn?.kill('SIGKILL');
});

function start(...args: string[]): Child {
  const env = { ...process.env, SOCKETSCOPE_STATE_DIR: path.join(folder, 'state') };
  const words = [programPath(), 'engine', '--stdio', ...args];
  const engine = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'pipe'], env });
  engine.stdin.on('error', () => undefined);
  engine.stderr.on('data', (piece) => (complaints += String(piece)));
  ended = new Promise((resolve) => engine.once('exit', (status, signal) => resolve(status ?? signal)));
  child = engine;
  return engine;
}

/** Starts one and listens to it. */
function listen(...args: string[]): Child {
  const engine = start(...args);
  engine.stdout.on('data', (piece) => (output += String(piece)));
  return engine;
}

const frames = (): { from: string; message?: Record<string, unknown> }[] =>
  lines(output).map((line) => JSON.parse(line) as { from: string; message?: Record<string, unknown> });
const say = (engine: Child, frame: unknown): void => void engine.stdin.write(`${JSON.stringify(frame)}\n`);
const hello = { to: 'page', page: 1, message: { type: 'hello', version: PROTOCOL_VERSION } };
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

describe('engine --stdio', () => {
  it('says its version, serves, and ends with its input, leaving nothing but messages on its output', async () => {
    const engine = listen('--demo', 'idle');
    say(engine, hello);
    await until(() => expect(frames()).toHaveLength(3));
    expect(frames().map(({ from, message }) => message?.['type'] ?? from)).toEqual([
      'engine',
      'welcome',
      'snapshot',
    ]);
    engine.stdin.end('{"to":"host","message":{"request":1,"method":"prep');
    expect(await ended).toBe(0);
    expect([frames().length, complaints]).toEqual([3, '']);
  });

  it('reads no socket while nobody has asked for any', async () => {
    const engine = listen();
    await until(() => expect(frames()).toHaveLength(1));
    engine.stdin.end();
    expect(await ended).toBe(0);
    expect(frames()).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['an unknown addressee', '{"to":"root","message":{}}\n'],
    ['a line without an end', 'x'.repeat(5 * 1024 * 1024)],
  ])('ends at %s, with exit status 2 and a sentence', async (_name, text) => {
    const engine = listen('--demo', 'idle');
    engine.stdin.write(text);
    say(engine, hello);
    expect(await ended).toBe(2);
    expect(complaints).toMatch(/^socketscope: Refused: .*\.\n$/);
    expect(frames()).toHaveLength(1);
  });

  it('takes no order on the page’s side', async () => {
    const engine = listen('--demo', 'idle');
    const order = { action: 'reset', ids: ['demo-01'] };
    say(engine, { to: 'page', page: 1, message: { request: 1, method: 'act', order, origin: 'window' } });
    say(engine, hello);
    await until(() => expect(frames().at(-1)!.message?.['type']).toBe('snapshot'));
    expect(frames()[1]!.message).toMatchObject({ type: 'refused' });
    expect(JSON.stringify(frames().at(-1))).toContain('"demo-01"');
  });

  it('ends when nobody reads it any more', async () => {
    const engine = start('--demo', 'churn');
    await new Promise((resolve) => engine.stdout.once('data', resolve));
    engine.stdout.destroy();
    say(engine, hello);
    expect(await ended).toBe(2);
    expect(complaints).toContain('The client has gone.');
  });

  it('ends also when its input ends while nobody reads', async () => {
    const engine = start('--demo', 'large');
    engine.stdout.pause();
    say(engine, hello);
    await new Promise((resolve) => setTimeout(resolve, 500));
    engine.stdin.end();
    expect(await ended).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')(
    'stops what it is doing when its client goes, and writes down how far it came',
    async () => {
      stubborn = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await new Promise((resolve) => stubborn!.stdout!.once('data', resolve));
      const engine = listen();
      const startedAt = startOf(stubborn.pid!);
      const order = { action: 'terminate', processes: [{ pid: stubborn.pid, startedAt }] };
      say(engine, { to: 'host', message: { request: 1, method: 'act', order, origin: 'window' } });
      await until(() => expect(frames().at(-1)!.message).toMatchObject({ progress: { done: 0 } }));
      engine.stdin.end();
      expect(await ended).toBe(0);
      const log = lines(fs.readFileSync(path.join(folder, 'state', 'actions.jsonl'), 'utf8'));
      expect(JSON.parse(log.at(-1)!)).toMatchObject({
        action: 'terminate',
        target: `${stubborn.pid}@${startedAt}`,
        origin: 'window',
      });
      expect(stubborn.exitCode).toBeNull();
    },
  );

  it('is for programs: it wants to be told so, and takes nothing else', async () => {
    expect(await cli('engine')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('engine --stdio'),
    });
    expect(await cli('engine', '--stdio', 'x')).toMatchObject({ status: 2 });
    expect(await cli('engine', '--stdio', '--demo', 'nonsense')).toMatchObject({
      status: 4,
      stdout: '',
      stderr: expect.stringContaining('There is no demonstration'),
    });
  });

  it.skipIf(!POSIX)('says its version when it is asked, as every program does', async () => {
    const { version } = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await cli('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

/** ms since 1970-01-01 UTC, from the kernel's own words (man 5 proc) */
function startOf(pid: number): number {
  const ticks = Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'utf8'))![1]);
  return boot * 1000 + ticks * 10;
}
