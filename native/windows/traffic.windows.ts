/** The counters of connections: against the double, and on the system that this runs on. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SocketTable } from '../../shared/socketTable';
import { COLLECTION_RW, DATA_ROD, PATH_ROD } from './estats';
import { doubleFile, TestDouble } from './fixtures/double';
import { sdkLayout } from './fixtures/sdkLayouts';
import { addRow } from './fixtures/tcpRows';
import type { RowFields } from './fixtures/tcpRows';
import { Libraries } from './libraries';
import { WindowsPrivileges } from './privileges';
import { TrafficCounters } from './traffic';
import { tcp6Entry, tcpEntry } from './tcpEntry';

const DATA = 1;
const BOTH = 3;

/** What is known of a row's traffic. */
function trafficOf(table: SocketTable, row = 0): (number | undefined)[] {
  const { bytesSent, bytesReceived, segmentsSent, segmentsReceived, retransmits, rtt } = table.columns;
  return [bytesSent, bytesReceived, segmentsSent, segmentsReceived, retransmits, rtt].map(
    (column) => column[row],
  );
}
const UNKNOWN = Array.from({ length: 6 }, () => NaN);

describe('the double', () => {
  const double = new TestDouble();
  const control = double.control.bind(double);
  const connect4 = control<(entry: Uint8Array) => void>('void double_estats_connect4(void *)');
  const connect6 = control<(entry: Uint8Array) => void>('void double_estats_connect6(void *)');
  const end = control<(number: number) => void>('void double_estats_end(uint32)');
  const pass = control<(number: number, sent: number, received: number, ms: number) => void>(
    'void double_estats_pass(uint32, uint32, uint32, uint32)',
  );
  const sent = control<(number: number, bytes: number) => void>('void double_estats_sent(uint32, uint64)');
  const counted = control<(number: number) => number>('uint32 double_estats_counted(uint32)');
  const count = control<(number: number, what: number) => void>('void double_estats_count(uint32, uint32)');
  let counters: TrafficCounters;

  beforeEach(() => {
    double.reset();
    counters = new TrafficCounters(new Libraries({ iphlpapi: doubleFile }));
  });
  afterEach(() => counters.stop());

  /** A reading of these connections, all of which are watched. */
  function read(...connections: Partial<RowFields>[]): SocketTable {
    const table = new SocketTable();
    counters.count(
      table,
      connections.map((fields) => addRow(table, fields)),
    );
    return table;
  }

  /** Has the double know such a connection. */
  function open(fields: Partial<RowFields>, scopesSwapped = false): void {
    const table = new SocketTable();
    const row = addRow(table, fields);
    if (fields.family === 6) connect6(tcp6Entry(table, row, 0, scopesSwapped));
    else connect4(tcpEntry(table, row, 0));
  }

  for (const family of [4, 6] as const) {
    test(`counts what passes while somebody looks, and nothing else: IPv${family}`, () => {
      open({ family });
      pass(0, 1000, 2000, 9);
      assert.deepEqual(trafficOf(read({ family })), [0, 0, 0, 0, 0, NaN]);
      assert.equal(counted(0), BOTH);
      pass(0, 10, 20, 7);
      pass(0, 100, 200, 8);
      assert.deepEqual(trafficOf(read({ family })), [110, 220, 2, 2, 2, 8]);
      read();
      assert.equal(counted(0), 0);
      pass(0, 1000, 2000, 9);
      assert.deepEqual(trafficOf(read({ family })).slice(0, 2), [110, 220]);
      counters.stop();
      assert.equal(counted(0), 0);
    });
  }

  test('has an IPv6 connection of a link found, whichever way round scope ids are', () => {
    for (const swapped of [false, true]) {
      double.reset();
      const fields = { family: 6, interface: 7, local: ['fe80::1', 443], remote: ['fe80::2', 9] } as const;
      open({ ...fields, local: ['fe80::1', 443], remote: ['fe80::2', 9] }, swapped);
      for (let i = 0; i < 2; i++) {
        const table = read({ ...fields, local: ['fe80::1', 443], remote: ['fe80::2', 9] });
        assert.equal(table.columns.bytesSent[0], 0);
      }
      counters.stop();
      assert.equal(counted(0), 0);
    }
  });

  test('has counters of more than 32 bits', () => {
    open({});
    read({});
    sent(0, 2 ** 40 + 3);
    assert.equal(read({}).columns.bytesSent[0], 2 ** 40 + 3);
  });

  test('has what another program counts left alone', () => {
    open({});
    count(0, DATA);
    read({});
    read();
    assert.equal(counted(0), DATA);
  });

  test('has a connection that ends unknown, and nothing is thrown', () => {
    open({});
    read({});
    end(0);
    assert.deepEqual(trafficOf(read({})), UNKNOWN);
    read();
    counters.stop();
  });

  for (const call of ['GetPerTcpConnectionEStats', 'SetPerTcpConnectionEStats'])
    for (const code of [5, 50, 87, 1168])
      test(`that fails leaves the row unknown, and the others known: ${call}, ${code}`, () => {
        open({});
        open({ family: 6 });
        double.fail(call, code);
        const table = read({}, { id: 8, family: 6 });
        assert.deepEqual(trafficOf(table, 0), UNKNOWN);
        assert.equal(table.columns.bytesSent[1], 0);
        double.fail(call, 0);
        assert.equal(read({}).columns.bytesSent[0], 0);
      });

  test('is called twice for each connection and reading, once all are on', () => {
    open({});
    read({});
    const before = double.calls('GetPerTcpConnectionEStats');
    for (let i = 0; i < 10; i++) read({});
    assert.equal(double.calls('GetPerTcpConnectionEStats') - before, 20);
    assert.equal(double.calls('SetPerTcpConnectionEStats'), 2);
  });
});

describe('this system', () => {
  test('says whether this process may count, and what it does not know stays unknown', () => {
    const libraries = new Libraries();
    const privileges = new WindowsPrivileges(libraries);
    const { counted, why } = privileges.traffic();
    assert.equal(counted === 'watched', privileges.elevated);
    assert.equal(counted === 'never', why !== null);
    // A connection that there is not
    const table = new SocketTable();
    const counters = new TrafficCounters(libraries);
    counters.count(table, [addRow(table), addRow(table, { family: 6 })]);
    counters.stop();
    for (const row of [0, 1]) assert.deepEqual(trafficOf(table, row), UNKNOWN);
  });
});

describe('what Windows fills in', () => {
  test('is laid out as the SDK says', () => {
    for (const [structure, { size, ...fields }] of Object.entries({
      TCP_ESTATS_DATA_ROD_v0: DATA_ROD,
      TCP_ESTATS_PATH_ROD_v0: PATH_ROD,
      TCP_ESTATS_DATA_RW_v0: COLLECTION_RW,
      TCP_ESTATS_PATH_RW_v0: COLLECTION_RW,
    })) {
      const sdk = sdkLayout(structure);
      assert.equal(sdk.size, size);
      for (const [member, offset] of Object.entries(fields)) assert.equal(sdk.fields[member], offset, member);
    }
  });
});
