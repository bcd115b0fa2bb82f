import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTables, RowMatcher } from './diff';
import type { TableDiff } from './diff';
import { IdentityIndex } from './identityIndex';
import { COUNTERS } from './socket';
import type { ProcessInfo } from './socket';
import { NOBODY, SocketTable } from './socketTable';
import type { Holders } from './socketTable';

/** Identity → version: what the property tests change. Its order is that of the rows. */
type Reading = ReadonlyMap<number, number>;

const NAMESPACES = [0, 4026531840, 4026532281];

const HOLDERS: Holders[] = [NOBODY, [], []];
/** Kinds of columns; a socket's number decides in which its versions differ. The first two are of counters. */
const WRITERS: ((table: SocketTable, row: number, version: number) => void)[] = [
  (table, row, version) => (table.columns.bytesSent[row] = [NaN, 1, 2 ** 33][version]!),
  (table, row, version) => (table.columns.rtt[row] = [NaN, 0.5, 0.25][version]!),
  (table, row, version) => (table.columns.state[row] = version),
  (table, row, version) => (table.columns.localPort[row] = version << 20),
  (table, row, version) => (table.addressWords[8 * row + 7] = version),
  (table, row, version) => (table.remoteNames[row] = [null, 'a', 'b'][version]!),
  (table, row, version) => (table.holders[row] = HOLDERS[version]!),
];

function tableOf(reading: Reading, firstSeenAt: number): SocketTable {
  const table = new SocketTable(1);
  for (const [id, version] of reading) {
    const row = table.append();
    // Each low half, each high half and each namespace is shared by many.
    table.columns.idHigh[row] = id & 1;
    table.columns.idLow[row] = (id >> 1) % 8;
    table.columns.namespace[row] = NAMESPACES[id >> 4]!;
    WRITERS[id % WRITERS.length]!(table, row, version);
    table.columns.firstSeenAt[row] = firstSeenAt;
  }
  return table;
}

const ids = fc.nat(47);
const reading = fc.array(fc.tuple(ids, fc.nat(2)), { maxLength: 40 }).map((rows): Reading => new Map(rows));
/** A reading, and one after it in which most sockets are listed in the same order again. */
const similar = fc
  .tuple(reading, fc.uniqueArray(ids, { maxLength: 8 }), reading)
  .map(([before, ended, more]): [Reading, Reading] => [
    before,
    new Map([...[...before].filter(([id]) => !ended.includes(id)), ...more]),
  ]);
const pairs = fc.oneof(fc.tuple(reading, reading), similar);

function diffOf(before: SocketTable, after: SocketTable, matcher = new RowMatcher()): TableDiff {
  const index = new IdentityIndex();
  index.build(before);
  return diffTables(before, after, matcher.match(before, index, after));
}

