/** Whose a socket is: on real sockets of other processes, and where the kernel does not say. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, needsLinux, needsOwnNetwork, needsRoot, needsSs } from '../native/linux/fixtures/needs';
import { isRoot, NOBODY, Stage, unprivileged } from '../native/linux/fixtures/stage';
import type { Actor, Opened } from '../native/linux/fixtures/stage';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { SnapshotChunk, Welcome } from '../shared/contract';
import { exportSocket } from '../shared/fields';
import type { SocketRow, SocketState } from '../shared/socket';
import { createEngine } from './createEngine';
import type { Engine } from './engine';

let stage: Stage;
let server: Actor;
let client: Actor;
const engines: Engine[] = [];

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client] = await Promise.all([stage.actor(), stage.actor()]);
});
afterAll(() => stage?.end());
beforeEach(needsLinux);
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});

function newEngine(): Engine {
  const engine = createEngine(null);
  engines.push(engine);
  return engine;
}

interface Connection {
  listener: Opened;
  near: Opened;
  far: number;
}

async function connect(host = '127.0.0.1'): Promise<Connection> {
  const listener = await server.do('listen', { host });
  const near = await client.do('connect', { host, port: listener.port });
  return { listener, near, far: await server.do('accepted', { handle: listener.handle, port: near.port }) };
}

/** The client's end, in a new reading. */
function nearRow(engine: Engine, { near, listener }: Connection): SocketRow | undefined {
  return engine
    .snapshot()
    .find((row) => row.localPort === near.port && row.remotePort === listener.port && row.protocol === 'tcp');
}

/** The client's end, in the first reading that has it in this state. */
async function nearIn(state: SocketState, engine: Engine, connection: Connection): Promise<SocketRow> {
  return eventually(() => {
    const row = nearRow(engine, connection);
    expect(row?.state).toBe(state);
    return row!;
  });
}

const ownerOf = (row: SocketRow): unknown[] => [
  row.pid,
  row.processName,
  row.processPath,
  row.processStartedAt,
  row.user,
  row.uid,
];

describe('a connection from its beginning to its end', () => {
  it.each(['127.0.0.1', '::1'])('keeps its id and, marked as inherited, its owner (%s)', async (host) => {
    const engine = newEngine();
    const connection = await connect(host);
    const alive = await nearIn('ESTABLISHED', engine, connection);
    expect(alive).toMatchObject({ owner: 'known', pid: client.pid });

    await client.do('shutdown', { handle: connection.near.handle });
    const halfClosed = await nearIn('FIN_WAIT_2', engine, connection);
    expect(halfClosed).toMatchObject({ id: alive.id, owner: 'known', pid: client.pid });

    await client.do('close', { handle: connection.near.handle });
    await eventually(() => expect(nearRow(engine, connection)?.inode).toBeNull());
    const orphaned = nearRow(engine, connection)!;
    expect(orphaned).toMatchObject({ id: alive.id, state: 'FIN_WAIT_2', owner: 'inherited' });

    await server.do('close', { handle: connection.far });
    const over = await nearIn('TIME_WAIT', engine, connection);
    expect(over).toMatchObject({ id: alive.id, owner: 'inherited', inode: null });
    expect(over.firstSeenAt).toBe(alive.firstSeenAt);
    for (const row of [halfClosed, orphaned, over]) expect(ownerOf(row)).toEqual(ownerOf(alive));

    expect(exportSocket(alive).ownerInherited).toBe(false);
    expect(exportSocket(over)).toMatchObject({ ownerInherited: true, pid: client.pid });
    // And it does not wear off.
    expect(nearRow(engine, connection)).toEqual(over);
  });

  it('has no owner, and not root, where it was never seen alive', async () => {
    const connection = await connect();
    await client.do('close', { handle: connection.near.handle });
    await server.do('close', { handle: connection.far });
    const row = await nearIn('TIME_WAIT', newEngine(), connection);
    expect(row).toMatchObject({
      owner: 'none',
      pid: null,
      processName: null,
      uid: null,
      user: null,
      inode: null,
    });
    expect(exportSocket(row).ownerInherited).toBe(false);
  });

  it('does not inherit from a connection that had the same endpoints before', async () => {
    const engine = newEngine();
    const first = await connect();
    const before = await nearIn('ESTABLISHED', engine, first);
    // Reset: nothing of it remains. Another process takes its endpoints, and ends before it is seen.
    await client.do('reset', { handle: first.near.handle });
    await server.do('ending', { handle: first.far });
    const successor = await stage.actor();
    const { port } = first.listener;
    const again = await successor.do('connect', { host: '127.0.0.1', port, localPort: first.near.port });
    const far = await server.do('accepted', { handle: first.listener.handle, port: again.port });
    await successor.do('close', { handle: again.handle });
    await server.do('close', { handle: far });
    const row = await nearIn('TIME_WAIT', engine, first);
    expect(row.id).not.toBe(before.id);
    expect(row).toMatchObject({ owner: 'none', pid: null, uid: null });
  });

  it('belongs to the process that was last seen to hold it, also when that has died', async () => {
    const engine = newEngine();
    const shortLived = await stage.actor();
    const listener = await server.do('listen', { host: '127.0.0.1' });
    const near = await shortLived.do('connect', { host: '127.0.0.1', port: listener.port });
    const connection = { listener, near, far: 0 };
    const alive = await nearIn('ESTABLISHED', engine, connection);
    expect(alive).toMatchObject({ pid: shortLived.pid, owner: 'known' });
    await shortLived.kill();
    const orphaned = await nearIn('FIN_WAIT_2', engine, connection);
    expect(orphaned).toMatchObject({ id: alive.id, owner: 'inherited', pid: shortLived.pid });
    expect(ownerOf(orphaned)).toEqual(ownerOf(alive));
  });
});

