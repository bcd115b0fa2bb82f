/** The sockets of /proc/net (man 5 proc), for what this kernel does not tell by NETLINK_SOCK_DIAG. */
import fs from 'node:fs';
import { PROTOCOLS, protocolOf, SOCKET_TYPES, stateCode, TABLES } from '../../shared/socket';
import type { Protocol, SocketType, TableName } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { InterfaceNamer } from './diagTable';
import { ENOENT, errnoError } from './errno';
import { NameCache } from './nameCache';
import { setNetlinkEndpoints } from './netlinkDiag';
import { PacketNames } from './packetDiag';
import { foreignPingSockets } from './pingSockets';
import { ProcLines } from './procLines';
import { socketName } from './unixDiag';

/** The file of each table that has one. */
const FILES: Partial<Record<TableName, string>> = {
  ...{ tcp4: 'tcp', tcp6: 'tcp6', udp4: 'udp', udp6: 'udp6', udplite4: 'udplite', udplite6: 'udplite6' },
  ...{ raw4: 'raw', raw6: 'raw6', icmp4: 'icmp', icmp6: 'icmp6' },
  ...{ unix: 'unix', packet: 'packet', netlink: 'netlink' },
};
const TYPES: Partial<Record<Protocol, SocketType>> = {
  ...{ tcp: 'stream', udp: 'dgram', udplite: 'dgram', raw: 'raw', icmp: 'dgram' },
};
const UNIX = PROTOCOLS.indexOf('unix');
const PACKET = PROTOCOLS.indexOf('packet');

const ESTABLISHED = stateCode('ESTABLISHED');
const SYN_RECV = stateCode('SYN_RECV');
const FIN_WAIT_2 = stateCode('FIN_WAIT_2');
const TIME_WAIT = stateCode('TIME_WAIT');
const CLOSE = stateCode('CLOSE');
const LISTEN = stateCode('LISTEN');
const CLOSING = stateCode('CLOSING');
const BOUND = stateCode('BOUND');
/** Flag of a UNIX socket (linux/net.h: __SO_ACCEPTCON), and its state (enum socket_state, linux/net.h). */
const ACCEPTS = 0x10000;
const SS_CONNECTING = 2;
const SS_CONNECTED = 3;

/** Marks identities that are no cookies. The kernel counts cookies from 1: none will ever be as large. */
const NO_COOKIE = 0x8000_0000;

/** Whether a row's identity is the kernel's cookie, rather than made from what /proc/net tells. */
export function hasCookie(idHigh: number): boolean {
  return idHigh < NO_COOKIE;
}

/**
 * Reads /proc/net. What these files do not tell stays unknown: cookies, the backlog of listeners, tcp_info, IPv6 zones,
 * the peers of UNIX sockets, and sockets that are bound only.
 */
export class ProcNet {
  private readonly names = new NameCache();
  private readonly packetNames = new PacketNames();
  private readonly lines = new ProcLines();
  private readonly words = new Uint32Array(8);

  /**
   * Appends every socket of one table, all but its namespace.
   *
   * @param folder `/proc/thread-self/net`, or `/proc/PID/net` for that process's network namespace
   * @returns false where the kernel has no such file
   * @throws NativeError MALFORMED where no line of the file can be read; single lines that cannot be are left out
   */
  read(table: TableName, folder: string, nameOf: InterfaceNamer, into: SocketTable): boolean {
    const name = FILES[table];
    if (name === undefined) return false;
    const file = `${folder}/${name}`;
    const bytes = readFile(file);
    if (bytes === null) return false;
    const start = into.length;
    this.readLines(bytes, this.rowReader(table, folder, into), file, into, start);
    switch (protocolOf(table)) {
      case 'packet':
        this.packetNames.fill(into, start, nameOf);
        break;
      case 'unix':
        this.names.endDump();
        break;
      default:
    }
    return true;
  }

  /** `readRow` appends what the line holds; false where it cannot be read. */
  private readLines(
    bytes: Uint8Array,
    readRow: () => boolean,
    file: string,
    into: SocketTable,
    start: number,
  ): void {
    const { lines } = this;
    lines.begin(bytes);
    // The first line names the columns.
    if (!lines.next()) throw unreadable(file, 1);
    let firstBad = 0;
    while (lines.next()) {
      if (!readRow() && firstBad === 0) firstBad = lines.number;
    }
    if (firstBad !== 0 && into.length === start) throw unreadable(file, firstBad);
  }

