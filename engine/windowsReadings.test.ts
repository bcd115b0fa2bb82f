/** What a reading makes of Windows' tables: rows without a cookie, PIDs in the table itself, and none in TIME_WAIT. */
import { expect, it } from 'vitest';
import type { OwnerLookup, TableSource } from '../native';
import { FakeBackend } from '../native/fake/fakeBackend';
import { readHex } from '../native/windows/fixtures/readHex';
import { RowIdentities } from '../native/windows/identity';
import { RowOwners } from '../native/windows/rowOwners';
import { ROW_LAYOUTS, TABLE_LAYOUTS } from '../native/windows/tableLayouts';
import { decodeTable } from '../native/windows/tables';
import { DEFAULT_READING } from '../shared/socket';
import type { ProcessInfo } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';
import { Readings } from './readings';

const TIME_WAIT = 11;
const { firstRow, rowSize } = TABLE_LAYOUTS.tcp4['owner-module'];

const server: ProcessInfo = {
  ...{ pid: 4321, startKey: '1', startedAt: 0, name: 'server.exe', path: null, unit: null },
  ...{ container: null, parentPid: null, parentName: null },
};

/** The decoder and the owners of Windows over the bytes of one table. */
class TableBackend extends FakeBackend {
  readonly bytes = readHex('tcp4-owner-module');
  readonly running = new Map([[server.pid, server]]);
  complete = true;
  private readonly identities = new RowIdentities();
  private readonly owners = new RowOwners(
    {
      of: (pid) => this.running.get(pid) ?? null,
      withService: (process) => process,
      complete: true,
    },
    { ofPid: () => [] },
    { of: () => null },
    () => new Uint8Array(rowSize),
  );

  constructor() {
    super('empty');
  }

  /** Sets a field of a row of the table. */
  set(row: number, field: 'state' | 'pid', value: number): void {
    const at = firstRow + rowSize * row + ROW_LAYOUTS.tcp4[field];
    new DataView(this.bytes.buffer, this.bytes.byteOffset).setUint32(at, value, true);
  }

  override sources(): TableSource[] {
    return [{ table: 'tcp4', namespace: 0 }];
  }

  override readTable(_source: TableSource, _options: unknown, into: SocketTable): void {
    decodeTable(this.bytes, this.bytes.length, 'tcp4', 'owner-module', into, this.identities);
  }

  override readOwners(table: SocketTable): OwnerLookup {
    return { ...this.owners.lookup(table), complete: this.complete };
  }

  override id(high: number, low: number): string {
    return this.identities.idText(high, low)!;
  }
}

function read(readings: Readings, backend: TableBackend): string[] {
  readings.take(DEFAULT_READING, Date.now());
  const { table } = readings;
  return Array.from({ length: table.length }, (_, row) => {
    const { state, pid, processName, owner, id } = table.row(row, backend);
    expect(id).not.toContain(String(server.pid));
    return `${state} ${pid} ${processName} ${owner}`;
  });
}

it('lets a connection in TIME_WAIT, which has no PID any more, keep its id and inherit its owner', () => {
  const backend = new TableBackend();
  const readings = new Readings(backend);
  // The last of the three was in TIME_WAIT before anybody looked.
  expect(read(readings, backend)).toEqual([
    'LISTEN 4321 server.exe known',
    'ESTABLISHED 4321 server.exe known',
    'TIME_WAIT null null none',
  ]);
  const id = backend.id(readings.table.columns.idHigh[1]!, readings.table.columns.idLow[1]!);
  backend.set(1, 'state', TIME_WAIT);
  backend.set(1, 'pid', 0);
  for (let i = 0; i < 3; i++) {
    expect(read(readings, backend)[1]).toBe('TIME_WAIT 4321 server.exe inherited');
    if (i === 0) expect(readings.diff()).toEqual({ added: [], changed: [1], moved: [], removed: [] });
    expect(backend.id(readings.table.columns.idHigh[1]!, readings.table.columns.idLow[1]!)).toBe(id);
  }
});

it('tells a process that has ended from one that is hidden, and keeps the PID that the table names', () => {
  const backend = new TableBackend();
  const readings = new Readings(backend);
  backend.running.clear();
  expect(read(readings, backend)[0]).toBe('LISTEN 4321 null unfound');
  expect(readings.hiddenOwners).toBe(0);
  backend.complete = false;
  expect(read(readings, backend)[0]).toBe('LISTEN 4321 null hidden');
  expect(readings.hiddenOwners).toBe(2);
});
