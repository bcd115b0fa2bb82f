import { stateCode, TABLES } from '../../shared/socket';
import type { TableName } from '../../shared/socket';
import { FINAL_COUNTERS, SocketTable, UNKNOWN } from '../../shared/socketTable';
import { ENOBUFS } from './errno';
import { DIAG_SIZE, InetTable } from './inetDiag';
import { AF_INET, NETLINK_SOCK_DIAG, NetlinkSocket } from './libc';
import { NativeError } from '../nativeError';
import { malformed, readMessages } from './netlink';
import type { ReplyBuffer } from './netlink';

/** Multicast groups SKNLGRP_INET_TCP_DESTROY to SKNLGRP_INET6_UDP_DESTROY (linux/sock_diag.h), as a bit mask. */
const DESTROY_GROUPS = 0b1111;
/** Room for some 20,000 events between two turns of the event loop; the kernel's own default holds about 400. */
const RECEIVE_BUFFER = 16 << 20;
/** More than these between two readings are not kept: nobody could read them, and memory is finite. */
const MOST_KEPT = 100_000;
/** Attribute with the protocol's number (linux/inet_diag.h): the message itself does not say. */
const INET_DIAG_PROTOCOL = 10;
const IPPROTO_TCP = 6;
const CLOSE = stateCode('CLOSE');

const tables = new Map(
  TABLES.filter((name) => /^(tcp|udp)\d$/.test(name)).map((name) => [name, new InetTable(name)]),
);

/**
 * The TCP and UDP sockets that the kernel destroys in one network namespace. Each event tells of one full socket, with its
 * endpoints, cookie and last tcp_info; its connection may live on as TIME_WAIT. The kernel counts the other
 * side's FIN as one more byte received, and an event does not say whether it came.
 */
export class DestroyEvents {
  private readonly socket: NetlinkSocket;
  private events = new SocketTable(64);
  private lost = 0;
  private readonly stopWatching: () => void;

  /**
   * @param enter runs a function inside the namespace
   * @param receiveBuffer bytes
   * @throws NativeError
   */
  constructor(
    private readonly namespace: number,
    enter: <Result>(use: () => Result) => Result,
    private readonly reply: ReplyBuffer,
    receiveBuffer: number = RECEIVE_BUFFER,
  ) {
    this.socket = enter(() => new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG, destroy events'));
    try {
      this.socket.subscribe(DESTROY_GROUPS, receiveBuffer);
      this.stopWatching = this.socket.onReadable(() => this.receive());
    } catch (error) {
      this.socket.close();
      throw error;
    }
  }

  /** Appends the events since the last call. */
  take(into: SocketTable): void {
    this.receive();
    for (let row = 0; row < this.events.length; row++) into.appendFrom(this.events, row);
    // After a flood its memory is given back.
    if (this.events.capacity > 8192) this.events = new SocketTable(64);
    else this.events.clear();
  }

  /** How many events the kernel dropped because nobody fetched them in time, or that were too many to keep. */
  get missed(): number {
    return this.lost + this.socket.drops();
  }

  close(): void {
    this.stopWatching();
    this.socket.close();
  }

  /** Reads everything that has come. */
  private receive(): void {
    for (;;) {
      const start = this.events.length;
      try {
        const length = this.socket.receiveNow(this.reply.bytes);
        if (length === null) return;
        readMessages(this.reply, length, (offset, end) => this.decode(offset, end));
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        // ENOBUFS says that some were dropped: the socket has counted them. What cannot be read is one more.
        this.events.truncate(start);
        if (error.code !== ENOBUFS) this.lost++;
        if (error.code !== ENOBUFS && error.code !== 0) return;
      }
    }
  }

  private decode(offset: number, end: number): void {
    const { events, reply } = this;
    const name = tableOf(reply, offset, end);
    if (events.length >= MOST_KEPT) {
      this.lost++;
      return;
    }
    const row = events.length;
    tables.get(name)!.decode(reply, offset, end, events);
    const c = events.columns;
    // Never bound and never connected: no table listed it, and none would miss it.
    if (c.localPort[row] === 0) return events.truncate(row);
    c.namespace[row] = this.namespace;
    c.state[row] = CLOSE;
    c.hasRemote[row] = c.remotePort[row] === 0 ? 0 : 1;
    c.uid[row] = UNKNOWN;
    c.receiveQueue[row] = c.sendQueue[row] = NaN;
    // Of a connection that its own process reset nothing is left to tell (tcp_disconnect, net/ipv4/tcp.c).
    if (c.hasRemote[row] === 0) for (const name of FINAL_COUNTERS) c[name][row] = NaN;
  }
}

function tableOf(reply: ReplyBuffer, offset: number, end: number): TableName {
  if (end - offset < DIAG_SIZE) throw malformed(`an event has ${end - offset} bytes, expected ${DIAG_SIZE}`);
  const family = reply.bytes[offset] === AF_INET ? 4 : 6;
  for (let at = offset + DIAG_SIZE; at + 4 <= end;) {
    const size = reply.halves[at >> 1]!;
    if (size < 4 || size > end - at) throw malformed(`an attribute claims ${size} bytes`);
    if (reply.halves[(at >> 1) + 1] === INET_DIAG_PROTOCOL && size > 4) {
      return `${reply.bytes[at + 4] === IPPROTO_TCP ? 'tcp' : 'udp'}${family}`;
    }
    at += (size + 3) & ~3;
  }
  throw malformed('an event does not say its protocol');
}
