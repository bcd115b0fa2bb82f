/** list and close on "another machine": this one, through a real ssh and a real sshd. */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sshd, SSHD_MISSING } from '../remote/fixtures/sshd';
import { PROTOCOL_VERSION } from '../shared/contract';
import { cli, folder, lines, programPath, run, setUpProgram } from './fixtures/program';

setUpProgram();

let sshd: Sshd | null = null;
const sockets = new Set<net.Socket | net.Server>();

beforeAll(async () => {
  if (SSHD_MISSING === null) sshd = await Sshd.start();
});
beforeEach(({ skip }) => skip(SSHD_MISSING !== null, SSHD_MISSING ?? ''));
afterEach(() => {
  for (const socket of sockets) {
    if (socket instanceof net.Socket) socket.destroy();
    else socket.close();
  }
  sockets.clear();
});
afterAll(() => sshd?.dispose());

/** What is run over there, with a place of its own for what it writes down. */
const there = (): string =>
  `SOCKETSCOPE_STATE_DIR=${path.join(folder, 'state')} ${process.execPath} ${programPath()}`;

/** Runs the program with `--host server`. */
const remote = (command: string, ...args: string[]): ReturnType<typeof run> =>
  remoteAt('server', there(), command, ...args);

function remoteAt(host: string, program: string, command: string, ...args: string[]): ReturnType<typeof run> {
  const words = [programPath(), command, '--host', host, '--remote-program', program, ...args];
  return run(process.execPath, words, { SOCKETSCOPE_SSH: sshd!.ssh });
}

