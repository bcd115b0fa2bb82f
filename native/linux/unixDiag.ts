/** unix_diag requests and replies as bytes: layouts of linux/unix_diag.h. */
import { PROTOCOLS, SOCKET_TYPES, stateCode } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import { ATTRIBUTE_HEADER, attributeSize, attributeType, attributeWord, nextAttribute } from './attributes';
import { diagRequest, SOCK_DIAG_BY_FAMILY } from './diagTable';
import type { DiagTable } from './diagTable';
import { NameCache } from './nameCache';
import { malformed, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

const AF_UNIX = 1;
/** struct unix_diag_req: u8 family, u8 protocol, u16 pad, u32 states, u32 inode, u32 show, u32 cookie[2]. */
const REQUEST_SIZE = 24;
const EVERY_STATE = 0xffffffff;
/** UDIAG_SHOW_NAME | _PEER | _ICONS | _RQLEN | _UID; kernels before 5.3 do not know the last one and leave it out. */
const SHOW = 0x01 | 0x04 | 0x08 | 0x10 | 0x40;
/** struct unix_diag_msg: u8 family, u8 type, u8 state, u8 pad, u32 inode, u32 cookie[2]. */
const MESSAGE_SIZE = 16;
/** Attributes. */
const UNIX_DIAG_NAME = 0;
const UNIX_DIAG_PEER = 2;
const UNIX_DIAG_ICONS = 3;
const UNIX_DIAG_RQLEN = 4;
const UNIX_DIAG_UID = 7;

const UNIX = PROTOCOLS.indexOf('unix');
const ESTABLISHED = stateCode('ESTABLISHED');
const LISTEN = stateCode('LISTEN');

/** The other end of a connection that has neither a name nor a file. */
const NAMELESS = '*';

export class UnixTable implements DiagTable {
  private readonly names = new NameCache();
  private readonly inodes = new InodeIndex();
  /** Connections that nobody has accepted yet: the inode of the one end, and the row of the listener, which is the other. */
  private readonly waiting = new Map<number, number>();

  dumpRequest(seq: number): Uint8Array {
    this.waiting.clear();
    const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    request.setUint8(NLMSG_HEADER, AF_UNIX);
    request.setUint32(NLMSG_HEADER + 4, EVERY_STATE, true);
    request.setUint32(NLMSG_HEADER + 12, SHOW, true);
    return new Uint8Array(request.buffer);
  }

  /** Until {@link finish}, remotePort holds the inode number of the peer. */
  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    if (end - offset < MESSAGE_SIZE) {
      throw malformed(`a UNIX socket has ${end - offset} bytes, expected ${MESSAGE_SIZE}`);
    }
    const { bytes, words } = reply;
    const type = bytes[offset + 1]!;
    if (type >= SOCKET_TYPES.length) throw malformed(`a UNIX socket has type ${type}`);
    const row = into.append();
    const c = into.columns;
    const state = bytes[offset + 2]!;
    c.protocol[row] = UNIX;
    c.type[row] = type;
    // The others are "CLOSE" to the kernel: neither connected nor listening is no state.
    c.state[row] = state === ESTABLISHED || state === LISTEN ? state : 0;
    c.localPort[row] = c.remotePort[row] = UNKNOWN;
    const inode = words[(offset >> 2) + 1]!;
    c.inode[row] = inode;
    c.idLow[row] = words[(offset >> 2) + 2]!;
    c.idHigh[row] = words[(offset >> 2) + 3]!;
    let name: string | null = null;
    for (let at = offset + MESSAGE_SIZE; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      switch (attributeType(reply, at)) {
        case UNIX_DIAG_NAME:
          if (size > ATTRIBUTE_HEADER) {
            name = this.names.of(bytes, at + ATTRIBUTE_HEADER, at + size, unixName);
          }
          break;
        case UNIX_DIAG_PEER:
          c.hasRemote[row] = 1;
          c.remotePort[row] = attributeWord(reply, at, size);
          break;
        case UNIX_DIAG_ICONS:
          for (let word = at + ATTRIBUTE_HEADER; word + 4 <= at + size; word += 4) {
            this.waiting.set(words[word >> 2]!, row);
          }
          break;
        case UNIX_DIAG_RQLEN:
          // struct unix_diag_rqlen; of a listener: how many wait, and how many may.
          c.receiveQueue[row] = attributeWord(reply, at, size);
          c.sendQueue[row] = attributeWord(reply, at, size, 1);
          break;
        case UNIX_DIAG_UID:
          c.uid[row] = attributeWord(reply, at, size);
          break;
      }
      at = nextAttribute(at, size);
    }
    into.localNames[row] = name ?? this.nameOfFile(inode);
  }

  /** Names the peers: by the name they bound, else as /proc/PID/fd names them. */
  finish(into: SocketTable, start: number): void {
    const { hasRemote, remotePort, inode } = into.columns;
    this.inodes.build(into, start);
    for (let row = start; row < into.length; row++) {
      if (hasRemote[row] === 0) continue;
      const wanted = remotePort[row]!;
      // The kernel gives no inode, and no row, to the end that nobody has accepted; it has the listener's name.
      const peer = wanted === 0 ? (this.waiting.get(inode[row]!) ?? -1) : this.inodes.find(into, wanted);
      into.remoteNames[row] = peer >= 0 ? into.localNames[peer]! : this.nameOfFile(wanted);
    }
    remotePort.fill(UNKNOWN, start, into.length);
    this.names.endDump();
  }

  private nameOfFile(inode: number): string {
    return inode === 0 ? NAMELESS : this.names.ofNumber(inode, socketName);
  }
}

/** Finds the row with an inode, by open addressing: no object for each of thousands of sockets. */
class InodeIndex {
  private slots = new Int32Array(64);

  build(table: SocketTable, start: number): void {
    let size = 64;
    while (size < 2 * (table.length - start)) size *= 2;
    if (this.slots.length < size || this.slots.length > 8 * size) this.slots = new Int32Array(size);
    this.slots.fill(-1);
    const mask = this.slots.length - 1;
    const { inode } = table.columns;
    for (let row = start; row < table.length; row++) {
      let slot = spread(inode[row]!) & mask;
      while (this.slots[slot]! >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = row;
    }
  }

  /** The row, or -1. */
  find({ columns }: SocketTable, inode: number): number {
    const mask = this.slots.length - 1;
    for (let slot = spread(inode) & mask; this.slots[slot]! >= 0; slot = (slot + 1) & mask) {
      if (columns.inode[this.slots[slot]!] === inode) return this.slots[slot]!;
    }
    return -1;
  }
}

/** Inode numbers count upwards: multiplying spreads them (constant of MurmurHash3's finaliser). */
function spread(number: number): number {
  const hash = Math.imul(number, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

/** A path may begin with what looks like a byte order mark: it is kept. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * sun_path (man 7 unix) as text: a path up to its NUL; an abstract name, which begins with a NUL and has any bytes, with
 * an @ for each NUL, as ss and /proc/net/unix write it.
 */
export function unixName(path: Uint8Array): string {
  if (path[0] === 0) return utf8.decode(path.map((byte) => (byte === 0 ? 0x40 : byte)));
  const end = path.indexOf(0);
  return utf8.decode(end < 0 ? path : path.subarray(0, end));
}

/** An inode number, little-endian, as the text of the link in /proc/PID/fd. */
export function socketName(inode: Uint8Array): string {
  return `socket:[${new DataView(inode.buffer, inode.byteOffset).getUint32(0, true)}]`;
}
