import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGaps, includes } from './descriptors';

const ascending = fc
  .uniqueArray(fc.nat(300), { maxLength: 200 })
  .map((numbers) => Int32Array.from(numbers).sort());

describe('an ascending list of descriptors', () => {
  it('includes just its own numbers', () => {
    fc.assert(
      fc.property(ascending, fc.nat(310), (numbers, number) => {
        expect(includes(numbers, number)).toBe([...numbers].includes(number));
      }),
    );
  });

  it('has the lowest free numbers as its gaps, whatever was taken for them before', () => {
    fc.assert(
      fc.property(ascending, (numbers) => {
        const gaps = new Set([1000]);
        findGaps(numbers, gaps);
        const free = Array.from({ length: 400 }, (_, i) => i).filter((i) => !numbers.includes(i));
        expect([...gaps]).toEqual(free.slice(0, gaps.size));
        expect(gaps.size).toBeGreaterThan(0);
      }),
    );
  });
});
