import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sidAt, sidText } from './users';

describe('a SID', () => {
  it.each([
    ['S-1-5-18', '010100000000000512000000'],
    ['S-1-5-32-544', '01020000000000052000000020020000'],
    [
      'S-1-5-21-3623811015-3361044348-30300820-1013',
      '010500000000000515000000c7f7fed77c7755c8945ace01f5030000',
    ],
    ['S-1-0', '0100000000000000'],
    ['S-1-0x100000000000-4294967295', '0101100000000000ffffffff'],
  ])('reads as %s', (text, hex) => {
    const bytes = Buffer.from(`cdcd${hex}cdcd`, 'hex');
    expect(sidText(sidAt(bytes, 2)!)).toBe(text);
  });

  it('is none where its bytes do not hold one', () => {
    const system = Buffer.from('010100000000000512000000', 'hex');
    expect(sidAt(system, 0)).not.toBeNull();
    for (let end = 0; end < system.length; end++) expect(sidAt(system.subarray(0, end), 0)).toBeNull();
    for (const offset of [-1, 2, 0.5, 100, 2 ** 60, NaN]) expect(sidAt(system, offset)).toBeNull();
    expect(sidAt(Buffer.concat([Buffer.from([1, 16]), Buffer.alloc(100)]), 0)).toBeNull();
    expect(sidAt(Buffer.concat([Buffer.from([2, 1]), Buffer.alloc(100)]), 0)).toBeNull();
  });

  it('of any bytes lies within them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.integer({ min: -4, max: 100 }), (bytes, offset) => {
        const sid = sidAt(bytes, offset);
        if (sid === null) return;
        expect(offset + sid.length).toBeLessThanOrEqual(bytes.length);
        expect(sidText(sid)).toMatch(/^S-1-(\d+|0x[\dA-F]{12})(-\d+){0,15}$/);
      }),
    );
  });
});
