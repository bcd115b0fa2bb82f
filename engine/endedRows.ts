import { IdentityIndex } from '../shared/identityIndex';
import { SocketTable } from '../shared/socketTable';

/** The most rows remembered; of more, the oldest are forgotten. */
const MOST_REMEMBERED = 16_384;

/**
 * Rows that are not listed any more and whose end the system has not told yet. That may take long: a TCP socket that was
 * reset leaves the tables at once, and is destroyed when its process closes it.
 */
export class EndedRows {
  private rows = new SocketTable(64);
  private spare = new SocketTable(64);
  private readonly index = new IdentityIndex();
  /** Rows that the last {@link remember} added begin here. */
  private newest = 0;
  /** Those that the system has told of since. */
  private readonly told = new Set<number>();

  /** The remembered row of this identity, or -1; it is forgotten at the next {@link remember}. */
  take(high: number, low: number, namespace: number): number {
    const row = this.index.find(high, low, namespace);
    if (row >= 0) this.told.add(row);
    return row;
  }

  /** Whether the row ended with the last reading, and not long ago. */
  isNew(row: number): boolean {
    return row >= this.newest;
  }

  get table(): SocketTable {
    return this.rows;
  }

  /** Adds rows of a table. */
  remember(table: SocketTable, rows: readonly number[]): void {
    if (rows.length === 0 && this.told.size === 0) {
      this.newest = this.rows.length;
      return;
    }
    const { spare } = this;
    const kept = this.rows.length - this.told.size;
    let excess = Math.max(0, kept + rows.length - MOST_REMEMBERED);
    for (let row = 0; row < this.rows.length; row++) {
      if (this.told.has(row) || excess-- > 0) continue;
      spare.appendFrom(this.rows, row);
    }
    this.newest = spare.length;
    for (const row of rows.slice(0, MOST_REMEMBERED)) spare.appendFrom(table, row);
    this.told.clear();
    this.rows.clear();
    [this.rows, this.spare] = [spare, this.rows];
    this.index.build(this.rows);
  }
}
