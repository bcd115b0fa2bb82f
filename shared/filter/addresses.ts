/** What an address has to be like: one, a network, a range, the beginning of one. */
import { addressSortKey, isMapped, parseAddress } from '../address';
import { Invalid } from './invalid';

export type AddressTest = (address: string) => boolean;

/** The four bytes as one number; -1 where the text is no IPv4 address. For every row: it makes no garbage. */
export function parseIPv4(text: string, from = 0): number {
  let result = 0;
  let part = -1;
  let dots = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      part = (part < 0 ? 0 : part * 10) + code - 48;
      if (part > 255) return -1;
    } else if (code === 46 && part >= 0 && ++dots <= 3) {
      result = result * 256 + part;
      part = -1;
    } else return -1;
  }
  return dots === 3 && part >= 0 ? result * 256 + part : -1;
}

/** Of an IPv4 address, or one that is mapped into IPv6 (::ffff:10.0.0.1); else -1 */
function number4(address: string): number {
  return parseIPv4(address, address.startsWith('::ffff:') ? 7 : 0);
}

const MOST_KEYS = 100_000;
const keys = new Map<string, string>();

/** Compares as the address does; '' of what is no IPv6 address. */
function key6(address: string): string {
  let key = keys.get(address);
  if (key === undefined) {
    const text = withoutZone(address);
    key = text.includes(':') && parseAddress(text) !== null ? addressSortKey(text) : '';
    if (keys.size >= MOST_KEYS) keys.clear();
    keys.set(address, key);
  }
  return key;
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0]!;
}

function between4(least: number, most: number): AddressTest {
  return (address) => {
    const number = number4(address);
    return number >= least && number <= most;
  };
}

function between6(least: string, most: string): AddressTest {
  return (address) => {
    const key = key6(address);
    return key >= least && key <= most;
  };
}

/** Addresses of one version, both ends included. */
function between(first: Uint8Array, last: Uint8Array): AddressTest {
  if (first.length !== last.length)
    throw new Invalid('This range begins in one version of IP and ends in the other.');
  if (first.length === 4) {
    const [least, most] = [number(first), number(last)];
    if (least > most) throw new Invalid('This range ends before it begins.');
    return between4(least, most);
  }
  const [least, most] = [keyOf(first), keyOf(last)];
  if (least > most) throw new Invalid('This range ends before it begins.');
  return between6(least, most);
}

function number(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** As {@link addressSortKey} makes them. */
function keyOf(bytes: Uint8Array): string {
  let key = '6';
  for (let i = 0; i < 16; i += 2) key += String.fromCharCode((bytes[i]! << 8) | bytes[i + 1]!);
  return key;
}

/** 4 or 16 bytes; a mapped address is its IPv4 one. */
function bytesOf(text: string): Uint8Array | null {
  const bytes = text.includes('%') ? null : parseAddress(text);
  return bytes?.length === 16 && isMapped(bytes, 0) ? bytes.slice(12) : bytes;
}

function network(address: string, digits: string): AddressTest {
  // 10/8 and 192.168/16, as people write them
  const short = /^\d{1,3}(\.\d{1,3}){0,2}$/.test(address);
  const whole = short ? address + '.0'.repeat(4 - address.split('.').length) : address;
  const raw = parseAddress(whole);
  if (raw === null || whole.includes('%'))
    throw new Invalid(`“${address}” is no address that a network could have.`);
  const mapped = raw.length === 16 && isMapped(raw, 0) && Number(digits) >= 96;
  const bytes = mapped ? raw.slice(12) : raw;
  const bits = Number(digits) - (mapped ? 96 : 0);
  if (bits > bytes.length * 8) throw new Invalid(`A network’s prefix has at most ${bytes.length * 8} bits.`);
  const [first, last] = [bytes.slice(), bytes.slice()];
  for (const i of bytes.keys()) {
    const mask = 0xff >> Math.max(0, Math.min(8, bits - 8 * i));
    first[i]! &= ~mask;
    last[i]! |= mask;
  }
  return between(first, last);
}

function single(text: string): AddressTest | null {
  const zone = text.indexOf('%');
  if (zone > 0 && parseAddress(text) !== null) {
    const key = key6(text);
    const rest = text.slice(zone).toLowerCase();
    return (address) => key6(address) === key && address.toLowerCase().endsWith(rest);
  }
  const bytes = bytesOf(text);
  return bytes === null ? null : between(bytes, bytes);
}

/** Only digits and dots: nothing but IPv4 is meant. */
const NUMERIC = /^\d[\d.]*$/;

/** `10.0.` and `fe80:` are what is typed on the way to an address: they stand for all that begin so. */
function beginning(text: string): AddressTest | null {
  if (NUMERIC.test(text)) {
    const parts = text.split('.');
    if (
      parts.length > 4 ||
      parts.some((part, i) => Number(part) > 255 || (part === '' && i < parts.length - 1))
    )
      throw new Invalid(`“${text}” is no address.`);
    const mapped = `::ffff:${text}`;
    return (address) => address.startsWith(text) || address.startsWith(mapped);
  }
  if (!/^[0-9a-f]{0,4}(:[0-9a-f]{0,4})+$/i.test(text)) return null;
  const lower = text.toLowerCase();
  return (address) => address.startsWith(lower);
}

/** Null where the text is no address nor anything like it: a name, a path. Throws {@link Invalid}. */
export function addressTest(text: string): AddressTest | null {
  const [, address, bits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (address !== undefined && /^[\d.]+$|:/.test(address)) return network(address, bits!);
  const range = /^([\da-f.:]+)-([\da-f.:]+)$/i.exec(text);
  if (range !== null && /[.:]/.test(range[1]!)) return rangeTest(range[1]!, range[2]!);
  return single(text) ?? beginning(text);
}

/** `192.168.0.1-100` ends in the last number. */
function rangeTest(first: string, last: string): AddressTest | null {
  const start = bytesOf(first);
  const end = bytesOf(/^\d{1,3}$/.test(last) ? first.replace(/\d+$/, last) : last);
  if (start !== null && end !== null) return between(start, end);
  if (start === null && end === null && !NUMERIC.test(first)) return null; // a name with a hyphen
  throw new Invalid(`“${start === null ? first : last}” is no address.`);
}

/** `10.0.0.1:443`, `[::1]:443`, `[::1]` */
export function endpointParts(text: string): { address: string; port: string | null } | null {
  const [, bracketed, four, port] = /^(?:\[([^\]]+)\]|(\d+(?:\.\d+){3}))(?::(\d+))?$/.exec(text) ?? [];
  const address = bracketed ?? four;
  if (address === undefined || (bracketed === undefined && port === undefined)) return null;
  return { address, port: port ?? null };
}
