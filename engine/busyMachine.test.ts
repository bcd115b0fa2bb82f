/** A machine with sockets of every kind and state, opened by several processes: the rows are what `ss` says, too. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, needsLinux, needsOwnNetwork, needsRoot, needsSs } from '../native/linux/fixtures/needs';
import type { SsRow } from '../native/linux/fixtures/ss';
import { asSets, cookieOf, isRoot, NOBODY, Stage } from '../native/linux/fixtures/stage';
import type { Actor, Opened } from '../native/linux/fixtures/stage';
import { LinuxBackend } from '../native/linux/linuxBackend';
import { DEFAULT_READING } from '../shared/socket';
import type { SocketRow, SocketState } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import { createEngine } from './createEngine';

let stage: Stage;
let server: Actor;
let client: Actor;
/** Of another user where there may be one. */
let other: Actor;
/** Stopped: it accepts nothing and reads nothing. */
let frozen: Actor;
/** The two PIDs that hold one listening socket. */
let sharers: number[];
let sharedPort: number;
let unacceptedPort: number;
let linkLocalPort: number | undefined;

/** One end of a connection, and its other one. */
interface Connection {
  near: Opened;
  far: number;
}

async function connect(to: Opened, host: string, from = client, of = server): Promise<Connection> {
  const near = await from.do('connect', { host, port: to.port });
  return { near, far: await of.do('accepted', { handle: to.handle, port: near.port }) };
}

/** One reading, without a past. */
function snapshot(): SocketRow[] {
  const engine = createEngine(null);
  try {
    return stage.ours(engine.snapshot());
  } finally {
    engine.dispose();
  }
}

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client, frozen] = await Promise.all([stage.actor(), stage.actor(), stage.actor()]);
  other = await stage.actor(isRoot ? { uid: NOBODY } : {});

  // Listeners and connections of either family, and of both at once
  const v4 = await server.do('listen', { host: '127.0.0.1' });
  const any4 = await server.do('listen', { host: '0.0.0.0', backlog: 7 });
  const v6 = await server.do('listen', { host: '::1' });
  const any6 = await server.do('listen', { host: '::', v6only: true });
  const dual = await server.do('listen', { host: '::' });
  await other.do('listen', { host: '127.0.0.1' });
  for (const [listener, host] of [
    [v4, '127.0.0.1'],
    [any4, '127.0.0.2'],
    [v6, '::1'],
    [any6, '::1'],
    [dual, '127.0.0.1'],
    [dual, '::1'],
  ] as const) {
    await connect(listener, host);
    await connect(listener, host, other);
  }
  const wide = await server.do('listen', { host: '::ffff:127.0.0.1' });
  await connect(wide, '::ffff:127.0.0.1');

  // A listener that two processes hold
  const shared = await server.do('listen', { host: '127.0.0.1' });
  sharedPort = shared.port;
  sharers = [server.pid, await server.do('share', { handle: shared.handle })];

  // UDP
  const udp4 = await server.do('udp', { host: '127.0.0.1' });
  const udp6 = await server.do('udp', { host: '::1' });
  const udpDual = await server.do('udp', { host: '::' });
  await server.do('udp', { host: '0.0.0.0' });
  await server.do('udp', { host: '::', v6only: true });
  await client.do('udp', { host: '127.0.0.1', peer: { host: '127.0.0.1', port: udp4.port } });
  await client.do('udp', { host: '::1', peer: { host: '::1', port: udp6.port } });
  await client.do('udp', { host: '::', peer: { host: '::ffff:127.0.0.1', port: udpDual.port } });
  await other.do('udp', { host: '127.0.0.1', peer: { host: '127.0.0.1', port: udpDual.port } });

  // Connections on their way to the end
  const halfClosed = await connect(v4, '127.0.0.1');
  await client.do('shutdown', { handle: halfClosed.near.handle }); // FIN_WAIT_2 here, CLOSE_WAIT there
  const halfClosed6 = await connect(v6, '::1');
  await client.do('shutdown', { handle: halfClosed6.near.handle });
  const orphaned = await connect(v4, '127.0.0.1');
  await client.do('close', { handle: orphaned.near.handle }); // FIN_WAIT_2 without a file
  for (const [listener, host] of [
    [v4, '127.0.0.1'],
    [v6, '::1'],
    [dual, '127.0.0.1'],
  ] as const) {
    const over = await connect(listener, host);
    await client.do('close', { handle: over.near.handle });
    await server.do('close', { handle: over.far }); // TIME_WAIT
  }

  // Waiting to be accepted; and more sent than is read, by a process that lives and by one that has closed it
  const queue = await frozen.do('listen', { host: '127.0.0.1', backlog: 9 });
  const deaf = await frozen.do('listen', { host: '127.0.0.1', reads: false });
  const full = await connect(deaf, '127.0.0.1', client, frozen);
  const abandoned = await connect(deaf, '127.0.0.1', client, frozen);
  const unread = await frozen.do('udp', { host: '127.0.0.1' });
  unacceptedPort = queue.port;
  frozen.freeze();
  await client.do('connect', { host: '127.0.0.1', port: queue.port });
  await other.do('connect', { host: '127.0.0.1', port: queue.port });
  const sender = await client.do('udp', { host: '127.0.0.1' });
  await client.do('send', { handle: sender.handle, host: '127.0.0.1', port: unread.port, bytes: 500 });
  for (const { near } of [full, abandoned])
    await client.do('flood', { handle: near.handle, bytes: 20_000_000 });
  await client.do('close', { handle: abandoned.near.handle }); // FIN_WAIT_1 without a file

  if (!stage.isolated) return;
  await loseThings();
  // An address that means nothing without its interface
  stage.ip('address add fe80::5/64 dev lo nodad');
  linkLocalPort = (await server.do('udp', { host: 'fe80::5%lo' })).port;
}, 30_000);

