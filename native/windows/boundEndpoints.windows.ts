/** Bound endpoints, on the double: Wine has no such function, and nothing here has met a real Windows. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { SOCKET_STATES } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { BoundEndpoints } from './boundEndpoints';
import { doubleFile, TestDouble } from './fixtures/double';
import { RowIdentities } from './identity';
import { Libraries } from './libraries';
import { TABLE_LAYOUTS } from './tableLayouts';
import { TableBuffers } from './tableReader';

const double = new TestDouble();
const setTable = double.control<(kind: number, rows: number, bytes: Uint8Array) => void>(
  'void double_tables_set(int, uint32, void *)',
);
const setBound = double.control<(kind: number, rows: number, bytes: Uint8Array, claimed: number) => void>(
  'void double_bound_set(int, uint32, void *, uint32)',
);
const noTable = double.control<() => void>('void double_bound_missing()');
const CALL = 'InternalGetBoundTcpEndpointTable';
const LISTEN = 2;

interface Endpoint {
  address: number[];
  port: number;
  pid: number;
}

/** Rows of tcp4 (kind 0) or tcp6 (kind 1): the fields that both classes have. */
function rows(
  kind: 0 | 1,
  tableClass: 'owner-module' | 'table2',
  endpoints: readonly Endpoint[],
): Uint8Array {
  const { rowSize } = TABLE_LAYOUTS[kind === 0 ? 'tcp4' : 'tcp6'][tableClass]!;
  const [address, port, state, pid] = kind === 0 ? [4, 8, 0, 20] : [0, 20, 48, 52];
  const bytes = new Uint8Array(rowSize * endpoints.length);
  const view = new DataView(bytes.buffer);
  for (const [i, endpoint] of endpoints.entries()) {
    bytes.set(endpoint.address, i * rowSize + address);
    view.setUint16(i * rowSize + port, endpoint.port, false);
    view.setUint32(i * rowSize + state, tableClass === 'table2' ? 0xcdcdcdcd : LISTEN, true);
    view.setUint32(i * rowSize + pid, endpoint.pid, true);
  }
  return bytes;
}

const ANY4 = [0, 0, 0, 0];
const ANY6 = Array.from({ length: 16 }, () => 0);

function bind(kind: 0 | 1, endpoints: readonly Endpoint[], claimed = endpoints.length): void {
  setBound(kind, endpoints.length, rows(kind, 'table2', endpoints), claimed);
}

function list(kind: 0 | 1, endpoints: readonly Endpoint[]): void {
  setTable(kind, endpoints.length, rows(kind, 'owner-module', endpoints));
}

function read(libraries = new Libraries({ iphlpapi: doubleFile }), bound = true): string[] {
  const table = new SocketTable(1);
  const identities = new RowIdentities();
  const buffers = new TableBuffers(libraries, identities, new BoundEndpoints(libraries));
  for (const name of ['tcp4', 'tcp6', 'udp4', 'udp6'] as const) buffers.read(name, table, bound);
  const { state, tablePid, idHigh, idLow, hasRemote } = table.columns;
  return Array.from({ length: table.length }, (_, row) => {
    assert.equal(hasRemote[row], 0);
    const id = identities.idText(idHigh[row]!, idLow[row]!);
    return `${id} ${SOCKET_STATES[state[row]! - 1]} ${tablePid[row]}`;
  });
}

beforeEach(() => double.reset());

describe('bound endpoints, on the double', () => {
  test('are rows of the state BOUND, numbered where they are alike', () => {
    const mine = { address: [127, 0, 0, 1], port: 5000, pid: 800 };
    bind(0, [mine, { ...mine, pid: 804 }, { address: ANY4, port: 5001, pid: 808 }]);
    bind(1, [{ address: ANY6, port: 5002, pid: 812 }]);
    assert.deepEqual(read(), [
      'tcp4-127.0.0.1:5000 BOUND 800',
      'tcp4-127.0.0.1:5000~2 BOUND 804',
      'tcp4-0.0.0.0:5001 BOUND 808',
      'tcp6-:::5002 BOUND 812',
    ]);
  });

  test('are not asked for unless they are wanted', () => {
    bind(0, [{ address: ANY4, port: 5000, pid: 800 }]);
    assert.deepEqual(read(undefined, false), []);
    assert.equal(double.calls(CALL), 0);
  });

  test('are left out where the tables have the same socket', () => {
    const listener = { address: [10, 0, 0, 1], port: 5000, pid: 800 };
    list(0, [listener]);
    bind(0, [
      listener, // the same
      { ...listener, address: ANY4 }, // bound to all, connected by now
      { ...listener, address: [10, 0, 0, 2] }, // another address
      { ...listener, pid: 804 }, // another process
      { ...listener, port: 5001 },
    ]);
    bind(1, [
      { ...listener, address: ANY6 }, // an IPv6 socket that is connected over IPv4
      { ...listener, address: ANY6, pid: 804 },
    ]);
    assert.deepEqual(read(), [
      'tcp4-10.0.0.1:5000 LISTEN 800',
      'tcp4-10.0.0.2:5000 BOUND 800',
      'tcp4-10.0.0.1:5000~2 BOUND 804',
      'tcp4-10.0.0.1:5001 BOUND 800',
      'tcp6-:::5000 BOUND 804',
    ]);
  });

  test('there are none where the function fails, hands over nothing, or says what cannot be', () => {
    const one = { address: ANY4, port: 5000, pid: 800 };
    list(0, [{ ...one, port: 80 }]);
    const alone = ['tcp4-0.0.0.0:80 LISTEN 800'];
    bind(0, [one]);
    assert.equal(read().length, 2);
    for (const code of [5, 50, 87, 122]) {
      double.fail(CALL, code);
      assert.deepEqual(read(), alone);
    }
    double.fail(CALL, 0);
    for (const claimed of [2, 1000, 0xffffffff]) {
      bind(0, [one], claimed);
      assert.deepEqual(read(), alone);
    }
    noTable();
    assert.deepEqual(read(), alone);
  });

  test('ten thousand are read, again and again', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ address: ANY4, port: 1024 + i, pid: 800 }));
    bind(0, many);
    for (let i = 0; i < 20; i++) assert.equal(read().length, 10_000);
  });
});

test('a Windows without the functions has no bound endpoints, and no error', () => {
  const libraries = new Libraries({ iphlpapi: 'kernel32.dll' });
  const endpoints = new BoundEndpoints(libraries);
  const table = new SocketTable();
  endpoints.append('tcp4', table, new RowIdentities());
  assert.equal(table.length, 0);
});
