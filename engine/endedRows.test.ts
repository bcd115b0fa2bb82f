import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SocketTable } from '../shared/socketTable';
import { EndedRows } from './endedRows';

function tableOf(ids: readonly number[]): SocketTable {
  const table = new SocketTable();
  for (const id of ids) {
    const row = table.append();
    // Halves and namespaces that many share
    [table.columns.idHigh[row], table.columns.idLow[row]] = [id % 3, id];
    table.columns.namespace[row] = id % 2;
    table.columns.bytesSent[row] = id;
  }
  return table;
}

const take = (ended: EndedRows, id: number): number => ended.take(id % 3, id, id % 2);
const remember = (ended: EndedRows, ids: readonly number[]): void =>
  ended.remember(
    tableOf(ids),
    ids.map((_, row) => row),
  );

describe('EndedRows', () => {
  it('knows what was remembered and not told since, and what of it is new', () => {
    // Each reading: these end; and messages come for those.
    const ids = fc.uniqueArray(fc.nat(60), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, ids), { maxLength: 12 }), (readings) => {
        const ended = new EndedRows();
        let known = new Set<number>();
        let fresh = new Set<number>();
        for (const [ending, told] of readings) {
          for (const id of told) {
            const row = take(ended, id);
            expect(row >= 0).toBe(known.has(id));
            if (row < 0) continue;
            expect(ended.table.columns.bytesSent[row]).toBe(id);
            expect(ended.isNew(row)).toBe(fresh.has(id));
          }
          known = new Set([...known].filter((id) => !told.includes(id)));
          const now = ending.filter((id) => !known.has(id)); // an identity ends once
          remember(ended, now);
          fresh = new Set(now);
          known = new Set([...known, ...now]);
          expect(ended.table.length).toBe(known.size);
        }
      }),
    );
  });

  it('does not tell one of another namespace, nor one with the halves exchanged', () => {
    const ended = new EndedRows();
    remember(ended, [4]);
    expect(ended.take(1, 4, 1)).toBe(-1);
    expect(ended.take(4, 1, 0)).toBe(-1);
    expect(ended.take(1, 4, 0)).toBe(0);
  });

  it('remembers only so many: the oldest are forgotten, whether they come little by little or all at once', () => {
    const most = 16_384;
    const ended = new EndedRows();
    for (let first = 0; first < 40_000; first += 1000)
      remember(
        ended,
        Array.from({ length: 1000 }, (_, i) => first + i),
      );
    expect(ended.table.length).toBe(most);
    expect(take(ended, 40_000 - most - 1)).toBe(-1);
    expect(take(ended, 40_000 - most)).toBeGreaterThanOrEqual(0);
    expect(take(ended, 39_999)).toBeGreaterThanOrEqual(0);
    remember(
      ended,
      Array.from({ length: 20_000 }, (_, i) => 100_000 + i),
    );
    expect(ended.table.length).toBe(most);
    expect(take(ended, 39_998)).toBe(-1);
  });
});
