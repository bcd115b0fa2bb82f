import type { Diff, SnapshotChunk } from '../../shared/contract';
import { isSameReading } from '../../shared/reading';
import type { MovedRow, ReadingOptions, SocketRow } from '../../shared/socket';
import type { LiveRow } from '../../shared/rowFacts';
import { figuresOf } from './figures';
import { socketLine } from './lines';
import type { Line } from './lines';
import { AT_ONCE } from './pace';
import type { Pace } from './pace';
import { Rates, restingRate } from './rates';
import { RowOrder } from './rowOrder';
import type { Arrangement, Entry, Mark } from './rowOrder';
import { SharedTexts } from './sharedTexts';

/** ms that one slice of work may take, so that a frame has time for the rest */
const SLICE_MS = 6;
/** More than any screen has lines */
const PREVIEW_ROWS = 150;
/** Rows between two looks at the clock */
const ROWS_PER_LOOK = 32;

/**
 * The page's sockets, outside React: what the engine says, in the order that the user chose. New rows are marked green,
 * changed states yellow, ended rows red; a mark lasts until the next update, and so does an ended row. What comes or goes
 * because a switch was turned is neither new nor ended, and not marked.
 *
 * Messages are applied one after the other, in slices; the lines change once a message is complete.
 */
export class SocketStore {
  readonly order: RowOrder;
  private readonly rates = new Rates();
  private readonly texts = new SharedTexts();
  private readonly listeners = new Set<() => void>();
  /** What is left to do of the messages that have come, in steps */
  private readonly jobs: { steps: Iterator<void>; done: () => void }[] = [];
  private working = false;
  /** Counts the updates. */
  private update = 0;
  /** What was marked, and in which update; the oldest first. Some have been replaced since. */
  private marked: { entry: Entry; at: number }[] = [];
  private highlight = 1;
  private isHeld = false;
  /** Whether the snapshot that is being received is of the same as what is there. */
  private comparable = true;
  /** Ids of the snapshot that is being received; null outside of one. */
  private received: Set<string> | null = null;
  private complete = false;
  /** What was read the last time. */
  private reading: ReadingOptions | null = null;
  private versionNumber = 0;
  /** What is on screen until a new filter has been applied */
  private firstLines: readonly Line[] | null = null;

  constructor(
    private arrangement: Arrangement,
    private readonly pace: Pace = AT_ONCE,
  ) {
    this.order = new RowOrder(arrangement);
  }

  /** Changes whenever what is on screen may have changed. For useSyncExternalStore. */
  readonly version = (): number => this.versionNumber;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What is on screen, line by line. */
  get lines(): { readonly length: number; at(index: number): Line | undefined } {
    return this.firstLines ?? this.order.lines;
  }

  /** Whether {@link lines} are the first of what a new filter leaves, and {@link arrange} is to follow. */
  get isPreview(): boolean {
    return this.firstLines !== null;
  }

  /** Whether a whole snapshot has been received since the page was opened. */
  get loaded(): boolean {
    return this.complete;
  }

  get held(): boolean {
    return this.isHeld;
  }

  /**
   * A snapshot is compared with what is there: selection, order and scroll position stay. Resolves once it has been
   * applied; returns nothing where it has been already.
   */
  snapshot(chunk: SnapshotChunk): Promise<void> | void {
    return this.apply(this.snapshotSteps(chunk));
  }

  /** As {@link snapshot}. */
  diff(diff: Diff): Promise<void> | void {
    return this.apply(this.diffSteps(diff));
  }

  /** The rows that come next are another machine's: those that are there have not ended, and those that come are not new. */
  forget(): Promise<void> | void {
    return this.apply(this.forgetSteps());
  }

  /**
   * Shows the first rows that a filter will leave, before {@link arrange} looks for all of them. False where that would save
   * little, and nothing has happened.
   */
  preview(arrangement: Arrangement): boolean {
    const first = this.order.first(arrangement, PREVIEW_ROWS);
    if (first === null) return false;
    this.firstLines = first.map((entry, i) =>
      socketLine(entry, { depth: 0, position: i + 1, setSize: first.length }),
    );
    this.tell();
    return true;
  }

  arrange(arrangement: Arrangement): void {
    this.firstLines = null;
    this.arrangement = arrangement;
    this.order.arrange(arrangement);
    this.changed();
  }

  /** As {@link RowOrder.reconsider}. */
  reconsider(): void {
    this.order.reconsider();
    this.changed();
  }

  /** While held, nothing shown changes its place. Letting go brings everything up to date. */
  hold(held: boolean): void {
    if (held === this.isHeld) return;
    this.isHeld = held;
    if (held) this.order.hold();
    else {
      // Nobody has seen them yet.
      for (const entry of this.order.release()) this.mark(entry, 'new');
    }
    this.changed();
  }

  /** As {@link RowOrder.keepStill}. */
  keepStill(still: boolean): void {
    this.order.keepStill(still);
    this.changed();
  }

  fold(collapsed: ReadonlySet<string>): void {
    this.order.fold(collapsed);
    this.changed();
  }

  /** For how many updates a mark lasts, 1 or more. */
  highlightFor(updates: number): void {
    this.highlight = updates;
  }

  private apply(steps: Iterator<void>): Promise<void> | void {
    let isDone = false;
    let done = (): void => {
      isDone = true;
    };
    this.jobs.push({ steps, done: () => done() });
    if (!this.working) this.work();
    if (isDone) return;
    return new Promise((resolve) => {
      done = resolve;
    });
  }

