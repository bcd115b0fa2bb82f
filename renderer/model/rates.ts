import type { LiveRow } from '../../shared/rowFacts';
import type { SocketRow } from '../../shared/socket';

/**
 * The rates of the rows, by what their counters did between the readings of two updates. Rows that an update does not
 * mention have stood still: it is enough to look at those that moved the time before.
 */
export class Rates {
  /** Of the last update, ms since 1970; null before the first */
  private readAt: number | null = null;
  /** ms between the readings of the last update and of this one; 0 where nothing was read in between */
  private elapsed = 0;
  /** The rows whose rate is not 0, or not known yet, and could be */
  private moving = new Set<string>();
  private before = new Set<string>();

  /** An update begins. */
  begin(readAt: number): void {
    this.elapsed = this.readAt === null ? 0 : Math.max(0, readAt - this.readAt);
    // A clock that was turned back counts anew from there.
    this.readAt = readAt;
    if (this.elapsed === 0) return;
    this.before = this.moving;
    this.moving = new Set();
  }

  /** The row with its rates; it is the same object. */
  live(row: SocketRow, before: LiveRow | undefined): LiveRow {
    const live = row as LiveRow;
    live.sendRate = this.rate(before?.bytesSent, row.bytesSent, before?.sendRate);
    live.receiveRate = this.rate(before?.bytesReceived, row.bytesReceived, before?.receiveRate);
    if (!isAtRest(live)) this.moving.add(row.id);
    return live;
  }

  /** The update is complete: of those that moved before, the ids to ask {@link rested} about. */
  end(): Iterable<string> {
    const { before } = this;
    this.before = new Set();
    return before;
  }

  /** Whether nothing more was heard of this row, so that its rates are {@link restingRate} by now. */
  hasRested(row: LiveRow): boolean {
    return !this.moving.has(row.id) && !isAtRest(row);
  }

  /** bytes/s in whole numbers, so that sums of many stay exact */
  private rate(
    before: number | null | undefined,
    now: number | null,
    last: number | null | undefined,
  ): number | null {
    if (now === null || before == null) return null;
    if (this.elapsed === 0) return last ?? null;
    // A counter that has gone backwards is another one.
    return now < before ? null : Math.round(((now - before) * 1000) / this.elapsed);
  }
}

/** bytes/s of a counter that has stood still. */
export function restingRate(bytes: number | null): 0 | null {
  return bytes === null ? null : 0;
}

function isAtRest({ bytesSent, bytesReceived, sendRate, receiveRate }: LiveRow): boolean {
  return (bytesSent === null || sendRate === 0) && (bytesReceived === null || receiveRate === 0);
}
