import type { LiveRow } from '../../shared/rowFacts';
import type { Counters } from '../../shared/socket';
import type { Entry } from './lines';

type RowRates = Pick<LiveRow, 'sendRate' | 'receiveRate'>;

/**
 * The rates of the rows, by what their counters did between the readings of two updates. Rows that an update does not
 * mention have stood still: it is enough to look at those that moved the time before.
 */
export class Rates {
  /** Of the last update, ms since 1970; null before the first */
  private readAt: number | null = null;
  /** ms between the readings of the last update and of this one; 0 where nothing was read in between */
  private elapsed = 0;
  /** Counts the readings that came with updates. */
  private reading = 1;
  /** The rows whose rate is not 0, or not known yet, and could be; some of them more than once */
  private moving: Entry[] = [];
  private before: Entry[] = [];

  /** An update begins. */
  begin(readAt: number): void {
    this.elapsed = this.readAt === null ? 0 : Math.max(0, readAt - this.readAt);
    // A clock that was turned back counts anew from there.
    this.readAt = readAt;
    if (this.elapsed === 0) return;
    this.reading++;
    this.before = this.moving;
    this.moving = [];
  }

  /** The row, or what has moved of it, with its rates; it is the same object. */
  live<Row extends Counters>(row: Row, before: LiveRow | undefined): Row & RowRates {
    const live = row as Row & RowRates;
    live.sendRate = this.rate(before?.bytesSent, row.bytesSent, before?.sendRate);
    live.receiveRate = this.rate(before?.bytesReceived, row.bytesReceived, before?.receiveRate);
    return live;
  }

  /** Where a row stands that {@link live} has given its rates. */
  placed(entry: Entry): void {
    if (isAtRest(entry.row)) return;
    entry.movedAt = this.reading;
    this.moving.push(entry);
  }

  /** The update is complete: those that moved before, to be asked {@link hasRested} about. Some may have been replaced. */
  end(): Iterable<Entry> {
    const { before } = this;
    this.before = [];
    return before;
  }

  /** Whether nothing more was heard of this row, so that its rates are {@link restingRate} by now. */
  hasRested({ row, movedAt }: Entry): boolean {
    return movedAt !== this.reading && !isAtRest(row);
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
