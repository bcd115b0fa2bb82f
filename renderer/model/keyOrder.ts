import type { SortKey } from './columns';
import type { Ordering } from './sortedList';

/** What is sorted by a column, or came later and stays at the end. */
interface Keyed {
  readonly key: SortKey;
  /** 0 in the order of the keys; others come after those, in this order, whatever their keys are */
  readonly tail: number;
}

/** undefined: at the end */
type Key = SortKey | undefined;

/** The order of a column. What is not known comes last either way; a name of its own breaks ties. */
export class KeyOrder<T extends Keyed> implements Ordering<T, Key> {
  constructor(
    private readonly descending: boolean,
    private readonly nameOf: (item: T) => string,
  ) {}

  keyOf(item: T): Key {
    return item.tail === 0 ? item.key : undefined;
  }

  compareKeys(a: Key, b: Key): number {
    if (a === b) return 0;
    if (a === undefined) return 1;
    if (b === undefined) return -1;
    if (a === null) return 1;
    if (b === null) return -1;
    return a < b !== this.descending ? -1 : 1;
  }

  compareTies(a: T, b: T): number {
    if (a.tail !== b.tail) return a.tail - b.tail;
    const [name, other] = [this.nameOf(a), this.nameOf(b)];
    return name < other ? -1 : name > other ? 1 : 0;
  }
}