/** The states that take a network where packets get lost. */
async function loseThings(): Promise<void> {
  // Sent, and nobody there
  stage.ip('route add 192.0.2.0/24 dev lo');
  await client.do('attempt', { host: '192.0.2.1', port: 80 });
  // Half open: connected for the client, not yet for the listener
  const [, deferring] = await stage.listener('deferAccept', 60);
  await client.do('connect', { host: '127.0.0.1', port: deferring.port });
  // From some moment on nothing comes from or goes to 127.0.0.77.
  const far = await server.do('listen', { host: '127.0.0.77' });
  const unanswered = await connect(far, '127.0.0.77');
  const lastAck = await connect(far, '127.0.0.77');
  await client.do('shutdown', { handle: lastAck.near.handle });
  await server.do('ending', { handle: lastAck.far });
  stage.ip('route add blackhole 127.0.0.77 table local');
  await server.do('shutdown', { handle: lastAck.far }); // LAST_ACK there
  await client.do('shutdown', { handle: unanswered.near.handle }); // FIN_WAIT_1 here
}

afterAll(() => stage?.end());
beforeEach(needsLinux);

/** What ss says, once it says the same twice: connections take a moment to come to rest. */
async function settled(): Promise<SsRow[]> {
  return eventually(() => {
    const witness = stage.ss();
    expect(stage.ss()).toEqual(witness);
    return witness;
  });
}

