/** The attributes after a diagnosis message (struct nlattr, linux/netlink.h): u16 length, u16 type, data, padding to four. */
import { malformed } from './netlink';
import type { ReplyBuffer } from './netlink';

/** Length and type; data begin so many bytes after the attribute. */
export const ATTRIBUTE_HEADER = 4;
/** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const TYPE_MASK = 0x3fff;

/**
 * The length of the attribute at `at`, its header included.
 * @throws NativeError MALFORMED where it does not fit before `end`
 */
export function attributeSize(reply: ReplyBuffer, at: number, end: number): number {
  const size = reply.halves[at >> 1]!;
  if (size < ATTRIBUTE_HEADER || size > end - at) throw malformed(`an attribute claims ${size} bytes`);
  return size;
}

export function attributeType(reply: ReplyBuffer, at: number): number {
  return reply.halves[(at >> 1) + 1]! & TYPE_MASK;
}

/** Where the next attribute begins. */
export function nextAttribute(at: number, size: number): number {
  return at + ((size + 3) & ~3);
}

/**
 * A 32-bit word of an attribute's data.
 * @throws NativeError MALFORMED where the attribute is shorter
 */
export function attributeWord(reply: ReplyBuffer, at: number, size: number, word = 0): number {
  if (size < ATTRIBUTE_HEADER + 4 * word + 4) throw malformed(`an attribute has ${size} bytes only`);
  return reply.words[(at >> 2) + 1 + word]!;
}

/** Indexes in the array of *_DIAG_MEMINFO (SK_MEMINFO_…, linux/sock_diag.h): bytes waiting to be read, and to be sent. */
export const MEMINFO_RECEIVE = 0;
export const MEMINFO_SEND = 2;
