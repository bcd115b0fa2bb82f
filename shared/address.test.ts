import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressSortKey,
  formatEndpoint,
  formatIPv4,
  formatIPv6,
  isLinkLocal6,
  isMapped,
  parseAddress,
} from './address';

const canonical = (text: string): string => formatIPv6(parseAddress(text)!, 0);
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  // Zeros are common, so that runs of zero groups are.
  fc.uint8Array({ minLength: length, maxLength: length }).chain((all) =>
    fc.array(fc.boolean(), { minLength: length / 2, maxLength: length / 2 }).map((kept) => {
      return all.map((byte, i) => (kept[i >> 1] === true ? byte : 0));
    }),
  );
const address = fc.oneof(bytes(4), bytes(16));
const format = (from: Uint8Array): string => (from.length === 4 ? formatIPv4(from, 0) : formatIPv6(from, 0));

describe('formatIPv6', () => {
  it.each([
    ['2001:0db8::0001', '2001:db8::1', 'RFC 5952 4.1: no leading zeros'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1', '4.2.1: shortened as much as possible'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1', '4.2.2: one group is not shortened'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1', '4.2.3: the longest run'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1', '4.2.3: the first of equal runs'],
    ['2001:DB8::AbC', '2001:db8::abc', '4.3: lower case'],
    ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1', '5: IPv4-mapped'],
    ['::fffe:c000:201', '::fffe:c000:201', 'one bit away from mapped'],
    ['1::ffff:c000:201', '1::ffff:c000:201', 'mapped but for its beginning'],
    ['::192.0.2.1', '::c000:201', 'IPv4-compatible (deprecated) is not mapped'],
    ['0:0:0:0:0:0:0:0', '::', 'unspecified'],
    ['0:0:0:0:0:0:0:1', '::1', 'loopback'],
    ['1:0:0:0:0:0:0:0', '1::', 'a run at the end'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', 'nothing to shorten'],
  ])('%s → %s (%s)', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('agrees with the URL standard, which writes all but mapped addresses so', () => {
    fc.assert(
      fc.property(bytes(16), (from) => {
        fc.pre(!isMapped(from, 0));
        const spelled = Array.from(from, (byte) => byte.toString(16).padStart(2, '0')).join('');
        const url = new URL(`http://[${spelled.match(/.{4}/g)!.join(':')}]/`);
        expect(`[${formatIPv6(from, 0)}]`).toBe(url.hostname);
      }),
    );
  });

  it('reads at an offset', () => {
    const two = new Uint8Array(36);
    two.set(parseAddress('192.0.2.1')!, 1);
    two.set(parseAddress('fe80::1')!, 19);
    expect(formatIPv4(two, 1)).toBe('192.0.2.1');
    expect(formatIPv6(two, 19)).toBe('fe80::1');
    expect(isLinkLocal6(two, 19)).toBe(true);
    expect(isLinkLocal6(two, 18)).toBe(false);
  });
});

describe('parseAddress', () => {
  it('reads back what was formatted', () => {
    fc.assert(
      fc.property(address, (from) => {
        expect(parseAddress(format(from))).toEqual(from);
      }),
    );
  });

  it('accepts what Node accepts, and nothing else', () => {
    const token = fc.constantFrom(
      ':',
      '::',
      '.',
      '0',
      '1',
      '01',
      '255',
      '256',
      'a',
      'FFFF',
      '12345',
      'g',
      ' ',
    );
    const groups = fc.array(fc.oneof(token, fc.constant('1.2.3.4')), { minLength: 1, maxLength: 4 });
    const colons = fc
      .array(fc.constantFrom('0', 'abcd', '', '', '1.2.3.4', '01.2.3.4', '10000'), { maxLength: 9 })
      .map((parts) => parts.join(':'));
    const dots = fc
      .array(fc.constantFrom('0', '00', '7', '255', '256', '', '-1', '1e1'), { minLength: 3, maxLength: 5 })
      .map((parts) => parts.join('.'));
    const text = fc.oneof(
      groups.map((parts) => parts.join('')),
      colons,
      dots,
      fc.ipV4(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(text, (spelling) => {
        const family = { 4: 4, 16: 6 }[parseAddress(spelling)?.length ?? 0] ?? 0;
        expect(family).toBe(isIP(spelling));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '1.2.3.4::',
    '1:1.2.3.4::1',
    '010.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    '1:2:3:4:5:6:7:8::1::',
    '',
  ])('refuses %j', (text) => expect(parseAddress(text)).toBeNull());

  it('ignores a zone', () => {
    expect(parseAddress('fe80::1%eth0')).toEqual(parseAddress('fe80::1'));
  });
});

describe('addressSortKey', () => {
  const number = (from: Uint8Array): bigint => from.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

  it('sorts by number, IPv4 before IPv6', () => {
    fc.assert(
      fc.property(address, address, (a, b) => {
        const before = a.length === b.length ? number(a) < number(b) : a.length < b.length;
        expect(addressSortKey(format(a)) < addressSortKey(format(b))).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it('puts "none" first, text that is no address last, and tells zones apart', () => {
    const sorted = [
      null,
      '9.9.9.9',
      '10.0.0.1',
      '::',
      'fe80::1%eth0',
      'fe80::1%eth1',
      'fe80::2',
      '(unknown)',
    ];
    const keys = sorted.map(addressSortKey);
    expect(keys.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('formatEndpoint', () => {
  it('writes IPv6 in brackets and * for what is not there', () => {
    expect(formatEndpoint('10.0.0.5', 443)).toBe('10.0.0.5:443');
    expect(formatEndpoint('fe80::1%eth0', 0)).toBe('[fe80::1%eth0]:0');
    expect(formatEndpoint(null, null)).toBe('*:*');
  });
});
