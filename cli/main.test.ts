import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildProgram } from './fixtures/builtProgram';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const POSIX = process.platform !== 'win32';
const MEGABYTE = 1024 * 1024;
const TOKEN = 'a-token-of-this-test-0123456789';

/** What other programs rely on: spelled out here, so that a change of shared/fields.ts is noticed. */
const FIELDS = [
  'id',
  'protocol',
  'family',
  'state',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  'pid',
  'processName',
  'processPath',
  'processStartedAt',
  'user',
  'uid',
  'ownerInherited',
  'inode',
  'createdAt',
  'firstSeenAt',
  'bytesSent',
  'bytesReceived',
  'receiveQueue',
  'sendQueue',
  'type',
  'dualStack',
  'namespace',
  'unit',
  'container',
  'owner',
  'holders',
  'destroyedAt',
  'rtt',
  'retransmits',
  'direction',
  'interface',
  'parentPid',
  'parentName',
];

let folder: string;
let program: string;
const running = new Set<ChildProcess>();

/** The program as `npm run build` makes it (scripts/build.mjs), with a page beside it. */
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-cli-'));
  program = await buildProgram(folder);
  fs.symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  fs.mkdirSync(path.join(folder, 'renderer'));
  fs.writeFileSync(path.join(folder, 'renderer', 'index.html'), '<title>SocketScope</title>');
});

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

afterAll(() => {
  fs.rmSync(path.join(folder, 'node_modules'));
  fs.rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  status: number | string | null;
  stdout: string;
  stderr: string;
}

/** The environment without what would change the program's mind. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { SOCKETSCOPE_TOKEN: _token, NODE_OPTIONS: _options, ...rest } = process.env;
  return { ...rest, ...more };
}

/** Runs a program to its end. */
function run(file: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: environment(env), maxBuffer: 256 * MEGABYTE, cwd: folder };
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      running.delete(child);
      resolve({ status: error === null ? 0 : (error.code ?? child.signalCode), stdout, stderr });
    });
    running.add(child);
  });
}

const cli = (...args: string[]): Promise<Ended> => run(process.execPath, [program, ...args]);

/** Runs it in a shell, where `$SOCKETSCOPE` is the program. */
const shell = (command: string): Promise<Ended> =>
  run('/bin/sh', ['-c', command], { SOCKETSCOPE: program, NODE: process.execPath });

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

