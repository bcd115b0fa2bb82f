/** Something in its place. It is replaced, never moved: what must move is buried, and a fresh one is added. */
export interface Place {
  dead: boolean;
  /** The list's own: a number that none of its other items has */
  slot: number;
}

/** Of a {@link Place} that is in no list yet */
export const NO_SLOT = -1;

/** Which slots are buried, while a list is compacted; 0 for all in between */
let buriedSlots = new Uint8Array(1024);

/** How items are ordered: by keys, which are cheap to compare, and the few that tie by looking at the items themselves. */
export interface Ordering<T, Key = unknown> {
  /** The same for as long as the item is in the list */
  keyOf(item: T): Key;
  compareKeys(a: Key, b: Key): number;
  /** Of items with the same key. Knows no ties between different items */
  compareTies(a: T, b: T): number;
}

export function compareBy<T, Key>(order: Ordering<T, Key>, a: T, b: T): number {
  return order.compareKeys(order.keyOf(a), order.keyOf(b)) || order.compareTies(a, b);
}

/**
 * A list that is kept sorted in place. Additions and burials take effect together at {@link settle}: every item moves at
 * most twice, and the others are not looked at. They lie all over the memory, which is what takes the time; so their keys
 * are kept side by side, and so are their slots, by which the buried ones are known.
 */
export class SortedList<T extends Place, Key = unknown> {
  private items: T[] = [];
  /** Each item's, at its index */
  private keys: Key[] = [];
  private slots: number[] = [];
  private readonly freeSlots: number[] = [];
  private inserts: T[] = [];
  private buried: T[] = [];

  constructor(private readonly order: Ordering<T, Key>) {}

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
    if (this.buried.length > 0) this.compact();
    if (this.inserts.length > 0) this.merge();
  }

  /** Starts over with these, in any order. */
  reset(items: Iterable<T>): void {
    this.replace([...items].sort(this.compare));
  }

  /** Has these from now on, which are in order; it keeps the array. */
  replace(items: T[]): void {
    this.items = items;
    this.keys = items.map((item) => this.order.keyOf(item));
    this.slots = items.map((item, i) => (item.slot = i));
    this.freeSlots.length = 0;
    this.inserts = [];
    this.buried = [];
  }

  /** The place of an item, or -1. */
  indexOf(item: T): number {
    const index = this.placeOf(item, 0, this.items.length);
    const found = this.items[index];
    return found !== undefined && this.compare(found, item) === 0 ? index : -1;
  }

  private readonly compare = (a: T, b: T): number => compareBy(this.order, a, b);

  private compact(): void {
    const { items, keys, slots, buried, freeSlots } = this;
    this.buried = [];
    const most = items.length + freeSlots.length;
    if (buriedSlots.length < most) buriedSlots = new Uint8Array(2 * most);
    for (const { slot } of buried) if (slot < most) buriedSlots[slot] = 1; // NO_SLOT: nowhere
    let to = 0;
    for (let from = 0; from < items.length; from++) {
      const slot = slots[from]!;
      // One that was buried before it came in may have the slot that it had elsewhere.
      if (buriedSlots[slot] === 1 && items[from]!.dead) {
        freeSlots.push(slot);
        continue;
      }
      if (from !== to) {
        items[to] = items[from]!;
        keys[to] = keys[from]!;
        slots[to] = slot;
      }
      to++;
    }
    for (const { slot } of buried) if (slot < most) buriedSlots[slot] = 0;
    items.length = keys.length = slots.length = to;
  }

  /** From the back: what moves goes where nothing is any more. */
  private merge(): void {
    const { items, keys, slots, order } = this;
    const inserts = this.inserts.filter(({ dead }) => !dead).sort(this.compare);
    this.inserts = [];
    let end = items.length;
    for (const [i, insert] of inserts.entries()) insert.slot = this.freeSlots.pop() ?? end + i;
    // The gap must hold something while it is filled: an array with holes is slower for good.
    for (const insert of inserts) {
      items.push(insert);
      keys.push(order.keyOf(insert));
      slots.push(insert.slot);
    }
    let to = items.length;
    for (let next = inserts.length - 1; next >= 0; next--) {
      const insert = inserts[next]!;
      const place = this.placeBefore(insert, end);
      while (end > place) {
        items[--to] = items[--end]!;
        keys[to] = keys[end]!;
        slots[to] = slots[end]!;
      }
      items[--to] = insert;
      keys[to] = order.keyOf(insert);
      slots[to] = insert.slot;
    }
  }

  /** As {@link placeOf} among the first `end`, of an item that is likely to be near their end. */
  private placeBefore(item: T, end: number): number {
    let high = end;
    let step = 1;
    while (high > 0 && !this.isBefore(Math.max(0, end - step), item)) {
      high = Math.max(0, end - step);
      step *= 2;
    }
    return this.placeOf(item, Math.max(0, end - step), high);
  }

  /** Where the item is, or belongs, of the places `low` to `high`. */
  private placeOf(item: T, low: number, high: number): number {
    const key = this.order.keyOf(item);
    let [from, to] = [low, high];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.isBefore(middle, item, key)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Whether what is at an index comes before an item. */
  private isBefore(index: number, item: T, key: Key = this.order.keyOf(item)): boolean {
    const difference = this.order.compareKeys(this.keys[index]!, key);
    return (difference || this.order.compareTies(this.items[index]!, item)) < 0;
  }
}