  private rowReader(table: TableName, folder: string, into: SocketTable): () => boolean {
    switch (table) {
      case 'unix':
        return () => this.readUnix(into);
      case 'packet':
        return () => this.readPacket(into);
      case 'netlink':
        return () => this.readNetlink(into);
      default: {
        const protocol = protocolOf(table);
        const family = table.endsWith('4') ? 4 : 6;
        const isForeign = protocol === 'icmp' ? foreignPingSockets(family, folder) : () => false;
        return () => this.readInet(protocol, family, isForeign, into);
      }
    }
  }

  /**
   * `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 131157 …`: number, local and remote
   * endpoint, state, queues to send and received, timer, retransmits, uid, timeout, inode. Addresses are 32-bit words
   * in the machine's order, all but uid, timeout and inode hexadecimal (get_tcp4_sock, net/ipv4/tcp_ipv4.c).
   *
   * @param isForeign whether the socket of this inode is of the other family: it is left out
   */
  private readInet(
    protocol: Protocol,
    family: 4 | 6,
    isForeign: (inode: number) => boolean,
    into: SocketTable,
  ): boolean {
    const { lines, words } = this;
    lines.skipWord();
    const length = family === 4 ? 1 : 4;
    words.fill(0);
    lines.skipSpaces();
    for (let i = 0; i < length; i++) words[i] = lines.hexWord();
    const localPort = lines.hexAfter(':');
    lines.skipSpaces();
    for (let i = 0; i < length; i++) words[4 + i] = lines.hexWord();
    const remotePort = lines.hexAfter(':');
    const state = lines.hex();
    const sendQueue = lines.hex();
    const receiveQueue = lines.hexAfter(':');
    lines.skipWord();
    lines.skipWord();
    const uid = lines.decimal();
    lines.skipWord();
    const inode = lines.decimal();
    if (lines.failed || localPort > 0xffff || remotePort > 0xffff) return false;
    if (state < ESTABLISHED || state > CLOSING) return false;
    if (isForeign(inode)) return true;

    const row = into.append();
    const c = into.columns;
    const tcp = protocol === 'tcp';
    c.protocol[row] = PROTOCOLS.indexOf(protocol);
    c.family[row] = family;
    c.type[row] = SOCKET_TYPES.indexOf(TYPES[protocol]!);
    c.state[row] = tcp ? (state === CLOSE ? BOUND : state) : state === ESTABLISHED ? state : 0;
    for (let i = 0; i < 8; i++) into.addressWords[8 * row + i] = words[i]!;
    c.localPort[row] = localPort;
    c.remotePort[row] = remotePort;
    const connected = tcp ? state !== LISTEN && remotePort !== 0 : state === ESTABLISHED;
    c.hasRemote[row] = connected ? 1 : 0;
    c.receiveQueue[row] = receiveQueue;
    // Of a listener it is always 0: the largest backlog is not told.
    if (!tcp || state !== LISTEN) c.sendQueue[row] = sendQueue;
    c.inode[row] = inode;
    // These report uid 0, which is "no user" (see InetTable).
    const userless =
      tcp && inode === 0 && (state === TIME_WAIT || state === FIN_WAIT_2 || state === SYN_RECV);
    c.uid[row] = userless ? UNKNOWN : uid;
    setIdentity(into, row, 0);
    return true;
  }

  /**
   * `0000000000000000: 00000002 00000000 00010000 0001 01 16163 /run/x`: address in the kernel, references, protocol,
   * flags, type, state, inode, and the name where there is one (unix_seq_show, net/unix/af_unix.c). A name with a line end
   * in it is cut there.
   */
  private readUnix(into: SocketTable): boolean {
    const { lines } = this;
    const where = lines.wordHash();
    lines.hex();
    lines.hex();
    const flags = lines.hex();
    const type = lines.hex();
    const state = lines.hex();
    const inode = lines.decimal();
    if (lines.failed || type >= SOCKET_TYPES.length) return false;
    const row = into.append();
    const c = into.columns;
    c.protocol[row] = UNIX;
    c.type[row] = type;
    // "Connecting" is a connection that nobody has accepted yet.
    const connected = state === SS_CONNECTED || state === SS_CONNECTING;
    c.state[row] = (flags & ACCEPTS) !== 0 ? LISTEN : connected ? ESTABLISHED : 0;
    c.localPort[row] = c.remotePort[row] = UNKNOWN;
    c.inode[row] = inode;
    const rest = lines.at + 1;
    if (rest < lines.end) into.localNames[row] = this.names.of(lines.bytes, rest, lines.end, plainName);
    else into.localNames[row] = inode === 0 ? '*' : this.names.ofNumber(inode, socketName);
    setIdentity(into, row, where);
    return true;
  }