describe('list', () => {
  it('--json prints one JSON array of the documented fields, and nothing else', async () => {
    const { status, stdout, stderr } = await cli('list', '--json', '--demo', 'idle');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const sockets = JSON.parse(stdout) as Record<string, unknown>[];
    expect(sockets).toHaveLength(20);
    for (const socket of sockets) expect(Object.keys(socket)).toEqual(FIELDS);
    expect(new Set(sockets.map((socket) => socket['id'])).size).toBe(20);
  });

  it('--csv prints the same as CSV', async () => {
    const [csv, json] = await Promise.all(
      ['--csv', '--json'].map((format) => cli('list', format, '--demo', 'idle')),
    );
    expect(csv).toMatchObject({ status: 0, stderr: '' });
    const cells = parse(csv!.stdout, { columns: true }) as Record<string, string>[];
    type Cells = Record<string, string | number | boolean | null>;
    const sockets = JSON.parse(json!.stdout) as Cells[];
    const asText = ({ firstSeenAt: _differs, ...socket }: Cells): unknown =>
      Object.fromEntries(
        Object.entries(socket).map(([name, value]) => [name, value === null ? '' : String(value)]),
      );
    expect(Object.keys(cells[0]!)).toEqual(FIELDS);
    expect(cells.map(asText)).toEqual(sockets.map(asText));
  });

  it('prints a table otherwise', async () => {
    const { status, stdout } = await cli('list', '--demo=idle');
    expect(status).toBe(0);
    expect(lines(stdout)).toHaveLength(21);
    expect(stdout).toMatch(/^Proto {2}State/);
  });

  it.each(['--json', '--csv', '--demo=idle'])('%s keeps command lines back until asked', async (format) => {
    const [without, shown] = await Promise.all([
      cli('list', '--demo', 'idle', format),
      cli('list', '--demo', 'idle', format, '--show-command-lines'),
    ]);
    expect(without.stdout).not.toContain('hunter2');
    expect(shown.stdout).toContain('--password=hunter2');
  });

  it('prints what it could read, names the table it could not on the other stream, and says 4', async () => {
    const { status, stdout, stderr } = await cli('list', '--json', '--demo', 'failing');
    expect(status).toBe(4);
    expect(Array.isArray(JSON.parse(stdout))).toBe(true);
    expect(lines(stderr)).toEqual([expect.stringMatching(/^socketscope: .*tcp6.*ENOBUFS/)]);
  });

  it('prints all of 50,000 sockets into a pipe', async () => {
    const { status, stdout } = await cli('list', '--json', '--demo', 'large');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(50_000);
  });

  it('prints what fits a filter', async () => {
    const all = JSON.parse((await cli('list', '--json', '--demo', 'idle')).stdout) as Record<
      string,
      unknown
    >[];
    const isListener = ({ state }: Record<string, unknown>): boolean => state === 'LISTEN';
    for (const [args, expected] of [
      [['state:listen'], all.filter(isListener)],
      [['-state:listen'], all.filter((socket) => !isListener(socket))],
      [['state:listen', 'or', 'not', 'state:listen'], all],
    ] as const) {
      const { status, stdout, stderr } = await cli('list', ...args, '--json', '--demo', 'idle');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const ids = (JSON.parse(stdout) as Record<string, unknown>[]).map(({ id }) => id);
      expect(ids).toEqual(expected.map(({ id }) => id));
      expect(ids.length).toBeGreaterThan(0);
    }
  });

  it.skipIf(!POSIX)('takes it as no error when its reader has seen enough', async () => {
    const { stdout, stderr } = await shell(
      '{ "$NODE" "$SOCKETSCOPE" list --demo large; echo "status $?" >&2; } | head -n 1',
    );
    expect(lines(stdout)).toEqual([expect.stringMatching(/^Proto /)]);
    expect(stderr).toBe('status 0\n');
  });

  it.skipIf(process.platform !== 'linux')('shows this process’s own listener', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      const { status, stdout } = await cli('list', '--json');
      expect(status).toBe(0);
      const sockets = JSON.parse(stdout) as Record<string, unknown>[];
      for (const socket of sockets) expect(Object.keys(socket)).toEqual(FIELDS);
      const own = sockets.filter((socket) => socket['localPort'] === port && socket['state'] === 'LISTEN');
      expect(own).toMatchObject([{ protocol: 'tcp', localAddress: '127.0.0.1', pid: process.pid }]);
    } finally {
      server.close();
    }
  });
});

