import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { NameCache } from './nameCache';

const text = (key: Uint8Array): string => Buffer.from(key).toString('latin1');
const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');

describe('NameCache', () => {
  it('reads the same bytes once, wherever they lie', () => {
    const names = new NameCache();
    const read = vi.fn(text);
    expect(names.of(Buffer.from('xx/run/a'), 2, 8, read)).toBe('/run/a');
    expect(names.of(Buffer.from('/run/ab'), 0, 6, read)).toBe('/run/a');
    expect(names.of(Buffer.from('/run/ab'), 0, 7, read)).toBe('/run/ab');
    expect(names.ofNumber(0x61626364, read)).toBe('dcba');
    expect(names.of(Buffer.from('dcba'), 0, 4, read)).toBe('dcba');
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('is not confused by a buffer that is used again', () => {
    const names = new NameCache();
    const buffer = Buffer.from('/run/a');
    names.of(buffer, 0, 6, text);
    buffer.write('/run/b');
    expect(names.of(buffer, 0, 6, text)).toBe('/run/b');
    expect(names.of(Buffer.from('/run/a'), 0, 6, text)).toBe('/run/a');
  });

  it('tells kinds of names apart that have the same bytes', () => {
    const names = new NameCache();
    expect(names.of(Buffer.from('abcd'), 0, 4, text)).toBe('abcd');
    expect(names.of(Buffer.from('abcd'), 0, 4, hex)).toBe('61626364');
    expect(names.of(Buffer.from('abcd'), 0, 4, text)).toBe('abcd');
  });

  it('keeps what every dump holds, while thousands come and go', () => {
    const names = new NameCache();
    const read = vi.fn(hex);
    let made = 0;
    for (let dump = 0; dump < 100; dump++) {
      for (let kept = 0; kept < 1000; kept++) names.ofNumber(kept, read);
      for (let fresh = 0; fresh < 100; fresh++) names.ofNumber(1_000_000 + made++, read);
      names.endDump();
      // Those of the last dumps, at most twice, until the old ones are looked for.
      expect(names.size).toBeLessThanOrEqual(2 * (1000 + 18 * 100));
    }
    expect(read).toHaveBeenCalledTimes(1000 + made);
  });

  it('forgets in time what one large dump held', () => {
    const names = new NameCache();
    for (let i = 0; i < 20_000; i++) names.ofNumber(i, hex);
    names.endDump();
    expect(names.size).toBe(20_000);
    for (let dump = 0; dump < 100; dump++) {
      names.ofNumber(1, hex);
      names.endDump();
    }
    expect(names.size).toBe(1);
    expect(names.ofNumber(2, hex)).toBe('02000000');
  });

  it('gives what its reader gives, for any sequence of names', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 2000 }), (keys) => {
        const names = new NameCache();
        for (const [i, key] of keys.entries()) {
          expect(names.of(key, 0, key.length, hex)).toBe(hex(key));
          if (i % 50 === 0) names.endDump();
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});
