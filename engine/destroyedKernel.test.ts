/** What becomes of sockets that end between two readings, on real sockets of other processes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnerLookup } from '../native';
import { LinuxBackend } from '../native/linux/linuxBackend';
import { Crew } from '../native/linux/fixtures/descriptors';
import { eventually, needsLinux, needsOwnNetwork } from '../native/linux/fixtures/needs';
import { Stage } from '../native/linux/fixtures/stage';
import type { Actor, Opened } from '../native/linux/fixtures/stage';
import { DEFAULT_READING } from '../shared/socket';
import type { SocketRow } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import { Readings } from './readings';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

let stage: Stage;
let server: Actor;
let client: Actor;
let backend: RacingBackend;
let readings: Readings;
let now: number;
/** Every row that ended since the test began. */
let ended: SocketRow[];

/** Something happens after the sockets and their owners have been read, and before their events are. */
class RacingBackend extends LinuxBackend {
  race: () => void = () => undefined;

  override readOwners(table: SocketTable): OwnerLookup {
    const lookup = super.readOwners(table);
    this.race();
    return lookup;
  }
}

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client] = await Promise.all([stage.actor(), stage.actor()]);
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  needsOwnNetwork(context, stage);
  backend = new RacingBackend();
  backend.watchDestroyed();
  readings = new Readings(backend);
  now = 1_000_000;
  ended = [];
});
afterEach(() => backend?.dispose());

function rows(table: SocketTable): SocketRow[] {
  return Array.from({ length: table.length }, (_, row) => table.row(row, backend));
}

/** Takes a reading. Returns its rows; those that ended go to {@link ended}. */
function take(): SocketRow[] {
  now += 1000;
  readings.take(DEFAULT_READING, now);
  ended.push(...rows(readings.ended));
  return rows(readings.table);
}

/** The row of this socket. */
function find(all: readonly SocketRow[], localPort: number, remotePort: number | null): SocketRow {
  const found = all.filter((row) => row.localPort === localPort && row.remotePort === remotePort);
  expect(found.map(({ id }) => id)).toHaveLength(1);
  return found[0]!;
}

/** Takes readings until this socket has ended. */
async function end(localPort: number, remotePort: number | null): Promise<SocketRow> {
  return eventually(() => {
    take();
    return find(ended, localPort, remotePort);
  });
}

interface Connection {
  listener: Opened;
  near: Opened;
  far: number;
}

async function connect(host: string, listenOn = host): Promise<Connection> {
  const listener = await server.do('listen', { host: listenOn });
  const near = await client.do('connect', { host, port: listener.port });
  return { listener, near, far: await server.do('accepted', { handle: listener.handle, port: near.port }) };
}

/** The far end closes first, so that it is the one in TIME_WAIT. */
async function close({ near, far }: Connection): Promise<void> {
  await server.do('close', { handle: far });
  await client.do('ending', { handle: near.handle });
  await client.do('close', { handle: near.handle });
}

async function exchange({ near, far }: Connection, sent: number, received: number): Promise<void> {
  const [before, after] = [
    await server.do('received', { handle: far, bytes: 0 }),
    await client.do('received', { handle: near.handle, bytes: 0 }),
  ];
  await client.do('write', { handle: near.handle, bytes: sent });
  await server.do('received', { handle: far, bytes: before + sent });
  await server.do('write', { handle: far, bytes: received });
  await client.do('received', { handle: near.handle, bytes: after + received });
}