describe('what is read', { timeout: 60_000 }, () => {
  const server = net.createServer();
  const name = `socketscope-cli-${process.pid}`;

  beforeAll(async () => {
    if (process.platform === 'linux')
      await new Promise<void>((resolve) => server.listen(`\0${name}`, resolve));
  });
  afterAll(() => server.close());

  /** The sockets that `list` prints, and its exit status: 4 where this kernel lacks a table. */
  async function listed(...args: string[]): Promise<Record<string, unknown>[]> {
    const { status, stdout, stderr } = await cli('list', '--json', ...args);
    expect(status).toBe(stderr === '' ? 0 : 4);
    return JSON.parse(stdout) as Record<string, unknown>[];
  }

  const own = (sockets: Record<string, unknown>[]): Record<string, unknown>[] =>
    sockets.filter(({ localAddress }) => String(localAddress).startsWith(`@${name}`));

  it.skipIf(process.platform !== 'linux')('is TCP and UDP, those that are named, or all', async () => {
    const plain = await listed();
    expect(own(plain)).toEqual([]);
    expect(new Set(plain.map(({ protocol }) => protocol))).toEqual(
      new Set(plain.map(({ protocol }) => protocol).filter((each) => each === 'tcp' || each === 'udp')),
    );
    const unix = await listed('--protocols', 'unix');
    expect(own(unix)).toMatchObject([
      { protocol: 'unix', family: null, type: 'stream', state: 'LISTEN', localPort: null, pid: process.pid },
    ]);
    expect(new Set(unix.map(({ protocol }) => protocol))).toEqual(new Set(['unix']));
    expect(own(await listed('--all', '--bound', '--namespaces'))).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')(
    'can be shown and closed by id, whatever it took to list it',
    async () => {
      const [socket] = own(await listed('--protocols=unix'));
      const id = String(socket!['id']);
      const shown = await cli('show', id);
      expect(shown).toMatchObject({ status: 0, stderr: '' });
      expect(lines(shown.stdout)[1]).toBe(`id ${id}`);
      // Found, though another one has ended; and no UNIX socket can be closed.
      const closed = await cli('close', `${id}f`, id);
      expect(closed).toMatchObject({ status: 3, stdout: 'gone\nrefused\n' });
      expect(closed.stderr).toMatch(/UNIX @socketscope-cli-.*: Linux closes internet sockets only/);
    },
  );
});

describe('close', () => {
  it('prints "gone" for an id that does not exist', async () => {
    expect(await cli('close', '--demo', 'idle', 'demo-ffff')).toEqual({
      status: 1,
      stdout: 'gone\n',
      stderr: '',
    });
  });

  it('prints an outcome for each id', async () => {
    expect(await cli('close', '--demo', 'idle', 'demo-01', 'demo-ffff', 'demo-02')).toEqual({
      status: 1,
      stdout: 'closed\ngone\nclosed\n',
      stderr: '',
    });
    expect(await cli('close', '--demo', 'idle', 'demo-01')).toMatchObject({ status: 0, stdout: 'closed\n' });
  });

  it('says why it was refused', async () => {
    const { status, stdout, stderr } = await cli('close', '--demo', 'unprivileged', 'demo-01');
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'refused\n' });
    expect(lines(stderr)).toEqual([expect.stringContaining('CAP_NET_ADMIN')]);
  });

  it.skipIf(!POSIX)('keeps its exit status when nobody reads what it prints', async () => {
    const close = '"$NODE" "$SOCKETSCOPE" close --demo unprivileged demo-01';
    expect((await shell(`{ ${close}; echo "status $?" >&2; } | true`)).stderr).toMatch(/status 3\n$/);
    const neither = await shell(`{ { ${close}; echo "status $?" >&3; } 2>&1 | true; } 3>&2`);
    expect(neither.stderr).toBe('status 3\n');
    const noErrors = await shell(`{ { ${close} 2>&1 >/dev/null; echo "status $?" >&3; } | true; } 3>&2`);
    expect(noErrors.stderr).toBe('status 3\n');
  });
});

describe('show', () => {
  it('prints everything known of one socket', async () => {
    const { status, stdout, stderr } = await cli('show', '--demo', 'idle', 'demo-01');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines(stdout)[1]).toBe('id demo-01');
    const json = await cli('show', '--demo', 'idle', '--json', 'demo-01');
    expect(JSON.parse(json.stdout)).toMatchObject({ id: 'demo-01', details: { groups: expect.any(Array) } });
  });

  it('is status 1 for an id that does not exist', async () => {
    expect(await cli('show', '--demo', 'idle', 'demo-ffff')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'socketscope: demo-ffff is gone, or never was.\n',
    });
  });
});