  /** One slice. */
  private work(): void {
    this.working = true;
    const end = this.pace.now() + SLICE_MS;
    for (let job = this.jobs[0]; job !== undefined; job = this.jobs[0]) {
      let left = ROWS_PER_LOOK;
      let isDone = false;
      while (left-- > 0 && !isDone) isDone = job.steps.next().done === true;
      if (isDone) {
        this.jobs.shift();
        this.changed();
        job.done();
      }
      if (this.jobs.length > 0 && this.pace.now() >= end) {
        this.pace.later(() => this.work());
        return;
      }
    }
    this.working = false;
  }

  private *snapshotSteps(chunk: SnapshotChunk): Generator<void> {
    if (chunk.first) {
      yield* this.begin(chunk.status.readAt);
      this.received = new Set();
      this.comparable = this.isComparable(chunk.status.reading);
    }
    for (const row of chunk.rows) {
      this.received?.add(row.id);
      this.upsert(row, this.complete && this.comparable);
      yield;
    }
    if (!chunk.last || this.received === null) return;
    const { received } = this;
    this.received = null;
    for (const id of this.order.ids()) {
      if (!received.has(id)) this.end(id, this.comparable);
      yield;
    }
    yield* this.rest();
    if (this.complete) return;
    this.complete = true;
    // Also where new rows come at the end: these are not new.
    this.order.arrange(this.arrangement);
  }

  private *diffSteps(diff: Diff): Generator<void> {
    yield* this.begin(diff.status.readAt);
    const comparable = this.isComparable(diff.status.reading);
    for (const row of diff.added) {
      this.upsert(row, comparable);
      yield;
    }
    for (const row of diff.changed) {
      this.upsert(row, true);
      yield;
    }
    for (const one of diff.moved) {
      this.move(one);
      yield;
    }
    for (const id of diff.removed) {
      this.end(id, comparable);
      yield;
    }
    // Their last counters; those that no reading saw appear here only, and go with the next update.
    for (const row of comparable ? diff.ended : []) {
      const old = this.order.get(row.id);
      this.place(this.rates.live(row, old?.row), 'ended', old);
      yield;
    }
    yield* this.rest();
  }

  private *forgetSteps(): Generator<void> {
    this.complete = false;
    this.received = null;
    this.reading = null;
    this.marked = [];
    for (const id of this.order.ids()) {
      this.order.delete(id);
      yield;
    }
    this.texts.forget();
    this.firstLines = null;
    // Those that are held go as well.
    this.order.arrange(this.arrangement);
  }

  /** Takes away the marks whose time is over, and the rows that had ended then. */
  private *begin(readAt: number): Generator<void> {
    this.update++;
    this.rates.begin(readAt);
    const over = this.marked.findIndex(({ at }) => at > this.update - this.highlight);
    for (const { entry: marked, at } of this.marked.splice(0, over < 0 ? this.marked.length : over)) {
      const entry = this.standing(marked);
      // It may have been marked again since.
      if (entry === undefined || entry.markedAt !== at) continue;
      if (entry.mark === 'ended') this.order.delete(entry.id, entry);
      else entry.mark = null;
      yield;
    }
  }

  /** What the update did not mention has stood still. */
  private *rest(): Generator<void> {
    for (const moved of this.rates.end()) {
      const entry = this.standing(moved);
      if (entry !== undefined && this.rates.hasRested(entry)) {
        const figures = figuresOf(entry.row);
        figures.sendRate = restingRate(figures.bytesSent);
        figures.receiveRate = restingRate(figures.bytesReceived);
        this.order.putFigures(entry, figures);
      }
      yield;
    }
  }

  /** The entry that a row has by now, which had this one. To look it up costs more than anything else that is done for a row. */
  private standing(entry: Entry): Entry | undefined {
    return entry.dead ? this.order.get(entry.id) : entry;
  }

  private upsert(row: SocketRow, marking: boolean): void {
    const old = this.order.get(row.id);
    this.texts.share(row, old?.row);
    let mark: Mark = null;
    if (old === undefined || old.mark === 'ended') mark = 'new';
    else if (old.row.state !== row.state) mark = 'changed';
    // The engine may have been started anew since; the page remembers longer.
    if (old !== undefined && old.row.firstSeenAt < row.firstSeenAt) row.firstSeenAt = old.row.firstSeenAt;
    this.place(this.rates.live(row, old?.row), marking ? mark : null, old);
  }

  private move(moved: MovedRow): void {
    const entry = this.order.get(moved.id);
    // The engine tells of what it has listed before.
    if (entry === undefined) return;
    this.rates.placed(this.order.putFigures(entry, this.rates.live(moved, entry.row)));
  }

  private end(id: string, marking: boolean): void {
    const entry = this.order.get(id);
    if (entry === undefined) return;
    if (!marking) this.order.delete(id, entry);
    else {
      this.order.remark(entry, 'ended');
      this.mark(entry, 'ended');
    }
  }

  /** Whether the same was read as the time before. */
  private isComparable(reading: ReadingOptions): boolean {
    const { reading: before } = this;
    this.reading = reading;
    const isSame = before === null || isSameReading(before, reading);
    if (!isSame) this.texts.forget();
    return isSame;
  }

  /** A mark whose time is not over stays, unless there is another. */
  private place(row: LiveRow, mark: Mark, old: Entry | undefined): void {
    const before = old?.mark ?? null;
    const entry = this.order.put(row, mark ?? (before === 'ended' ? null : before), old);
    this.rates.placed(entry);
    if (mark !== null) this.mark(entry, mark);
  }

  private mark(entry: Entry, mark: Mark): void {
    entry.mark = mark;
    entry.markedAt = this.update;
    this.marked.push({ entry, at: this.update });
  }

  private changed(): void {
    this.order.settle();
    this.tell();
  }

  private tell(): void {
    this.versionNumber++;
    for (const listener of this.listeners) listener();
  }
}
