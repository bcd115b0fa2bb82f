/** IP addresses: from bytes to text (RFC 5952), from text to bytes, and into numeric sort keys. */
import type { Family } from './socket';

/** Formats the 4 bytes at `offset` as dotted decimal. */
export function formatIPv4(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Whether the 16 bytes at `offset` are an IPv4-mapped address (::ffff:0:0/96, RFC 4291 2.5.5.2). */
export function isMapped(bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false;
  return bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff;
}

/** Whether the 16 bytes at `offset` are a link-local address (fe80::/10), the only kind that needs a zone. */
export function isLinkLocal6(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0xfe && (bytes[offset + 1]! & 0xc0) === 0x80;
}

/** Whether the address at `offset` is this machine's own loopback: 127.0.0.0/8, also mapped, or ::1. */
export function isLoopback(bytes: Uint8Array, offset: number, family: Family): boolean {
  if (family === 4) return bytes[offset] === 127;
  if (family === null) return false;
  if (isMapped(bytes, offset)) return bytes[offset + 12] === 127;
  for (let i = 0; i < 15; i++) if (bytes[offset + i] !== 0) return false;
  return bytes[offset + 15] === 1;
}

/** Formats the 16 bytes at `offset` as RFC 5952 says: lower case, the longest run of zero groups (two or more) shortened. */
export function formatIPv6(bytes: Uint8Array, offset: number): string {
  if (isMapped(bytes, offset)) return `::ffff:${formatIPv4(bytes, offset + 12)}`;
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (
      start + length < 8 &&
      bytes[offset + 2 * (start + length)] === 0 &&
      bytes[offset + 2 * (start + length) + 1] === 0
    ) {
      length++;
    }
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === bestStart) {
      text += '::';
      group += bestLength - 1;
      continue;
    }
    if (text !== '' && !text.endsWith('::')) text += ':';
    text += ((bytes[offset + 2 * group]! << 8) | bytes[offset + 2 * group + 1]!).toString(16);
  }
  return text;
}

/**
 * Parses what {@link formatIPv4} and {@link formatIPv6} write, and every other valid spelling; a zone (`%eth0`) is ignored.
 * Returns 4 or 16 bytes, or null where the text is no address.
 */
export function parseAddress(text: string): Uint8Array | null {
  const address = text.split('%', 1)[0]!;
  return address.includes(':') ? parseIPv6(address) : parseIPv4(address);
}

/** One spelling for each address: without zone, a mapped IPv4 address as IPv4; null of what is no address. */
export function canonicalAddress(text: string): string | null {
  const bytes = parseAddress(text);
  if (bytes === null) return null;
  if (bytes.length === 4) return formatIPv4(bytes, 0);
  return isMapped(bytes, 0) ? formatIPv4(bytes, 12) : formatIPv6(bytes, 0);
}

function parseIPv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    // No leading zeros: some read them as octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(parts[i]!) || Number(parts[i]) > 255) return null;
    bytes[i] = Number(parts[i]);
  }
  return bytes;
}

function parseIPv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

/** `last`: whether the address ends here, and may end in dotted decimal. */
function parseGroups(text: string, last: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const quad = last && i === parts.length - 1 ? parseIPv4(part) : null;
      if (quad === null) return null;
      groups.push((quad[0]! << 8) | quad[1]!, (quad[2]! << 8) | quad[3]!);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(parseInt(part, 16));
    } else return null;
  }
  return groups;
}

/**
 * A string that sorts addresses by number, IPv4 before IPv6 and "none" before both, when compared with `<`.
 * Text that is no address sorts last, by itself.
 */
export function addressSortKey(text: string | null): string {
  if (text === null) return '';
  const bytes = parseAddress(text);
  if (bytes === null) return `9${text}`;
  let key = bytes.length === 4 ? '4' : '6';
  for (let i = 0; i < bytes.length; i += 2) key += String.fromCharCode((bytes[i]! << 8) | bytes[i + 1]!);
  const zone = text.indexOf('%');
  return zone < 0 ? key : key + text.slice(zone);
}

/** `address:port` as people write it: IPv6 in brackets, `*` where there is none. */
export function formatEndpoint(address: string | null, port: number | null): string {
  if (address !== null && port === null) return address; // of a protocol without ports
  const host = address === null ? '*' : address.includes(':') ? `[${address}]` : address;
  return `${host}:${port ?? '*'}`;
}
