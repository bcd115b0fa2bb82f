import type { LiveRow } from '../../shared/rowFacts';
import type { SortKey } from './columns';
import type { Grouping } from './groupings';
import { groupId, Offsets, socketLine, SUMMED } from './lines';
import type { Entry, Layout, Line, Summed, Sums } from './lines';
import { KeyOrder } from './keyOrder';
import { compareBy, NO_SLOT, SortedList } from './sortedList';
import type { Ordering } from './sortedList';
import type { Place } from './sortedList';

interface GroupPlace extends Place {
  group: Group;
  key: SortKey;
  /** As an entry's */
  tail: number;
}

/** What is gathered under one heading. */
interface Group {
  key: string;
  /** Any of its rows, to ask what is the same for all of them */
  sample: LiveRow;
  members: SortedList<Entry>;
  count: number;
  totals: Record<Summed, { sum: number; known: number }>;
  /** null until it is settled for the first time */
  place: GroupPlace | null;
}

export interface GroupOrder {
  grouping: Grouping;
  /** The column's key of a whole group. */
  sortKey(sample: LiveRow, sums: Sums): SortKey;
  descending: boolean;
  /** Whether groups keep their places, and new ones come at the end */
  isStill(): boolean;
}

/**
 * Groups in order, each with its sockets in order below. An update costs what its own groups cost; the others are only
 * passed over when the lines are counted anew.
 */
export class GroupLines implements Layout {
  private readonly groups = new Map<string, Group>();
  private readonly places: KeyOrder<GroupPlace>;
  private readonly list: SortedList<GroupPlace>;
  private readonly touched = new Set<Group>();
  private readonly offsets = new Offsets();
  private lastTail = 0;

  constructor(
    private readonly order: GroupOrder,
    private readonly members: Ordering<Entry>,
    private collapsed: ReadonlySet<string>,
  ) {
    this.places = new KeyOrder(order.descending, ({ group }) => group.key);
    this.list = new SortedList(this.places);
  }

  get length(): number {
    return this.offsets.length;
  }

  at(index: number): Line | undefined {
    if (index < 0 || index >= this.offsets.length) return undefined;
    const block = this.offsets.blockOf(index);
    const { group } = this.list.at(block)!;
    const member = index - this.offsets.startOf(block) - 1;
    if (member < 0) return this.lineOf(group, block);
    const entry = group.members.at(member)!;
    return socketLine(entry, { depth: 1, position: member + 1, setSize: group.members.length });
  }

  indexOf(entry: Entry): number {
    const group = entry.node as Group;
    if (group.place === null || this.collapsed.has(group.key)) return -1;
    const block = this.list.indexOf(group.place);
    const member = group.members.indexOf(entry);
    return block < 0 || member < 0 ? -1 : this.offsets.startOf(block) + 1 + member;
  }

  indexOfGroup(id: string): number {
    const key = id.slice(groupId('').length);
    const place = id === groupId(key) ? this.groups.get(key)?.place : null;
    const block = place == null ? -1 : this.list.indexOf(place);
    return block < 0 ? -1 : this.offsets.startOf(block);
  }

  *sockets(): Iterable<Entry> {
    for (const { group } of this.list) yield* group.members;
  }

  gathered(line: Line): Iterable<Entry> {
    return (line.kind === 'group' ? this.groups.get(line.key)?.members : undefined) ?? [];
  }

  parent(line: Line): Line | undefined {
    if (line.kind === 'group') return undefined;
    const { place } = line.entry.node as Group;
    return place === null ? undefined : this.lineOf(place.group, this.list.indexOf(place));
  }

  compare(a: Entry, b: Entry): number {
    const [x, y] = [a.node as Group, b.node as Group];
    if (x === y) return compareBy(this.members, a, b);
    // One that is not settled yet comes last.
    if (x.place === null || y.place === null) return Number(x.place === null) - Number(y.place === null);
    return compareBy(this.places, x.place, y.place);
  }

