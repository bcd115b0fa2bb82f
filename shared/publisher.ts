import type { Channel } from './channel';
import type { Diff, EngineMessage, EngineStatus } from './contract';
import type { MovedRow, SocketRow } from './socket';

/** Rows in one chunk of a snapshot: about 0.5 MB, a few ms to read. */
export const CHUNK_ROWS = 2000;

/** The rows of a snapshot, which stay as they are: an array, or what makes them when they are sent. */
export interface Rows {
  readonly length: number;
  slice(start: number, end: number): SocketRow[];
}

/** The most ended rows that are kept for a page that does not listen; of more, the oldest are forgotten. */
const MAX_ENDED = 10_000;

/** One reading's changes. */
export interface Changes {
  added: readonly SocketRow[];
  changed: readonly SocketRow[];
  moved: readonly MovedRow[];
  /** by id */
  removed: readonly string[];
  /** Final states of removed rows, and sockets that were born and gone between two readings. */
  ended: readonly SocketRow[];
}

export const NO_CHANGES: Changes = { added: [], changed: [], moved: [], removed: [], ended: [] };

/** What changed since the page last heard, by id. `removed` holds only rows that the page knows. */
interface Pending {
  added: Map<string, SocketRow>;
  changed: Map<string, SocketRow>;
  /** None that is in one of the others */
  moved: Map<string, MovedRow>;
  removed: Set<string>;
  ended: Map<string, SocketRow>;
  status: EngineStatus | null;
}

const nothing = (): Pending => ({
  ...{ added: new Map(), changed: new Map(), moved: new Map(), removed: new Set(), ended: new Map() },
  status: null,
});

/**
 * The engine's end of one page: a snapshot in chunks, then diffs. At most one message is unacknowledged; what happens
 * meanwhile is folded together, so a slow page gets fewer, larger diffs and never a queue.
 */
export class Publisher {
  private seq = 0;
  private inFlight: number | null = null;
  /** The seq of the last snapshot's first chunk. */
  private snapshotSeq: number | null = null;
  /** What is left to send of the snapshot. */
  private rows: Rows | null = null;
  private sent = 0;
  private status: EngineStatus | null = null;
  private pending = nothing();

  private subscribed = false;

  constructor(private readonly channel: Channel) {}

  /** Whether the page has asked for what there is. */
  get isSubscribed(): boolean {
    return this.subscribed;
  }

  /** Whether the page has yet to answer the beginning of a snapshot: until then, asking for another is of no use. */
  get startingOver(): boolean {
    return this.inFlight !== null && this.inFlight === this.snapshotSeq;
  }

  /** Starts over with everything there is. Whatever was on its way is superseded. */
  snapshot(rows: Rows, status: EngineStatus): void {
    this.rows = rows;
    this.sent = 0;
    this.subscribed = true;
    this.status = status;
    this.pending = nothing();
    this.inFlight = null;
    this.flush();
  }

  /** One reading's changes. A page that has not asked for a snapshot yet is told nothing. */
  publish({ added, changed, moved, removed, ended }: Changes, status: EngineStatus): void {
    if (!this.subscribed) return;
    const { pending } = this;
    for (const row of added) {
      // Ended and back within one message: to the page, it never left.
      pending.ended.delete(row.id);
      if (pending.removed.delete(row.id)) pending.changed.set(row.id, row);
      else pending.added.set(row.id, row);
    }
    for (const row of changed) {
      (pending.added.has(row.id) ? pending.added : pending.changed).set(row.id, row);
      pending.moved.delete(row.id);
    }
    for (const one of moved) {
      const { id } = one;
      const rows = pending.added.has(id) ? pending.added : pending.changed;
      const row = rows.get(id);
      // A copy: other pages are told of the same row.
      if (row === undefined) pending.moved.set(id, one);
      else rows.set(id, { ...row, ...one });
    }
    for (const id of removed) {
      if (pending.added.delete(id)) continue; // the page never heard of it
      pending.changed.delete(id);
      pending.moved.delete(id);
      pending.removed.add(id);
    }
    for (const row of ended) {
      pending.ended.set(row.id, row);
      if (pending.ended.size > MAX_ENDED) pending.ended.delete(pending.ended.keys().next().value!);
    }
    pending.status = this.status = status;
    this.flush();
  }

  acknowledge(seq: number): void {
    if (seq !== this.inFlight) return; // of a message that a newer snapshot has superseded
    this.inFlight = null;
    this.flush();
  }

  private flush(): void {
    if (this.inFlight !== null || this.status === null) return;
    if (this.rows !== null) {
      const first = this.sent === 0;
      const rows = this.rows.slice(this.sent, this.sent + CHUNK_ROWS);
      this.sent += CHUNK_ROWS;
      const last = this.sent >= this.rows.length;
      if (last) this.rows = null;
      if (first) this.snapshotSeq = this.seq + 1;
      this.sendData({
        type: 'snapshot',
        seq: ++this.seq,
        first,
        last,
        rows,
        status: this.status,
      });
    } else if (this.pending.status !== null) {
      const { added, changed, moved, removed, ended, status } = this.pending;
      this.pending = nothing();
      const diff: Diff = {
        type: 'diff',
        seq: ++this.seq,
        added: [...added.values()],
        changed: [...changed.values()],
        moved: [...moved.values()],
        removed: [...removed],
        ended: [...ended.values()],
        status,
      };
      this.sendData(diff);
    }
  }

  private sendData(message: EngineMessage & { seq: number }): void {
    this.inFlight = message.seq;
    this.channel.send(message);
  }
}
