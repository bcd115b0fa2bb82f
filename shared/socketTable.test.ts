import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address';
import { OWNERS, stateCode } from './socket';
import type { ProcessInfo } from './socket';
import { SocketTable } from './socketTable';
import type { RowNames } from './socketTable';

const names: RowNames = {
  id: (high, low) => `${high}:${low}`,
  user: (uid) => (uid === 0 ? 'root' : null),
  interface: (index) => `if${index}`,
};

function process(pid: number): ProcessInfo {
  return { pid, startKey: `${pid}`, startedAt: 1000, name: `p${pid}`, path: `/bin/p${pid}` };
}

/** Fills every column, the addresses and the process of a row with values made from `seed` (1–200). */
function fill(table: SocketTable, row: number, seed: number): void {
  for (const column of Object.values(table.columns)) column[row] = seed;
  table.addresses.fill(seed, 32 * row, 32 * row + 32);
  table.processes[row] = process(seed);
}

/** Everything that is stored of a row. */
function stored(table: SocketTable, row: number): unknown {
  return {
    columns: Object.values(table.columns).map((column) => column[row]),
    addresses: [...table.addresses.subarray(32 * row, 32 * row + 32)],
    process: table.processes[row],
  };
}

function tableOf(seeds: readonly number[], capacity = 4): SocketTable {
  const table = new SocketTable(capacity);
  for (const seed of seeds) fill(table, table.append(), seed);
  return table;
}

/** The seeds that rows were filled from, once it is certain that each row is still of one piece. */
function seedsOf(table: SocketTable): number[] {
  expect(table.processes).toHaveLength(table.length);
  return table.processes.map((owner, row) => {
    const { pid } = owner!;
    expect(stored(table, row)).toEqual(stored(tableOf([pid]), 0));
    return pid;
  });
}

const seeds = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 40 });

describe('SocketTable', () => {
  it.each([0, 1, 4])('grows beyond a capacity of %i and loses nothing', (capacity) => {
    const all = Array.from({ length: 100 }, (_, i) => i + 1);
    const table = tableOf(all, capacity);
    expect(seedsOf(table)).toEqual(all);
    expect(table.capacity).toBeGreaterThanOrEqual(100);
  });

  it.each([
    ['clear', (table: SocketTable) => table.clear()],
    ['truncate', (table: SocketTable) => table.truncate(1)],
  ])('a row that is used again after %s() knows nothing of its past', (_name, forget) => {
    const table = tableOf([7, 8, 9]);
    forget(table);
    const kept = table.length;
    const row = table.append();
    expect(row).toBe(kept);
    const fresh = new SocketTable(4);
    expect(stored(table, row)).toEqual(stored(fresh, fresh.append()));
    expect(table.processes).toHaveLength(kept + 1);
  });

  it('truncate() keeps the rows before', () => {
    const table = tableOf([7, 8, 9]);
    table.truncate(2);
    expect(seedsOf(table)).toEqual([7, 8]);
  });

  it('appendFrom() copies a whole row, and leaves its source alone', () => {
    const source = tableOf([5, 6]);
    const target = tableOf([1, 2, 3, 4]);
    expect(target.appendFrom(source, 1)).toBe(4);
    expect(seedsOf(target)).toEqual([1, 2, 3, 4, 6]);
    fill(target, 4, 99);
    expect(seedsOf(source)).toEqual([5, 6]);
  });

  it('drop() leaves exactly the other rows', () => {
    const cases = seeds.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all.map((_, row) => row))));
    fc.assert(
      fc.property(cases, fc.func(fc.integer()), ([all, rows], order) => {
        const table = tableOf(all);
        table.drop(rows.toSorted((a, b) => order(a) - order(b)));
        const others = all.filter((_, row) => !rows.includes(row));
        const upwards = (a: number, b: number): number => a - b;
        expect(seedsOf(table).toSorted(upwards)).toEqual(others.toSorted(upwards));
      }),
    );
  });
});

describe('row()', () => {
  it('says null of everything that is not known', () => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 4;
    table.columns.firstSeenAt[row] = 5;
    expect(table.row(row, names)).toEqual({
      id: '0:0',
      protocol: 'tcp',
      family: 4,
      state: null,
      localAddress: '0.0.0.0',
      localPort: 0,
      remoteAddress: null,
      remotePort: null,
      pid: null,
      processName: null,
      processPath: null,
      processStartedAt: null,
      user: null,
      uid: null,
      owner: 'known',
      inode: null,
      createdAt: null,
      firstSeenAt: 5,
      bytesSent: null,
      bytesReceived: null,
      receiveQueue: null,
      sendQueue: null,
    });
  });

  it('says everything that is known; a zero is a known number', () => {
    const table = new SocketTable();
    const row = table.append();
    const c = table.columns;
    [c.idHigh[row], c.idLow[row]] = [0xffffffff, 0xfffffffe];
    [c.protocol[row], c.family[row], c.state[row]] = [1, 6, stateCode('ESTABLISHED')];
    [c.localPort[row], c.remotePort[row], c.hasRemote[row]] = [53, 65535, 1];
    table.addresses.set(parseAddress('::1')!, 32 * row);
    table.addresses.set(parseAddress('2001:db8::2')!, 32 * row + 16);
    [c.uid[row], c.inode[row], c.owner[row]] = [0, 12, OWNERS.indexOf('inherited')];
    [c.bytesSent[row], c.bytesReceived[row], c.receiveQueue[row], c.sendQueue[row]] = [0, 1, 2, 3];
    [c.createdAt[row], c.firstSeenAt[row]] = [4, 5];
    table.processes[row] = process(9);
    expect(table.tableOf(row)).toBe('udp6');
    expect(table.row(row, names)).toEqual({
      id: '4294967295:4294967294',
      protocol: 'udp',
      family: 6,
      state: 'ESTABLISHED',
      localAddress: '::1',
      localPort: 53,
      remoteAddress: '2001:db8::2',
      remotePort: 65535,
      pid: 9,
      processName: 'p9',
      processPath: '/bin/p9',
      processStartedAt: 1000,
      user: 'root',
      uid: 0,
      owner: 'inherited',
      inode: 12,
      createdAt: 4,
      firstSeenAt: 5,
      bytesSent: 0,
      bytesReceived: 1,
      receiveQueue: 2,
      sendQueue: 3,
    });
  });

  it('takes the PID from the OS table where no process was found, and from the process where one was', () => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.tablePid[row] = 4;
    expect(table.row(row, names).pid).toBe(4);
    table.processes[row] = process(9);
    expect(table.row(row, names).pid).toBe(9);
  });

  it.each([
    ['fe80::1', 'fe80::1%if7'],
    ['febf::1', 'febf::1%if7'],
    ['fec0::1', 'fec0::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['ff02::1', 'ff02::1'],
  ])('%s on interface 7 is written %s: only link-local addresses need a zone', (address, expected) => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 6;
    table.columns.interfaceIndex[row] = 7;
    table.addresses.set(parseAddress(address)!, 32 * row);
    expect(table.localAddress(row, names)).toBe(expected);
  });

  it('writes no zone where the interface is not known', () => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 6;
    table.addresses.set(parseAddress('fe80::1')!, 32 * row);
    expect(table.localAddress(row, names)).toBe('fe80::1');
  });
});
