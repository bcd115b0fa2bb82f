import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_READING } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { Attempt } from '../backend';
import { needsLinux, needsRoot } from './fixtures/needs';
import { isRoot, NOBODY, Stage, unprivileged, withCapabilities } from './fixtures/stage';
import type { Actor, CAPABILITIES } from './fixtures/stage';
import { LinuxBackend } from './linuxBackend';
import { yamaScope } from './traceRefusal';

type Capability = keyof typeof CAPABILITIES;

let stage: Stage;
let server: Actor;
let client: Actor;
let backend: LinuxBackend;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client] = await Promise.all([stage.actor(), stage.actor()]);
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  backend = new LinuxBackend();
});
afterEach(() => backend?.dispose());

function read(): SocketTable {
  const table = new SocketTable();
  for (const source of backend.sources(DEFAULT_READING)) backend.readTable(source, DEFAULT_READING, table);
  return table;
}

/** Of this process's sockets. */
function ownNamespace(): number {
  return backend.sources(DEFAULT_READING)[0]!.namespace;
}

function rowOf(table: SocketTable, localPort: number, remotePort = 0): number {
  for (let row = 0; row < table.length; row++) {
    const { columns } = table;
    if (columns.localPort[row] === localPort && columns.remotePort[row] === remotePort) return row;
  }
  return -1;
}

async function exchange(a: Actor, near: number, b: Actor, far: number): Promise<void> {
  const before = await b.do('received', { handle: far, bytes: 0 });
  await a.do('write', { handle: near, bytes: 10 });
  await b.do('received', { handle: far, bytes: before + 10 });
}

describe('closing by what an earlier reading said', () => {
  it('spares a new connection that has the endpoints by now', async () => {
    const listener = await server.do('listen', { host: '127.0.0.1' });
    const first = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    const far = await server.do('accepted', { handle: listener.handle, port: first.port });
    const stale = read();
    const row = rowOf(stale, first.port, listener.port);
    const rowFar = rowOf(stale, listener.port, first.port);
    await client.do('reset', { handle: first.handle });
    await server.do('ending', { handle: far });
    // Nobody there: gone.
    expect(backend.close(stale, row, 'reset')).toEqual({ outcome: 'gone', message: null });
    const second = await client.do('connect', {
      host: '127.0.0.1',
      port: listener.port,
      localPort: first.port,
    });
    const secondFar = await server.do('accepted', { handle: listener.handle, port: first.port });
    const now = read();
    expect(rowOf(now, first.port, listener.port)).not.toBe(-1);
    // Somebody else there: gone as well, and left alone.
    expect(backend.close(stale, row, 'reset')).toEqual({ outcome: 'gone', message: null });
    expect(backend.close(stale, rowFar, 'reset')).toEqual({ outcome: 'gone', message: null });
    await exchange(client, second.handle, server, secondFar);
    await exchange(server, secondFar, client, second.handle);
  });

  it('spares a new UDP socket and a new listener that have the port by now', async () => {
    const udp = await client.do('udp', { host: '127.0.0.1' });
    const stale = read();
    const row = rowOf(stale, udp.port);
    await client.do('close', { handle: udp.handle });
    const again = await server.do('udp', { host: '127.0.0.1', port: udp.port });
    expect(backend.close(stale, row, 'reset')).toEqual({ outcome: 'gone', message: null });
    await client
      .do('udp', { host: '127.0.0.1' })
      .then(({ handle }) => client.do('send', { handle, host: '127.0.0.1', port: again.port, bytes: 10 }));
    expect(await server.do('received', { handle: again.handle, bytes: 10 })).toBe(10);
  });

  it('follows a connection whose state has changed since', async (context) => {
    needsRoot(context);
    const listener = await server.do('listen', { host: '::1' });
    const near = await client.do('connect', { host: '::1', port: listener.port });
    const far = await server.do('accepted', { handle: listener.handle, port: near.port });
    const stale = read();
    await client.do('close', { handle: near.handle });
    await server.do('close', { handle: far });
    expect(backend.close(stale, rowOf(stale, near.port, listener.port), 'reset')).toEqual({
      outcome: 'done',
      message: null,
    });
    expect(rowOf(read(), near.port, listener.port)).toBe(-1);
  });
});

describe('privileges', () => {
  it('are not needed to learn that a socket is gone', async () => {
    const listener = await server.do('listen', { host: '127.0.0.1' });
    const stale = read();
    await server.do('close', { handle: listener.handle });
    const attempt = unprivileged((): Attempt => {
      const own = new LinuxBackend();
      try {
        return own.close(stale, rowOf(stale, listener.port), 'reset');
      } finally {
        own.dispose();
      }
    });
    expect(attempt).toEqual({ outcome: 'gone', message: null });
  });

  it('that are missing are told in one sentence', () => {
    if (isRoot) expect(backend.missingPrivilege()).toBeNull();
    const sentence = unprivileged(() => new LinuxBackend().missingPrivilege());
    expect(sentence).toBe(
      'Without root, SocketScope cannot see other users’ processes or close connections.',
    );
  });
});

