import type { LiveRow } from '../../shared/rowFacts';
import type { SortKey } from './columns';
import { narrowsTo } from './criteria';
import type { Criteria } from './criteria';
import { groupSortKey } from './groupings';
import type { Grouping } from './groupings';
import { GroupLines } from './groupLines';
import { FlatLines, socketLine } from './lines';
import type { Entry, Layout, Line, Mark } from './lines';
import { TreeLines } from './treeLines';

export type { Entry, Mark } from './lines';

export interface Arrangement {
  sortKey(row: LiveRow): SortKey;
  descending: boolean;
  /** Whether a row is shown. */
  accepts(row: LiveRow): boolean;
  /** The column that the rows are sorted by: groups are sorted by its sum, where it has one. */
  column?: string;
  /** By what rows are accepted, to see whether another arrangement accepts some of the same only. */
  criteria?: Criteria;
  /** How the rows are gathered; flat where it is left out. */
  gather?: Grouping | 'listeners' | null;
}

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
  /** Of the rows that came, changed or ended while held, the ids */
  private readonly waiting = new Set<string>();
  /** Those of them that will be shown and are not yet */
  private readonly arriving = new Set<string>();
  /** Those that came while held, and whether they are new rather than switched on */
  private readonly born = new Map<string, boolean>();
  /** Those that have ended, and are still shown */
  private readonly gone = new Set<string>();
  /** Whether what rows are accepted may have changed while held */
  private stale = false;
  private still = false;
  /** The shown rows as they were before a filter took some away, in order: to sort what comes back costs little by it */
  private widest: readonly Entry[] = [];
  private visit = 0;
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
    return this.entries.size - this.born.size;
  }

  /** What is on screen. Valid after {@link settle}. */
  get lines(): { readonly length: number; at(index: number): Line | undefined } {
    return this.layout;
  }

  /** How many rows will appear at {@link release}. */
  get pendingCount(): number {
    return this.arriving.size;
  }

  /** How many rows have ended and go at {@link release}. */
  get endedCount(): number {
    return this.gone.size;
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

  /** Adds or updates a row, whose entry is `old`. Takes effect in the order at the next {@link settle}. Returns its entry. */
  put(row: LiveRow, mark: Mark, old: Entry | undefined = this.entries.get(row.id)): Entry {
    return this.held ? this.keep(old, row, mark) : this.place(old, row, mark);
  }

  delete(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    if (this.held && entry.shown) {
      entry.mark = 'ended';
      this.gone.add(id);
      this.waiting.add(id);
      return;
    }
    this.waiting.delete(id);
    this.arriving.delete(id);
    this.born.delete(id);
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
    const ids = this.stale ? [...this.entries.keys()] : this.waiting;
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      if (this.gone.has(id)) this.delete(id);
      else this.place(entry, entry.row, entry.mark);
    }
    const born = [...this.born].flatMap(([id, isNew]) => (isNew ? [this.entries.get(id)!] : []));
    this.stale = false;
    for (const ids of [this.waiting, this.arriving, this.born, this.gone]) ids.clear();
    this.settle();
    return born.filter(({ shown }) => shown);
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

  private unheld(work: () => void): void {
    const { held } = this;
    this.release();
    work();
    if (held) this.hold();
  }

  private rearrange(): void {
    const { arrangement } = this;
    this.lastTail = 0;
    this.widest = [];
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

  /** Only what is shown changes: what stays is in order already, and what comes nearly so. */
  private refilter(isNarrower: boolean): void {
    this.settle();
    const current = isNarrower || this.widest.length <= this.shownCount ? [...this.layout.sockets()] : [];
    if (this.widest.length <= this.shownCount) this.widest = current;
    const visit = ++this.visit;
    const hidden: Entry[] = [];
    let considered = 0;
    const consider = (entry: Entry): void => {
      considered++;
      entry.visit = visit;
      const shown = this.arrangement.accepts(entry.row);
      if (shown === entry.shown) return;
      entry.shown = shown;
      this.shownCount += shown ? 1 : -1;
      if (shown) this.layout.add(entry);
      else {
        this.layout.bury(entry);
        hidden.push(entry);
      }
    };
    if (isNarrower) for (const entry of current) consider(entry);
    else {
      for (const entry of this.widest) if (!entry.dead) consider(entry);
      // Most often those were all.
      if (considered < this.entries.size)
        for (const entry of this.entries.values()) if (entry.visit !== visit) consider(entry);
    }
    this.settle();
    // They are out of the lines, and as good as before.
    for (const entry of hidden) entry.dead = false;
    if (this.shownCount === this.entries.size) this.widest = [];
  }

  /** Asks anew what every row is sorted and gathered by, and whether it is shown: because names or the time have changed. */
  reconsider(): void {
    if (this.held) {
      this.stale = true;
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
    if (gather == null) return new FlatLines(this.compareEntries);
    if (gather === 'listeners') return new TreeLines(this.compareEntries, this.collapsed);
    const groupKey = groupSortKey(gather, column ?? '', (row) => arrangement.sortKey(row));
    const order = { grouping: gather, sortKey: groupKey, descending, isStill: () => this.still };
    return new GroupLines(order, this.compareEntries, this.collapsed);
  }

  private place(old: Entry | undefined, row: LiveRow, mark: Mark): Entry {
    const shown = this.arrangement.accepts(row);
    const stays = old !== undefined && old.shown === shown && (!shown || this.layout.stays(old, row));
    // Kept still, a row has its place from the key that it had once.
    const key = stays && this.still && shown ? old.key : this.arrangement.sortKey(row);
    // One whose key has changed is another entry, shown or not: an entry's key is for life.
    if (stays && old.key === key) {
      const before = old.row;
      old.row = row;
      old.mark = mark;
      if (shown) this.layout.updated(old, before);
      return old;
    }
    if (old !== undefined) this.bury(old);
    const tail = this.still && shown ? ++this.lastTail : 0;
    const entry: Entry = {
      ...{ row, mark, markedAt: old?.markedAt ?? 0, key, shown, tail },
      ...{ dead: false, node: null, visit: 0 },
    };
    this.entries.set(row.id, entry);
    if (shown) {
      this.shownCount++;
      this.layout.add(entry);
    }
    return entry;
  }

  /** What becomes of a row while held: it is shown where it was, or waits. */
  private keep(old: Entry | undefined, row: LiveRow, mark: Mark): Entry {
    this.waiting.add(row.id);
    this.gone.delete(row.id);
    if (old === undefined) {
      const hidden = { key: null, shown: false, tail: 0, dead: false, node: null, visit: 0 };
      const entry: Entry = { row, mark, markedAt: 0, ...hidden };
      this.entries.set(row.id, entry);
      this.born.set(row.id, mark === 'new');
      this.foresee(entry);
      return entry;
    }
    const before = old.row;
    old.row = row;
    old.mark = mark;
    if (old.shown) this.layout.updated(old, before);
    else this.foresee(old);
    return old;
  }

  private foresee({ row }: Entry): void {
    if (this.arrangement.accepts(row)) this.arriving.add(row.id);
    else this.arriving.delete(row.id);
  }

  private bury(entry: Entry): void {
    entry.dead = true;
    if (!entry.shown) return;
    this.shownCount--;
    this.layout.bury(entry);
  }

  /** Unique: the id breaks ties. What is not known comes last either way. */
  private readonly compareEntries = (a: Entry, b: Entry): number => {
    if (a.tail !== b.tail) return a.tail - b.tail;
    if (a.key !== b.key) {
      if (a.key === null) return 1;
      if (b.key === null) return -1;
      return a.key < b.key !== this.arrangement.descending ? -1 : 1;
    }
    return a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0;
  };
}

/** Whether both put rows in the same order, whichever they show. */
function isOrderOf(a: Arrangement, b: Arrangement): boolean {
  const isSame = a.column === b.column && a.descending === b.descending && a.gather === b.gather;
  return isSame && a.column !== undefined;
}
