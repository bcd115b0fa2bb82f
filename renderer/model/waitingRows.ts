/** What happened to the rows while they were held, by their ids. */
export class WaitingRows {
  /** Of the rows that came, changed or ended */
  private ids = new Set<string>();
  /** Those of them that will be shown and are not yet */
  readonly arriving = new Set<string>();
  /** Those that came, and whether they are new rather than switched on */
  born = new Map<string, boolean>();
  /** Those that have ended, and are still shown */
  gone = new Set<string>();
  /** Whether what rows are accepted may have changed */
  stale = false;

  change(id: string): void {
    this.ids.add(id);
    this.gone.delete(id);
  }

  end(id: string): void {
    this.ids.add(id);
    this.gone.add(id);
  }

  forget(id: string): void {
    this.ids.delete(id);
    this.arriving.delete(id);
    this.born.delete(id);
  }

  /** Everything, and from now on nothing waits. */
  take(): {
    stale: boolean;
    ids: ReadonlySet<string>;
    gone: ReadonlySet<string>;
    born: ReadonlyMap<string, boolean>;
  } {
    const { stale, ids, gone, born } = this;
    this.stale = false;
    this.ids = new Set();
    this.gone = new Set();
    this.born = new Map();
    this.arriving.clear();
    return { stale, ids, gone, born };
  }
}