describe('a command line that makes no sense', () => {
  it.each([
    ['nothing', [], /list, show, close, serve or help/],
    ['an unknown command', ['watch'], /no command "watch"/],
    ['an option of no command', ['--json'], /no command "--json"/],
    ['an unknown option', ['list', '--xml'], /--xml/],
    ['an option of another command', ['list', '--allow-actions'], /--allow-actions/],
    ['two formats', ['list', '--json', '--csv'], /one of --json and --csv/],
    ['a value where there is none', ['list', '--json=yes'], /--json/],
    [
      'a field that there is not',
      ['list', 'prot:80'],
      /no field “prot”.*protocol:.*\n {2}prot:80\n {2}\^\^\^\^\n/,
    ],
    [
      'a value that makes no sense',
      ['list', '--json', 'nginx', 'pid:x'],
      /“x” is no number.*\n {2}nginx pid:x\n {12}\^\n/,
    ],
    ['nothing to close', ['close'], /id of at least one/],
    ['nothing to close, but a demonstration', ['close', '--demo', 'idle'], /id of at least one/],
    ['nothing to show', ['show'], /id of one socket/],
    ['two to show', ['show', 'demo-01', 'demo-02'], /id of one socket/],
    ['an unknown protocol', ['list', '--protocols', 'tcp,smtp'], /no protocol "smtp".*unix/],
    ['no protocol', ['list', '--protocols='], /no protocol ""/],
    ['protocols and all', ['list', '--protocols', 'tcp', '--all'], /one of --protocols and --all/],
    ['all of what', ['list', '--all=unix'], /--all/],
    ['a choice that close does not have', ['close', '--all', 'x'], /--all/],
    ['no name for the demonstration', ['list', '--demo'], /--demo/],
    ['no port', ['serve', '--port', 'http'], /--port takes/],
    ['a port too large', ['serve', '--port', '65536'], /--port takes/],
    ['a negative port', ['serve', '--port=-1'], /--port takes/],
    ['a word for serve', ['serve', '8080'], /no "8080"/],
    ['the token as an argument', ['serve', `--token=${TOKEN}`], /--token/],
    [
      'a token file that is not there',
      ['serve', '--token-file', '/nowhere/token'],
      /token file cannot be read/,
    ],
  ])('is told so with status 2: %s', async (_name, args, problem) => {
    const { status, stdout, stderr } = await cli(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^socketscope: /);
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/\nTry: socketscope help\n$/);
  });

  it.each(['help', '--help', '-h'])('is not this: %s', async (word) => {
    const { status, stdout, stderr } = await cli(word);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of ['list', 'close', 'serve']) expect(stdout).toContain(`socketscope ${command}`);
  });

  it.each(['list', 'close', 'serve'])(
    'names the demonstrations where there is none so called: %s',
    async (command) => {
      const { status, stdout, stderr } = await cli(
        command,
        '--demo',
        'nope',
        ...(command === 'close' ? ['x'] : []),
      );
      expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
      expect(lines(stderr)).toEqual([expect.stringMatching(/^socketscope: .*"nope".*idle.*churn/)]);
    },
  );
});

interface Serving {
  child: ChildProcess;
  /** The first line it printed. */
  line: string;
  /** Where the page is, without the token. */
  url: string;
  output: () => string;
  ended: Promise<[status: number | null, signal: NodeJS.Signals | null]>;
}

/** Starts `serve` and waits until it says where it is. */
async function serve(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const child = spawn(process.execPath, [program, 'serve', '--demo', 'idle', ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (status, signal) => {
      running.delete(child);
      resolve([status, signal]);
    });
  });
  await new Promise<void>((resolve, reject) => {
    void ended.then(() => reject(new Error(`It ended: ${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += String(data);
        if (output.includes(' is running at ') && output.endsWith('\n')) resolve();
      });
    }
  });
  const line = output.split('\n').find((text) => text.includes(' is running at '))!;
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0] ?? '';
  return { child, line, url, output: () => output, ended };
}

/** Shows a token; resolves with the first answer, or the close code. */
function showToken(url: string, token: string): Promise<unknown> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}data`, { origin: url.replace(/\/$/, '') });
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ token })));
    socket.on('message', (data) => {
      resolve(JSON.parse(String(data)));
      socket.terminate();
    });
    socket.on('close', resolve);
    socket.on('error', reject);
  });
}