/** A program for the other end. */
function standIn(text: string): string {
  const file = path.join(folder, `stand-in-${Math.random()}`);
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

async function connect(): Promise<{ client: net.Socket; server: net.Server }> {
  const server = net.createServer((peer) => peer.on('error', () => undefined)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  await new Promise((resolve) => client.once('connect', resolve));
  sockets.add(server).add(client);
  return { client, server };
}

const parse = (json: string): Record<string, unknown>[] =>
  (JSON.parse(json) as Record<string, unknown>[]).map(({ firstSeenAt: _differs, ...socket }) => socket);

describe('list --host', () => {
  it.each([
    { args: ['--json'] },
    { args: ['--csv'] },
    { args: ['--json', '--show-command-lines'] },
    { args: [] },
    { args: ['--json', 'listen', 'not', 'udp'] },
  ])('prints what list prints there: $args', async ({ args }: { args: string[] }) => {
    const [far, near] = await Promise.all([
      remote('list', '--demo', 'idle', ...args),
      cli('list', '--demo', 'idle', ...args),
    ]);
    expect({ status: far.status, stderr: far.stderr }).toEqual({ status: 0, stderr: '' });
    const withoutTimes = (text: string): unknown =>
      args.includes('--json') ? parse(text) : text.replaceAll(/2\d{3}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
    expect(withoutTimes(far.stdout)).toEqual(withoutTimes(near.stdout));
    expect(lines(far.stdout).length).toBeGreaterThan(4);
  });

  it('reads what it is told to, of the real sockets', async () => {
    const { client } = await connect();
    const terms = [`port:${client.localPort}`];
    const far = await remote('list', '--json', ...terms);
    expect(far.status).toBe(0);
    expect(parse(far.stdout)).toHaveLength(2);
    const unix = await remote('list', '--json', '--protocols', 'unix');
    expect(new Set(parse(unix.stdout).map(({ protocol }) => protocol))).toEqual(new Set(['unix']));
  });

  it('lists more than one message holds', async () => {
    const far = await remote('list', '--json', '--demo', 'large');
    expect(far.status).toBe(0);
    const ids = parse(far.stdout).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(10_000);
  });
});

/**
 * An engine there that takes its time: it says on standard error what it is asked, and of a batch has done the first when
 * it is told to stop.
 */
const SLOW = `
const say = (message) => console.log(JSON.stringify(message));
const reply = (message) => say({ from: 'host', message });
say({ from: 'engine', version: ${PROTOCOL_VERSION}, program: 'x' });
let act;
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { to, message } = JSON.parse(line);
  if (to !== 'host') return;
  console.error('asked:', message.method);
  if (message.method === 'prepare') reply({ request: message.request, preparation: { order: message.order, missing: [] } });
  if (message.method === 'act') act = message;
  if (message.method !== 'stop') return;
  const outcome = (id, i) => ({ id, outcome: i === 0 ? 'done' : 'stopped', label: id, message: null });
  reply({ request: act.request, report: { results: act.order.ids.map(outcome), unrecorded: null } });
  reply({ request: message.request, stopped: true });
}).on('close', () => process.exit());
`;

describe('close --host', () => {
  it('closes exactly what was listed, says the same as here, and writes it down there', async () => {
    const { client } = await connect();
    const other = await connect();
    const listed = parse((await remote('list', '--json', `port:${client.localPort}`)).stdout);
    const id = String(listed.find(({ localPort }) => localPort === client.localPort)!['id']);
    const closed = await remote('close', id);
    expect(closed).toEqual({ status: 0, stdout: 'closed\n', stderr: '' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([client.destroyed, other.client.destroyed]).toEqual([true, false]);
    expect(await remote('close', id)).toEqual({ status: 1, stdout: 'gone\n', stderr: '' });
    const log = fs.readFileSync(path.join(folder, 'state', 'actions.jsonl'), 'utf8');
    expect(JSON.parse(lines(log)[0]!)).toMatchObject({ target: id, origin: 'command line', outcome: 'done' });
  });

  it('says what may have been done, and where to look, where the wire breaks under way', async () => {
    const file = path.join(folder, 'breaking.cjs');
    fs.writeFileSync(file, SLOW.replace('act = message;', 'process.exit(9);'));
    const { status, stdout, stderr } = await remoteAt('server', `${process.execPath} ${file}`, 'close', 'a');
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(lines(stderr).at(-1)).toMatch(/connection to server was lost.*Part of it may have been done/);
  });
});

describe('Ctrl+C', () => {
  beforeEach(({ skip }) => skip(process.platform === 'win32', 'needs the signals of a terminal'));

  /** Starts it as a shell does: as a process group of its own, each of which hears Ctrl+C. */
  function start(program: string): {
    status: Promise<number | null>;
    stdout: string;
    stderr: string;
    pid: number;
  } {
    const words = [programPath(), 'close', '--host', 'server', '--remote-program', program, 'a', 'b'];
    const env = { ...process.env, SOCKETSCOPE_SSH: sshd!.ssh };
    const child = spawn(process.execPath, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    const status = new Promise<number | null>((resolve) => child.once('close', resolve));
    const started = { status, stdout: '', stderr: '', pid: child.pid! };
    child.stdout.on('data', (piece) => (started.stdout += String(piece)));
    child.stderr.on('data', (piece) => (started.stderr += String(piece)));
    return started;
  }
  /** Processes of this group, without the one that leads it */
  const others = (group: number): string[] =>
    execFileSync('ps', ['-eo', 'pid=,pgid=,stat=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([pid, pgid, stat]) => pgid === String(group) && pid !== pgid && !stat!.startsWith('Z'))
      .map((fields) => fields.slice(3).join(' '));
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

  it('stops a batch there, and what came of it is reported', async () => {
    const file = path.join(folder, 'slow.cjs');
    fs.writeFileSync(file, SLOW);
    const run = start(`${process.execPath} ${file}`);
    await until(() => expect(run.stderr).toContain('asked: act'));
    process.kill(-run.pid, 'SIGINT');
    expect(await run.status).toBe(3);
    expect(run.stdout).toBe('closed\nstopped\n');
    await until(() => expect(others(run.pid)).toEqual([]));
  });

  it('gives up while nobody has answered yet, and leaves no ssh behind that asks', async () => {
    const run = start(standIn('echo begun >&2; exec sleep 30'));
    await until(() => expect(run.stderr).toContain('begun'));
    expect(others(run.pid)).toEqual([expect.stringContaining('ssh_config')]);
    process.kill(-run.pid, 'SIGINT');
    expect(await run.status).toBe(4);
    expect(lines(run.stderr).at(-1)).toBe('socketscope: Given up.');
    await until(() => expect(others(run.pid)).toEqual([]));
  });
});

describe('what stands in the way is said, with exit status 4', () => {
  it.each<[string, string, string | null, RegExp]>([
    ['an unknown key', 'stranger', null, /key of stranger is not known.*Run "ssh stranger"/],
    ['a refusal', 'closed', null, /closed did not let you in: .*Permission denied/],
    ['nobody there', 'silent', null, /silent cannot be reached: .*refused/],
    [
      'no SocketScope there',
      'server',
      '/nonexistent/socketscope',
      /not installed on server.*"\/nonexistent\/socketscope"/,
    ],
    [
      'another version',
      'server',
      `echo '{"from":"engine","version":3,"program":"0.0.9"}'; cat`,
      /server has SocketScope 0\.0\.9 \(protocol 3\), and this is .*\(protocol \d+\)/,
    ],
    [
      'a version without an engine',
      'server',
      'echo "socketscope: There is no command \\"engine\\"." >&2; exit 2',
      /too old/,
    ],
    ['a login script that talks', 'server', 'echo Welcome; cat', /login script/],
    [
      'a program that fails',
      'server',
      'echo "no more memory" >&2; exit 70',
      /exit status 70\): no more memory/,
    ],
    [
      'a wire that breaks',
      'server',
      `echo '{"from":"engine","version":${PROTOCOL_VERSION},"program":"x"}'; sleep 0.3; kill -9 $PPID`,
      /connection to server was lost/,
    ],
    [
      'an engine that ends',
      'server',
      `echo '{"from":"engine","version":${PROTOCOL_VERSION},"program":"x"}'; exit 0`,
      /connection to server was lost/,
    ],
  ])('%s', async (_name, host, text, sentence) => {
    const program = text === null ? there() : text.startsWith('/') ? text : standIn(text);
    const { status, stdout, stderr } = await remoteAt(host, program, 'list');
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(lines(stderr).at(-1)).toMatch(sentence);
    expect(lines(stderr).at(-1)).toMatch(/^socketscope: /);
  });

  it('no ssh here', async () => {
    const env = { SOCKETSCOPE_SSH: '/nonexistent/ssh' };
    const { status, stderr } = await run(process.execPath, [programPath(), 'list', '--host', 'server'], env);
    expect(status).toBe(4);
    expect(stderr).toMatch(/no such program here. Install OpenSSH/);
  });

  it('a program for no machine: exit status 2', async () => {
    expect(await cli('list', '--remote-program', '/opt/socketscope')).toMatchObject({
      status: 2,
      stdout: '',
    });
  });

  it.each(['-oProxyCommand=id', 'a b', ''])('%j is no host: exit status 2', async (host) => {
    const { status, stderr } = await cli('list', `--host=${host}`);
    expect(status).toBe(2);
    expect(stderr).toContain('--host takes user@server');
  });
});