describe('a connection that has not been accepted', () => {
  it('is told apart from one without owner, and gets its owner when it is accepted', async () => {
    const engine = newEngine();
    const sleeper = await stage.actor();
    const listener = await sleeper.do('listen', { host: '127.0.0.1' });
    sleeper.freeze();
    const near = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    const farRow = (): SocketRow | undefined =>
      engine.snapshot().find((row) => row.localPort === listener.port && row.remotePort === near.port);
    const waiting = farRow()!;
    expect(waiting).toMatchObject({
      state: 'ESTABLISHED',
      owner: 'unaccepted',
      pid: null,
      inode: null,
      uid: process.getuid!(), // the listener's
    });
    // Closed by the other side meanwhile, it still waits.
    await client.do('shutdown', { handle: near.handle });
    await eventually(() => expect(farRow()).toMatchObject({ state: 'CLOSE_WAIT', owner: 'unaccepted' }));
    sleeper.thaw();
    await sleeper.do('accepted', { handle: listener.handle, port: near.port });
    expect(farRow()).toMatchObject({ id: waiting.id, owner: 'known', pid: sleeper.pid });
    expect(farRow()?.inode).not.toBeNull();
  });
});

describe('without privileges', () => {
  it('shows its own sockets with, and those of others without owner, but with their user', async (context) => {
    needsRoot(context);
    const own = await stage.actor({ uid: NOBODY });
    const ownSocket = await own.do('listen', { host: '127.0.0.1' });
    const othersSocket = await server.do('listen', { host: '127.0.0.1' });
    const { rows, hidden, sentence } = unprivileged(() => {
      const engine = newEngine();
      return { rows: engine.snapshot(), hidden: hiddenOf(engine), sentence: sentenceOf(engine) };
    });
    const row = (port: number): SocketRow =>
      rows.find((each) => each.localPort === port && each.state === 'LISTEN')!;
    expect(row(ownSocket.port)).toMatchObject({
      owner: 'known',
      pid: own.pid,
      uid: NOBODY,
      processName: 'node',
    });
    expect(row(othersSocket.port)).toMatchObject({
      owner: 'hidden',
      pid: null,
      processName: null,
      processPath: null,
      processStartedAt: null,
      uid: 0,
      user: 'root',
    });
    expect(row(othersSocket.port).inode).not.toBeNull();
    expect(hidden).toBe(rows.filter((each) => each.owner === 'hidden').length);
    expect(sentence).toBe(
      'Without root, SocketScope cannot see other users’ processes or close connections.',
    );
    // With privileges, the same socket has an owner, and nothing is missing.
    const engine = newEngine();
    const again = engine.snapshot().find((each) => each.localPort === othersSocket.port);
    expect(again).toMatchObject({ owner: 'known', pid: server.pid, id: row(othersSocket.port).id });
    expect(hiddenOf(engine)).toBe(0);
    expect(sentenceOf(engine)).toBeNull();
  });

  it('sees its own processes', async () => {
    // Whoever runs the tests: own sockets are known.
    const { port } = await server.do('listen', { host: '127.0.0.1' });
    const row = newEngine()
      .snapshot()
      .find((each) => each.localPort === port);
    expect(row).toMatchObject({ owner: 'known', pid: server.pid, uid: process.getuid!() });
    if (!isRoot) expect(sentenceOf(newEngine())).toContain('Without root');
  });

  it('still tells TIME_WAIT and unaccepted connections from hidden owners', async (context) => {
    needsRoot(context);
    const connection = await connect();
    await client.do('close', { handle: connection.near.handle });
    await server.do('close', { handle: connection.far });
    const sleeper = await stage.actor();
    const listener = await sleeper.do('listen', { host: '127.0.0.1' });
    sleeper.freeze();
    const waiting = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    await nearIn('TIME_WAIT', newEngine(), connection);
    const rows = unprivileged(() => newEngine().snapshot());
    expect(rows.find((row) => row.localPort === connection.near.port)).toMatchObject({
      state: 'TIME_WAIT',
      owner: 'none',
    });
    expect(rows.find((row) => row.remotePort === waiting.port)).toMatchObject({
      owner: 'unaccepted',
      uid: 0,
    });
    expect(rows.find((row) => row.localPort === waiting.port)).toMatchObject({ owner: 'hidden', uid: 0 });
  });
});

