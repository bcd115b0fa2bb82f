/** What stands on screen, line by line: sockets, and in some views what gathers them. */
import type { LiveRow } from '../../shared/rowFacts';
import type { SortKey } from './columns';
import { compareBy, SortedList } from './sortedList';
import type { Ordering, Place } from './sortedList';

/** Why a row stands out for a while. */
export type Mark = 'new' | 'changed' | 'ended' | null;

/** A row in its place. */
export interface Entry extends Place {
  /** The row's: what is compared lies close at hand */
  readonly id: string;
  row: LiveRow;
  mark: Mark;
  /** The number of the update that marked it */
  markedAt: number;
  key: SortKey;
  shown: boolean;
  /** 0 in the order of the keys; while the rows are kept still, new ones come after those, in this order */
  tail: number;
  /** What the view keeps of it */
  node: unknown;
  /** The last pass over all rows that came by */
  visit: number;
  /** The last reading in which its counters moved ({@link Rates}) */
  movedAt: number;
  /** Another number whenever the row has changed: it is the same object for as long as it stays in its place */
  stamp: number;
}

/** The columns that a group has sums of. */
export const SUMMED = [
  'segmentsSent',
  'segmentsReceived',
  'bytesSent',
  'bytesReceived',
  'sendRate',
  'receiveRate',
  'sendQueue',
  'receiveQueue',
  'retransmits',
] as const;
export type Summed = (typeof SUMMED)[number];
/** null where it is not known of a single socket */
export type Sums = Readonly<Record<Summed, number | null>>;

export interface SocketLine {
  kind: 'socket';
  /** The socket's */
  id: string;
  entry: Entry;
  /** 0, or 1 below something else */
  depth: 0 | 1;
  /** How many lines it gathers, where it is a listener of the tree; else 0 */
  count: number;
  collapsed: boolean;
  /** Which of its like it is, counted from 1, and how many those are. */
  position: number;
  setSize: number;
}

export interface GroupLine {
  kind: 'group';
  /** {@link groupId} of the key: no socket has it */
  id: string;
  key: string;
  title: string;
  depth: 0;
  /** Sockets in it */
  count: number;
  sums: Sums;
  collapsed: boolean;
  /** Which stays for as long as the line stays where it is */
  place: Place;
  position: number;
  setSize: number;
}

export type Line = SocketLine | GroupLine;

export function groupId(key: string): string {
  return `group:${key}`;
}

/** By what a line is folded in. */
export function foldKey(line: Line): string {
  return line.kind === 'group' ? line.key : line.id;
}

/** Whether the line is still where it was when it was made. */
export function isInPlace(line: Line): boolean {
  return !(line.kind === 'group' ? line.place : line.entry).dead;
}

/** How the shown entries are laid out in lines. Changes take effect at {@link settle}, and so does all that reads. */
export interface Layout {
  readonly length: number;
  at(index: number): Line | undefined;
  /** The line of a socket; -1 where it is folded in. */
  indexOf(entry: Entry): number;
  /** The line of a group's {@link groupId}, or -1. */
  indexOfGroup(id: string): number;
  /** Every shown socket in the order of the lines, folded or not. */
  sockets(): Iterable<Entry>;
  /** The sockets that a line gathers. */
  gathered(line: Line): Iterable<Entry>;
  /** The line above that gathers it. */
  parent(line: Line): Line | undefined;
  /** The order of {@link sockets}. */
  compare(a: Entry, b: Entry): number;
  add(entry: Entry): void;
  bury(entry: Entry): void;
  /** Whether an entry may get this row and stay where it is. */
  stays(entry: Entry, row: LiveRow): boolean;
  /** An entry's row is about to change, and then has; the entry stays where it is. */
  updating(entry: Entry): void;
  updated(entry: Entry): void;
  settle(): void;
  /** Starts over with these. */
  reset(entries: Iterable<Entry>): void;
  /**
   * Where it is cheaper than to bury and add: only these are left, in their order as it is. False where it is not, and
   * nothing has happened.
   */
  retain(entries: Entry[]): boolean;
  /** Folds in what has these keys, and nothing else. */
  fold(collapsed: ReadonlySet<string>): void;
}

/** One line for each socket. */
export class FlatLines implements Layout {
  private readonly list: SortedList<Entry>;

  constructor(private readonly order: Ordering<Entry>) {
    this.list = new SortedList(order);
  }

  get length(): number {
    return this.list.length;
  }

  at(index: number): Line | undefined {
    const entry = this.list.at(index);
    if (entry === undefined) return undefined;
    return socketLine(entry, { depth: 0, position: index + 1, setSize: this.list.length });
  }

  indexOf(entry: Entry): number {
    return this.list.indexOf(entry);
  }

  compare(a: Entry, b: Entry): number {
    return compareBy(this.order, a, b);
  }

  indexOfGroup(): number {
    return -1;
  }

  sockets(): Iterable<Entry> {
    return this.list;
  }

  gathered(): Iterable<Entry> {
    return [];
  }

  parent(): undefined {
    return undefined;
  }

  add(entry: Entry): void {
    this.list.add(entry);
  }

  bury(entry: Entry): void {
    this.list.bury(entry);
  }

  stays(): boolean {
    return true;
  }

  updating(): void {
    // The line shows the entry's row, whichever it is.
  }

  updated(): void {
    // As above.
  }

  settle(): void {
    this.list.settle();
  }

  retain(entries: Entry[]): boolean {
    this.list.replace(entries);
    return true;
  }

  reset(entries: Iterable<Entry>): void {
    this.list.reset(entries);
  }

  fold(): void {
    // There is nothing to fold.
  }
}

export function socketLine(
  entry: Entry,
  rest: Pick<SocketLine, 'depth' | 'position' | 'setSize'> & Partial<Pick<SocketLine, 'count' | 'collapsed'>>,
): SocketLine {
  return { kind: 'socket', id: entry.row.id, entry, count: 0, collapsed: false, ...rest };
}

/** Where in the lines each of several blocks begins. */
export class Offsets {
  private starts = new Uint32Array(64);
  private count = 0;
  length = 0;

  rebuild(count: number, sizeAt: (index: number) => number): void {
    if (this.starts.length < count) this.starts = new Uint32Array(2 * count);
    let line = 0;
    for (let i = 0; i < count; i++) {
      this.starts[i] = line;
      line += sizeAt(i);
    }
    this.count = count;
    this.length = line;
  }

  startOf(block: number): number {
    return this.starts[block]!;
  }

  /** The block that a line is in; the line must exist. */
  blockOf(line: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