describe('RowMatcher', () => {
  it('finds what a search of every row finds, whatever the order, reading after reading', () => {
    fc.assert(
      fc.property(fc.array(pairs, { minLength: 1, maxLength: 4 }), (list) => {
        const matcher = new RowMatcher(); // keeps its memory: nothing of an earlier pair may be left
        for (const [before, after] of list) {
          const [old, now] = [tableOf(before, 1), tableOf(after, 2)];
          const index = new IdentityIndex();
          index.build(old);
          const { previous, removed } = matcher.match(old, index, now);
          const oldIds = [...before.keys()];
          const expected = [...after.keys()].map((id) => oldIds.indexOf(id));
          expect([...previous.subarray(0, now.length)]).toEqual(expected);
          expect(removed).toEqual([...oldIds.keys()].filter((row) => !expected.includes(row)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does so when all rows have moved, and when each second one has ended', () => {
    const all = Array.from({ length: 48 }, (_, id): [number, number] => [id, 0]);
    const before = tableOf(new Map(all), 1);
    const index = new IdentityIndex();
    index.build(before);
    const match = (rows: [number, number][]): number[] => {
      const after = tableOf(new Map(rows), 2);
      return [...new RowMatcher().match(before, index, after).previous.subarray(0, after.length)];
    };
    expect(match(all.toReversed())).toEqual(all.map(([id]) => id).toReversed());
    const half = all.filter(([id]) => id % 2 === 1);
    expect(match(half)).toEqual(half.map(([id]) => id));
  });
});

describe('diffTables', () => {
  it('finds exactly what was added, changed, moved and removed', () => {
    fc.assert(
      fc.property(pairs, ([before, after]) => {
        const afterIds = [...after.keys()];
        const rowsWhere = (test: (id: number) => boolean): number[] =>
          [...afterIds.entries()].filter(([, id]) => test(id)).map(([row]) => row);
        const isOther = (id: number): boolean => before.has(id) && before.get(id) !== after.get(id);
        const isCounter = (id: number): boolean => id % WRITERS.length < 2;
        expect(diffOf(tableOf(before, 1), tableOf(after, 2))).toEqual({
          added: rowsWhere((id) => !before.has(id)),
          changed: rowsWhere((id) => isOther(id) && !isCounter(id)),
          moved: rowsWhere((id) => isOther(id) && isCounter(id)),
          removed: [...[...before.keys()].entries()].filter(([, id]) => !after.has(id)).map(([row]) => row),
        });
      }),
    );
  });

  const SAME: TableDiff = { added: [], changed: [], moved: [], removed: [] };
  const CHANGED: TableDiff = { ...SAME, changed: [1] };
  const MOVED: TableDiff = { ...SAME, moved: [1] };
  const process: ProcessInfo = {
    ...{ pid: 9, startKey: '1', startedAt: null, name: null, path: null, unit: null, container: null },
    ...{ parentPid: null, parentName: null },
  };

  /** Two equal readings of three rows; then the middle row of both, and of the second one only, is changed. */
  function afterChange(
    change: (table: SocketTable, row: number) => void,
    alike: (table: SocketTable, row: number) => void = () => {},
  ): TableDiff {
    const rows = new Map([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    const [before, after] = [tableOf(rows, 1), tableOf(rows, 2)];
    alike(before, 1);
    alike(after, 1);
    change(after, 1);
    return diffOf(before, after);
  }

  const IDENTITY = ['idHigh', 'idLow', 'namespace'] as const;
  /** What no socket changes as long as it is the same one. */
  const CONSTANT = ['protocol', 'family', 'type', 'createdAt', 'hasRemote', 'dualStack'];
  const compared = Object.keys(new SocketTable().columns).filter(
    (name) => ![...IDENTITY, ...CONSTANT, 'firstSeenAt'].includes(name),
  ) as (keyof SocketTable['columns'])[];

  const counters: readonly string[] = COUNTERS;

  it.each(compared)('sees a change of %s', (name) => {
    const change = (table: SocketTable, row: number): number => (table.columns[name][row] = 77);
    expect(afterChange(change)).toEqual(counters.includes(name) ? MOVED : CHANGED);
    const also = (table: SocketTable, row: number): number => (table.columns.state[row] = change(table, row));
    expect(afterChange(also)).toEqual(CHANGED);
  });

  it('knows every counter as a column', () => {
    expect(compared).toEqual(expect.arrayContaining([...counters]));
  });

  it.each(IDENTITY)('sees another socket in another %s', (name) => {
    expect(afterChange((table, row) => (table.columns[name][row] = 77))).toEqual({
      ...{ ...SAME, added: [1], removed: [1] },
    });
  });

  it('sees a change of every byte of the addresses', () => {
    for (let byte = 0; byte < 32; byte++) {
      expect(afterChange((table, row) => (table.addresses[32 * row + byte] = 1))).toEqual(CHANGED);
    }
  });

  it.each(['localNames', 'remoteNames'] as const)('sees a change of %s, by its text', (names) => {
    const name = (text: string | null) => (table: SocketTable, row: number) => (table[names][row] = text);
    expect(afterChange(name('/run/a'))).toEqual(CHANGED);
    expect(afterChange(name('/run/b'), name('/run/a'))).toEqual(CHANGED);
    expect(afterChange(name(null), name('/run/a'))).toEqual(CHANGED);
    expect(afterChange(name(['/run', 'a'].join('/')), name('/run/a'))).toEqual(SAME);
  });

  it('sees a change of the holders: another list is another one, whatever is in it', () => {
    const held = (holders: ProcessInfo[]) => (table: SocketTable, row: number) =>
      (table.holders[row] = holders);
    const alone = [process];
    expect(afterChange(held(alone))).toEqual(CHANGED);
    expect(afterChange(held([process, { ...process, pid: 10 }]), held(alone))).toEqual(CHANGED);
    expect(afterChange(held(alone), held(alone))).toEqual(SAME);
  });

  it('takes no notice of the time a row was first seen, of holders of the past, nor of numbers that stay unknown', () => {
    expect(afterChange((table, row) => (table.lastHolders[row] = [process]))).toEqual(SAME);
  });
});
