/** list and close on "another machine": this one, through a real ssh and a real sshd. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