describe('bytes', () => {
  it.each(['127.0.0.1', '::1'])('are those that were really sent and received (%s)', async (host) => {
    const engine = newEngine();
    const connection = await connect(host);
    const { near, far } = connection;
    const ends = (): unknown[] =>
      engine
        .snapshot()
        .filter((row) => row.remotePort !== null && [row.localPort, row.remotePort].includes(near.port))
        .sort((a, b) => Number(a.localPort !== near.port) - Number(b.localPort !== near.port))
        .map((row) => [row.state, row.bytesSent, row.bytesReceived]);
    expect(ends()).toEqual([
      ['ESTABLISHED', 0, 0],
      ['ESTABLISHED', 0, 0],
    ]);
    await client.do('write', { handle: near.handle, bytes: 12_345_678 });
    await server.do('received', { handle: far, bytes: 12_345_678 });
    await server.do('write', { handle: far, bytes: 777 });
    await client.do('received', { handle: near.handle, bytes: 777 });
    expect(ends()).toEqual([
      ['ESTABLISHED', 12_345_678, 777],
      ['ESTABLISHED', 777, 12_345_678],
    ]);
    // The end of a connection is not a byte.
    await client.do('shutdown', { handle: near.handle });
    await server.do('ending', { handle: far });
    await eventually(() =>
      expect(ends()).toEqual([
        ['FIN_WAIT_2', 12_345_678, 777],
        ['CLOSE_WAIT', 777, 12_345_678],
      ]),
    );
    await server.do('write', { handle: far, bytes: 23 });
    await client.do('received', { handle: near.handle, bytes: 800 });
    expect(ends()).toEqual([
      ['FIN_WAIT_2', 12_345_678, 800],
      ['CLOSE_WAIT', 800, 12_345_678],
    ]);
  });

  it('are counted once when they had to be sent again', async (context) => {
    needsOwnNetwork(context, stage);
    needsSs(context);
    const engine = newEngine();
    stage.ip('address add 192.0.2.1/32 dev lo');
    const listener = await server.do('listen', { host: '192.0.2.1' });
    const near = await client.do('connect', {
      host: '192.0.2.1',
      port: listener.port,
      localAddress: '127.0.0.1',
    });
    const far = await server.do('accepted', { handle: listener.handle, port: near.port });
    // What is sent there gets lost from here on.
    stage.ip('address del 192.0.2.1/32 dev lo');
    stage.ip('route add 192.0.2.1/32 dev lo');
    await client.do('write', { handle: near.handle, bytes: 5000 });
    const sent = (): SocketRow => nearRow(engine, { listener, near, far })!;
    expect(sent().sendQueue).toBe(5000);
    // Long enough for the kernel to try again (RTO, 200 ms and more)
    await eventually(() => expect(stage.retransmissions(near.port)).toBeGreaterThan(0));
    expect(sent().bytesSent).toBe(5000);
    stage.ip('route del 192.0.2.1/32 dev lo');
    stage.ip('address add 192.0.2.1/32 dev lo');
    await server.do('received', { handle: far, bytes: 5000 });
    await eventually(() => expect(sent()).toMatchObject({ bytesSent: 5000, sendQueue: 0 }));
  });
});

/** What a page is told when it says hello. */
function greeting(engine: Engine): [welcome: Welcome, snapshot: SnapshotChunk] {
  const messages: unknown[] = [];
  engine.serve({
    send: (message) => messages.push(message),
    onMessage: (listener) => listener({ type: 'hello', version: PROTOCOL_VERSION }),
    onClose: () => undefined,
    close: () => undefined,
  });
  return messages as [Welcome, SnapshotChunk];
}

function hiddenOf(engine: Engine): number {
  return greeting(engine)[1].status.hiddenOwners;
}

function sentenceOf(engine: Engine): string | null {
  return greeting(engine)[0].missingPrivilege;
}
