/** The whole engine on the system that runs this: Windows, or Wine. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { WindowsSockets } from '../native/windows/fixtures/windowsSockets';
import { WindowsBackend } from '../native/windows/windowsBackend';
import type { SocketRow } from '../shared/socket';
import { UnkeptLog } from './actionLog';
import { systemClock } from './clock';
import { Engine } from './engine';

const sockets = new WindowsSockets();
let engine: Engine;

function start(): Engine {
  return new Engine({
    backend: new WindowsBackend(),
    clock: systemClock,
    hostname: 'test',
    engineId: 'test',
    log: new UnkeptLog(),
    environment: process.env,
  });
}

beforeEach(() => {
  engine = start();
});
afterEach(() => {
  sockets.close();
  engine.dispose();
});

/** The rows with this local port, listening ones first. */
function rowsOf(port: number, of = engine): SocketRow[] {
  const rows = of.snapshot().filter(({ localPort }) => localPort === port);
  return rows.sort((a, b) => Number(b.state === 'LISTEN') - Number(a.state === 'LISTEN'));
}

describe('the engine', () => {
  test('names the owner of each socket, and which way its traffic began', async () => {
    const { port, client } = await sockets.connect('127.0.0.1');
    const [listener, server] = rowsOf(port);
    const [mine] = rowsOf(client.localPort!);
    const name = path.basename(process.execPath);
    for (const row of [listener, server, mine]) {
      assert.ok(row);
      assert.deepEqual(
        [row.owner, row.pid, row.processName, row.holders, row.uid, row.namespace],
        ['known', process.pid, name, 1, null, null],
      );
      assert.equal(row.processPath?.toLowerCase(), process.execPath.toLowerCase());
      assert.ok(Math.abs(row.processStartedAt! - (Date.now() - 1000 * process.uptime())) < 60_000);
      // Wine has no parent for a program that was started from outside of it.
      assert.equal(row.parentPid, process.ppid || null);
    }
    assert.deepEqual([listener!.direction, server!.direction, mine!.direction], ['listen', 'local', 'local']);
    assert.deepEqual([mine!.remoteAddress, mine!.remotePort], ['127.0.0.1', port]);
    assert.deepEqual(engine.tableProblems, []);
  });

  test('leaves the remote address of datagram sockets unknown', async () => {
    const socket = await sockets.datagrams('udp6', '::1');
    const [row, ...more] = rowsOf(socket.address().port);
    assert.equal(more.length, 0);
    assert.deepEqual(
      [row?.protocol, row?.family, row?.state, row?.remoteAddress, row?.remotePort, row?.direction],
      ['udp', 6, null, null, null, null],
    );
  });

  test('gives a socket the same id in another run, and finds it by that', async () => {
    const { port } = await sockets.connect('127.0.0.1');
    const [listener] = rowsOf(port);
    const other = start();
    try {
      assert.deepEqual(
        other.locate([listener!.id]).map(({ id, localPort }) => [id, localPort]),
        [[listener!.id, port]],
      );
    } finally {
      other.dispose();
    }
  });

  test('tells the details of a socket, and none of one that has ended', async () => {
    const { port, client, server } = await sockets.connect('127.0.0.1');
    const connection = rowsOf(client.localPort!)[0]!;
    const details = engine.details(connection.id)!;
    const state = details.groups.find(({ name }) => name === 'state')!;
    assert.equal(state.facts.find(({ name }) => name === 'state')!.value, 'Established');
    assert.deepEqual(
      details.holders.map(({ pid }) => pid),
      [process.pid],
    );
    const listener = rowsOf(port)[0]!;
    sockets.close();
    client.destroy();
    server.destroy();
    await new Promise((resolve) => server.once('close', resolve));
    const deadline = Date.now() + 5000;
    while (engine.details(listener.id) !== null) {
      assert.ok(Date.now() < deadline, 'the listener is still there');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test('reads again and again while sockets come and go', async () => {
    for (let i = 0; i < 30; i++) {
      const { port, client } = await sockets.connect(i % 2 === 0 ? '127.0.0.1' : '::1');
      assert.equal(rowsOf(port).length, 2);
      assert.equal(rowsOf(client.localPort!).length, 1);
      sockets.close();
    }
    assert.deepEqual(engine.tableProblems, []);
  });
});
