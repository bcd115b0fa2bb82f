/** inet_diag requests and replies as bytes: struct layouts of linux/inet_diag.h, linux/sock_diag.h and linux/tcp.h. */
import { PROTOCOLS, protocolOf, SOCKET_STATES, SOCKET_TYPES, stateCode } from '../../shared/socket';
import type { Protocol, SocketType, TableName } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import { diagRequest, SOCK_DESTROY, SOCK_DIAG_BY_FAMILY } from './diagTable';
import type { DiagTable } from './diagTable';
import { AF_INET, AF_INET6 } from './libc';
import { malformed, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

/** linux/in.h. MPTCP's number does not fit the request's one byte: it goes into an attribute. */
const IPPROTO: Partial<Record<Protocol, number>> = {
  tcp: 6,
  udp: 17,
  dccp: 33,
  sctp: 132,
  udplite: 136,
  raw: 255,
  mptcp: 262,
};
const TYPES: Partial<Record<Protocol, SocketType>> = {
  ...{ tcp: 'stream', mptcp: 'stream', udp: 'dgram', udplite: 'dgram', dccp: 'dgram', raw: 'raw' },
};
/** Every state that `ss -a` lists, and the bit of bound, inactive sockets (TCP_BOUND_INACTIVE). */
const ALL_STATES = 0xfff;
const BOUND_INACTIVE = 1 << 13;
/** Attribute INET_DIAG_INFO (struct tcp_info), and the bit that asks for it. */
const INET_DIAG_INFO = 2;
const WANT_INFO = 1 << (INET_DIAG_INFO - 1);
const INET_DIAG_SKV6ONLY = 11;
const INET_DIAG_REQ_PROTOCOL = 3;
/**
 * struct inet_diag_req_v2: family, protocol, ext, pad, u32 states, struct inet_diag_sockid (48 bytes). Of raw sockets, pad is
 * the IP protocol (sdiag_raw_protocol of struct inet_diag_req_raw).
 */
const REQUEST_SIZE = 56;
const PROTOCOL_ATTRIBUTE_SIZE = 8;
/** struct inet_diag_msg: 4 bytes, struct inet_diag_sockid, then expires, rqueue, wqueue, uid, inode. */
export const DIAG_SIZE = 72;
const SOCKID = 4;

const ESTABLISHED = stateCode('ESTABLISHED');
const SYN_RECV = stateCode('SYN_RECV');
const FIN_WAIT_2 = stateCode('FIN_WAIT_2');
const TIME_WAIT = stateCode('TIME_WAIT');
const CLOSE = stateCode('CLOSE');
const CLOSE_WAIT = stateCode('CLOSE_WAIT');
const LAST_ACK = stateCode('LAST_ACK');
const LISTEN = stateCode('LISTEN');
const CLOSING = stateCode('CLOSING');
const BOUND = stateCode('BOUND');
/** SCTP's associations have numbers of their own (enum sctp_state, linux/sctp.h); its endpoints have TCP's. */
const SCTP_STATES = (
  [
    ...['CLOSE', 'COOKIE_WAIT', 'COOKIE_ECHOED', 'ESTABLISHED', 'SHUTDOWN_PENDING', 'SHUTDOWN_SENT'],
    ...['SHUTDOWN_RECEIVED', 'SHUTDOWN_ACK_SENT'],
  ] as (typeof SOCKET_STATES)[number][]
).map(stateCode);

/** One table of internet sockets. */
export class InetTable implements DiagTable {
  private readonly family: 4 | 6;
  private readonly protocol: Protocol;
  private readonly protocolCode: number;
  private readonly type: number;

  constructor(readonly name: TableName) {
    this.protocol = protocolOf(name);
    this.protocolCode = PROTOCOLS.indexOf(this.protocol);
    this.family = name.endsWith('4') ? 4 : 6;
    this.type = Math.max(0, SOCKET_TYPES.indexOf(TYPES[this.protocol] ?? null));
  }

  dumpRequest(seq: number, bound: boolean): Uint8Array {
    const request = this.request(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    if (this.protocol === 'tcp') request.setUint8(NLMSG_HEADER + 2, WANT_INFO);
    const withBound = bound && this.protocol === 'tcp';
    request.setUint32(NLMSG_HEADER + 4, withBound ? ALL_STATES | BOUND_INACTIVE : ALL_STATES, true);
    return new Uint8Array(request.buffer);
  }

  /** Asks for exactly the socket of this row, with the extensions (INET_DIAG_… bits) given. */
  getRequest(table: SocketTable, row: number, extensions: number, seq: number): Uint8Array {
    // A single answer has no end mark: NLM_F_ACK adds one.
    const request = this.request(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_ACK, seq);
    request.setUint8(NLMSG_HEADER + 2, extensions);
    const bytes = this.withIdentity(request, table, row);
    // For a GET of UDP "src and dst are swapped for historical reasons" (udp_dump_one, net/ipv4/udp_diag.c).
    return this.protocol === 'udp' || this.protocol === 'udplite' ? swapEndpoints(bytes) : bytes;
  }

  /**
   * Asks to destroy exactly the socket of this row. The cookie goes along, always: without one (INET_DIAG_NOCOOKIE) the
   * kernel would close whatever has these endpoints by now.
   */
  destroyRequest(table: SocketTable, row: number, seq: number): Uint8Array {
    return this.withIdentity(this.request(SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, seq), table, row);
  }

  private request(type: number, flags: number, seq: number): DataView {
    const number = IPPROTO[this.protocol]!;
    const large = number > 0xff;
    const request = diagRequest(REQUEST_SIZE + (large ? PROTOCOL_ATTRIBUTE_SIZE : 0), type, flags, seq);
    request.setUint8(NLMSG_HEADER, this.family === 4 ? AF_INET : AF_INET6);
    // A kernel that does not know the attribute must not take the number's lower half for another protocol's.
    request.setUint8(NLMSG_HEADER + 1, large ? 0 : number);
    if (large) {
      const attribute = NLMSG_HEADER + REQUEST_SIZE;
      request.setUint16(attribute, PROTOCOL_ATTRIBUTE_SIZE, true);
      request.setUint16(attribute + 2, INET_DIAG_REQ_PROTOCOL, true);
      request.setUint32(attribute + 4, number, true);
    }
    return request;
  }

  private withIdentity(request: DataView, table: SocketTable, row: number): Uint8Array {
    const { columns } = table;
    // What a raw socket has for a port is its IP protocol, and that is looked up elsewhere.
    if (this.protocol === 'raw') request.setUint8(NLMSG_HEADER + 3, columns.localPort[row]! & 0xff);
    request.setUint32(NLMSG_HEADER + 4, ALL_STATES | BOUND_INACTIVE, true);
    const id = NLMSG_HEADER + 8;
    request.setUint16(id, columns.localPort[row]!);
    request.setUint16(id + 2, columns.remotePort[row]!);
    const bytes = new Uint8Array(request.buffer);
    bytes.set(table.addresses.subarray(32 * row, 32 * row + 32), id + 4);
    request.setUint32(id + 36, columns.interfaceIndex[row]!, true);
    request.setUint32(id + 40, columns.idLow[row]!, true);
    request.setUint32(id + 44, columns.idHigh[row]!, true);
    return bytes;
  }

  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    if (end - offset < DIAG_SIZE) {
      throw malformed(`a socket has ${end - offset} bytes, expected ${DIAG_SIZE}`);
    }
    const { bytes, words } = reply;
    const tcp = this.protocol === 'tcp';
    const state = this.stateOf(bytes[offset + 1]!, bytes, offset);
    const row = into.append();
    const c = into.columns;
    const word = offset >> 2;
    c.protocol[row] = this.protocolCode;
    c.family[row] = this.family;
    c.type[row] = this.type;
    c.state[row] = state;
    const remotePort = (bytes[offset + SOCKID + 2]! << 8) | bytes[offset + SOCKID + 3]!;
    c.localPort[row] = (bytes[offset + SOCKID]! << 8) | bytes[offset + SOCKID + 1]!;
    c.remotePort[row] = remotePort;
    const { addressWords } = into;
    for (let i = 0; i < 8; i++) addressWords[8 * row + i] = words[word + 2 + i]!;
    c.interfaceIndex[row] = words[word + 10]!;
    c.idLow[row] = words[word + 11]!;
    c.idHigh[row] = words[word + 12]!;
    c.receiveQueue[row] = words[word + 14]!;
    c.sendQueue[row] = words[word + 15]!;
    const inode = words[word + 17]!;
    c.inode[row] = inode;
    // TIME_WAIT, FIN_WAIT_2 without a file and half-open requests report uid 0: that is "no user", not root.
    const uid = words[word + 16]!;
    const mayBeNobody = inode === 0 && (state === TIME_WAIT || state === FIN_WAIT_2 || state === SYN_RECV);
    c.uid[row] = mayBeNobody && uid === 0 ? UNKNOWN : uid;
    c.hasRemote[row] = (tcp ? state !== LISTEN && remotePort !== 0 : this.isConnected(state, remotePort))
      ? 1
      : 0;
    decodeAttributes(reply, offset + DIAG_SIZE, end, into, row, tcp && state !== LISTEN);
  }

  private stateOf(state: number, bytes: Uint8Array, offset: number): number {
    switch (this.protocol) {
      case 'tcp':
      case 'mptcp':
      case 'dccp':
        if (state === BOUND) return BOUND;
        if (state < ESTABLISHED || state > CLOSING) throw malformed(`a socket is in state ${state}`);
        // The kernel lists a closed TCP socket only where it is bound.
        return state === CLOSE ? BOUND : state;
      case 'sctp': {
        if (state === LISTEN) return LISTEN;
        // An endpoint without association has no remote port.
        const association = bytes[offset + SOCKID + 2] !== 0 || bytes[offset + SOCKID + 3] !== 0;
        if (!association && state === CLOSE) return BOUND;
        const code = SCTP_STATES[state];
        if (code === undefined) throw malformed(`an SCTP association is in state ${state}`);
        return code;
      }
      default:
        if (state < ESTABLISHED || state > CLOSING) throw malformed(`a socket is in state ${state}`);
        // An unconnected datagram socket is "CLOSE" to the kernel; it has no state.
        return state === ESTABLISHED ? state : 0;
    }
  }

  private isConnected(state: number, remotePort: number): boolean {
    return this.protocol === 'mptcp' || this.protocol === 'sctp' || this.protocol === 'dccp'
      ? state !== LISTEN && remotePort !== 0
      : state === ESTABLISHED;
  }
}

/** In struct inet_diag_sockid: u16 source port, u16 destination port, then 16 bytes of address each. */
function swapEndpoints(request: Uint8Array): Uint8Array {
  const id = NLMSG_HEADER + 8;
  const swapped = request.slice();
  swapped.set(request.subarray(id + 2, id + 4), id);
  swapped.set(request.subarray(id, id + 2), id + 2);
  swapped.set(request.subarray(id + 20, id + 36), id + 4);
  swapped.set(request.subarray(id + 4, id + 20), id + 20);
  return swapped;
}

/** struct rtattr: u16 length, u16 type, data; each starts on a multiple of four. */
function decodeAttributes(
  reply: ReplyBuffer,
  start: number,
  end: number,
  into: SocketTable,
  row: number,
  withInfo: boolean,
): void {
  for (let at = start; at + 4 <= end;) {
    const size = reply.halves[at >> 1]!;
    if (size < 4 || size > end - at) throw malformed(`an attribute claims ${size} bytes`);
    const type = reply.halves[(at >> 1) + 1]!;
    if (type === INET_DIAG_INFO && withInfo) decodeTcpInfo(reply, at + 4, at + size, into, row);
    // Only a wildcard socket can serve both families.
    else if (type === INET_DIAG_SKV6ONLY && size > 4 && isAnyAddress(into, row)) {
      into.columns.dualStack[row] = reply.bytes[at + 4] === 0 ? 2 : 1;
    }
    at += (size + 3) & ~3;
  }
}

function isAnyAddress({ addressWords }: SocketTable, row: number): boolean {
  for (let i = 8 * row; i < 8 * row + 4; i++) if (addressWords[i] !== 0) return false;
  return true;
}

/** Offsets in struct tcp_info (linux/tcp.h); the structure grows with the kernel, so each is checked against the end. */
export const TCP_INFO = {
  rtt: 68,
  totalRetransmits: 100,
  bytesAcked: 120,
  bytesReceived: 128,
  segmentsOut: 136,
  segmentsIn: 140,
  bytesSent: 200,
  bytesRetransmitted: 208,
} as const;

function decodeTcpInfo(reply: ReplyBuffer, info: number, end: number, into: SocketTable, row: number): void {
  const { words } = reply;
  const { bytesSent, bytesReceived, state, rtt, retransmits, segmentsSent, segmentsReceived } = into.columns;
  if (info + TCP_INFO.totalRetransmits + 4 <= end) {
    // Before the first measurement there is none.
    const microseconds = words[(info + TCP_INFO.rtt) >> 2]!;
    if (microseconds !== 0) rtt[row] = microseconds / 1000;
    retransmits[row] = words[(info + TCP_INFO.totalRetransmits) >> 2]!;
  }
  if (info + TCP_INFO.bytesReceived + 8 <= end) {
    // A FIN takes a sequence number, and the kernel counts that as a byte (tcp_rcv_nxt_update, net/ipv4/tcp_input.c).
    const received = u64(words, info + TCP_INFO.bytesReceived);
    bytesReceived[row] = received > 0 && finReceived(state[row]!) ? received - 1 : received;
  }
  if (info + TCP_INFO.segmentsIn + 4 <= end) {
    segmentsSent[row] = words[(info + TCP_INFO.segmentsOut) >> 2]!;
    segmentsReceived[row] = words[(info + TCP_INFO.segmentsIn) >> 2]!;
  }
  if (info + TCP_INFO.bytesRetransmitted + 8 <= end) {
    // What was sent for the first time; bytes_acked (Linux < 4.19) counts the SYN and lags behind.
    bytesSent[row] = u64(words, info + TCP_INFO.bytesSent) - u64(words, info + TCP_INFO.bytesRetransmitted);
  } else if (info + TCP_INFO.bytesAcked + 8 <= end) {
    bytesSent[row] = u64(words, info + TCP_INFO.bytesAcked);
  }
}

/** Whether the other side's FIN has come. */
function finReceived(state: number): boolean {
  return state === CLOSE_WAIT || state === LAST_ACK || state === CLOSING;
}

/** Exact up to 2^53 bytes (8 PiB). */
function u64(words: Uint32Array, offset: number): number {
  return words[offset >> 2]! + words[(offset >> 2) + 1]! * 0x1_0000_0000;
}
