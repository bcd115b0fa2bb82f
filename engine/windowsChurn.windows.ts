/** The backend and the readings of the engine over the double: whole tables that change with every reading. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { doubleFile, TestDouble } from '../native/windows/fixtures/double';
import { largeTable } from '../native/windows/fixtures/largeTable';
import { Libraries } from '../native/windows/libraries';
import { ROW_LAYOUTS, TABLE_LAYOUTS } from '../native/windows/tableLayouts';
import { WindowsBackend } from '../native/windows/windowsBackend';
import { DEFAULT_READING } from '../shared/socket';
import { Readings } from './readings';

const double = new TestDouble();
const setTable = double.control<(kind: number, rows: number, bytes: Uint8Array) => void>(
  'void double_tables_set(int, uint32, void *)',
);
const setBound = double.control<(kind: number, rows: number, bytes: Uint8Array, claimed: number) => void>(
  'void double_bound_set(int, uint32, void *, uint32)',
);
const ROWS = 200;
/** The upper half of a FILETIME in 2041: sockets are made after their process */
const LATER = 0x01ee_0000;

const start = (): WindowsBackend => new WindowsBackend(new Libraries({ iphlpapi: doubleFile }));

/** Connections of this process; another seed, other connections. */
function connections(seed: number): void {
  const { firstRow, rowSize, createTime } = TABLE_LAYOUTS.tcp4['owner-module'];
  const bytes = largeTable('tcp4', 'owner-module', ROWS, seed);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < ROWS; row++) {
    const at = firstRow + row * rowSize;
    view.setUint32(at + ROW_LAYOUTS.tcp4.pid, process.pid, true);
    view.setUint32(at + createTime + 4, LATER, true);
  }
  setTable(0, ROWS, bytes.subarray(firstRow));
}

beforeEach(() => double.reset());

test(
  'a thousand readings of ever other sockets take no memory that is not given back',
  { timeout: 60_000 },
  () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const backend = start();
    const readings = new Readings(backend);
    const used = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const read = (reading: number): void => {
      connections(reading);
      readings.take(DEFAULT_READING, Date.now());
      const { added, removed } = readings.diff();
      const gone = reading === 1 ? 0 : ROWS;
      assert.deepEqual([readings.table.length, added.length, removed.length], [ROWS, ROWS, gone]);
      // Those that have just gone have each a text of its own still.
      for (const row of removed) {
        const { idHigh, idLow } = readings.before.columns;
        assert.match(backend.id(idHigh[row]!, idLow[row]!), /^tcp4-/);
      }
    };
    for (let i = 1; i <= 100; i++) read(i);
    // What the program itself takes meanwhile (code that is compiled, say) comes once; what leaks comes with every reading.
    const growths: number[] = [];
    for (let part = 0; part < 5; part++) {
      const before = used();
      for (let i = 1; i <= 200; i++) read(100 + 200 * part + i);
      growths.push(used() - before);
    }
    // One byte for each row of each reading would be as much.
    assert.ok(Math.min(...growths) < ROWS * 200, `${growths.join(', ')} bytes`);
    backend.dispose();
  },
);

test('a row that ended long ago has a text that fits no socket', () => {
  const backend = start();
  const readings = new Readings(backend);
  connections(1);
  readings.take(DEFAULT_READING, Date.now());
  const { idHigh, idLow } = readings.table.columns;
  const [high, low] = [idHigh[0]!, idLow[0]!];
  assert.match(backend.id(high, low), /^tcp4-10\./);
  setTable(0, 0, new Uint8Array(8));
  for (let i = 0; i < 3; i++) readings.take(DEFAULT_READING, Date.now());
  assert.equal(backend.id(high, low), `forgotten-${high}-${low}`);
  backend.dispose();
});

test('bound endpoints are read when they are wanted, and have details until they are gone', () => {
  const endpoint = new Uint8Array(TABLE_LAYOUTS.tcp4.table2!.rowSize);
  const view = new DataView(endpoint.buffer);
  view.setUint16(ROW_LAYOUTS.tcp4.localPort, 5000, false);
  view.setUint32(ROW_LAYOUTS.tcp4.pid, process.pid, true);
  setBound(0, 1, endpoint, 1);
  const backend = start();
  const readings = new Readings(backend);
  readings.take(DEFAULT_READING, Date.now());
  assert.equal(readings.table.length, 0);
  readings.take({ ...DEFAULT_READING, bound: true }, Date.now());
  const row = readings.table.row(0, backend);
  assert.deepEqual([row.state, row.localPort, row.pid, row.owner], ['BOUND', 5000, process.pid, 'known']);
  assert.equal(backend.details(readings.table, 0)!.groups[0]!.facts[0]!.value, 'Bound');
  setBound(0, 0, new Uint8Array(8), 0);
  assert.equal(backend.details(readings.table, 0), null);
  backend.dispose();
});

test('a table that fails keeps its rows and their owners, and the others go on', () => {
  const backend = start();
  const readings = new Readings(backend);
  connections(1);
  readings.take(DEFAULT_READING, 0);
  double.fail('GetExtendedTcpTable', 5);
  for (let i = 1; i <= 5; i++) readings.take(DEFAULT_READING, i * 60_000);
  const told = readings.reader.problems().map(({ table, message }) => `${table} ${message}`);
  assert.match(told.join('\n'), /tcp4 GetExtendedTcpTable: ERROR_ACCESS_DENIED\..*\ntcp6 /);
  assert.equal(readings.table.length, ROWS);
  const row = readings.table.row(0, backend);
  assert.deepEqual([row.pid, row.owner], [process.pid, 'known']);
  assert.match(row.id, /^tcp4-10\./);
  backend.dispose();
});
