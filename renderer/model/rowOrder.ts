import type { LiveRow } from '../../shared/rowFacts';
import type { SortKey } from './columns';
import { isOrderOf } from './arrangement';
import type { Arrangement } from './arrangement';
import { narrowsTo } from './criteria';
import { figuresOf, setFigures } from './figures';
import type { Figures } from './figures';
import { groupSortKey } from './groupings';
import { GroupLines } from './groupLines';
import { KeyOrder } from './keyOrder';
import { FlatLines, socketLine } from './lines';
import type { Entry, Layout, Line, Mark } from './lines';
import { Refiltering } from './refiltering';
import { NO_SLOT } from './sortedList';
import { takeOn } from './takeOn';
import { TreeLines } from './treeLines';
import { WaitingRows } from './waitingRows';

export type { Arrangement } from './arrangement';
export type { Entry, Mark } from './lines';

/** Rows that are looked at for {@link RowOrder.first}: two frames' worth; and of how few rows all are found in that time. */
const MOST_TRIED = 40_000;
const FEW = 10_000;

/**
 * All rows by id, and the shown ones laid out in order, kept so incrementally and in place. A row whose sort key, group
 * and visibility are unchanged costs nothing but its update; the others of one update are merged in together.
 * React and TanStack see the few lines that are on screen, never this.
 *
 * While it is held, nothing shown changes its place: rows are updated where they are, those that end stay, and whatever
 * else is to happen happens at {@link release}.
 */
export class RowOrder {
  private readonly entries = new Map<string, Entry>();
  private layout: Layout;
  private collapsed: ReadonlySet<string> = new Set();
  private shownCount = 0;
  private held = false;
  private readonly waiting = new WaitingRows();
  private still = false;
  private readonly refiltering = new Refiltering();
  private stamps = 0;
  private lastTail = 0;

  constructor(private arrangement: Arrangement) {
    this.layout = this.layOut();
  }

  /** How many rows are shown, folded in or not. */
  get length(): number {
    return this.shownCount;
  }

  /** How many rows there are, shown or not; those that came while held do not count yet. */
  get total(): number {
    return this.entries.size - this.waiting.born.size;
  }

  /** What is on screen. Valid after {@link settle}. */
  get lines(): { readonly length: number; at(index: number): Line | undefined } {
    return this.layout;
  }

  /** How many rows will appear at {@link release}. */
  get pendingCount(): number {
    return this.waiting.arriving.size;
  }

