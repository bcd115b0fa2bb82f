import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../native/linux/libc';
import { DIAG_TABLES } from '../native/linux/diagTables';
import { MAIN_TABLES } from '../shared/socket';

const NLMSG_DONE = 3;
/** struct nlmsghdr and the error code that follows it. */
const DONE_SIZE = 20;

/**
 * What no reader of these tables can be faster than: asks for the same dumps as the engine and throws the answers away,
 * looking for their end only.
 */
export class Floor {
  private readonly socket = new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG, floor');
  private readonly buffer = new Uint8Array(64 * 1024);
  private readonly words = new Uint32Array(this.buffer.buffer);
  private seq = 0;

  run(): void {
    for (const name of MAIN_TABLES) {
      this.socket.send(DIAG_TABLES.get(name)!.dumpRequest(++this.seq, false));
      while (!this.endsHere(this.socket.receive(this.buffer)));
    }
  }

  /** The end of a dump is a message of its own, alone or the last of its datagram. */
  private endsHere(length: number): boolean {
    return this.isDone(0) || this.isDone(length - DONE_SIZE);
  }

  private isDone(offset: number): boolean {
    const word = offset >> 2;
    const isSmall = this.words[word] === DONE_SIZE;
    return isSmall && (this.words[word + 1]! & 0xffff) === NLMSG_DONE && this.words[word + 2] === this.seq;
  }
}
