import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADDRESS_CLASSES, addressClass, isLoopbackAddress } from './rowFacts';
import type { AddressClass } from './rowFacts';

/** First and last address of each range, and those just outside. */
const CLASSES: [AddressClass, string[]][] = [
  ['loopback', ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1', '127.0.0.1%lo']],
  [
    'private',
    ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  ],
  ['private', ['100.64.0.0', '100.127.255.255', 'fc00::', 'fd12:3456::1', 'fdff:ffff::', '::ffff:10.1.2.3']],
  ['link-local', ['169.254.0.0', '169.254.255.255', 'fe80::', 'fe80::1%eth0', 'febf:ffff::1']],
  ['link-local', ['::ffff:169.254.1.1']],
  [
    'multicast',
    ['224.0.0.0', '239.255.255.255', '255.255.255.255', 'ff00::', 'ff02::fb%2', '::ffff:224.0.0.251'],
  ],
  ['wildcard', ['0.0.0.0', '::', '::ffff:0.0.0.0']],
  ['public', ['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0']],
  [
    'public',
    ['100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0', '169.253.255.255', '169.255.0.0'],
  ],
  [
    'public',
    ['223.255.255.255', '240.0.0.1', '255.255.255.254', '0.0.0.1', '::2', 'fe00::1', 'fec0::1', 'fbff::'],
  ],
  ['public', ['2001:db8::1', '::ffff:8.8.8.8', '1.1.1.1', '::1:0:0']],
];

describe('addressClass', () => {
  it.each(CLASSES)('is %s of %s', (kind, addresses) => {
    expect(addresses.map(addressClass)).toEqual(addresses.map(() => kind));
    expect(addresses.map(isLoopbackAddress)).toEqual(addresses.map(() => kind === 'loopback'));
  });

  it.each([null, '', '/run/docker.sock', '@abstract', 'eth0', '2', '10.0.0', '10.0.0.256', '1:2:3'])(
    'is null of %j, which is no IP address',
    (text) => expect(addressClass(text)).toBeNull(),
  );

  it('is of every IPv4 address what it is of the same one mapped', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const kind = addressClass(address);
        expect(ADDRESS_CLASSES).toContain(kind);
        expect(addressClass(`::ffff:${address}`)).toBe(kind);
      }),
    );
  });
});
