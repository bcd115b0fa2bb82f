/** The sockets whose traffic pages look at, where the system counts only what it is told to. */
import type { SocketBackend } from '../native';
import type { IdentityIndex } from '../shared/identityIndex';
import type { SocketTable } from '../shared/socketTable';

/** As a {@link SocketTable} has it; null where no row had this id when it was looked for. */
type Identity = readonly [high: number, low: number, namespace: number] | null;

/** Which rows of each reading have one of the ids. They are looked for by name once, and by number ever after. */
export class Watched {
  private identities = new Map<string, Identity>();
  /** Ids that have not been looked for yet */
  private unsought = new Set<string>();

  constructor(private readonly backend: Pick<SocketBackend, 'id'>) {}

  /** Watches these from now on, and no others. */
  set(ids: ReadonlySet<string>): void {
    const before = this.identities;
    this.identities = new Map();
    this.unsought = new Set();
    for (const id of ids) {
      const known = before.get(id);
      // One that was not found is looked for again: the page may have been told of it since.
      if (known == null) this.unsought.add(id);
      else this.identities.set(id, known);
    }
  }

  /** Their rows, as far as they are listed. */
  rows(table: SocketTable, index: IdentityIndex): number[] {
    this.seek(table);
    const rows: number[] = [];
    for (const identity of this.identities.values()) {
      const row = identity === null ? -1 : index.find(...identity);
      if (row >= 0) rows.push(row);
    }
    return rows;
  }

  private seek(table: SocketTable): void {
    const { unsought, identities } = this;
    if (unsought.size === 0) return;
    const { idHigh, idLow, namespace } = table.columns;
    for (let row = 0; row < table.length && unsought.size > 0; row++) {
      const identity = [idHigh[row]!, idLow[row]!, namespace[row]!] as const;
      const id = this.backend.id(...identity);
      if (unsought.delete(id)) identities.set(id, identity);
    }
    for (const id of unsought) identities.set(id, null);
    unsought.clear();
  }
}
