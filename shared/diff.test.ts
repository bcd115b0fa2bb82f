import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTables } from './diff';
import type { TableDiff } from './diff';
import { IdentityIndex } from './identityIndex';
import type { ProcessInfo } from './socket';
import { SocketTable } from './socketTable';

/** Identity → state: what the property test changes. */
type Reading = ReadonlyMap<number, number>;

function tableOf(reading: Reading, firstSeenAt: number): SocketTable {
  const table = new SocketTable(1);
  for (const [id, state] of reading) {
    const row = table.append();
    // Two identities share each low half, and two each high half.
    table.columns.idHigh[row] = id & 1;
    table.columns.idLow[row] = id >> 1;
    table.columns.state[row] = state;
    table.columns.firstSeenAt[row] = firstSeenAt;
  }
  return table;
}

function diffOf(before: SocketTable, after: SocketTable): TableDiff {
  const [beforeIndex, afterIndex] = [new IdentityIndex(), new IdentityIndex()];
  beforeIndex.build(before);
  afterIndex.build(after);
  return diffTables(before, beforeIndex, after, afterIndex);
}

describe('diffTables', () => {
  it('finds exactly what was added, changed and removed', () => {
    const reading = fc
      .array(fc.tuple(fc.nat(40), fc.nat(2)), { maxLength: 40 })
      .map((rows): Reading => new Map(rows));
    fc.assert(
      fc.property(reading, reading, (before, after) => {
        const ids = [...after.keys()];
        const rowsWhere = (test: (id: number) => boolean): number[] =>
          [...ids.entries()].filter(([, id]) => test(id)).map(([row]) => row);
        expect(diffOf(tableOf(before, 1), tableOf(after, 2))).toEqual({
          added: rowsWhere((id) => !before.has(id)),
          changed: rowsWhere((id) => before.has(id) && before.get(id) !== after.get(id)),
          removed: [...[...before.keys()].entries()].filter(([, id]) => !after.has(id)).map(([row]) => row),
        });
      }),
    );
  });

  const CHANGED: TableDiff = { added: [], changed: [1], removed: [] };
  const SAME: TableDiff = { added: [], changed: [], removed: [] };
  const process: ProcessInfo = { pid: 9, startKey: '1', startedAt: null, name: null, path: null };

  /** Two equal readings of three rows, of which the second one's middle row is then changed. */
  function afterChange(change: (table: SocketTable, row: number) => void): TableDiff {
    const reading = new Map([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    const after = tableOf(reading, 2);
    change(after, 1);
    return diffOf(tableOf(reading, 1), after);
  }

  const compared = Object.keys(new SocketTable().columns).filter(
    (name) => !['idHigh', 'idLow', 'firstSeenAt'].includes(name),
  ) as (keyof SocketTable['columns'])[];

  it.each(compared)('sees a change of %s', (name) => {
    expect(afterChange((table, row) => (table.columns[name][row] = 77))).toEqual(CHANGED);
  });

  it('sees a change of every byte of the addresses', () => {
    for (let byte = 0; byte < 32; byte++) {
      expect(afterChange((table, row) => (table.addresses[32 * row + byte] = 1))).toEqual(CHANGED);
    }
  });

  it('sees a change of the process', () => {
    expect(afterChange((table, row) => (table.processes[row] = process))).toEqual(CHANGED);
  });

  it('takes no notice of the time a row was first seen, nor of numbers that stay unknown', () => {
    expect(afterChange(() => {})).toEqual(SAME);
  });
});
