import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf16, readUtf16, toUtf16 } from './utf16';

describe('text of Windows', () => {
  it('goes there and back, up to its zero', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = toUtf16(text);
        expect(decodeUtf16(bytes, 0, bytes.length)).toBe(text.replace(/\0.*/s, ''));
      }),
    );
  });

  it('is well-formed whatever its bytes, and nothing beyond them is read', () => {
    const place = fc.integer({ min: -5, max: 60 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), place, place, (bytes, start, end) => {
        const text = decodeUtf16(bytes, start, end);
        expect(text).not.toMatch(/\p{Surrogate}/u);
        expect(text.length).toBeLessThanOrEqual(
          Math.max(0, Math.min(end, bytes.length) - Math.max(start, 0)) / 2,
        );
      }),
    );
  });

  it('ends at the first zero, at the end given, and at that of the bytes', () => {
    const words = Uint16Array.from([0x41, 0x42, 0, 0x43]);
    expect(readUtf16(words, 0, 4)).toBe('AB');
    expect(readUtf16(words, 0, 1)).toBe('A');
    expect(readUtf16(words, 3, 100)).toBe('C');
    expect(readUtf16(words, 4, 100)).toBe('');
    expect(decodeUtf16(Uint8Array.of(0x41, 0, 0x42), 0, 3)).toBe('A');
    expect(decodeUtf16(Uint8Array.of(0xff, 0xfe, 0x41, 0), 0, 4)).toBe('\ufeffA');
  });
});
