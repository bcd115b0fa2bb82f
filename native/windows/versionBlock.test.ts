import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHex } from './fixtures/readHex';
import { NO_VERSION, parseVersionInfo } from './versionBlock';

const NODE = readHex('version-info');

/** A block of the tree, as resource compilers write it. */
function block(
  key: string,
  value: Uint8Array,
  children: Uint8Array[] = [],
  valueLength = value.length,
): Uint8Array {
  const parts = [Buffer.alloc(6), Buffer.from(`${key}\0`, 'utf16le')];
  const push = (bytes: Uint8Array): void => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(Buffer.alloc((4 - (length % 4)) % 4), Buffer.from(bytes));
  };
  push(value);
  children.forEach(push);
  const bytes = Buffer.concat(parts);
  bytes.writeUInt16LE(bytes.length, 0);
  bytes.writeUInt16LE(valueLength, 2);
  return bytes;
}

const NOTHING = new Uint8Array(0);
const string = (key: string, text: string): Uint8Array =>
  block(key, Buffer.from(`${text}\0`, 'utf16le'), [], text.length + 1);
const table = (language: string, strings: Record<string, string>): Uint8Array =>
  block(
    language,
    NOTHING,
    Object.entries(strings).map(([key, text]) => string(key, text)),
  );
const info = (children: Uint8Array[], fixed: Uint8Array = NOTHING): Uint8Array =>
  block('VS_VERSION_INFO', fixed, children);
const strings = (...tables: Uint8Array[]): Uint8Array => block('StringFileInfo', NOTHING, tables);
const translation = (...words: number[]): Uint8Array =>
  block('VarFileInfo', NOTHING, [block('Translation', new Uint8Array(Uint16Array.from(words).buffer))]);

function fixedInfo(...version: number[]): Uint8Array {
  const [a, b, c, d] = version;
  const words = new Uint32Array(13);
  words.set([0xfeef04bd, 0x10000, a! * 65_536 + b!, c! * 65_536 + d!]);
  return new Uint8Array(words.buffer);
}

describe('a version resource', () => {
  it('is read as its maker wrote it', () => {
    expect(parseVersionInfo(NODE)).toEqual({
      company: 'Node.js',
      product: 'Node.js',
      description: 'Node.js JavaScript Runtime',
      version: '22.23.3',
    });
  });

  it('is read in the language that it names, else in the first that it has', () => {
    const both = strings(
      table('040704B0', { CompanyName: 'Firma' }),
      table('040904b0', { CompanyName: 'Company' }),
    );
    expect(parseVersionInfo(info([both, translation(0x409, 0x4b0)])).company).toBe('Company');
    expect(parseVersionInfo(info([translation(0x407, 0x4b0, 0x409, 0x4b0), both])).company).toBe('Firma');
    expect(parseVersionInfo(info([both, translation(0x40c, 0x4b0)])).company).toBe('Firma');
    expect(parseVersionInfo(info([both])).company).toBe('Firma');
  });

  it('has its version in numbers where it has none in words', () => {
    const without = strings(table('040904b0', { ProductName: 'x' }));
    expect(parseVersionInfo(info([without], fixedInfo(10, 0, 19_045, 3)))).toEqual({
      ...NO_VERSION,
      ...{ product: 'x', version: '10.0.19045.3' },
    });
    expect(parseVersionInfo(info([without], fixedInfo(0, 0, 0, 0))).version).toBeNull();
    const unsigned = fixedInfo(1, 2, 3, 4);
    unsigned[0] = 0;
    expect(parseVersionInfo(info([], unsigned)).version).toBeNull();
  });

  it('may count bytes for characters, end without a zero, and be empty', () => {
    const named = (value: Uint8Array, length: number): string | null =>
      parseVersionInfo(info([strings(block('040904b0', NOTHING, [block('CompanyName', value, [], length)]))]))
        .company;
    expect(named(Buffer.from('Maker\0', 'utf16le'), 12)).toBe('Maker');
    expect(named(Buffer.from('Maker', 'utf16le'), 5)).toBe('Maker');
    expect(named(Buffer.from('  Maker \0\0', 'utf16le'), 9)).toBe('Maker');
    expect(named(Buffer.from('\0', 'utf16le'), 1)).toBeNull();
    expect(named(NOTHING, 0)).toBeNull();
    expect(named(Buffer.from('x'.repeat(5000), 'utf16le'), 5000)).toHaveLength(512);
    expect(named(Buffer.from([0x41, 0, 0, 0xd8, 0x42, 0]), 3)).toBe('A\ufffdB');
  });

  it('is nothing where it is cut off, and the rest where a part of it is', () => {
    expect(parseVersionInfo(NOTHING)).toEqual(NO_VERSION);
    for (let end = 0; end < NODE.length; end++)
      expect(parseVersionInfo(NODE.subarray(0, end))).toEqual(NO_VERSION);
    const damaged = Uint8Array.from(NODE);
    const company = Buffer.from(NODE).indexOf(Buffer.from('ProductName', 'utf16le')) - 6;
    damaged[company] = damaged[company + 1] = 0xff; // reaches beyond its table
    expect(parseVersionInfo(damaged)).toEqual({
      ...NO_VERSION,
      company: 'Node.js',
      version: '22.23.3.0',
    });
  });

  it('of any bytes is read without an error, and never beyond them', () => {
    const places = fc.array(fc.tuple(fc.nat(NODE.length - 1), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(places, fc.nat(NODE.length), (changes, length) => {
        const bytes = Uint8Array.from(NODE);
        for (const [at, byte] of changes) bytes[at] = byte;
        // What lies behind the bytes must make no difference.
        const held = (behind: number): Uint8Array => {
          const all = new Uint8Array(NODE.length + 64).fill(behind);
          all.set(bytes.subarray(0, length));
          return all.subarray(0, length);
        };
        const found = parseVersionInfo(held(0x41));
        expect(found).toEqual(parseVersionInfo(held(0)));
        for (const text of Object.values(found)) expect((text ?? '').length).toBeLessThanOrEqual(512);
      }),
      { numRuns: 2000 },
    );
  });
});