describe('a connection that was read', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['127.0.0.1', '::'],
  ])('(%s on %s) ends with what was sent since, its owner, and once', async (host, listenOn) => {
    const connection = await connect(host, listenOn);
    const { near, listener } = connection;
    await exchange(connection, 1000, 50);
    const alive = take();
    const nearAlive = find(alive, near.port, listener.port);
    const farAlive = find(alive, listener.port, near.port);
    expect([nearAlive, farAlive]).toMatchObject([
      { bytesSent: 1000, bytesReceived: 50, pid: client.pid, destroyedAt: null },
      { bytesSent: 50, bytesReceived: 1000, pid: server.pid, destroyedAt: null },
    ]);
    await exchange(connection, 500_000, 7);
    await close(connection);
    const gone = await end(near.port, listener.port);
    expect(gone).toEqual({
      ...nearAlive,
      ...{
        bytesSent: 501_000,
        bytesReceived: expect.toSatisfy((bytes) => bytes === 57 || bytes === 58) as number,
      },
      // Where the machine is busy, TCP sends again also on loopback.
      ...{ destroyedAt: now, rtt: expect.any(Number) as number, retransmits: expect.any(Number) as number },
      // 500,000 bytes more, and the FIN
      segmentsSent: expect.toSatisfy((count) => count > nearAlive.segmentsSent! + 1) as number,
      segmentsReceived: expect.toSatisfy((count) => count > nearAlive.segmentsReceived! + 1) as number,
    });
    // The other end is in TIME_WAIT: marked, with its final counters and its owner, for as long as it is listed.
    const first = find(rows(readings.table), listener.port, near.port);
    expect(first).toMatchObject({
      ...{ id: farAlive.id, state: 'TIME_WAIT', owner: 'inherited', pid: server.pid },
      ...{ bytesSent: 57, firstSeenAt: farAlive.firstSeenAt },
    });
    expect([501_000, 501_001]).toContain(first.bytesReceived);
    expect(first.destroyedAt).toBeLessThanOrEqual(now);
    expect(find(take(), listener.port, near.port)).toEqual(first);
    expect(readings.missedEvents).toBe(0);
    expect(ended.filter(({ id }) => id === gone.id)).toHaveLength(1);
    expect(ended.some(({ id }) => id === farAlive.id)).toBe(false);
  });

  it('and was reset by its own process keeps what was read last', async () => {
    const connection = await connect('127.0.0.1');
    await exchange(connection, 1000, 50);
    const alive = find(take(), connection.near.port, connection.listener.port);
    await client.do('reset', { handle: connection.near.handle });
    const gone = await end(connection.near.port, connection.listener.port);
    expect(gone).toEqual({ ...alive, destroyedAt: now });
    expect(find(ended, connection.listener.port, connection.near.port)).toMatchObject({
      ...{ bytesSent: 50, bytesReceived: 1000, pid: server.pid },
    });
  });
});

