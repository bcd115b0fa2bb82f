import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fact } from '../../../shared/details';
import type { FactGroup } from '../../../shared/details';
import { columnCount, placeCards } from './cardColumns';

const card = (lines: number): FactGroup => ({
  name: 'x',
  title: 'X',
  facts: Array.from({ length: lines }, (_, i) => fact(`f${i}`, 'F', i)).flat(),
  note: null,
});

describe('columnCount', () => {
  it('is what fits, and never none', () => {
    expect([0, 300, 511, 512, 1256, 1896].map(columnCount)).toEqual([1, 1, 1, 2, 4, 7]);
  });
});

describe('placeCards', () => {
  it('begins at the left, then fills up the shortest column', () => {
    expect(placeCards([card(9), card(4), card(4), card(10), card(2), card(3)], 4)).toEqual([
      0, 1, 2, 3, 1, 2,
    ]);
  });

  it('puts every card into a column that exists, and the first ones at the top', () => {
    const cards = fc.array(fc.nat(20).map(card), { maxLength: 20 });
    fc.assert(
      fc.property(cards, fc.integer({ min: 1, max: 8 }), (groups, columns) => {
        const places = placeCards(groups, columns);
        expect(places).toHaveLength(groups.length);
        expect(places.slice(0, columns)).toEqual(groups.slice(0, columns).map((_, i) => i));
        for (const place of places) expect(place).toBeLessThan(columns);
      }),
    );
  });
});
