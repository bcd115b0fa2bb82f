import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_SLOT, SortedList } from './sortedList';
import type { Ordering } from './sortedList';

interface Item {
  key: number;
  dead: boolean;
  slot: number;
}

/** Several items tie by their keys. */
const ORDER: Ordering<Item, number> = {
  keyOf: ({ key }) => Math.floor(key / 50),
  compareKeys: (a, b) => a - b,
  compareTies: (a, b) => a.key - b.key,
};

describe('SortedList', () => {
  it.each([
    [3000, 10],
    [50, 60],
  ])('of %i items stays sorted while up to %i come and go at a time', (size, most) => {
    const key = fc.integer({ min: 0, max: 100_000 });
    const rounds = fc.array(
      fc.record({
        adds: fc.array(key, { maxLength: most }),
        buries: fc.array(fc.nat(size), { maxLength: most }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(rounds, (list) => {
        const sorted = new SortedList(ORDER);
        const model = new Map<number, Item>();
        for (let i = 0; i < size; i++) model.set(i * 31, { key: i * 31, dead: false, slot: NO_SLOT });
        sorted.reset([...model.values()].toReversed());
        for (const { adds, buries } of list) {
          for (const n of buries) {
            const item = [...model.values()][n % model.size];
            if (item === undefined) continue;
            model.delete(item.key);
            sorted.bury(item);
          }
          for (const n of adds) {
            if (model.has(n)) continue;
            const item = { key: n, dead: false, slot: NO_SLOT };
            model.set(n, item);
            sorted.add(item);
          }
          // One that goes before it was ever in the list.
          const fleeting = { key: -1, dead: false, slot: NO_SLOT };
          sorted.add(fleeting);
          sorted.bury(fleeting);
          sorted.settle();
          expect([...sorted]).toEqual([...model.values()].toSorted((a, b) => a.key - b.key));
        }
        for (const item of [...sorted].slice(0, 20)) expect(sorted.at(sorted.indexOf(item))).toBe(item);
        expect(sorted.indexOf({ key: 0.5, dead: false, slot: NO_SLOT })).toBe(-1);
      }),
      { numRuns: 60 },
    );
  });
});