  /** How many rows have ended and go at {@link release}. */
  get endedCount(): number {
    return this.waiting.gone.size;
  }

  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  ids(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** The shown rows in the order of the lines. */
  shown(): Iterable<Entry> {
    return this.layout.sockets();
  }

  /** The place of a line in the lines, by its id; -1 where there is none, or it is folded in. */
  indexOf(id: string): number {
    const entry = this.entries.get(id);
    if (entry === undefined) return this.layout.indexOfGroup(id);
    return entry.shown ? this.layout.indexOf(entry) : -1;
  }

  gathered(line: Line): Iterable<Entry> {
    return this.layout.gathered(line);
  }

  parent(line: Line): Line | undefined {
    return this.layout.parent(line);
  }

  /** The line below which a socket stands, folded in or not; undefined where it stands on its own, or is not shown. */
  homeOf(id: string): Line | undefined {
    const entry = this.entries.get(id);
    return entry?.shown === true
      ? this.layout.parent(socketLine(entry, { depth: 1, position: 0, setSize: 0 }))
      : undefined;
  }

  /** The order of two shown entries on screen. */
  compare(a: Entry, b: Entry): number {
    return this.layout.compare(a, b);
  }

  /**
   * Adds or updates a row, whose entry is `old`. Takes effect in the order at the next {@link settle}. Returns its entry.
   * The row becomes the order's own: it may be changed when the next one comes.
   */
  put(row: LiveRow, mark: Mark, old: Entry | undefined = this.entries.get(row.id)): Entry {
    return this.held ? this.keep(old, row, mark) : this.place(old, row, mark);
  }

  /** As {@link put}, of a row of which nothing but these has changed. */
  putFigures(entry: Entry, figures: Figures): Entry {
    const { row, shown } = entry;
    if (!this.held) {
      const before = figuresOf(row);
      if (shown) this.layout.updating(entry);
      setFigures(row, figures);
      const stays = this.staysWith(entry, row);
      const key = stays ? this.keyOf(entry, row) : null;
      const isInPlace = stays && key === entry.key;
      if (!isInPlace) setFigures(row, before);
      if (shown) this.layout.updated(entry);
      if (isInPlace) {
        entry.stamp = ++this.stamps;
        return entry;
      }
      if (stays) {
        this.bury(entry);
        setFigures(row, figures);
        return this.enter(row, entry.mark, key, shown, entry);
      }
    }
    const copy = { ...row };
    setFigures(copy, figures);
    return this.put(copy, entry.mark, entry);
  }

  /** As {@link put}, of a row of which nothing has changed but its mark. */
  remark(entry: Entry, mark: Mark): void {
    if (this.held) this.keep(entry, entry.row, mark);
    else entry.mark = mark;
  }

  /** `entry`: the row's */
  delete(id: string, entry: Entry | undefined = this.entries.get(id)): void {
    if (entry === undefined) return;
    if (this.held && entry.shown) {
      entry.mark = 'ended';
      this.waiting.end(id);
      return;
    }
    this.waiting.forget(id);
    this.bury(entry);
    this.entries.delete(id);
  }

  /** Brings the lines up to date with every {@link put} and {@link delete} since the last time. */
  settle(): void {
    if (!this.held) this.layout.settle();
  }

  /** From now on nothing changes its place. */
  hold(): void {
    this.settle();
    this.held = true;
  }

  /** Lets happen at once what waited: the lines are what they would be without a hold. Returns the new rows that it has brought. */
  release(): Entry[] {
    if (!this.held) return [];
    this.held = false;
    const { stale, ids, gone, born } = this.waiting.take();
    for (const id of stale ? [...this.entries.keys()] : ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      if (gone.has(id)) this.delete(id, entry);
      else this.place(entry, entry.row, entry.mark);
    }
    const isNew = [...born].flatMap(([id, isNew]) => (isNew ? [this.entries.get(id)!] : []));
    this.settle();
    return isNew.filter(({ shown }) => shown);
  }

  /** Whether rows keep their places from now on: new ones come at the end, and what ends makes room. */
  keepStill(still: boolean): void {
    if (this.still === still) return;
    this.still = still;
    // What was kept still has the keys that it had once.
    if (!still) this.unheld(() => this.rearrange());
  }

  /** Sorts, filters and gathers everything anew: the user wants it now, held or not. */
  arrange(arrangement: Arrangement): void {
    this.unheld(() => {
      const isSameOrder = !this.still && isOrderOf(this.arrangement, arrangement);
      const isNarrower = narrowsTo(this.arrangement.criteria, arrangement.criteria);
      this.arrangement = arrangement;
      if (isSameOrder) this.refilter(isNarrower);
      else this.rearrange();
    });
  }

  /**
   * The first rows that another filter would leave, without applying it; null where too few are found in a moment, or where
   * more than the filter is another.
   */
  first(arrangement: Arrangement, count: number): Entry[] | null {
    const isSameOrder = !this.still && isOrderOf(this.arrangement, arrangement);
    if (!isSameOrder || arrangement.gather != null || this.entries.size < FEW) return null;
    const isNarrower = narrowsTo(this.arrangement.criteria, arrangement.criteria);
    const limits = { count, most: MOST_TRIED };
    const found = this.refiltering.first(
      this.entries.size,
      this.layout,
      arrangement.accepts,
      isNarrower,
      limits,
    );
    return found.length < count ? null : found;
  }

  private unheld(work: () => void): void {
    const { held } = this;
    this.release();
    work();
    if (held) this.hold();
  }

  private rearrange(): void {
    const { arrangement } = this;
    this.lastTail = 0;
    this.refiltering.forget();
    this.layout = this.layOut();
    const shown: Entry[] = [];
    for (const entry of this.entries.values()) {
      entry.key = arrangement.sortKey(entry.row);
      entry.shown = arrangement.accepts(entry.row);
      entry.tail = 0;
      if (entry.shown) shown.push(entry);
    }
    this.shownCount = shown.length;
    this.layout.reset(shown);
  }

  /** Only what is shown changes. */
  private refilter(isNarrower: boolean): void {
    this.settle();
    const { accepts } = this.arrangement;
    this.shownCount = this.refiltering.apply(this.entries, this.layout, accepts, isNarrower);
  }

  /** Asks anew what every row is sorted and gathered by, and whether it is shown: because names or the time have changed. */
  reconsider(): void {
    if (this.held) {
      this.waiting.stale = true;
      for (const entry of this.entries.values()) if (!entry.shown) this.foresee(entry);
      return;
    }
    for (const entry of this.entries.values()) this.place(entry, entry.row, entry.mark);
    this.settle();
  }

  /** Folds in what has these keys, and nothing else. */
  fold(collapsed: ReadonlySet<string>): void {
    this.collapsed = collapsed;
    this.layout.fold(collapsed);
  }

  private layOut(): Layout {
    const { arrangement } = this;
    const { gather, column, descending } = arrangement;
    const entries = new KeyOrder<Entry>(arrangement.descending, ({ id }) => id);
    if (gather == null) return new FlatLines(entries);
    if (gather === 'listeners') return new TreeLines(entries, this.collapsed);
    const groupKey = groupSortKey(gather, column ?? '', (row) => arrangement.sortKey(row));
    const order = { grouping: gather, sortKey: groupKey, descending, isStill: () => this.still };
    return new GroupLines(order, entries, this.collapsed);
  }

  private place(old: Entry | undefined, row: LiveRow, mark: Mark): Entry {
    const stays = old !== undefined && this.staysWith(old, row);
    const shown = stays ? old.shown : this.arrangement.accepts(row);
    const key = stays ? this.keyOf(old, row) : this.arrangement.sortKey(row);
    // One whose key has changed is another entry, shown or not: an entry's key is for life.
    if (stays && old.key === key) {
      if (shown) this.layout.updating(old);
      // The old object lives on and the new one dies young: the least work for whoever collects garbage.
      takeOn(old.row, row);
      old.mark = mark;
      old.stamp = ++this.stamps;
      if (shown) this.layout.updated(old);
      return old;
    }
    if (old !== undefined) this.bury(old);
    if (stays) {
      takeOn(old.row, row);
      return this.enter(old.row, mark, key, shown, old);
    }
    // What it was may still stand for its group.
    return this.enter(row === old?.row ? { ...row } : row, mark, key, shown, old);
  }

  /** A new entry, in the place of one that has been buried. */
  private enter(row: LiveRow, mark: Mark, key: SortKey, shown: boolean, old: Entry | undefined): Entry {
    const entry = this.entryOf(row, mark, key, shown);
    if (this.still && shown) entry.tail = ++this.lastTail;
    if (old !== undefined) {
      entry.markedAt = old.markedAt;
      entry.movedAt = old.movedAt;
    }
    this.entries.set(row.id, entry);
    if (shown) {
      this.shownCount++;
      this.layout.add(entry);
    }
    return entry;
  }

  /** Property by property: they are made by the thousand, and what is spread together takes several times as long. */
  private entryOf(row: LiveRow, mark: Mark, key: SortKey, shown: boolean): Entry {
    return {
      id: row.id,
      row,
      mark,
      markedAt: 0,
      key,
      shown,
      tail: 0,
      dead: false,
      slot: NO_SLOT,
      node: null,
      visit: 0,
      movedAt: 0,
      stamp: ++this.stamps,
    };
  }

  private staysWith(entry: Entry, row: LiveRow): boolean {
    const shown = this.arrangement.accepts(row);
    return entry.shown === shown && (!shown || this.layout.stays(entry, row));
  }

  /** Kept still, a row has its place from the key that it had once. */
  private keyOf(entry: Entry, row: LiveRow): SortKey {
    return this.still && entry.shown ? entry.key : this.arrangement.sortKey(row);
  }

  /** What becomes of a row while held: it is shown where it was, or waits. */
  private keep(old: Entry | undefined, row: LiveRow, mark: Mark): Entry {
    this.waiting.change(row.id);
    if (old === undefined) {
      const entry = this.entryOf(row, mark, null, false);
      this.entries.set(row.id, entry);
      this.waiting.born.set(row.id, mark === 'new');
      this.foresee(entry);
      return entry;
    }
    if (old.shown) this.layout.updating(old);
    // Not taken on: what it was may still stand for its group, which it stays in though it may be another one's by now.
    old.row = row;
    old.mark = mark;
    old.stamp = ++this.stamps;
    if (old.shown) this.layout.updated(old);
    else this.foresee(old);
    return old;
  }

  private foresee({ row }: Entry): void {
    if (this.arrangement.accepts(row)) this.waiting.arriving.add(row.id);
    else this.waiting.arriving.delete(row.id);
  }

  private bury(entry: Entry): void {
    entry.dead = true;
    if (!entry.shown) return;
    this.shownCount--;
    this.layout.bury(entry);
  }
}
