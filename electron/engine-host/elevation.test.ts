/** The way to more rights, end to end: an ordinary user's engine host, a stand-in for pkexec, the real wrapper and engine. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '../../shared/orders';
import {
  AS_NOBODY,
  childrenOf,
  EngineHost,
  eventually,
  NOBODY,
  openDoors,
  script,
  stageProgram,
  statusOf,
} from './fixtures/engineHost';

const WRAPPER = fileURLToPath(new URL('../../packaging/linux/socketscope-elevated', import.meta.url));
/** Bits of linux/capability.h */
const NET_ADMIN = 1 << 12;
const SYS_PTRACE = 1 << 19;
const DAC_READ_SEARCH = 1 << 2;
const KILL = 1 << 5;
const SYS_ADMIN = 1 << 21;
const WANTED = NET_ADMIN | SYS_PTRACE | DAC_READ_SEARCH | KILL;
const elevated = { kind: 'elevated', namespaces: false } as const;

let folder: string;
let program: string;
let host: string;
let becomeRoot: string;
let missing: string | null = null;
let engine: EngineHost;
let connection: { client: net.Socket; server: net.Server };

beforeAll(async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    missing = 'needs root on Linux, to become an ordinary user and back';
    return;
  }
  ({ folder, program, host } = await stageProgram());
  fs.copyFileSync(WRAPPER, path.join(folder, 'socketscope-elevated'));
  fs.chmodSync(path.join(folder, 'socketscope-elevated'), 0o755);
  // What makes pkexec root is the same bit.
  becomeRoot = path.join(folder, 'become-root');
  const setpriv = spawnSync('which', ['setpriv'], { encoding: 'utf8' }).stdout.trim();
  if (setpriv === '') {
    missing = 'needs setpriv (util-linux)';
    return;
  }
  fs.copyFileSync(setpriv, becomeRoot);
  fs.chmodSync(becomeRoot, 0o4755);
  const [command, ...args] = [...AS_NOBODY, becomeRoot, '--reuid', '0', 'id', '-u'];
  const uid = spawnSync(command, args, { encoding: 'utf8' }).stdout.trim();
  if (uid !== '0') missing = 'needs a folder for temporary files that may hold setuid programs';
}, 60_000);

beforeEach(async ({ skip }) => {
  skip(missing !== null, missing ?? '');
  connection = await connect();
});

afterEach(() => {
  engine?.kill();
  connection?.client.destroy();
  connection?.server.close();
});

afterAll(() => {
  if (folder) fs.rmSync(folder, { recursive: true, force: true });
});

