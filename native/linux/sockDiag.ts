import type { TableName } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { errnoError } from './errno';
import { decodeSocket, destroyRequest, dumpRequest } from './inetDiag';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from './libc';
import { readReply, ReplyBuffer } from './netlink';
import type { ReplyStatus } from './netlink';

/** How often a dump that the kernel marks as interrupted is started again. */
const DUMP_ATTEMPTS = 3;

/** One NETLINK_SOCK_DIAG socket: dumps and destroys the sockets of the network namespace it was opened in. */
export class SockDiag {
  private socket: NetlinkSocket | null = null;
  // The kernel fills at most about 32 KiB per datagram of a dump.
  private readonly reply = new ReplyBuffer();
  private seq = 0;

  /** Appends every socket of one table. @throws NativeError */
  dump(table: TableName, into: SocketTable): void {
    const start = into.length;
    for (let attempt = 1; ; attempt++) {
      const seq = this.nextSeq();
      const status = this.exchange(seq, dumpRequest(table, seq), (offset, end) => {
        decodeSocket(this.reply, offset, end, table, into);
      });
      if (status.code !== 0) throw errnoError(`dump(${table})`, status.code);
      if (!status.interrupted || attempt === DUMP_ATTEMPTS) return;
      into.truncate(start);
    }
  }

  /** Destroys exactly the socket of this row. Returns 0 or the errno of the refusal (ENOENT: it is gone). */
  destroy(table: SocketTable, row: number): number {
    const seq = this.nextSeq();
    return this.exchange(seq, destroyRequest(table, row, seq), () => undefined).code;
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
    this.socket ??= new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG');
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
