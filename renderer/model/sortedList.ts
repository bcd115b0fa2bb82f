/** Something in its place. It is replaced, never moved: what must move is buried, and a fresh one is added. */
export interface Place {
  dead: boolean;
}

/** How many items of a list can be passed over in the time that it takes to look one up */
const LOOK_UP_COST = 20;

/**
 * A list that is kept sorted in place. Additions and burials take effect together at {@link settle}: the inserts are
 * sorted among themselves and merged in from the back, so that every item moves at most once.
 */
export class SortedList<T extends Place> {
  private items: T[] = [];
  /** Holds nothing; it is there to be filled by the next {@link rebuild}: an array of this length costs to be made. */
  private spare: (T | null)[] = [];
  private inserts: T[] = [];
  private buried: T[] = [];

  /** `compare` knows no ties between different items, and gives the same answer for as long as they are in the list. */
  constructor(private readonly compare: (a: T, b: T) => number) {}

  /** Valid after {@link settle}, as is all that reads. */
  get length(): number {
    return this.items.length;
  }

  at(index: number): T | undefined {
    return this.items[index];
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]();
  }

  add(item: T): void {
    this.inserts.push(item);
  }

  bury(item: T): void {
    item.dead = true;
    this.buried.push(item);
  }

  settle(): void {
    const isMany = (changes: readonly T[]): boolean => changes.length * LOOK_UP_COST > this.items.length;
    if (isMany(this.buried) && isMany(this.inserts)) {
      this.rebuild();
      return;
    }
    if (this.buried.length > 0) this.compact();
    if (this.inserts.length > 0) this.merge();
  }

  /** Starts over with these, in any order. */
  reset(items: Iterable<T>): void {
    this.items.length = 0;
    this.inserts = [];
    this.buried = [];
    for (const item of items) this.items.push(item);
    this.items.sort(this.compare);
  }

  /** Has these from now on, which are in order; it keeps the array. */
  replace(items: T[]): void {
    this.items = items;
    this.inserts = [];
    this.buried = [];
  }

  /** The place of an item, or -1. */
  indexOf(item: T): number {
    let low = 0;
    let high = this.items.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const difference = this.compare(this.items[middle]!, item);
      if (difference === 0) return middle;
      if (difference < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Both at once: the items lie all over the memory, and to look at each of them is what takes the time. */
  private rebuild(): void {
    const inserts = this.takeInserts();
    const { items, spare } = this;
    this.buried = [];
    let to = 0;
    let next = 0;
    for (const item of items) {
      if (item.dead) continue;
      while (next < inserts.length && this.compare(inserts[next]!, item) < 0) spare[to++] = inserts[next++]!;
      spare[to++] = item;
    }
    while (next < inserts.length) spare[to++] = inserts[next++]!;
    spare.length = to;
    this.items = spare as T[];
    this.spare = (items as (T | null)[]).fill(null);
  }

  private takeInserts(): T[] {
    const inserts = this.inserts.filter(({ dead }) => !dead).sort(this.compare);
    this.inserts = [];
    return inserts;
  }

  private compact(): void {
    const { items, buried } = this;
    this.buried = [];
    // Looking at every item of a long list costs more than looking up a few: they lie all over the memory.
    if (buried.length * LOOK_UP_COST > items.length) {
      let kept = 0;
      for (const item of items) if (!item.dead) items[kept++] = item;
      items.length = kept;
      return;
    }
    const gaps = buried.map((item) => this.indexOf(item)).filter((index) => index >= 0);
    if (gaps.length === 0) return;
    gaps.sort((a, b) => a - b);
    let to = gaps[0]!;
    for (let gap = 0; gap < gaps.length; gap++) {
      const end = gaps[gap + 1] ?? items.length;
      for (let from = gaps[gap]! + 1; from < end; from++) items[to++] = items[from]!;
    }
    items.length = to;
  }

  private merge(): void {
    const inserts = this.takeInserts();
    const { items } = this;
    const isFew = inserts.length * LOOK_UP_COST < items.length;
    let from = items.length - 1;
    // The gap must hold something while it is filled: an array with holes is slower for good.
    for (const insert of inserts) items.push(insert);
    let to = items.length - 1;
    for (let next = inserts.length - 1; next >= 0; next--) {
      const insert = inserts[next]!;
      const least = isFew ? this.placeOf(insert, from + 1) : this.placeFrom(insert, from);
      while (from >= least) items[to--] = items[from--]!;
      items[to--] = insert;
    }
  }

  /** As {@link placeOf}, looked for from the end. */
  private placeFrom(item: T, from: number): number {
    let end = from;
    while (end >= 0 && this.compare(this.items[end]!, item) > 0) end--;
    return end + 1;
  }

  /** How many of the first `end` items come before this one, which is none of them. */
  private placeOf(item: T, end: number): number {
    let low = 0;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.items[middle]!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