/** A connection of root's own. */
async function connect(): Promise<{ client: net.Socket; server: net.Server }> {
  const server = net.createServer((peer) => peer.on('error', () => undefined)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  await new Promise((resolve) => client.once('connect', resolve));
  return { client, server };
}

/** pkexec as the user's own program: it says yes, and runs what follows as root in an environment of its own making. */
const yes = (): string =>
  script(
    path.join(folder, 'pkexec-yes'),
    `#!/bin/sh
[ "$1" = --disable-internal-agent ] || exit 99
shift
uid=$(id -u)
cd /root 2>/dev/null || cd /
exec ${becomeRoot} --reuid 0 --regid 0 --clear-groups -- env -i PKEXEC_UID=$uid HOME=/root USER=root NODE_OPTIONS=--throw-deprecation PATH=/usr/bin:/bin "$@"
`,
  );
const no = (status: number, words = ''): string =>
  script(path.join(folder, `pkexec-${status}`), `#!/bin/sh\necho "${words}" >&2\nexit ${status}\n`);

function start(pkexec: string): EngineHost {
  engine = new EngineHost(host, {
    launcher: AS_NOBODY,
    args: [
      `--wrapper=${path.join(folder, 'socketscope-elevated')}`,
      `--program=${JSON.stringify([process.execPath, program])}`,
    ],
    env: { SOCKETSCOPE_PKEXEC: pkexec, HOME: folder, XDG_STATE_HOME: '', NODE_OPTIONS: '' },
  });
  return engine;
}

const isClient = (row: { localPort: number | null; remotePort: number | null }): boolean =>
  row.localPort === connection.client.localPort && row.remotePort === connection.client.remotePort;

describe('an engine with more rights', () => {
  it('runs as the user with four capabilities and no way to more, and does what the user cannot', async () => {
    start(yes());
    const before = engine.openPage();
    const hidden = await before.row(isClient);
    expect(hidden.owner).toBe('hidden');
    const order: Order = { action: 'reset', ids: [hidden.id] };
    const refused = await engine.ask({ method: 'act', order, origin: 'window' });
    expect(refused).toMatchObject({ report: { results: [{ outcome: 'refused' }] } });

    expect(await engine.choose(elevated)).toBeNull();
    expect(engine.news).toEqual([{ serving: elevated }]);
    expect(before.closed).toBe(true);
    const [pid] = childrenOf(engine.pid);
    expect({
      uid: statusOf(pid!, 'Uid').split(/\s+/).map(Number),
      gid: statusOf(pid!, 'Gid').split(/\s+/).map(Number),
      groups: statusOf(pid!, 'Groups'),
      noNewPrivileges: statusOf(pid!, 'NoNewPrivs'),
      ...Object.fromEntries(
        ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => [
          set,
          Number(`0x${statusOf(pid!, set)}`),
        ]),
      ),
    }).toEqual({
      uid: [NOBODY, NOBODY, NOBODY, NOBODY],
      gid: [NOBODY, NOBODY, NOBODY, NOBODY],
      groups: '',
      noNewPrivileges: '1',
      CapInh: WANTED,
      CapPrm: WANTED,
      CapEff: WANTED,
      CapBnd: WANTED,
      CapAmb: WANTED,
    });
    // Nothing of what the stand-in put there can change its mind.
    const environment = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(environment.map((line) => line.split('=')[0]).sort()).toEqual(['HOME', 'LOGNAME', 'PATH', 'USER']);
    expect(openDoors(pid!)).toEqual([]);
    expect(openDoors(engine.pid)).toEqual([]);

    // Nobody else gets hold of its pipes or memory: not another program of the same user's, nor another user.
    const look = (...launcher: string[]): (number | null)[] =>
      [`fd/0`, 'environ', 'mem'].map((file) => {
        const program = file === 'fd/0' ? ['readlink'] : ['head', '-c0'];
        return spawnSync('env', [...launcher, ...program, `/proc/${pid}/${file}`]).status;
      });
    for (const uid of [NOBODY, NOBODY - 1]) {
      const who = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
      expect(look('setpriv', ...who, '--')).toEqual([1, 1, 1]);
    }
    expect(look()).toEqual([0, 0, 0]);

    const page = engine.openPage();
    expect(await page.row(isClient)).toMatchObject({ id: hidden.id, pid: process.pid, owner: 'known' });
    const done = await engine.ask({ method: 'act', order, origin: 'window' });
    expect(done).toMatchObject({ report: { results: [{ id: hidden.id, outcome: 'done' }] } });
    await eventually(() => expect(connection.client.destroyed).toBe(true));

    // It has no other way to know that the window has gone: nobody but root could send it a signal.
    engine.kill();
    await eventually(() => expect(fs.existsSync(`/proc/${pid}`)).toBe(false));
  });

  it('may enter other network namespaces only where it was asked for', async () => {
    start(yes());
    expect(await engine.choose({ kind: 'elevated', namespaces: true })).toBeNull();
    const [pid] = childrenOf(engine.pid);
    expect(Number(`0x${statusOf(pid!, 'CapBnd')}`)).toBe(WANTED | SYS_ADMIN);
  });

  it('ends when another engine serves, and its page is closed', async () => {
    start(yes());
    await engine.choose(elevated);
    const [pid] = childrenOf(engine.pid);
    const page = engine.openPage();
    await page.row(isClient);
    expect(await engine.choose({ kind: 'local' })).toBeNull();
    expect(engine.news).toEqual([{ serving: elevated }, { serving: { kind: 'local' } }]);
    await eventually(() => expect(page.closed).toBe(true));
    await eventually(() => expect(fs.existsSync(`/proc/${pid}`)).toBe(false));
    expect((await engine.openPage().row(isClient)).owner).toBe('hidden');
  });

  it('goes on without more rights, and says so, when that engine dies', async () => {
    start(yes());
    await engine.choose(elevated);
    process.kill(childrenOf(engine.pid)[0]!, 'SIGKILL');
    await eventually(() => expect(engine.news).toHaveLength(3));
    expect(engine.news.slice(1)).toEqual([
      { serving: { kind: 'local' } },
      { notice: 'The engine with more rights has ended. SocketScope goes on without.' },
    ]);
    expect((await engine.openPage().row(isClient)).owner).toBe('hidden');
  });

  it.each<[string, () => string, RegExp]>([
    ['the user says no', () => no(126), /said no/],
    ['there is nobody to ask', () => no(127, 'No authentication agent found.'), /No authentication agent/],
    [
      'the wrapper does not work',
      () => no(3, 'socketscope-elevated: setpriv is missing'),
      /setpriv is missing/,
    ],
    ['pkexec is not there', () => '/nonexistent/pkexec', /no such program/],
    [
      'something else answers',
      () => script(path.join(folder, 'chatty'), '#!/bin/sh\necho hello\nsleep 60\n'),
      /cannot be understood/,
    ],
  ])('leaves everything as it is where %s', async (_name, pkexec, sentence) => {
    start(pkexec());
    const page = engine.openPage();
    await page.row(isClient);
    expect(await engine.choose(elevated)).toMatch(sentence);
    expect(engine.news).toEqual([]);
    expect(page.closed).toBe(false);
    const before = page.messages.length;
    page.say({ type: 'refresh' });
    await eventually(() => expect(page.messages.length).toBeGreaterThan(before));
  });

  it('is given up when the user chooses to stay', async () => {
    start(script(path.join(folder, 'pkexec-thinking'), '#!/bin/sh\nexec cat\n'));
    const choosing = engine.choose(elevated);
    expect(await engine.choose({ kind: 'local' })).toBeNull();
    expect(await choosing).toBe('Given up.');
    expect(engine.news).toEqual([]);
    await eventually(() => expect(childrenOf(engine.pid)).toEqual([]));
  });
});
