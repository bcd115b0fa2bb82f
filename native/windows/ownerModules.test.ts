import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModuleName } from './ownerModules';

const ADDRESS = 0x7ff6_0000_1000n;

function answer(name: string, offset: bigint): Uint8Array {
  const bytes = Buffer.alloc(64);
  bytes.writeBigUInt64LE(ADDRESS + offset, 0);
  bytes.write(name, 16, 'utf16le');
  return bytes;
}

describe('the name of an owner module', () => {
  it('is read where the structure says, within the buffer', () => {
    expect(decodeModuleName(answer('Dnscache\0', 16n), ADDRESS)).toBe('Dnscache');
    expect(decodeModuleName(answer('Dnscache\0', 18n), ADDRESS)).toBe('nscache');
    expect(decodeModuleName(answer('x'.repeat(24), 16n), ADDRESS)).toBe('x'.repeat(24));
    expect(decodeModuleName(answer('', 16n), ADDRESS)).toBeNull();
    for (const astray of [-1n, 0n, 8n, 64n, 65n, -0x1000n, 2n ** 62n])
      expect(decodeModuleName(answer('Dnscache\0', astray), ADDRESS)).toBeNull();
    expect(decodeModuleName(new Uint8Array(15), ADDRESS)).toBeNull();
  });

  it('of any bytes is bounded', () => {
    const near = fc.bigInt(-8n, 1000n).map((offset) => ADDRESS + offset);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 700 }), near, (bytes, pointer) => {
        new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, pointer, true);
        expect((decodeModuleName(bytes, ADDRESS) ?? '').length).toBeLessThanOrEqual(256);
      }),
    );
  });
});