  /**
   * `00000000a5c81b2d 3 3 0003 1 1 0 0 24310`: address in the kernel, references, type, protocol (hexadecimal), interface,
   * running, bytes received, uid, inode (packet_seq_show, net/packet/af_packet.c).
   */
  private readPacket(into: SocketTable): boolean {
    const { lines } = this;
    lines.skipWord();
    lines.skipWord();
    const type = lines.decimal();
    const protocol = lines.hex();
    const index = lines.decimal();
    lines.skipWord();
    const receiveQueue = lines.decimal();
    const uid = lines.decimal();
    const inode = lines.decimal();
    if (lines.failed || protocol > 0xffff) return false;
    const row = into.append();
    const c = into.columns;
    c.protocol[row] = PACKET;
    c.type[row] = type < SOCKET_TYPES.length ? type : 0;
    // Until the end of the file, as PacketNames wants it.
    c.localPort[row] = protocol;
    c.remotePort[row] = UNKNOWN;
    c.interfaceIndex[row] = index;
    c.receiveQueue[row] = receiveQueue;
    c.uid[row] = uid;
    c.inode[row] = inode;
    setIdentity(into, row, 0);
    return true;
  }

  /**
   * `000000009dca799d 0 4123 00000000 0 0 0 2 0 24310`: address in the kernel, protocol, port, groups (hexadecimal), bytes
   * received and to be sent, dump, references, drops, inode (netlink_native_seq_show, net/netlink/af_netlink.c).
   */
  private readNetlink(into: SocketTable): boolean {
    const { lines } = this;
    lines.skipWord();
    const protocol = lines.decimal();
    const port = lines.decimal();
    lines.hex();
    const receiveQueue = lines.decimal();
    const sendQueue = lines.decimal();
    lines.skipWord();
    lines.skipWord();
    lines.skipWord();
    const inode = lines.decimal();
    if (lines.failed || protocol > 0xff) return false;
    const row = into.append();
    const c = into.columns;
    setNetlinkEndpoints(into, row, protocol, port, 0);
    c.receiveQueue[row] = receiveQueue;
    c.sendQueue[row] = sendQueue;
    c.inode[row] = inode;
    setIdentity(into, row, protocol);
    return true;
  }
}

/**
 * What stands in for a cookie: 63 bits made of table, endpoints and inode, and of `extra` where these may be the same.
 * The state is left out, as it changes.
 */
function setIdentity(into: SocketTable, row: number, extra: number): void {
  const c = into.columns;
  let high = 0x9e3779b1 | 0;
  let low = extra | 0;
  const mix = (word: number): void => {
    high = Math.imul(high ^ word, 0x85ebca6b);
    high ^= high >>> 15;
    low = Math.imul(low ^ word ^ (high >>> 7), 0xc2b2ae35);
    low ^= low >>> 13;
  };
  mix(TABLES.indexOf(into.tableOf(row)));
  for (let i = 0; i < 8; i++) mix(into.addressWords[8 * row + i]!);
  mix(c.localPort[row]!);
  mix(c.remotePort[row]!);
  mix(c.interfaceIndex[row]!);
  mix(c.inode[row]!);
  mix(extra);
  c.idHigh[row] = (high | NO_COOKIE) >>> 0;
  c.idLow[row] = low;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The kernel has put an @ for each NUL already. */
function plainName(name: Uint8Array): string {
  return utf8.decode(name);
}

/** null where there is no such file. @throws NativeError */
function readFile(file: string): Uint8Array | null {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const code = -((error as NodeJS.ErrnoException).errno ?? 0);
    if (code === ENOENT) return null;
    throw errnoError(`read(${file})`, code, `${file} cannot be read.`);
  }
}

function unreadable(file: string, line: number): NativeError {
  return new NativeError(
    `read(${file})`,
    0,
    'MALFORMED',
    `Line ${line} of ${file} is not a socket as this version of SocketScope knows them.`,
  );
}
