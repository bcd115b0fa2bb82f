/** The reader of the tables against the double: errors, tables that change while they are read, and those that make no sense. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { MainTable } from '../../shared/socket';
import { MAIN_TABLES } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { BoundEndpoints } from './boundEndpoints';
import { doubleFile, TestDouble } from './fixtures/double';
import { RowIdentities } from './identity';
import { Libraries } from './libraries';
import { TABLE_LAYOUTS } from './tableLayouts';
import { TableBuffers } from './tableReader';

const double = new TestDouble();
const fill = double.control<(kind: number, rows: number) => void>('void double_tables_fill(int, uint32)');
const grow = double.control<(kind: number, times: number) => void>('void double_tables_grow(int, int)');
const claim = double.control<(kind: number, rows: number) => void>('void double_tables_claim(int, uint32)');
const tell = double.control<(kind: number, size: number) => void>('void double_tables_tell(int, uint32)');
const silence = double.control<(kind: number) => void>('void double_tables_silence(int)');
const callOf = (name: MainTable): string =>
  name.startsWith('tcp') ? 'GetExtendedTcpTable' : 'GetExtendedUdpTable';
/** More than all calls of one reading may take; a reading that takes more has no bound. */
const MANY = 20;

class Reader {
  readonly identities = new RowIdentities();
  private readonly buffers: TableBuffers;

  constructor() {
    const libraries = new Libraries({ iphlpapi: doubleFile });
    this.buffers = new TableBuffers(libraries, this.identities, new BoundEndpoints(libraries));
  }

  read(name: MainTable, into = new SocketTable()): SocketTable {
    const before = into.length;
    assert.equal(this.buffers.read(name, into, false), into.length - before);
    return into;
  }

  /** Reads, and expects a refusal that leaves no trace. */
  refuse(name: MainTable): NativeError {
    const into = new SocketTable();
    into.append();
    const known = this.identities.size;
    try {
      this.buffers.read(name, into, false);
    } catch (error) {
      assert.ok(error instanceof NativeError, String(error));
      assert.deepEqual([into.length, this.identities.size], [1, known]);
      assert.equal(error.call, callOf(name));
      return error;
    }
    throw new assert.AssertionError({ message: 'It was read.' });
  }

  settle(): void {
    this.buffers.settle();
  }

  rowBytes(name: MainTable, index: number): Uint8Array {
    return this.buffers.rowBytes(name, index);
  }
}

beforeEach(() => double.reset());

