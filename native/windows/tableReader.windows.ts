/** The tables of the system that this runs on, compared with real sockets: on Windows, or under Wine. */
import assert from 'node:assert/strict';
import type net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { formatIPv4, formatIPv6 } from '../../shared/address';
import { MAIN_TABLES, SOCKET_STATES } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import { SocketTable, UNKNOWN } from '../../shared/socketTable';
import { BoundEndpoints } from './boundEndpoints';
import { WindowsSockets } from './fixtures/windowsSockets';
import { isWine } from './fixtures/wine';
import { RowIdentities } from './identity';
import { Libraries } from './libraries';
import { TableBuffers } from './tableReader';

const PATIENCE_MS = 10_000;
const sockets = new WindowsSockets();
const identities = new RowIdentities();
const buffers = new TableBuffers(new Libraries(), identities, new BoundEndpoints(new Libraries()));

afterEach(() => sockets.close());

interface Row {
  id: string;
  state: string | null;
  local: string;
  remote: string | null;
  pid: number | null;
}

function read(name: MainTable): Row[] {
  const table = new SocketTable();
  buffers.read(name, table, false);
  buffers.settle();
  const c = table.columns;
  const address = (offset: number, row: number): string =>
    c.family[row] === 4 ? formatIPv4(table.addresses, offset) : formatIPv6(table.addresses, offset);
  return Array.from({ length: table.length }, (_, row) => ({
    id: identities.idText(c.idHigh[row]!, c.idLow[row]!)!,
    state: c.state[row] === 0 ? null : SOCKET_STATES[c.state[row]! - 1]!,
    local: `${address(32 * row, row)} ${c.localPort[row]}`,
    remote: c.hasRemote[row] === 0 ? null : `${address(32 * row + 16, row)} ${c.remotePort[row]}`,
    pid: c.tablePid[row] === UNKNOWN ? null : c.tablePid[row]!,
  }));
}

/** The one row with this local port that fits, once there is one. */
async function find(name: MainTable, fits: (row: Row) => boolean): Promise<Row> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const rows = read(name);
    const found = rows.filter(fits);
    if (found.length === 1) return found[0]!;
    if (Date.now() > deadline) assert.fail(`${found.length} fit of ${JSON.stringify(rows)}`);
    await sleep(20);
  }
}

const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port;

for (const [version, loopback, any] of [
  ['4', '127.0.0.1', '0.0.0.0'],
  ['6', '::1', '::'],
] as const) {
  describe(`IPv${version}`, () => {
    test('a listener is listed with its address, port, state and PID, and has no remote endpoint', async () => {
      for (const address of [loopback, any]) {
        const port = portOf(await sockets.listen(address));
        const row = await find(`tcp${version}`, ({ local }) => local === `${address} ${port}`);
        const { id, ...rest } = row;
        assert.match(id, new RegExp(`^tcp${version}-.*:${port}(-[0-9a-f]{16})?$`));
        assert.deepEqual(rest, {
          ...{ state: 'LISTEN', local: `${address} ${port}`, remote: null, pid: process.pid },
        });
      }
    });

    test('both ends of a connection are listed, and followed until they end', async () => {
      const { port, client, server } = await sockets.connect(loopback);
      const [near, far] = [`${loopback} ${client.localPort}`, `${loopback} ${port}`];
      const isClient = (row: Row): boolean => row.local === near && row.remote === far;
      const isServer = (row: Row): boolean => row.local === far && row.remote === near;
      const name: MainTable = `tcp${version}`;
      const [one, other] = [await find(name, isClient), await find(name, isServer)];
      for (const row of [one, other]) assert.deepEqual([row.state, row.pid], ['ESTABLISHED', process.pid]);
      assert.notEqual(one.id, other.id);

      client.end();
      const waiting = await find(name, (row) => isServer(row) && row.state === 'CLOSE_WAIT');
      assert.equal(waiting.id, other.id);
      const finished = await find(name, (row) => isClient(row) && row.state !== 'ESTABLISHED');
      assert.equal(finished.state, 'FIN_WAIT_2');
      assert.equal(finished.id, one.id);
      assert.equal(server.destroyed, false);
    });

    test('what is left of a connection in TIME_WAIT has the id that the connection had', async () => {
      const { port, client, server } = await sockets.connect(loopback);
      const [near, far] = [`${loopback} ${client.localPort}`, `${loopback} ${port}`];
      const isClient = (row: Row): boolean => row.local === near && row.remote === far;
      const { id, state } = await find(`tcp${version}`, isClient);
      assert.equal(state, 'ESTABLISHED');
      const ended = new Promise((resolve) => client.once('close', resolve));
      client.resume(); // else it never hears of the other's end
      client.end();
      await find(`tcp${version}`, (row) => isClient(row) && row.state !== 'ESTABLISHED');
      server.end();
      await ended;
      if (isWine()) {
        // Wine lists what its programs hold, and nothing that is left over: there is no such row.
        assert.deepEqual(read(`tcp${version}`).filter(isClient), []);
        return;
      }
      const left = await find(`tcp${version}`, (row) => isClient(row) && row.state === 'TIME_WAIT');
      assert.equal(left.id, id);
    });

    test('datagram sockets are listed without remote endpoint, those that are alike one by one', async () => {
      const first = await sockets.datagrams(`udp${version}`, loopback);
      const { port } = first.address();
      for (let i = 0; i < 2; i++) await sockets.datagrams(`udp${version}`, loopback, port);
      const mine = read(`udp${version}`).filter(({ local }) => local === `${loopback} ${port}`);
      assert.equal(mine.length, 3);
      assert.equal(new Set(mine.map(({ id }) => id)).size, 3);
      for (const { state, remote, pid } of mine)
        assert.deepEqual([state, remote, pid], [null, null, process.pid]);
      const again = read(`udp${version}`).filter(({ local }) => local === `${loopback} ${port}`);
      assert.deepEqual(again, mine);
    });
  });
}

test('the socket of another process has that one’s PID, and is gone when it has ended', async () => {
  const { child, port } = await sockets.otherProcess();
  const isIt = ({ local }: Row): boolean => local === `127.0.0.1 ${port}`;
  const { state, pid } = await find('tcp4', isIt);
  assert.deepEqual([state, pid], ['LISTEN', child.pid]);
  child.kill();
  const deadline = Date.now() + PATIENCE_MS;
  while (read('tcp4').some(isIt)) {
    assert.ok(Date.now() < deadline, 'it is still listed');
    await sleep(20);
  }
});

test('a thousand readings take no memory that is not given back', async () => {
  const { port } = await sockets.connect('127.0.0.1');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const table = new SocketTable();
  const readAll = (): void => {
    table.clear();
    for (const name of MAIN_TABLES) buffers.read(name, table, true);
    buffers.settle();
  };
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  for (let i = 0; i < 200; i++) readAll();
  const before = used();
  for (let i = 0; i < 1000; i++) readAll();
  const grown = used() - before;
  assert.ok(table.columns.localPort.includes(port));
  // A row of one reading kept by each would be more than this.
  assert.ok(grown < 256 * 1024, `${grown} bytes`);
});
