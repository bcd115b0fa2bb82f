import type { RowOrder } from './rowOrder';

/** Which rows are selected, by identity and not by place: they stay selected wherever they move to. Outside React. */
export class Selection {
  private readonly ids = new Set<string>();
  /** The row the keyboard is on. */
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

  has(id: string): boolean {
    return this.ids.has(id);
  }

  get focused(): string | null {
    return this.focusId;
  }

  /** How many of the selected rows are shown. */
  get shownCount(): number {
    let count = 0;
    for (const id of this.ids) if (this.order.get(id)?.shown === true) count++;
    return count;
  }

  /** Those of the selected rows that are shown, in order. What a filter hides is not acted upon. */
  shownIds(): string[] {
    const places = [...this.ids].map((id) => ({ id, index: this.order.indexOf(id) }));
    return places
      .filter(({ index }) => index >= 0)
      .sort((a, b) => a.index - b.index)
      .map(({ id }) => id);
  }

  /** Selects one row and no other. */
  only(id: string): void {
    this.ids.clear();
    this.ids.add(id);
    this.focusId = this.anchorId = id;
    this.changed();
  }

  /** Adds a row, or takes it out. */
  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.focusId = this.anchorId = id;
    this.changed();
  }

  /** Selects everything from the anchor to this row. */
  extendTo(id: string): void {
    const from = this.anchorId === null ? -1 : this.order.indexOf(this.anchorId);
    const to = this.order.indexOf(id);
    if (from < 0 || to < 0) {
      this.only(id);
      return;
    }
    this.ids.clear();
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) this.ids.add(this.order.at(i)!.row.id);
    this.focusId = id;
    this.changed();
  }

  all(): void {
    for (let i = 0; i < this.order.length; i++) this.ids.add(this.order.at(i)!.row.id);
    this.changed();
  }

  clear(): void {
    if (this.ids.size === 0) return;
    this.ids.clear();
    this.changed();
  }

  /** Forgets rows that no longer exist. The keyboard goes on from where its row was. */
  prune(): void {
    const { size } = this.ids;
    for (const id of this.ids) if (this.order.get(id) === undefined) this.ids.delete(id);
    const moved = this.keepFocus();
    if (this.ids.size !== size || moved) this.changed();
  }

  private keepFocus(): boolean {
    if (this.focusId === null) return false;
    if (this.order.get(this.focusId) !== undefined) {
      this.focusIndex = this.order.indexOf(this.focusId);
      return false;
    }
    const neighbour = this.order.at(Math.min(this.focusIndex, this.order.length - 1));
    this.focusId = this.anchorId = neighbour?.row.id ?? null;
    return true;
  }

  private changed(): void {
    this.versionNumber++;
    for (const listener of this.listeners) listener();
  }
}
