import type { SocketRow } from '../../shared/socket';

/** How far back the charts go, ms. */
export const HISTORY_MS = 600_000;
/** Ten minutes of the shortest interval, and some of the gaps. */
const CAPACITY = 1280;
/** So many intervals without a reading are a gap: nothing is drawn across it, and no average passes for a rate. */
const GAP_INTERVALS = 3;

/** What is kept of each reading. */
export const SERIES = ['received', 'sent', 'rtt', 'receiveQueue', 'sendQueue'] as const;
export type SeriesName = (typeof SERIES)[number];

/** Times in seconds since 1970 (as uPlot has them), and for each a value or null: "not known". */
export interface HistoryData {
  times: number[];
  series: Record<SeriesName, (number | null)[]>;
}

/** One reading: bytes/s, ms, and bytes (of a listener: connections). */
export type Sample = Record<SeriesName, number | null>;

const NOTHING: Sample = { received: null, sent: null, rtt: null, receiveQueue: null, sendQueue: null };

/** A ring of what one socket's counters said at each reading of the last ten minutes. */
export class History {
  /** ms since 1970-01-01 UTC */
  private readonly times = new Float64Array(CAPACITY);
  private readonly samples = new Array<Sample>(CAPACITY);
  private start = 0;
  private count = 0;
  /** What the next rates are the difference to. */
  private before: { at: number; sent: number | null; received: number | null } | null = null;

  get length(): number {
    return this.count;
  }

  /** The last sample, or null before the first. */
  get latest(): Sample | null {
    return this.count === 0 ? null : this.samples[this.slot(this.count - 1)]!;
  }

  /**
   * Adds what a reading said.
   * @param at ms since 1970-01-01 UTC of the reading
   * @param intervalMs how far readings are apart, to tell a pause from the usual
   */
  add(at: number, row: SocketRow, intervalMs: number): void {
    const { before } = this;
    if (before !== null && at === before.at) return; // the same reading again, in a snapshot
    const elapsed = before === null ? 0 : at - before.at;
    // A clock that was set back would tangle the lines.
    if (elapsed < 0) this.start = this.count = 0;
    const isGap = elapsed > GAP_INTERVALS * intervalMs;
    if (isGap) this.push(at - elapsed + intervalMs, NOTHING);
    const since = elapsed <= 0 || isGap ? null : before;
    this.push(at, {
      received: rate(since?.received, row.bytesReceived, elapsed),
      sent: rate(since?.sent, row.bytesSent, elapsed),
      rtt: row.rtt,
      receiveQueue: row.receiveQueue,
      sendQueue: row.sendQueue,
    });
    this.before = { at, sent: row.bytesSent, received: row.bytesReceived };
    this.forget(at - HISTORY_MS);
  }

  /** Everything that is kept, oldest first, in arrays of its own. */
  data(): HistoryData {
    const slots = Array.from({ length: this.count }, (_, i) => this.slot(i));
    return {
      times: slots.map((slot) => this.times[slot]! / 1000),
      series: Object.fromEntries(
        SERIES.map((name) => [name, slots.map((slot) => this.samples[slot]![name])]),
      ) as HistoryData['series'],
    };
  }

  private slot(index: number): number {
    return (this.start + index) % CAPACITY;
  }

  private push(at: number, sample: Sample): void {
    if (this.count === CAPACITY) this.drop();
    const slot = this.slot(this.count++);
    this.times[slot] = at;
    this.samples[slot] = sample;
  }

  private forget(before: number): void {
    while (this.count > 0 && this.times[this.start]! < before) this.drop();
  }

  private drop(): void {
    this.start = this.slot(1);
    this.count--;
  }
}

/** bytes/s; null where one end is not known, or the counter went back: it is another one's then. */
function rate(from: number | null | undefined, to: number | null, elapsedMs: number): number | null {
  return from == null || to === null || to < from ? null : ((to - from) * 1000) / elapsedMs;
}