describe('a busy machine', () => {
  it('has sockets of every kind', async () => {
    await eventually(() => {
      const rows = snapshot();
      const always = ['ESTABLISHED', 'LISTEN', 'FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT', 'CLOSE_WAIT', null];
      const lossy = stage.isolated ? ['SYN_SENT', 'SYN_RECV', 'LAST_ACK'] : [];
      expect(new Set(rows.map((row) => row.state))).toEqual(new Set([...always, ...lossy]));
      expect(new Set(rows.map((row) => `${row.protocol}${row.family}`)).size).toBe(4);
      expect(rows.length).toBeGreaterThan(50);
    });
  });

  it('is read as ss reads it, socket by socket, again and again', async (context) => {
    needsSs(context);
    for (let round = 0; round < 5; round++) {
      const witness = await settled();
      const [mine, theirs] = asSets(snapshot(), witness);
      expect(mine).toEqual(theirs);
    }
  });

  it('has the queues that ss shows: of listeners, of connections that are not read, of UDP', async (context) => {
    needsSs(context);
    // A full queue is probed now and then; both must be asked in one quiet moment.
    const rows = await eventually(() => {
      const before = queuesOfSs();
      const rows = snapshot();
      expect(queuesOfSs()).toEqual(before);
      expect(new Map(rows.map((row) => [cookieOf(row), [row.receiveQueue, row.sendQueue]]))).toEqual(before);
      return rows;
    });
    const waiting = rows.find((row) => row.localPort === unacceptedPort && row.state === 'LISTEN');
    expect(waiting).toMatchObject({ receiveQueue: 2, sendQueue: 9 });
    const busy = (queue: 'receiveQueue' | 'sendQueue', state: SocketState | null): boolean =>
      rows.some((row) => row.state === state && row[queue]! > 0);
    expect(busy('sendQueue', 'ESTABLISHED')).toBe(true);
    expect(busy('receiveQueue', 'ESTABLISHED')).toBe(true);
    expect(busy('sendQueue', 'FIN_WAIT_1')).toBe(true);
    expect(busy('receiveQueue', null)).toBe(true);
  });

  it('names one of the processes that share a socket: the one that had it first', () => {
    const row = snapshot().find((each) => each.localPort === sharedPort && each.state === 'LISTEN');
    expect(row?.pid).toBe(sharers[0]);
    expect(sharers[1]).not.toBe(sharers[0]);
  });

  it('tells users apart, by number and by name', (context) => {
    needsRoot(context);
    const rows = snapshot();
    const users = (pid: number): unknown[] => [
      ...new Set(rows.filter((row) => row.pid === pid).map((row) => JSON.stringify([row.uid, row.user]))),
    ];
    const nobody = execFileSync('id', ['-nu', String(NOBODY)], { encoding: 'utf8' }).trim();
    expect(users(other.pid)).toEqual([JSON.stringify([NOBODY, nobody])]);
    expect(users(server.pid)).toEqual([JSON.stringify([0, 'root'])]);
  });

  it('shows the interface of a link-local address, and of no other', (context) => {
    needsOwnNetwork(context, stage);
    const rows = snapshot();
    expect(rows.find((row) => row.localPort === linkLocalPort)?.localAddress).toBe('fe80::5%lo');
    expect(rows.filter((row) => row.localAddress.includes('%'))).toHaveLength(1);
  });

  it('has no user and no owner where the kernel has none, and says so', () => {
    const rows = snapshot();
    const ownerless = (state: SocketState): SocketRow[] =>
      rows.filter((row) => row.state === state && row.inode === null);
    for (const row of [...ownerless('TIME_WAIT'), ...ownerless('FIN_WAIT_2'), ...ownerless('SYN_RECV')]) {
      expect(row).toMatchObject({ uid: null, user: null, pid: null, owner: 'none' });
    }
    expect(ownerless('TIME_WAIT').length).toBeGreaterThanOrEqual(3);
    expect(ownerless('FIN_WAIT_2').length).toBeGreaterThanOrEqual(1);
    // Closed with data still to be sent: the kernel remembers the user, and nobody holds it.
    expect(ownerless('FIN_WAIT_1')).toEqual([
      expect.objectContaining({ uid: process.getuid!(), pid: null, owner: 'none' }),
    ]);
  });
});

describe('reading a table twice', () => {
  it('never invents or loses a row, however busy the machine is', async () => {
    const stable = snapshot();
    const churner = await stage.actor();
    const churnPorts = new Set(await churner.do('churn', {}));
    const engine = createEngine(null);
    const backend = new LinuxBackend();
    try {
      const churned = new Set<string>();
      const ofChurner = (row: SocketRow): boolean =>
        (row.protocol === 'udp' || churnPorts.has(row.localPort!) || churnPorts.has(row.remotePort!)) &&
        (row.pid === churner.pid || row.pid === null);
      for (let reading = 0; reading < 50; reading++) {
        const rows = stage.ours(engine.snapshot());
        const byId = new Map(rows.map((row) => [row.id, row]));
        expect(byId.size).toBe(rows.length);
        expect(stable.map(({ id }) => lasting(byId.get(id)))).toEqual(stable.map(lasting));
        // What else there is, is the churner's.
        for (const { id } of stable) byId.delete(id);
        expect([...byId.values()].filter((row) => !ofChurner(row))).toEqual([]);
        for (const id of byId.keys()) churned.add(id);
        // The kernel's own answer has each socket once, too.
        const table = new SocketTable();
        for (const source of backend.sources(DEFAULT_READING))
          backend.readTable(source, DEFAULT_READING, table);
        const { idHigh, idLow, namespace } = table.columns;
        const ids = Array.from({ length: table.length }, (_, row) =>
          backend.id(idHigh[row]!, idLow[row]!, namespace[row]!),
        );
        expect(new Set(ids).size).toBe(ids.length);
        expect(stable.filter(({ id }) => !ids.includes(id))).toEqual([]);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(await churner.do('calm', {})).toBeGreaterThan(100);
      if (stage.isolated) expect(churned.size).toBeGreaterThan(100);
    } finally {
      engine.dispose();
      backend.dispose();
    }
  });
});

function queuesOfSs(): Map<string, [receive: number, send: number]> {
  return new Map(stage.ss().map((row) => [row.cookie, [row.receiveQueue, row.sendQueue]]));
}

/** What does not change in a socket that is left alone. */
function lasting(row: SocketRow | undefined): Partial<SocketRow> | undefined {
  if (row === undefined) return undefined;
  const { id, protocol, family, localAddress, localPort, remoteAddress, remotePort, pid, uid, inode } = row;
  return { id, protocol, family, localAddress, localPort, remoteAddress, remotePort, pid, uid, inode };
}
