/** Netlink messages as bytes (linux/netlink.h, RFC 3549): framing only, nothing of sockets. */
import { NativeError } from '../nativeError';
import { errnoError } from './errno';

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 seq, u32 port id. */
export const NLMSG_HEADER = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLMSG_OVERRUN = 4;
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP = 0x300;
/** The kernel changed the table in a way that makes the walk incomplete. */
const NLM_F_DUMP_INTR = 0x10;

/** A reply being read: views of one buffer, aligned so that 32-bit fields can be read as words. */
export class ReplyBuffer {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly halves: Uint16Array;

  constructor(size: number = 64 * 1024) {
    const memory = new ArrayBuffer(size);
    this.bytes = new Uint8Array(memory);
    this.words = new Uint32Array(memory);
    this.halves = new Uint16Array(memory);
  }
}

/** Whether the answer is complete, or more datagrams follow. */
export interface ReplyStatus {
  done: boolean;
  interrupted: boolean;
  /** The errno that ended the answer: 0 where all went well. */
  code: number;
}

/**
 * Walks the messages of one datagram that answer request `seq`, calling `visit(offset, end)` with the payload of each.
 * Every length is checked against `length` before anything is read.
 * @throws NativeError MALFORMED where a length does not fit, EOVERFLOW where the datagram had been cut.
 */
export function readReply(
  reply: ReplyBuffer,
  length: number,
  seq: number,
  visit: (offset: number, end: number) => void,
): ReplyStatus {
  checkLength(reply, length);
  const status: ReplyStatus = { done: false, interrupted: false, code: 0 };
  for (let offset = 0; offset < length;) {
    const size = messageSize(reply, offset, length);
    const type = reply.halves[(offset + 4) >> 1]!;
    const flags = reply.halves[(offset + 6) >> 1]!;
    if (reply.words[(offset + 8) >> 2] === seq) {
      if ((flags & NLM_F_DUMP_INTR) !== 0) status.interrupted = true;
      const payload = offset + NLMSG_HEADER;
      if (type === NLMSG_ERROR || type === NLMSG_DONE) {
        // Both carry a negative errno first; a DONE without payload is a success.
        if (type === NLMSG_ERROR && size < NLMSG_HEADER + 4) throw malformed('an error message has no code');
        status.done = true;
        status.code = size >= NLMSG_HEADER + 4 ? -(reply.words[payload >> 2]! | 0) : 0;
        return status;
      }
      if (type === NLMSG_OVERRUN) throw errnoError('recv(NETLINK_SOCK_DIAG)', 105);
      visit(payload, offset + size);
    }
    offset += (size + 3) & ~3; // NLMSG_ALIGN
  }
  return status;
}

/** Walks the messages of a datagram that nobody asked for (multicast), calling `visit` with the payload of each. */
export function readMessages(
  reply: ReplyBuffer,
  length: number,
  visit: (offset: number, end: number) => void,
): void {
  checkLength(reply, length);
  for (let offset = 0; offset < length;) {
    const size = messageSize(reply, offset, length);
    visit(offset + NLMSG_HEADER, offset + size);
    offset += (size + 3) & ~3; // NLMSG_ALIGN
  }
}

function checkLength(reply: ReplyBuffer, length: number): void {
  if (length <= reply.bytes.length) return;
  throw new NativeError(
    'recv(NETLINK_SOCK_DIAG)',
    0,
    'EOVERFLOW',
    `The kernel sent ${length} bytes at once.`,
  );
}

function messageSize(reply: ReplyBuffer, offset: number, length: number): number {
  if (length - offset < NLMSG_HEADER) throw malformed('a message header is cut off');
  const size = reply.words[offset >> 2]!;
  if (size < NLMSG_HEADER || size > length - offset) throw malformed(`a message claims ${size} bytes`);
  return size;
}

export function malformed(what: string): NativeError {
  return new NativeError(
    'recv(NETLINK_SOCK_DIAG)',
    0,
    'MALFORMED',
    `The kernel's answer cannot be read: ${what}.`,
  );
}