describe('serve', () => {
  it('prints the address with its token, serves the page, and ends on SIGTERM', async () => {
    const { child, line, url, ended } = await serve([]);
    const [, token = ''] = /#token=([\w-]+)$/.exec(line) ?? [];
    expect(line).toBe(`SocketScope is running at ${url}#token=${token}`);
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect(await (await fetch(url)).text()).toContain('<title>SocketScope</title>');
    expect(await showToken(url, token)).toEqual({ type: 'accepted', actions: false });
    expect(await showToken(url, `${token}0`)).toBe(1008);

    // A page is open, and somebody who was refused does not go away.
    const page = new WebSocket(`${url.replace('http', 'ws')}data`, { origin: url.replace(/\/$/, '') });
    await new Promise((resolve) => page.once('open', resolve));
    const refused = net.connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    refused.on('error', () => undefined);
    refused.write(`GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await new Promise((resolve) => refused.once('data', resolve));
    child.kill('SIGTERM');
    if (POSIX) expect(await ended).toEqual([0, null]);
    refused.destroy();
    page.terminate();
  });

  it.skipIf(!POSIX).each(['SIGINT', 'SIGHUP'] as const)('ends on %s', async (signal) => {
    const { child, ended } = await serve([]);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  });

  it('takes the token from a file, and does not repeat it', async () => {
    const file = path.join(folder, 'token');
    fs.writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
    const { url, output } = await serve(['--token-file', file, '--allow-actions'], {
      SOCKETSCOPE_TOKEN: 'the-file-goes-before-this',
    });
    expect(await showToken(url, TOKEN)).toEqual({ type: 'accepted', actions: true });
    expect(output()).not.toContain(TOKEN);
  });

  it.runIf(POSIX)('warns of a token file that others can read, and takes it', async () => {
    const file = path.join(folder, 'open-token');
    fs.writeFileSync(file, TOKEN, { mode: 0o644 });
    const { url, output } = await serve(['--token-file', file]);
    expect(await showToken(url, TOKEN)).toEqual({ type: 'accepted', actions: false });
    expect(output()).toContain(`chmod 600 ${file}`);
  });

  it('takes the token from the environment, and does not repeat it', async () => {
    const { url, output } = await serve([], { SOCKETSCOPE_TOKEN: TOKEN });
    expect(await showToken(url, TOKEN)).toEqual({ type: 'accepted', actions: false });
    expect(output()).not.toContain(TOKEN);
  });

  it.each(['short', 'with spaces in between', '#hash#hash#hash#hash', ''])(
    'refuses "%s" as a token, without repeating it',
    async (token) => {
      const file = path.join(folder, 'bad-token');
      fs.writeFileSync(file, token);
      const { status, stdout, stderr } = await cli('serve', '--demo', 'idle', '--token-file', file);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/16 or more/);
      if (token !== '') expect(stderr).not.toContain(token);
    },
  );

  it('says in one line that its port is taken', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      expect(await cli('serve', '--demo', 'idle', '--port', String(port))).toEqual({
        status: 4,
        stdout: '',
        stderr: `socketscope: Port ${port} is in use. Choose another with --port.\n`,
      });
    } finally {
      server.close();
    }
  });

  it('says in one line that the page is not built', async () => {
    const page = path.join(folder, 'renderer');
    fs.renameSync(page, `${page}-away`);
    try {
      const { status, stderr } = await cli('serve', '--demo', 'idle');
      expect({ status, stderr }).toEqual({
        status: 4,
        stderr: 'socketscope: The page is not built. Run: npm run build\n',
      });
    } finally {
      fs.renameSync(`${page}-away`, page);
    }
  });
});
