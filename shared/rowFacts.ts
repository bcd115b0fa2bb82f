/** What follows from a row, or from a row and what else is known. */
import { isLinkLocal6, isMapped, parseAddress } from './address';
import type { Protocol, SocketRow } from './socket';

export { DIRECTIONS } from './socket';
export type { Direction } from './socket';

/** What derived facts need besides the row. Passed in: nothing here is global. */
export interface Lookups {
  /** The name of a port by the system's `services` file, or null */
  service(protocol: Protocol, port: number): string | null;
  /** The name of an address; null where it has none, none is known yet, or looking up is off */
  host(address: string): string | null;
  /** ms since 1970-01-01 UTC */
  now(): number;
}

/** Knows no name, and no time but the present. */
export const NO_LOOKUPS: Lookups = {
  service: () => null,
  host: () => null,
  now: () => Date.now(),
};

/** A row with what follows from watching it. */
export interface LiveRow extends SocketRow {
  /** bytes/s over the last reading; null where not known, or nobody watches */
  sendRate: number | null;
  receiveRate: number | null;
}

/**
 * The service that stands for its program: a process of Windows that runs services (svchost.exe) says nothing by its name.
 * Null of all others, and of systemd's services, which have programs of their own.
 */
export function hostedService({ unit, processPath }: Pick<SocketRow, 'unit' | 'processPath'>): string | null {
  return unit !== null && processPath !== null && /\\svchost\.exe$/i.test(processPath) ? unit : null;
}

/** Where an address leads to. */
export const ADDRESS_CLASSES = [
  /** This machine: 127.0.0.0/8, ::1 */
  'loopback',
  /** RFC 1918, RFC 4193 (fc00::/7), and a carrier's own network (RFC 6598, 100.64.0.0/10): not reachable from the internet */
  'private',
  /** This link only: 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291) */
  'link-local',
  /** Everything else */
  'public',
  /** 224.0.0.0/4, ff00::/8, and the broadcast address 255.255.255.255 */
  'multicast',
  /** Any address of this machine: 0.0.0.0, :: */
  'wildcard',
] as const;
export type AddressClass = (typeof ADDRESS_CLASSES)[number];

/** The class of an IP address; null of anything else (a UNIX path, an interface, no address). A mapped address is its IPv4 one's. */
export function addressClass(address: string | null): AddressClass | null {
  const bytes = address === null ? null : parseAddress(address);
  if (bytes === null) return null;
  if (bytes.length === 4) return classOf4(bytes[0]!, bytes[1]!, bytes);
  return isMapped(bytes, 0) ? classOf4(bytes[12]!, bytes[13]!, bytes.subarray(12)) : classOf6(bytes);
}

/** As {@link addressClass}, for every row: only what can begin an address of this machine is looked at further. */
export function isLoopbackAddress(address: string | null): boolean {
  if (address === null) return false;
  const first = address.charCodeAt(0);
  if (first !== COLON && first !== ZERO && !address.startsWith('127.')) return false;
  let known = loopback.get(address);
  if (known === undefined) {
    known = addressClass(address) === 'loopback';
    if (loopback.size >= MOST_LOOPBACK) loopback.clear();
    loopback.set(address, known);
  }
  return known;
}
const COLON = 58;
const ZERO = 48;
const loopback = new Map<string, boolean>();
const MOST_LOOPBACK = 10_000;

function classOf4(a: number, b: number, bytes: Uint8Array): AddressClass {
  if (bytes.every((byte) => byte === 0)) return 'wildcard';
  if (a === 127) return 'loopback';
  if (a === 10 || (a === 172 && b >> 4 === 1) || (a === 192 && b === 168)) return 'private';
  if (a === 100 && b >> 6 === 1) return 'private';
  if (a === 169 && b === 254) return 'link-local';
  return a >> 4 === 14 || bytes.every((byte) => byte === 255) ? 'multicast' : 'public';
}

function classOf6(bytes: Uint8Array): AddressClass {
  if (bytes.every((byte) => byte === 0)) return 'wildcard';
  if (bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0)) return 'loopback';
  if (isLinkLocal6(bytes, 0)) return 'link-local';
  if (bytes[0] === 0xff) return 'multicast';
  return (bytes[0]! & 0xfe) === 0xfc ? 'private' : 'public';
}
