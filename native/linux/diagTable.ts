import type { SocketTable } from '../../shared/socketTable';
import { NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

export const SOCK_DIAG_BY_FAMILY = 20;
export const SOCK_DESTROY = 21;

/** The name of a network interface of the namespace that is being read, or its number as text. */
export type InterfaceNamer = (index: number) => string;

/** How one table is asked for by NETLINK_SOCK_DIAG, and how each of its sockets is read. */
export interface DiagTable {
  /** The whole request. `bound` asks for TCP sockets that are bound only as well. */
  dumpRequest(seq: number, bound: boolean): Uint8Array;
  /**
   * Appends the socket in the message payload [offset, end), all but its namespace.
   * @throws NativeError MALFORMED where the payload is shorter than its structure or a field is out of range
   */
  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void;
  /** Completes the rows from `start` on, the whole table, with what takes all of them. */
  finish?(into: SocketTable, start: number, nameOf: InterfaceNamer): void;
}

/** A request of `payload` bytes with its header (struct nlmsghdr, linux/netlink.h) filled in. */
export function diagRequest(payload: number, type: number, flags: number, seq: number): DataView {
  const view = new DataView(new ArrayBuffer(NLMSG_HEADER + payload));
  view.setUint32(0, NLMSG_HEADER + payload, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, seq, true);
  return view;
}