for (const [kind, name] of MAIN_TABLES.entries()) {
  describe(`${name}, by the double`, () => {
    test('20,000 rows are read as they were made, in two calls, and in one from then on', () => {
      fill(kind, 20_000);
      const reader = new Reader();
      const table = reader.read(name);
      assert.equal(table.length, 20_000);
      assert.equal(double.calls(callOf(name)), 2);
      const { localPort, tablePid, createdAt, hasRemote, remotePort } = table.columns;
      for (let row = 0; row < table.length; row++) {
        assert.equal(localPort[row], 1024 + row);
        assert.equal(tablePid[row], 4 * (1 + (row % 5000)));
        assert.ok(Math.abs(createdAt[row]! - Date.UTC(2024, 2, 1, 8) - row / 10_000) <= 1);
      }
      assert.equal(hasRemote[0], name.startsWith('tcp') ? 1 : 0);
      assert.equal(remotePort[0], name.startsWith('tcp') ? 443 : 0);
      const again = reader.read(name);
      assert.equal(double.calls(callOf(name)), 3);
      assert.deepEqual(again.columns.idLow, table.columns.idLow);
    });

    test('the bytes of a row are those of the structure', () => {
      fill(kind, 3);
      const reader = new Reader();
      reader.read(name);
      const row = reader.rowBytes(name, 2);
      assert.equal(row.length, TABLE_LAYOUTS[name]['owner-module'].rowSize);
      // The last of OwningModuleInfo: the double counts them through.
      const last = new DataView(row.buffer, row.byteOffset, row.length).getBigUint64(row.length - 8, true);
      assert.equal(last, BigInt(2 * 16 + 15));
    });

    test('a table without rows is no error', () => {
      const reader = new Reader();
      assert.equal(reader.read(name).length, 0);
      double.fail(callOf(name), 232); // ERROR_NO_DATA
      assert.equal(reader.read(name).length, 0);
    });

    test('rows that have gone are not read again from what the buffer still holds', () => {
      const reader = new Reader();
      fill(kind, 100);
      assert.equal(reader.read(name).length, 100);
      fill(kind, 1);
      assert.equal(reader.read(name).length, 1);
      silence(kind);
      assert.equal(reader.read(name).length, 0);
    });

    test('identities are kept through a reading that misses them, whatever is looked at in between, and no longer', () => {
      const reader = new Reader();
      fill(kind, 100);
      const [first] = reader.read(name).columns.idLow;
      reader.settle();
      fill(kind, 0);
      for (let i = 0; i < 5; i++) reader.read(name);
      reader.settle();
      assert.equal(reader.identities.size, 100);
      assert.notEqual(reader.identities.idText(0, first!), null);
      reader.read(name);
      reader.settle();
      assert.equal(reader.identities.size, 0);
    });

    for (const times of [1, 3]) {
      test(`a table that has doubled ${times} times between two calls is read`, () => {
        fill(kind, 1000);
        grow(kind, times);
        assert.equal(new Reader().read(name).length, 1000 * 2 ** times);
      });
    }

    test('a table that never stops growing is given up, and read when it has', () => {
      fill(kind, 1);
      grow(kind, -1);
      const reader = new Reader();
      assert.match(reader.refuse(name).message, /ERROR_INSUFFICIENT_BUFFER.*grew faster/);
      assert.ok(double.calls(callOf(name)) < MANY);
      fill(kind, 5);
      assert.equal(reader.read(name).length, 5);
    });

    test('the buffer of a call that always asks for more does not stay', () => {
      const reader = new Reader();
      double.fail(callOf(name), 122);
      for (let i = 0; i < 5; i++) reader.refuse(name);
      double.fail(callOf(name), 0);
      fill(kind, 20_000);
      const before = double.calls(callOf(name));
      reader.read(name);
      assert.equal(double.calls(callOf(name)) - before, 2, 'there was room for all of them');
    });

    for (const [code, codeName] of [
      [5, 'ERROR_ACCESS_DENIED'],
      [50, 'ERROR_NOT_SUPPORTED'],
      [87, 'ERROR_INVALID_PARAMETER'],
      [122, 'ERROR_INSUFFICIENT_BUFFER'],
    ] as const) {
      test(`error ${code} is told by name, and the next reading works`, () => {
        fill(kind, 2);
        const reader = new Reader();
        double.fail(callOf(name), code);
        const error = reader.refuse(name);
        assert.deepEqual([error.code, error.codeName], [code, codeName]);
        assert.ok(double.calls(callOf(name)) < MANY);
        double.fail(callOf(name), 0);
        assert.equal(reader.read(name).length, 2);
      });
    }

    test('rows that the buffer cannot hold are refused', () => {
      fill(kind, 2);
      const reader = new Reader();
      for (const rows of [3, 1_000_000, 0xffffffff]) {
        claim(kind, rows);
        const error = reader.refuse(name);
        assert.deepEqual([error.code, error.codeName], [0, 'MALFORMED']);
      }
    });

    test('sizes that are none are refused, and no size is read beyond the buffer', () => {
      fill(kind, 2);
      const reader = new Reader();
      for (const size of [1, 3, 5, 101, 4]) {
        tell(kind, size);
        assert.equal(reader.refuse(name).codeName, 'MALFORMED');
      }
      tell(kind, 0xffffffff);
      assert.equal(reader.read(name).length, 2);
    });
  });
}

test('one table that fails leaves the others alone', () => {
  fill(0, 2);
  fill(2, 3);
  double.fail('GetExtendedTcpTable', 5);
  const reader = new Reader();
  reader.refuse('tcp4');
  assert.equal(reader.read('udp4').length, 3);
});
