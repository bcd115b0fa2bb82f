/** The invented machine's network: its interfaces, where its connections go, and what the addresses are called. */
import { formatIPv4, formatIPv6, isLoopback, parseAddress } from '../../shared/address';
import { addressClass } from '../../shared/rowFacts';
import type { AddressClass } from '../../shared/rowFacts';
import type { Services } from '../../shared/services';
import type { Family } from '../../shared/socket';

/** By number: index 1 is the first. */
export const INTERFACES = ['lo', 'eth0', 'eth1', 'wg0', 'docker0'] as const;
type Interface = (typeof INTERFACES)[number];

/** A way into a network: this machine's address there, and some of the others. */
interface Way {
  interface: Interface;
  own: Uint8Array;
  other(random: () => number): Uint8Array;
  /** How often it is taken, relative to the others of the same IP version */
  weight: number;
}

const bytes = (address: string): Uint8Array => parseAddress(address)!;
const upTo = (random: () => number, most: number): number => 2 + Math.floor(random() * (most - 2));

/** Public addresses are those for documentation (RFC 5737, RFC 3849), so that no picture shows anybody's. */
const WAYS: Record<4 | 6, readonly Way[]> = {
  4: [
    {
      ...{ interface: 'eth0', own: bytes('192.0.2.10'), weight: 70 },
      other: (random) =>
        bytes(`${random() < 0.5 ? '198.51.100' : '203.0.113'}.${1 + Math.floor(random() * 254)}`),
    },
    {
      ...{ interface: 'eth1', own: bytes('10.0.0.10'), weight: 16 },
      other: (random) => bytes(`10.0.${upTo(random, 6)}.${upTo(random, 250)}`),
    },
    {
      ...{ interface: 'wg0', own: bytes('100.64.0.10'), weight: 4 },
      other: (random) => bytes(`100.64.0.${upTo(random, 9)}`),
    },
    {
      ...{ interface: 'docker0', own: bytes('172.17.0.1'), weight: 6 },
      other: (random) => bytes(`172.17.0.${upTo(random, 9)}`),
    },
    { interface: 'lo', own: bytes('127.0.0.1'), other: () => bytes('127.0.0.1'), weight: 10 },
  ],
  6: [
    {
      ...{ interface: 'eth0', own: bytes('2001:db8::1'), weight: 70 },
      other: (random) => bytes(`2001:db8::${upTo(random, 0xffff).toString(16)}`),
    },
    {
      ...{ interface: 'eth1', own: bytes('fd12:3456:789a::10'), weight: 12 },
      other: (random) => bytes(`fd12:3456:789a::${upTo(random, 0xff).toString(16)}`),
    },
    {
      ...{ interface: 'eth0', own: bytes('fe80::5054:ff:fe12:10'), weight: 12 },
      other: (random) => bytes(`fe80::5054:ff:fe12:${upTo(random, 0xff).toString(16)}`),
    },
  ],
};

export interface Endpoints {
  local: Uint8Array;
  remote: Uint8Array;
  kind: AddressClass;
  /** The zone's number, of link-local addresses; else 0 */
  zone: number;
}

/** Invents both ends of a connection. Within this machine there are only those that a program of ours `serves`. */
export function inventEndpoints(family: 4 | 6, serves: boolean, random: () => number): Endpoints {
  const ways = WAYS[family].filter((way) => serves || way.interface !== 'lo');
  let at = random() * ways.reduce((sum, { weight }) => sum + weight, 0);
  const way = ways.find(({ weight }) => (at -= weight) < 0) ?? ways[0]!;
  const kind = addressClass(way.own.length === 4 ? formatIPv4(way.own, 0) : formatIPv6(way.own, 0))!;
  const zone = kind === 'link-local' ? 1 + INTERFACES.indexOf(way.interface) : 0;
  return { local: way.own, remote: way.other(random), kind, zone };
}

/** The interface that has the address at `offset`; see RowNames.interfaceOf. */
export function fakeInterface(address: Uint8Array, offset: number, family: Family): Interface | null {
  if (family === null) return null;
  const own = Buffer.from(address.subarray(offset, offset + (family === 4 ? 4 : 16)));
  const way = WAYS[family].find((each) => own.equals(each.own));
  return way?.interface ?? (isLoopback(address, offset, family) ? 'lo' : null);
}

const HOSTS: Partial<Record<AddressClass, readonly string[]>> = {
  private: ['db-#.internal.example', 'build-#.internal.example', 'printer-#.internal.example'],
  public: ['edge-#.cdn.example.net', 'host-#.example.com', 'mail-#.example.org', 'api-#.example.com'],
};

/** What an address is called; about one in four has no name. */
export function fakeNames(address: string): string[] {
  const kind = addressClass(address);
  if (kind === 'loopback') return ['localhost'];
  const patterns = (kind === null ? null : HOSTS[kind]) ?? [];
  const hash = Buffer.from(address).reduce((sum, byte) => (31 * sum + byte) >>> 0, 7);
  const pattern = patterns[hash % patterns.length];
  return pattern === undefined || hash % 4 === 3 ? [] : [pattern.replace('#', String(hash % 97))];
}

export const FAKE_SERVICES: Services = {
  '22/tcp': 'ssh',
  '53/tcp': 'domain',
  '53/udp': 'domain',
  '80/tcp': 'http',
  '123/udp': 'ntp',
  '443/tcp': 'https',
  '443/udp': 'https',
  '5432/tcp': 'postgresql',
  '6379/tcp': 'redis',
  '8080/tcp': 'http-alt',
};
