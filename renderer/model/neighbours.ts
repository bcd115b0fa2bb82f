/** What one socket has to do with the others: the same process's, and the other end of its connection. */
import { addressClass } from '../../shared/rowFacts';
import type { SocketRow } from '../../shared/socket';

/** So many sockets of a process are listed; the others are counted. */
export const MOST_LISTED = 200;

export interface Neighbours {
  /** Ids of other sockets of the same process (PID and start time), the first {@link MOST_LISTED}. */
  process: string[];
  /** How many others there are */
  processTotal: number;
  /** The id of the other end, where it is on this machine and there is but one that it can be. */
  peer: string | null;
}

/**
 * Looks through all rows once.
 * @param peerInode of a UNIX socket, the inode number of its peer where it is known
 */
export function findNeighbours(
  row: SocketRow,
  rows: Iterable<SocketRow>,
  peerInode: number | null = null,
): Neighbours {
  const process: string[] = [];
  let processTotal = 0;
  const peers = new PeerSearch(row, peerInode);
  for (const other of rows) {
    if (other.id === row.id) continue;
    if (isSameProcess(row, other)) {
      processTotal++;
      if (process.length < MOST_LISTED) process.push(other.id);
    }
    peers.look(other);
  }
  return { process, processTotal, peer: peers.result() };
}

/** A PID alone may be another process's by now. */
export function isSameProcess(a: SocketRow, b: SocketRow): boolean {
  return a.pid !== null && a.pid === b.pid && a.processStartedAt === b.processStartedAt;
}

/** The inode number in `socket:[4711]`, which stands for a peer without a name. */
export function inodeIn(address: string | null): number | null {
  const found = address === null ? null : /^socket:\[(\d+)\]$/.exec(address);
  return found === null ? null : Number(found[1]);
}

/** An IPv4 address is the same whether its socket is an IPv6 one or not. */
function plain(address: string | null): string | null {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null;
}

/**
 * Collects what may be the peer, and what may be mistaken for the socket itself: where either is more than one, the
 * answer is "not known". What a finds for b, b finds for a.
 */
class PeerSearch {
  private readonly inode: number | null;
  private readonly from: string;
  private readonly to: string | null;
  private readonly crosses: boolean;
  /** The other end, and sockets with the very same ends; in the same network namespace, and in others. */
  private readonly found: Record<'peer' | 'twin', { same: string[]; other: string[] }> = {
    peer: { same: [], other: [] },
    twin: { same: [], other: [] },
  };

  constructor(
    private readonly row: SocketRow,
    peerInode: number | null,
  ) {
    this.inode = row.protocol === 'unix' ? (peerInode ?? inodeIn(row.remoteAddress)) : null;
    this.from = `${plain(row.localAddress)} ${row.localPort}`;
    const connected = row.remoteAddress !== null && row.remotePort !== null && row.localPort !== null;
    this.to = connected && row.protocol !== 'unix' ? `${plain(row.remoteAddress)} ${row.remotePort}` : null;
    // Each namespace has a loopback interface of its own.
    this.crosses =
      addressClass(row.localAddress) !== 'loopback' && addressClass(row.remoteAddress) !== 'loopback';
  }

  look(other: SocketRow): void {
    const { row } = this;
    if (other.protocol !== row.protocol) return;
    if (row.protocol === 'unix') {
      if (this.inode !== null && other.inode === this.inode) this.found.peer.same.push(other.id);
      return;
    }
    // Ports tell most of them apart, without a string.
    const straight = other.localPort === row.localPort && other.remotePort === row.remotePort;
    const swapped = other.localPort === row.remotePort && other.remotePort === row.localPort;
    if (this.to === null || (!straight && !swapped)) return;
    const from = `${plain(other.localAddress)} ${other.localPort}`;
    const to = `${plain(other.remoteAddress)} ${other.remotePort}`;
    const kind =
      from === this.to && to === this.from ? 'peer' : from === this.from && to === this.to ? 'twin' : null;
    if (kind !== null) this.found[kind][other.namespace === row.namespace ? 'same' : 'other'].push(other.id);
  }

  result(): string | null {
    const { peer, twin } = this.found;
    const here = peer.same.length > 0;
    const peers = here || !this.crosses ? peer.same : peer.other;
    const twins = here || !this.crosses ? twin.same : [...twin.same, ...twin.other];
    return peers.length === 1 && twins.length === 0 ? peers[0]! : null;
  }
}
