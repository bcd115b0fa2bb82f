import type { RowOrder } from './rowOrder';
import type { Entry, Line } from './lines';

/**
 * Which sockets are selected, by identity and not by place: they stay selected wherever they move to. Outside React.
 * Selecting a group selects the sockets that are in it then; those that come later were not meant.
 */
export class Selection {
  private readonly ids = new Set<string>();
  /** Lines of groups that were selected as a whole, by their ids */
  private readonly groups = new Set<string>();
  /** The line the keyboard is on. */
  private focusId: string | null = null;
  /** Its place at the last update. */
  private focusIndex = 0;
  /** Where a range that is being extended began. */
  private anchorId: string | null = null;
  private readonly listeners = new Set<() => void>();
  private versionNumber = 0;

  constructor(private readonly order: RowOrder) {}

  readonly version = (): number => this.versionNumber;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether a line is selected. */
  has(id: string): boolean {
    return this.ids.has(id) || this.groups.has(id);
  }

  get isEmpty(): boolean {
    return this.ids.size === 0;
  }

  /** The line the keyboard is on: a socket's id, or that of a group's line. */
  get focused(): string | null {
    return this.focusId;
  }

  /** How many of the selected sockets are shown. */
  get shownCount(): number {
    let count = 0;
    for (const id of this.ids) if (this.order.get(id)?.shown === true) count++;
    return count;
  }

  /** Those of the selected sockets that are shown, in no order. */
  *shown(): Generator<Entry> {
    for (const id of this.ids) {
      const entry = this.order.get(id);
      if (entry?.shown === true) yield entry;
    }
  }

  /** Those of the selected sockets that are shown, in order. What a filter hides is not acted upon. */
  shownIds(): string[] {
    return [...this.shown()].sort((a, b) => this.order.compare(a, b)).map(({ row }) => row.id);
  }

  /** Selects one line and no other. */
  only(id: string): void {
    this.empty();
    this.take(id);
    this.focusId = this.anchorId = id;
    this.changed();
  }

  /** Adds a line, or takes it out. */
  toggle(id: string): void {
    if (this.has(id)) this.drop(id);
    else this.take(id);
    this.focusId = this.anchorId = id;
    this.changed();
  }

  /** Selects everything from the anchor to this line. Of a group in between, what is folded in as well. */
  extendTo(id: string): void {
    const from = this.anchorId === null ? -1 : this.order.indexOf(this.anchorId);
    const to = this.order.indexOf(id);
    if (from < 0 || to < 0) {
      this.only(id);
      return;
    }
    this.empty();
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) {
      const line = this.order.lines.at(i)!;
      if (line.kind === 'socket') this.ids.add(line.id);
      if (line.collapsed) this.take(line.id);
    }
    this.focusId = id;
    this.changed();
  }

  all(): void {
    for (const { row } of this.order.shown()) this.ids.add(row.id);
    this.changed();
  }

  clear(): void {
    if (this.ids.size === 0) return;
    this.empty();
    this.changed();
  }

  /** The keyboard goes to a line, and the selection stays. */
  focus(id: string): void {
    this.focusId = this.anchorId = id;
    this.changed();
  }

  /** Forgets sockets that no longer exist. The keyboard goes on from where its line was. */
  prune(): void {
    const size = this.ids.size + this.groups.size;
    for (const id of this.ids) if (this.order.get(id) === undefined) this.ids.delete(id);
    for (const id of this.groups) if (this.order.indexOf(id) < 0) this.groups.delete(id);
    const moved = this.keepFocus();
    if (this.ids.size + this.groups.size !== size || moved) this.changed();
  }

  private keepFocus(): boolean {
    if (this.focusId === null) return false;
    const index = this.order.indexOf(this.focusId);
    if (index >= 0 || this.order.get(this.focusId) !== undefined) {
      this.focusIndex = index;
      return false;
    }
    const { lines } = this.order;
    const neighbour = lines.at(Math.min(this.focusIndex, lines.length - 1));
    this.focusId = this.anchorId = neighbour?.id ?? null;
    return true;
  }

  private take(id: string): void {
    const line = this.lineOf(id);
    if (line?.kind !== 'group') {
      this.ids.add(id);
      if (line?.collapsed !== true) return;
    } else this.groups.add(id);
    for (const { row } of this.order.gathered(line)) this.ids.add(row.id);
  }

  private drop(id: string): void {
    this.ids.delete(id);
    const line = this.lineOf(id);
    if (line === undefined) return;
    const parent = this.order.parent(line);
    if (parent !== undefined) this.groups.delete(parent.id);
    if (!this.groups.delete(id) && !line.collapsed) return;
    for (const { row } of this.order.gathered(line)) this.ids.delete(row.id);
  }

  private lineOf(id: string): Line | undefined {
    return this.order.lines.at(this.order.indexOf(id));
  }

  private empty(): void {
    this.ids.clear();
    this.groups.clear();
  }

  private changed(): void {
    this.versionNumber++;
    for (const listener of this.listeners) listener();
  }
}