describe('a connection that no reading saw', () => {
  it('is told of: at the listener’s end with the listener’s process, at the other without', async () => {
    const listener = await server.do('listen', { host: '127.0.0.1' });
    const { id } = find(take(), listener.port, null);
    const near = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    const far = await server.do('accepted', { handle: listener.handle, port: near.port });
    await exchange({ listener, near, far }, 2000, 30);
    // The near end closes first: it is in TIME_WAIT, the far end gone.
    await client.do('close', { handle: near.handle });
    await server.do('ending', { handle: far });
    await server.do('close', { handle: far });
    const brief = await end(listener.port, near.port);
    expect(brief).toMatchObject({
      ...{ protocol: 'tcp', state: 'CLOSE', localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' },
      ...{ owner: 'presumed', pid: server.pid, processName: 'node', bytesSent: 30, uid: null, inode: null },
    });
    expect([2000, 2001]).toContain(brief.bytesReceived);
    expect(brief.id).not.toBe(id);
    expect(brief.firstSeenAt).toBe(brief.destroyedAt);
    // Its other end's cookie is a new one: known by its endpoints.
    const other = find(take(), near.port, listener.port);
    expect(other).toMatchObject({ state: 'TIME_WAIT', owner: 'none', pid: null, bytesSent: 2000 });
    expect(other.destroyedAt).not.toBeNull();
    expect(ended).toHaveLength(1);
  });

  it('has no owner at the end that nobody listens for', async () => {
    const listener = await server.do('listen', { host: '::1' });
    take();
    const near = await client.do('connect', { host: '::1', port: listener.port });
    const far = await server.do('accepted', { handle: listener.handle, port: near.port });
    await close({ listener, near, far });
    expect(await end(near.port, listener.port)).toMatchObject({ owner: 'none', pid: null, holders: 0 });
    expect(ended).toHaveLength(1);
  });

  it('has no owner where several listen on its endpoint', async () => {
    const [, { port }] = await stage.listener('reusePort', 1);
    await stage.listener('reusePort', 1, port);
    expect(take().filter((row) => row.localPort === port)).toHaveLength(2);
    // The kernel chooses the listener: until it is the first one.
    const seen = new Set<number>();
    await eventually(async () => {
      const near = await client.do('connect', { host: '127.0.0.1', port });
      await client.do('reset', { handle: near.handle });
      seen.add(near.port);
      take();
      const far = ended.filter((row) => row.localPort === port && row.remotePort !== null);
      expect(far.length).toBeGreaterThan(3);
      for (const row of far) expect(row).toMatchObject({ owner: 'none', pid: null });
      for (const row of far) expect(seen).toContain(row.remotePort);
    });
  });
});

describe('a UDP socket', () => {
  it('that was read ends with its owner', async () => {
    const { handle, port } = await client.do('udp', { host: '::1' });
    const alive = find(take(), port, null);
    await client.do('close', { handle });
    expect(await end(port, null)).toEqual({ ...alive, destroyedAt: now });
  });

  it('that no reading saw is told of without owner', async () => {
    take();
    const { handle, port } = await client.do('udp', { host: '127.0.0.1' });
    await client.do('close', { handle });
    expect(await end(port, null)).toMatchObject({
      ...{ protocol: 'udp', family: 4, localAddress: '127.0.0.1', remoteAddress: null },
      ...{ owner: 'none', pid: null, uid: null },
    });
    take();
    expect(ended).toHaveLength(1);
  });

  it('that never had a port is no news', async () => {
    const crew = new Crew();
    try {
      const [actor] = await crew.start(1);
      take();
      await actor!.one('flood', 5, false);
      await actor!.one('flood', 1, true);
      await eventually(() => {
        take();
        expect(ended).toHaveLength(1);
      });
      take();
      expect(ended).toHaveLength(1);
    } finally {
      await crew.end();
    }
  });

  it('that ends while it is being read is marked, then ends', async () => {
    const brief = await stage.actor();
    const { port } = await brief.do('udp', { host: '127.0.0.1' });
    take();
    backend.race = () => {
      process.kill(brief.pid, 'SIGKILL');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    };
    const marked = find(take(), port, null);
    backend.race = () => undefined;
    expect(marked).toMatchObject({ destroyedAt: now, pid: brief.pid });
    expect(await end(port, null)).toEqual(marked);
    take();
    expect(ended).toHaveLength(1);
  });
});

it('tells the end of every one of many sockets, exactly once', async () => {
  const crew = new Crew();
  // The kernel tells in its own time; here readings follow each other much faster than an engine's, and wait for it.
  const witness = new LinuxBackend();
  witness.watchDestroyed();
  const told = new SocketTable();
  try {
    const [actor] = await crew.start(1);
    take();
    const alive = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const sockets = await actor!.all(...Array.from({ length: 20 }, (): ['udp'] => ['udp']));
      if (round % 2 === 0) for (const { id, protocol } of take()) if (protocol === 'udp') alive.add(id);
      await actor!.all(...sockets.map(({ fd }): ['close', number] => ['close', fd]));
      // Some ends are told before the reading that misses the socket, some after.
      if (round % 3 === 0) take();
      await eventually(() => {
        witness.takeDestroyed(told);
        expect(told.length).toBeGreaterThanOrEqual(20 * (round + 1));
      });
    }
    await eventually(() => {
      take();
      expect(ended).toHaveLength(200);
    });
    take();
    const ids = new Set(ended.map(({ id }) => id));
    expect(ids.size).toBe(200);
    for (const id of alive) expect(ids).toContain(id);
    expect(ended.filter(({ owner }) => owner === 'known')).toHaveLength(alive.size);
  } finally {
    witness.dispose();
    await crew.end();
  }
});
