import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupId } from '../model/lines';
import { rowElementId } from './rowElement';

describe('the id of a row', () => {
  it('is that of its socket, and has no white space where the name of a group has some', () => {
    expect(rowElementId('4026531840.00000000-1a2b')).toBe('row-4026531840.00000000-1a2b');
    expect(rowElementId(groupId('Web Content'))).toBe('row-group:Web%0020Content');
  });

  it('is one word for whatever name, and another one for every other', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '0', '%', ' ', '\n', '\u00a0', '\u2003', '\ud800') });
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(rowElementId(one)).toMatch(/^\S+$/);
        expect(rowElementId(one) === rowElementId(other)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });
});
