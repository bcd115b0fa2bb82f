import type { SocketTable } from '../../shared/socketTable';
import type { HeldSocket } from './holder';

/** How far the order of two readings may be apart before it takes a look-up. */
const LOOK_AHEAD = 8;

/** Which socket each row of this reading is, and of the one before; null where nobody is known to hold it. */
export class ListedSockets {
  private rows: (HeldSocket | null)[] = [];
  private before: (HeldSocket | null)[] = [];
  /** Their inode numbers */
  private inodes = new Uint32Array(0);
  private inodesBefore = new Uint32Array(0);
  /** Which rows of the reading before were met again */
  private kept = new Uint8Array(0);

  get length(): number {
    return this.rows.length;
  }

  at(row: number): HeldSocket | null {
    return this.rows[row] ?? null;
  }

  /** Somebody has been found to hold the socket of a row. */
  set(row: number, socket: HeldSocket): void {
    this.rows[row] = socket;
  }

  /**
   * Begins a reading, and looks up every row's inode.
   *
   * @param lookUp a socket by its inode
   * @param meet is told of each row's socket
   * @returns the rows of sockets that somebody holds, but nobody is known to
   */
  find(
    table: SocketTable,
    lookUp: (inode: number) => HeldSocket | undefined,
    meet: (socket: HeldSocket) => void,
  ): number[] {
    this.begin(table);
    const { rows, before, inodesBefore, kept } = this;
    const { inode } = table.columns;
    const unknown: number[] = [];
    // The kernel lists its sockets in much the same order each time: most are a step or two from the one before.
    let next = 0;
    for (let row = 0; row < table.length; row++) {
      const number = inode[row]!;
      if (number === 0) {
        rows[row] = null;
        continue;
      }
      let socket: HeldSocket | null | undefined;
      const last = Math.min(next + LOOK_AHEAD, before.length);
      for (let at = next; at < last; at++) {
        if (inodesBefore[at] !== number) continue;
        socket = before[at];
        kept[at] = 1;
        next = at + 1;
        break;
      }
      if (socket === undefined || socket === null || socket.links.length === 0)
        socket = lookUp(number) ?? null;
      rows[row] = socket;
      if (socket === null) unknown.push(row);
      else meet(socket);
    }
    return unknown;
  }

  /** The sockets of the reading before whose rows were not met again where they were expected; some stand elsewhere by now. */
  *missed(): Generator<HeldSocket> {
    for (let row = 0; row < this.before.length; row++) {
      if (this.kept[row] === 1) continue;
      const socket = this.before[row]!;
      if (socket !== null) yield socket;
    }
  }

  private begin(table: SocketTable): void {
    [this.rows, this.before] = [this.before, this.rows];
    [this.inodes, this.inodesBefore] = [this.inodesBefore, this.inodes];
    if (this.inodes.length < table.length) this.inodes = new Uint32Array(table.capacity);
    this.inodes.set(table.columns.inode.subarray(0, table.length));
    if (this.kept.length < this.before.length) this.kept = new Uint8Array(2 * this.before.length);
    this.kept.fill(0, 0, this.before.length);
    this.rows.length = table.length;
  }
}
