import type { SocketRow } from '../../shared/socket';
import type { SortKey } from './columns';

/** Why a row stands out until the next update. */
export type Mark = 'new' | 'changed' | 'ended' | null;

/** A row in its place. Replaced, never moved: an entry that must move is marked dead and a fresh one is inserted. */
export interface Entry {
  row: SocketRow;
  mark: Mark;
  key: SortKey;
  shown: boolean;
  dead: boolean;
}

export interface Arrangement {
  sortKey(row: SocketRow): SortKey;
  descending: boolean;
  /** Whether a row is shown. */
  accepts(row: SocketRow): boolean;
}

/**
 * All rows by id, and the shown ones in order, kept so incrementally and in place. A row whose sort key and visibility
 * are unchanged costs nothing but its update; the others of one update are sorted among themselves and merged in once.
 * React and TanStack see the few entries that are on screen, never this.
 */
export class RowOrder {
  private readonly entries = new Map<string, Entry>();
  private readonly order: Entry[] = [];
  private inserts: Entry[] = [];
  private deaths = 0;

  constructor(private arrangement: Arrangement) {}

  /** How many rows are shown. Valid after {@link settle}. */
  get length(): number {
    return this.order.length;
  }

  get total(): number {
    return this.entries.size;
  }

  at(index: number): Entry | undefined {
    return this.order[index];
  }

  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  ids(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** Adds or updates a row. Takes effect in the order at the next {@link settle}. */
  put(row: SocketRow, mark: Mark): void {
    const old = this.entries.get(row.id);
    const key = this.arrangement.sortKey(row);
    const shown = this.arrangement.accepts(row);
    if (old !== undefined && old.shown === shown && (!shown || old.key === key)) {
      old.row = row;
      old.mark = mark;
      old.key = key;
      return;
    }
    if (old !== undefined) this.bury(old);
    const entry: Entry = { row, mark, key, shown, dead: false };
    this.entries.set(row.id, entry);
    if (shown) this.inserts.push(entry);
  }

  delete(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.bury(entry);
    this.entries.delete(id);
  }

  /** Brings the order up to date with every {@link put} and {@link delete} since the last time. */
  settle(): void {
    if (this.deaths > 0) this.compact();
    if (this.inserts.length > 0) this.merge();
  }

  /** Sorts and filters everything anew. */
  arrange(arrangement: Arrangement): void {
    this.arrangement = arrangement;
    this.inserts = [];
    this.deaths = 0;
    this.order.length = 0;
    for (const entry of this.entries.values()) {
      entry.key = arrangement.sortKey(entry.row);
      entry.shown = arrangement.accepts(entry.row);
      if (entry.shown) this.order.push(entry);
    }
    this.order.sort(this.compare);
  }

  /** The place of a shown row, or -1. */
  indexOf(id: string): number {
    const entry = this.entries.get(id);
    if (entry === undefined || !entry.shown) return -1;
    let low = 0;
    let high = this.order.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const difference = this.compare(this.order[middle]!, entry);
      if (difference === 0) return middle;
      if (difference < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  private bury(entry: Entry): void {
    entry.dead = true;
    if (entry.shown) this.deaths++;
  }

  private compact(): void {
    let kept = 0;
    for (const entry of this.order) if (!entry.dead) this.order[kept++] = entry;
    this.order.length = kept;
    this.deaths = 0;
  }

  /** Merges the sorted inserts in from the back, so that every entry moves at most once. */
  private merge(): void {
    const inserts = this.inserts.filter((entry) => !entry.dead).sort(this.compare);
    this.inserts = [];
    const { order } = this;
    let from = order.length - 1;
    let next = inserts.length - 1;
    order.length += inserts.length;
    for (let to = order.length - 1; next >= 0; to--) {
      if (from >= 0 && this.compare(order[from]!, inserts[next]!) > 0) order[to] = order[from--]!;
      else order[to] = inserts[next--]!;
    }
  }

  /** Unique: the id breaks ties. What is not known comes last either way. */
  private readonly compare = (a: Entry, b: Entry): number => {
    if (a.key !== b.key) {
      if (a.key === null) return 1;
      if (b.key === null) return -1;
      return a.key < b.key !== this.arrangement.descending ? -1 : 1;
    }
    return a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0;
  };
}
