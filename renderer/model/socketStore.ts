import type { Diff, SnapshotChunk } from '../../shared/contract';
import { isSameReading } from '../../shared/reading';
import type { ReadingOptions, SocketRow } from '../../shared/socket';
import { RowOrder } from './rowOrder';
import type { Arrangement, Entry, Mark } from './rowOrder';

/**
 * The page's sockets, outside React: what the engine says, in the order that the user chose. New rows are marked green,
 * changed states yellow, ended rows red; a mark lasts until the next update, and so does an ended row. What comes or goes
 * because a switch was turned is neither new nor ended, and not marked.
 */
export class SocketStore {
  readonly order: RowOrder;
  private readonly listeners = new Set<() => void>();
  private marked: Entry[] = [];
  /** Whether the snapshot that is being received is of the same as what is there. */
  private comparable = true;
  /** Ids of the snapshot that is being received; null outside of one. */
  private received: Set<string> | null = null;
  private complete = false;
  /** What was read the last time. */
  private reading: ReadingOptions | null = null;
  private versionNumber = 0;

  constructor(arrangement: Arrangement) {
    this.order = new RowOrder(arrangement);
  }

  /** Changes whenever what is on screen may have changed. For useSyncExternalStore. */
  readonly version = (): number => this.versionNumber;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether a whole snapshot has been received since the page was opened. */
  get loaded(): boolean {
    return this.complete;
  }

  /** A snapshot is compared with what is there: selection, order and scroll position stay. */
  snapshot(chunk: SnapshotChunk): void {
    if (chunk.first) {
      this.expire();
      this.received = new Set();
      this.comparable = this.isComparable(chunk.status.reading);
    }
    for (const row of chunk.rows) {
      this.received?.add(row.id);
      this.upsert(row, this.complete && this.comparable);
    }
    if (chunk.last && this.received !== null) {
      const { received } = this;
      this.received = null;
      for (const id of this.order.ids()) if (!received.has(id)) this.end(id, this.comparable);
      this.complete = true;
    }
    this.changed();
  }

  diff(diff: Diff): void {
    this.expire();
    const comparable = this.isComparable(diff.status.reading);
    for (const row of diff.added) this.upsert(row, comparable);
    for (const row of diff.changed) this.upsert(row, true);
    for (const id of diff.removed) this.end(id, comparable);
    // Their last counters; those that no reading saw appear here only, and go with the next update.
    if (comparable) for (const row of diff.ended) this.place(row, 'ended');
    this.changed();
  }

  arrange(arrangement: Arrangement): void {
    this.order.arrange(arrangement);
    this.changed();
  }

  private upsert(row: SocketRow, marking: boolean): void {
    const old = this.order.get(row.id);
    let mark: Mark = null;
    if (old === undefined) mark = 'new';
    else if (old.row.state !== row.state) mark = 'changed';
    // The engine may have been started anew since; the page remembers longer.
    if (old !== undefined && old.row.firstSeenAt < row.firstSeenAt) row.firstSeenAt = old.row.firstSeenAt;
    this.place(row, marking ? mark : null);
  }

  private end(id: string, marking: boolean): void {
    const entry = this.order.get(id);
    if (entry === undefined) return;
    if (marking) this.place(entry.row, 'ended');
    else this.order.delete(id);
  }

  /** Whether the same was read as the time before. */
  private isComparable(reading: ReadingOptions): boolean {
    const { reading: before } = this;
    this.reading = reading;
    return before === null || isSameReading(before, reading);
  }

  private place(row: SocketRow, mark: Mark): void {
    this.order.put(row, mark);
    if (mark !== null) this.marked.push(this.order.get(row.id)!);
  }

  /** Takes away the marks of the update before, and the rows that had ended in it. */
  private expire(): void {
    for (const entry of this.marked) {
      if (entry.mark === 'ended') this.order.delete(entry.row.id);
      else entry.mark = null;
    }
    this.marked = [];
  }

  private changed(): void {
    this.order.settle();
    this.versionNumber++;
    for (const listener of this.listeners) listener();
  }
}
