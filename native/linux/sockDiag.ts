import type { SocketTable } from '../../shared/socketTable';
import type { DiagTable } from './diagTable';
import { errnoError } from './errno';
import type { InetTable } from './inetDiag';
import { interfaceName, NETLINK_SOCK_DIAG, NetlinkSocket } from './libc';
import { readReply, ReplyBuffer } from './netlink';
import type { ReplyStatus } from './netlink';

/** How often a dump that the kernel marks as interrupted is started again. */
const DUMP_ATTEMPTS = 3;

/** One NETLINK_SOCK_DIAG socket: dumps, looks up and destroys the sockets of the network namespace it was opened in. */
export class SockDiag {
  private socket: NetlinkSocket | null = null;
  // The kernel fills at most about 32 KiB per datagram of a dump.
  private readonly reply: ReplyBuffer;
  private seq = 0;

  /**
   * @param namespace the inode number of the network namespace, written into every row
   * @param enter runs a function inside that namespace; a netlink socket stays in the one it was opened in
   * @param reply may be shared by those that never read at the same time
   */
  constructor(
    private readonly namespace: number,
    private readonly enter: <Result>(use: () => Result) => Result = (use) => use(),
    reply: ReplyBuffer = new ReplyBuffer(),
  ) {
    this.reply = reply;
  }

  /** Appends every socket of one table. @throws NativeError */
  dump(table: DiagTable, name: string, bound: boolean, into: SocketTable): void {
    const start = into.length;
    for (let attempt = 1; ; attempt++) {
      const seq = this.nextSeq();
      const status = this.exchange(seq, table.dumpRequest(seq, bound), (offset, end) => {
        table.decode(this.reply, offset, end, into);
      });
      if (status.code !== 0) throw errnoError(`dump(${name})`, status.code);
      if (!status.interrupted || attempt === DUMP_ATTEMPTS) break;
      into.truncate(start);
    }
    into.columns.namespace.fill(this.namespace, start, into.length);
    table.finish?.(into, start, (index) => this.enter(() => interfaceName(index)));
  }

  /** Destroys exactly the socket of this row. Returns 0 or the errno of the refusal (ENOENT: it is gone). */
  destroy(inet: InetTable, table: SocketTable, row: number): number {
    const seq = this.nextSeq();
    return this.exchange(seq, inet.destroyRequest(table, row, seq), () => undefined).code;
  }

  /**
   * Asks for exactly the socket of this row, by its cookie, with the extensions (INET_DIAG_… bits) given; `visit` gets its
   * message. Returns 0 or an errno (ENOENT: it is gone).
   */
  get(
    inet: InetTable,
    table: SocketTable,
    row: number,
    extensions: number,
    visit: (reply: ReplyBuffer, offset: number, end: number) => void,
  ): number {
    const seq = this.nextSeq();
    const request = inet.getRequest(table, row, extensions, seq);
    return this.exchange(seq, request, (offset, end) => visit(this.reply, offset, end)).code;
  }

  /** Asks anything else; `visit` gets each message of the answer. Returns 0 or an errno. */
  ask(
    request: (seq: number) => Uint8Array,
    visit: (reply: ReplyBuffer, offset: number, end: number) => void,
  ): number {
    const seq = this.nextSeq();
    return this.exchange(seq, request(seq), (offset, end) => visit(this.reply, offset, end)).code;
  }

  close(): void {
    this.socket?.close();
    this.socket = null;
  }

  /** Sends one request and reads its answer to the end. */
  private exchange(
    seq: number,
    request: Uint8Array,
    visit: (offset: number, end: number) => void,
  ): ReplyStatus {
    this.socket ??= this.enter(() => new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG'));
    try {
      this.socket.send(request);
      let interrupted = false;
      for (;;) {
        const status = readReply(this.reply, this.socket.receive(this.reply.bytes), seq, visit);
        interrupted ||= status.interrupted;
        if (status.done) return { ...status, interrupted };
      }
    } catch (error) {
      // The rest of the answer is still queued; a fresh socket is simpler than reading it away.
      this.close();
      throw error;
    }
  }

  private nextSeq(): number {
    this.seq = (this.seq + 1) >>> 0;
    return this.seq;
  }
}
