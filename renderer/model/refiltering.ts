import type { LiveRow } from '../../shared/rowFacts';
import type { Entry, Layout } from './lines';

/**
 * Shows other rows in the same order, because the filter has changed: what stays is in order already, and so is most of what
 * comes back.
 */
export class Refiltering {
  /** The shown rows as they were before a filter took some away, in order */
  private widest: readonly Entry[] = [];
  private visit = 0;

  /** The order has become another one. */
  forget(): void {
    this.widest = [];
  }

  /**
   * The first rows that a filter will leave, as far as they are found among the first `most` that may be; none where it is not
   * known which may be.
   * @param total how many rows there are, shown or not
   * @param layout flat
   */
  first(
    total: number,
    layout: Layout,
    accepts: (row: LiveRow) => boolean,
    isNarrower: boolean,
    { count, most }: { count: number; most: number },
  ): Entry[] {
    const found: Entry[] = [];
    const isAll = this.widest.length === 0;
    if (isAll && !isNarrower && layout.length < total) return found;
    let tried = 0;
    for (const entry of isAll || isNarrower ? layout.sockets() : this.widest) {
      if (found.length === count || tried++ === most) break;
      if (!entry.dead && accepts(entry.row)) found.push(entry);
    }
    return found;
  }

  /**
   * @param layout settled, with exactly the shown of `entries`
   * @param isNarrower whether everything that is accepted now is shown already
   * @returns how many are shown now
   */
  apply(
    entries: ReadonlyMap<string, Entry>,
    layout: Layout,
    accepts: (row: LiveRow) => boolean,
    isNarrower: boolean,
  ): number {
    const current = [...layout.sockets()];
    if (this.widest.length <= current.length) this.widest = current;
    const fits = ++this.visit;
    let count = 0;
    // All of them in the order in which they came, which is how they lie in memory: in any other it takes twice the time.
    const isFew = isNarrower && 2 * current.length < entries.size;
    for (const entry of isFew ? current : entries.values()) {
      if ((isNarrower && !entry.shown) || !accepts(entry.row)) continue;
      entry.visit = fits;
      count++;
    }
    const placed = ++this.visit;
    const take = (from: Iterable<Entry>): Entry[] => {
      const taken: Entry[] = [];
      for (const entry of from) {
        if (entry.dead || entry.visit !== fits) continue;
        entry.visit = placed;
        taken.push(entry);
      }
      return taken;
    };
    const inOrder = take(isNarrower ? current : this.widest);
    const others = inOrder.length < count ? take(entries.values()) : [];
    const hidden = current.filter(({ visit }) => visit !== placed);
    if (layout.retain(inOrder)) for (const entry of others) layout.add(entry);
    else {
      for (const entry of hidden) layout.bury(entry);
      for (const entry of [...inOrder, ...others]) if (!entry.shown) layout.add(entry);
    }
    for (const entry of hidden) entry.shown = false;
    for (const entry of inOrder) entry.shown = true;
    for (const entry of others) entry.shown = true;
    layout.settle();
    // They are out of the lines, and as good as before.
    for (const entry of hidden) entry.dead = false;
    if (count === entries.size) this.widest = [];
    return count;
  }
}
