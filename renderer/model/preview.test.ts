import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_TABLES, NOTHING_HIDDEN } from './filter';
import { liveRow } from './fixtures/lines';
import { chunk } from './fixtures/stores';
import type { Arrangement } from './rowOrder';
import { SocketStore } from './socketStore';

const MANY = 20_000;

function byPort(changes: Partial<Arrangement> = {}): Arrangement {
  return {
    sortKey: (row) => row.localPort,
    column: 'localPort',
    descending: false,
    accepts: () => true,
    ...changes,
  };
}

/** Every `nth` row; the text says nothing of that: nothing is known to be narrower. */
const every = (nth: number): Arrangement =>
  byPort({
    accepts: ({ inode }) => inode! % nth === 0,
    criteria: { text: `every ${nth}`, tables: ALL_TABLES, hidden: NOTHING_HIDDEN },
  });

function storeOfMany(): SocketStore {
  const store = new SocketStore(byPort());
  const rows = Array.from({ length: MANY }, (_, i) =>
    liveRow({ id: `r${i}`, localPort: (i * 7919) % MANY, inode: i }),
  );
  void store.snapshot(chunk(rows));
  return store;
}

const ids = (store: SocketStore): (string | undefined)[] =>
  Array.from({ length: store.lines.length }, (_, i) => store.lines.at(i)?.id);

describe('the first rows of a new filter', () => {
  it('are those that are first once all of them have been found', () => {
    const store = storeOfMany();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 2, 3, 7, 40), { minLength: 1, maxLength: 6 }), (filters) => {
        for (const nth of filters) {
          expect(store.preview(every(nth))).toBe(true);
          expect(store.isPreview).toBe(true);
          const first = ids(store);
          expect(first.length).toBeGreaterThan(100);
          store.arrange(every(nth));
          expect(store.isPreview).toBe(false);
          expect(store.lines.length).toBe(Math.ceil(MANY / nth));
          expect(ids(store).slice(0, first.length)).toEqual(first);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('are told of, and change nothing but what is on screen', () => {
    const store = storeOfMany();
    let told = 0;
    store.subscribe(() => told++);
    store.preview(every(2));
    expect([told, store.order.length, [...store.order.shown()].length]).toEqual([1, MANY, MANY]);
  });

  it('are not looked for where they are rare, where there are few rows, or where the order is another', () => {
    const store = storeOfMany();
    const before = ids(store);
    expect(store.preview(every(5000))).toBe(false);
    expect(store.preview({ ...every(2), descending: true })).toBe(false);
    expect(store.preview({ ...every(2), column: 'pid' })).toBe(false);
    expect(store.preview({ ...every(2), gather: 'listeners' })).toBe(false);
    expect([store.isPreview, ids(store)]).toEqual([false, before]);
    const few = new SocketStore(byPort());
    void few.snapshot(chunk([liveRow({})]));
    expect(few.preview(every(1))).toBe(false);
  });
});