  add(entry: Entry): void {
    const group = this.groupOf(entry.row);
    entry.node = group;
    group.members.add(entry);
    group.count++;
    count(group, entry.row, 1);
    this.touched.add(group);
  }

  bury(entry: Entry): void {
    const group = entry.node as Group;
    group.members.bury(entry);
    // The row lives on, and may become another group's where it is not seen.
    if (group.sample === entry.row) group.sample = { ...entry.row };
    group.count--;
    count(group, entry.row, -1);
    this.touched.add(group);
  }

  stays(entry: Entry, row: LiveRow): boolean {
    return this.order.grouping.key(row) === (entry.node as Group).key;
  }

  updating(entry: Entry): void {
    count(entry.node as Group, entry.row, -1);
  }

  updated(entry: Entry): void {
    const group = entry.node as Group;
    count(group, entry.row, 1);
    // Not where the row is of another group by now, and stays here only because the lines are held.
    if (this.stays(entry, entry.row)) group.sample = entry.row;
    this.touched.add(group);
  }

  settle(): void {
    this.putInPlace(this.order.isStill());
  }

  reset(entries: Iterable<Entry>): void {
    this.groups.clear();
    this.touched.clear();
    this.list.reset([]);
    this.lastTail = 0;
    for (const entry of entries) this.add(entry);
    this.putInPlace(false);
    this.measure();
  }

  retain(): boolean {
    return false;
  }

  fold(collapsed: ReadonlySet<string>): void {
    this.collapsed = collapsed;
    this.measure();
  }

  private putInPlace(still: boolean): void {
    if (this.touched.size === 0) return;
    for (const group of this.touched) {
      group.members.settle();
      const { place } = group;
      const key = place !== null && still ? place.key : this.order.sortKey(group.sample, sumsOf(group));
      if (place !== null && (group.count === 0 || place.key !== key)) this.list.bury(place);
      if (group.count === 0) this.groups.delete(group.key);
      else if (place === null || place.dead) {
        group.place = { group, key, tail: still ? ++this.lastTail : 0, dead: false, slot: NO_SLOT };
        this.list.add(group.place);
      }
    }
    this.touched.clear();
    this.list.settle();
    this.measure();
  }

  private measure(): void {
    this.offsets.rebuild(this.list.length, (i) => {
      const { group } = this.list.at(i)!;
      return this.collapsed.has(group.key) ? 1 : 1 + group.members.length;
    });
  }

  private groupOf(row: LiveRow): Group {
    const key = this.order.grouping.key(row);
    let group = this.groups.get(key);
    if (group === undefined) {
      const members = new SortedList(this.members);
      const totals = Object.fromEntries(SUMMED.map((name) => [name, { sum: 0, known: 0 }]));
      group = { key, sample: row, members, count: 0, totals: totals as Group['totals'], place: null };
      this.groups.set(key, group);
    }
    group.sample = row;
    return group;
  }

  private lineOf(group: Group, index: number): Line {
    return {
      kind: 'group',
      id: groupId(group.key),
      key: group.key,
      title: this.order.grouping.title(group.sample),
      depth: 0,
      count: group.count,
      sums: sumsOf(group),
      collapsed: this.collapsed.has(group.key),
      place: group.place!,
      position: index + 1,
      setSize: this.list.length,
    };
  }
}

/** All summed values are whole numbers, so that what is added and taken away again leaves nothing behind. */
function count({ totals }: Group, row: LiveRow, sign: 1 | -1): void {
  for (const name of SUMMED) {
    const value = row[name];
    if (value === null) continue;
    totals[name].sum += sign * value;
    totals[name].known += sign;
  }
}

function sumsOf({ totals }: Group): Sums {
  const sums = SUMMED.map((name) => [name, totals[name].known === 0 ? null : totals[name].sum]);
  return Object.fromEntries(sums) as Sums;
}
