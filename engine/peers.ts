import { MAX_TARGETS } from '../shared/orders';
import type { SocketTable } from '../shared/socketTable';

/** Of the largest question, and one more. The oldest are forgotten first. */
const MOST = 2 * MAX_TARGETS;

/**
 * The ends of the sockets that somebody was asked about. A program may disconnect one and connect it elsewhere before the
 * answer comes: it is still the same socket to the kernel, but not the connection that was meant.
 */
export class Peers {
  private readonly asked = new Map<string, string>();

  remember(id: string, table: SocketTable, row: number): void {
    const ends = endsOf(table, row);
    this.asked.delete(id);
    if (ends !== null) this.asked.set(id, ends);
    for (const oldest of this.asked.keys()) {
      if (this.asked.size <= MOST) break;
      this.asked.delete(oldest);
    }
  }

  /** Whether it is connected as it was when it was last asked about; true where it was not. */
  areSame(id: string, table: SocketTable, row: number): boolean {
    const asked = this.asked.get(id);
    return asked === undefined || asked === endsOf(table, row);
  }
}

/** The port here and the endpoint there as one text; null of families that are not connected by address. */
function endsOf(table: SocketTable, row: number): string | null {
  const { hasRemote, localPort, remotePort } = table.columns;
  if (table.familyOf(row) === null) return null;
  if (hasRemote[row] === 0) return 'none';
  const address = table.addressWords.subarray(8 * row + 4, 8 * row + 8).join(' ');
  return `${localPort[row]} ${remotePort[row]} ${address}`;
}
