/** inet_diag requests and replies as bytes: struct layouts of linux/inet_diag.h, linux/sock_diag.h and linux/tcp.h. */
import { PROTOCOLS, stateCode } from '../../shared/socket';
import type { TableName } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import { AF_INET, AF_INET6 } from './libc';
import { malformed, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

const SOCK_DIAG_BY_FAMILY = 20;
const SOCK_DESTROY = 21;
const IPPROTO = { tcp: 6, udp: 17 } as const;
/** Every state that `ss -a` lists; higher bits would add bound, inactive sockets. */
const ALL_STATES = 0xfff;
/** Attribute INET_DIAG_INFO (struct tcp_info), and the bit that asks for it. */
const INET_DIAG_INFO = 2;
const WANT_INFO = 1 << (INET_DIAG_INFO - 1);
/** struct inet_diag_req_v2: family, protocol, ext, pad, u32 states, struct inet_diag_sockid (48 bytes). */
const REQUEST_SIZE = NLMSG_HEADER + 56;
/** struct inet_diag_msg: 4 bytes, struct inet_diag_sockid, then expires, rqueue, wqueue, uid, inode. */
const DIAG_SIZE = 72;
const SOCKID = 4;

const ESTABLISHED = stateCode('ESTABLISHED');
const SYN_RECV = stateCode('SYN_RECV');
const FIN_WAIT_2 = stateCode('FIN_WAIT_2');
const TIME_WAIT = stateCode('TIME_WAIT');
const LISTEN = stateCode('LISTEN');
const CLOSING = stateCode('CLOSING');
/** The other side's FIN has come. */
const FIN_RECEIVED = [stateCode('CLOSE_WAIT'), stateCode('LAST_ACK'), CLOSING];

/** Asks for every socket of one table. */
export function dumpRequest(table: TableName, seq: number): Uint8Array {
  const request = header(table, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
  if (table.startsWith('tcp')) request.setUint8(NLMSG_HEADER + 2, WANT_INFO);
  request.setUint32(NLMSG_HEADER + 4, ALL_STATES, true);
  return new Uint8Array(request.buffer);
}

/**
 * Asks to destroy exactly the socket of this row. The cookie goes along, always: without one (INET_DIAG_NOCOOKIE) the
 * kernel would close whatever has these endpoints by now.
 */
export function destroyRequest(table: SocketTable, row: number, seq: number): Uint8Array {
  const { columns } = table;
  const request = header(table.tableOf(row), SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, seq);
  request.setUint32(NLMSG_HEADER + 4, ALL_STATES, true);
  const id = NLMSG_HEADER + 8;
  request.setUint16(id, columns.localPort[row]!);
  request.setUint16(id + 2, columns.remotePort[row]!);
  new Uint8Array(request.buffer).set(table.addresses.subarray(32 * row, 32 * row + 32), id + 4);
  request.setUint32(id + 36, columns.interfaceIndex[row]!, true);
  request.setUint32(id + 40, columns.idLow[row]!, true);
  request.setUint32(id + 44, columns.idHigh[row]!, true);
  return new Uint8Array(request.buffer);
}

function header(table: TableName, type: number, flags: number, seq: number): DataView {
  const view = new DataView(new ArrayBuffer(REQUEST_SIZE));
  view.setUint32(0, REQUEST_SIZE, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, seq, true);
  view.setUint8(NLMSG_HEADER, table.endsWith('4') ? AF_INET : AF_INET6);
  view.setUint8(NLMSG_HEADER + 1, table.startsWith('tcp') ? IPPROTO.tcp : IPPROTO.udp);
  return view;
}

/**
 * Appends the socket in the message payload [offset, end) to `into`.
 * @throws NativeError MALFORMED where the payload is shorter than its structure or a field is out of range.
 */
export function decodeSocket(
  reply: ReplyBuffer,
  offset: number,
  end: number,
  tableName: TableName,
  into: SocketTable,
): void {
  if (end - offset < DIAG_SIZE) throw malformed(`a socket has ${end - offset} bytes, expected ${DIAG_SIZE}`);
  const { bytes, words } = reply;
  const tcp = tableName.startsWith('tcp');
  const state = bytes[offset + 1]!;
  if (state < ESTABLISHED || state > CLOSING) throw malformed(`a socket is in state ${state}`);
  const row = into.append();
  const c = into.columns;
  const word = offset >> 2;
  c.protocol[row] = PROTOCOLS.indexOf(tcp ? 'tcp' : 'udp');
  c.family[row] = tableName.endsWith('4') ? 4 : 6;
  // An unconnected UDP socket is "CLOSE" to the kernel; it has no state.
  c.state[row] = tcp || state === ESTABLISHED ? state : 0;
  c.localPort[row] = (bytes[offset + SOCKID]! << 8) | bytes[offset + SOCKID + 1]!;
  c.remotePort[row] = (bytes[offset + SOCKID + 2]! << 8) | bytes[offset + SOCKID + 3]!;
  into.addresses.set(bytes.subarray(offset + SOCKID + 4, offset + SOCKID + 36), 32 * row);
  c.interfaceIndex[row] = words[word + 10]!;
  c.idLow[row] = words[word + 11]!;
  c.idHigh[row] = words[word + 12]!;
  c.receiveQueue[row] = words[word + 14]!;
  c.sendQueue[row] = words[word + 15]!;
  const inode = words[word + 17]!;
  c.inode[row] = inode;
  // TIME_WAIT, FIN_WAIT_2 without a file and half-open requests report uid 0: that is "no user", not root.
  const userless = inode === 0 && (state === TIME_WAIT || state === FIN_WAIT_2 || state === SYN_RECV);
  c.uid[row] = userless && tcp ? UNKNOWN : words[word + 16]!;
  const connected = tcp ? state !== LISTEN && c.remotePort[row] !== 0 : state === ESTABLISHED;
  c.hasRemote[row] = connected ? 1 : 0;
  if (tcp && state !== LISTEN) decodeAttributes(reply, offset + DIAG_SIZE, end, into, row);
}

/** struct rtattr: u16 length, u16 type, data; each starts on a multiple of four. */
function decodeAttributes(
  reply: ReplyBuffer,
  start: number,
  end: number,
  into: SocketTable,
  row: number,
): void {
  for (let at = start; at + 4 <= end;) {
    const size = reply.halves[at >> 1]!;
    if (size < 4 || size > end - at) throw malformed(`an attribute claims ${size} bytes`);
    if (reply.halves[(at >> 1) + 1] === INET_DIAG_INFO) decodeTcpInfo(reply, at + 4, at + size, into, row);
    at += (size + 3) & ~3;
  }
}

/** Offsets in struct tcp_info (linux/tcp.h); the structure grows with the kernel, so each is checked against the end. */
const BYTES_ACKED = 120;
const BYTES_RECEIVED = 128;
const BYTES_SENT = 200;
const BYTES_RETRANSMITTED = 208;

function decodeTcpInfo(reply: ReplyBuffer, info: number, end: number, into: SocketTable, row: number): void {
  const { bytesSent, bytesReceived, state } = into.columns;
  if (info + BYTES_RECEIVED + 8 <= end) {
    // A FIN takes a sequence number, and the kernel counts that as a byte (tcp_rcv_nxt_update, net/ipv4/tcp_input.c).
    const fin = FIN_RECEIVED.includes(state[row]!) ? 1 : 0;
    bytesReceived[row] = Math.max(0, u64(reply.words, info + BYTES_RECEIVED) - fin);
  }
  if (info + BYTES_RETRANSMITTED + 8 <= end) {
    // What was sent for the first time; bytes_acked (Linux < 4.19) counts the SYN and lags behind.
    bytesSent[row] = u64(reply.words, info + BYTES_SENT) - u64(reply.words, info + BYTES_RETRANSMITTED);
  } else if (info + BYTES_ACKED + 8 <= end) {
    bytesSent[row] = u64(reply.words, info + BYTES_ACKED);
  }
}

/** Exact up to 2^53 bytes (8 PiB). */
function u64(words: Uint32Array, offset: number): number {
  return words[offset >> 2]! + words[(offset >> 2) + 1]! * 0x1_0000_0000;
}
