import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactUnit } from './details';
import { factText, isQuantity } from './factText';

describe('factText', () => {
  it.each<[value: string | number | boolean, unit: FactUnit, text: string]>([
    [0, 'bytes', '0 B'],
    [1_234_567, 'bytes', '1,234,567 B'],
    [0, 'ms', '0 ms'],
    [0.045, 'ms', '0.045 ms'],
    [204, 'ms', '204 ms'],
    [1204, 'ms', '1.204 s'],
    [59_999, 'ms', '59.999 s'],
    [60_000, 'ms', '1 min'],
    [125_900, 'ms', '2 min 5 s'],
    [7_200_000, 'ms', '2 h'],
    [11_220_000, 'ms', '3 h 7 min'],
    [1_051_200_000, 'ms', '12 d 4 h'],
    [45, 'µs', '45 µs'],
    [1200, 'µs', '1.2 ms'],
    [3_000_000, 'µs', '3 s'],
    [0, 'bytes/s', '0 B/s'],
    [999, 'bytes/s', '999 B/s'],
    [1000, 'bytes/s', '1 kB/s'],
    [12_345, 'bytes/s', '12.3 kB/s'],
    [3_072_000_000, 'bytes/s', '3.07 GB/s'],
    [13_178_719_969, 'bytes/s', '13.2 GB/s'],
    [2e18, 'bytes/s', '2,000,000 TB/s'],
    [1_000_000, 'count', '1,000,000'],
    [51_122, 'none', '51122'],
    [true, 'none', 'yes'],
    [false, 'none', 'no'],
    ['bbr', 'none', 'bbr'],
    ['a\u001b[2J\u202eb', 'none', 'a?[2J?b'],
  ])('says %j in %s as "%s"', (value, unit, text) => {
    expect(factText({ value, unit })).toBe(text);
  });

  it('says times in local time', () => {
    expect(factText({ value: new Date(2026, 0, 5, 8, 3, 9).getTime(), unit: 'time' })).toBe(
      '2026-01-05 08:03:09',
    );
  });

  it('has a text on one line for whatever the kernel says', () => {
    const units: FactUnit[] = ['bytes', 'ms', 'µs', 'bytes/s', 'count', 'none'];
    const value = fc.oneof(fc.maxSafeNat(), fc.boolean(), fc.string({ unit: 'binary', minLength: 1 }));
    fc.assert(
      fc.property(value, fc.constantFrom(...units), (value, unit) => {
        expect(factText({ value, unit })).toMatch(/^[^\n\r]+$/);
      }),
    );
  });
});

describe('isQuantity', () => {
  it('is what can be compared with the number below it', () => {
    expect(isQuantity({ value: 1, unit: 'bytes' })).toBe(true);
    expect(isQuantity({ value: 1, unit: 'time' })).toBe(false);
    expect(isQuantity({ value: 'unlimited', unit: 'bytes' })).toBe(false);
    expect(isQuantity({ value: true, unit: 'none' })).toBe(false);
  });
});
