import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdentityIndex } from './identityIndex';
import { seededRandom } from './random';
import { SocketTable } from './socketTable';

type Identity = readonly [high: number, low: number, namespace: number];

// Few different halves, so that they repeat and are exchanged, and all the awkward ones.
const half = fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
const namespace = fc.constantFrom(0, 4026531840, 4026532281);
const identities = fc.array(fc.tuple(half, half, namespace), { maxLength: 60 });

function tableOf(list: readonly Identity[]): SocketTable {
  const table = new SocketTable();
  for (const [high, low, namespace] of list) {
    const row = table.append();
    table.columns.idHigh[row] = high;
    table.columns.idLow[row] = low;
    table.columns.namespace[row] = namespace;
  }
  return table;
}

/** Compares the index over `list` with a Map; looks up `others` as well, most of which are not in it. */
function compareWithMap(index: IdentityIndex, list: readonly Identity[], others: readonly Identity[]): void {
  const model = new Map(list.map((identity, row) => [identity.join(), row]));
  const last = new Set(model.values());
  const duplicates = index.build(tableOf(list));
  expect(duplicates.toSorted((a, b) => a - b)).toEqual([...list.keys()].filter((row) => !last.has(row)));
  for (const identity of [...list, ...others]) {
    expect(index.find(...identity)).toBe(model.get(identity.join()) ?? -1);
  }
}

describe('IdentityIndex', () => {
  it('finds what a Map finds, keeps the later of two, and names the earlier', () => {
    fc.assert(
      fc.property(identities, identities, identities, (first, second, others) => {
        const index = new IdentityIndex();
        compareWithMap(index, first, others);
        compareWithMap(index, second, first); // built anew: nothing of the first is left
      }),
    );
  });

  it('does so for 5,000 rows, and then for fewer', () => {
    const random = seededRandom(1);
    const word = (): number => Math.floor(random() * 2 ** 32);
    const strangers = Array.from({ length: 2000 }, (): Identity => [word(), word(), 0]);
    // Counting upwards in either half, as cookies and Windows' identities do; some come twice.
    const counted = Array.from({ length: 1475 }, (_, i): Identity[] => [
      [i % 3, 5 + i, 0],
      [5 + i, i % 3, 0],
    ]).flat();
    const list = [...counted, ...strangers.slice(1000), ...counted.slice(0, 1050)];
    const index = new IdentityIndex();
    compareWithMap(index, list, strangers);
    compareWithMap(index, list.slice(0, 10), list);
  });

  it('does so in a table that is as full as it gets, from end to end', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      const list = Array.from({ length: 1024 }, (): Identity => [seed, Math.floor(random() * 2 ** 32), 0]);
      compareWithMap(new IdentityIndex(), list, []);
    }
  });

  it('finds nothing before it was built', () => {
    expect(new IdentityIndex().find(0, 0, 0)).toBe(-1);
  });

  it('leaves unique identities once the duplicates have been dropped', () => {
    fc.assert(
      fc.property(identities, (list) => {
        const table = tableOf(list);
        table.drop(new IdentityIndex().build(table));
        expect(new IdentityIndex().build(table)).toEqual([]);
        expect(table.length).toBe(new Set(list.map(String)).size);
      }),
    );
  });
});