describe('capabilities', () => {
  beforeEach(needsRoot);

  const CANNOT_SEE = 'Without root, SocketScope cannot see other users’ processes.';
  const CANNOT_CLOSE = 'Without root, SocketScope cannot close connections.';
  it.each<[Capability[], sees: boolean, closes: boolean, sentence: string | null]>([
    [['NET_ADMIN'], false, true, CANNOT_SEE],
    [['NET_ADMIN', 'SYS_PTRACE'], false, true, CANNOT_SEE], // /proc/PID/fd cannot even be listed
    [['NET_ADMIN', 'DAC_READ_SEARCH'], false, true, CANNOT_SEE], // but its links not be read
    [['SYS_PTRACE', 'DAC_READ_SEARCH'], true, false, CANNOT_CLOSE],
    [['NET_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH'], true, true, null],
    [['NET_ADMIN', 'SYS_PTRACE', 'DAC_OVERRIDE'], true, true, null],
  ])('%j are enough for what is said of them', async (capabilities, sees, closes, sentence) => {
    const { handle, port } = await server.do('udp', { host: '127.0.0.1' });
    const told = withCapabilities(capabilities, () => {
      const own = new LinuxBackend();
      try {
        const table = new SocketTable();
        const source = own.sources(DEFAULT_READING).find((each) => each.table === 'udp4')!;
        own.readTable(source, DEFAULT_READING, table);
        const row = rowOf(table, port);
        const owners = own.readOwners(table);
        return {
          sentence: own.missingPrivilege(),
          complete: owners.complete,
          pid: owners.holdersOf(row)[0]?.pid,
          outcome: own.close(table, row, 'reset').outcome,
        };
      } finally {
        own.dispose();
      }
    });
    expect(told).toEqual({
      sentence,
      // In a container not even root may look into every process.
      complete: sees && backend.readOwners(new SocketTable()).complete,
      pid: sees ? server.pid : undefined,
      outcome: closes ? 'done' : 'refused',
    });
    if (closes) expect(await server.do('ending', { handle })).toBe('ECONNABORTED');
  });
});

describe('rights', () => {
  beforeEach(needsRoot);

  it('are told as rows call things', () => {
    const { uid, namespace, reset, signal, couldElevate } = backend.rights();
    expect({ uid, namespace }).toEqual({
      uid: 0,
      namespace: { own: backend.namespace(ownNamespace()), why: null },
    });
    expect([reset.reach, signal.reach, couldElevate]).toEqual(['all', 'all', false]);
  });

  it('of a user reach what is his own', () => {
    const rights = unprivileged(() => new LinuxBackend().rights());
    expect(rights).toMatchObject({
      uid: NOBODY,
      reset: { reach: yamaScope() === 0 ? 'own' : 'none', why: expect.stringContaining('CAP_NET_ADMIN') },
      signal: { reach: 'own', why: expect.stringContaining('CAP_KILL') },
      suspend: true,
      namespace: {
        why: 'Closing a socket of another network namespace needs CAP_SYS_ADMIN. Run SocketScope as root.',
      },
    });
  });
});

describe('names', () => {
  it('give a socket an id of network namespace, boot and cookie', async () => {
    const { port } = await server.do('listen', { host: '127.0.0.1' });
    const table = read();
    const row = rowOf(table, port);
    const { idHigh, idLow, namespace } = table.columns;
    const id = backend.id(idHigh[row]!, idLow[row]!, namespace[row]!);
    const own = /\d+/.exec(fs.readlinkSync('/proc/thread-self/ns/net'))![0];
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    expect(id).toMatch(new RegExp(`^${own}\\.${boot}-[0-9a-f]+$`));
    expect(backend.id(0xfedcba98, 0x00000001, 7)).toBe(`7.${boot}-fedcba9800000001`);
  });

  it('of users come from the system, once owners have been read', () => {
    backend.readOwners(new SocketTable());
    expect(backend.user(0)).toBe(execFileSync('id', ['-nu', '0'], { encoding: 'utf8' }).trim());
    expect(backend.user(4_000_000_000)).toBeNull();
  });

  it('of interfaces come from the kernel', () => {
    expect(backend.interface(1, ownNamespace())).toBe('lo');
    expect(backend.interface(1, ownNamespace())).toBe('lo');
    expect(backend.interface(2_000_000_000, ownNamespace())).toBe('2000000000');
  });
});

describe('disposing', () => {
  it('gives the descriptor back', () => {
    const open = (): number => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    read();
    expect(open()).toBe(before + 1);
    read();
    expect(open()).toBe(before + 1);
    backend.dispose();
    expect(open()).toBe(before);
    // And reading again opens it anew.
    read();
    expect(open()).toBe(before + 1);
  });
});
