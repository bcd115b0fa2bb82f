import type { SocketBackend } from '../native';
import { diffTables, RowMatcher } from '../shared/diff';
import type { RowMatch, TableDiff } from '../shared/diff';
import { IdentityIndex } from '../shared/identityIndex';
import type { ReadingOptions } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import { carryDestroyed, DestroyedSockets } from './destroyed';
import type { ReadingPair } from './destroyed';
import { joinDirections } from './directions';
import { ListenerIndex } from './listenerIndex';
import { joinOwners } from './ownerIndex';
import { TableReader } from './tableReader';
import { Watched } from './watched';

/** One reading: the table and its index. */
interface Reading {
  table: SocketTable;
  index: IdentityIndex;
}

const emptyReading = (): Reading => ({ table: new SocketTable(), index: new IdentityIndex() });

/** The last two readings of the OS's tables. Their memory is used again and again: nothing grows with time. */
export class Readings {
  readonly reader: TableReader;
  private current = emptyReading();
  private previous = emptyReading();
  private readonly matcher = new RowMatcher();
  private readonly destroyed: DestroyedSockets;
  private pair: ReadingPair | null = null;
  private readonly watched: Watched;
  private readonly copies = new SocketTable();
  /** Whether the system counts the traffic of what is watched, and of nothing else */
  private readonly countsWatched: boolean;
  /** Rows whose owner this user may not see. */
  hiddenOwners = 0;
  /** The rows that ended with the last reading, as far as their end was told: final counters, the short-lived included. */
  ended = new SocketTable();

  constructor(private readonly backend: SocketBackend) {
    this.reader = new TableReader(backend);
    this.destroyed = new DestroyedSockets(backend);
    this.watched = new Watched(backend);
    this.countsWatched = backend.traffic().counted === 'watched';
  }

  /** The rows as last read. */
  get table(): SocketTable {
    return this.current.table;
  }

  /** The rows as read before that. */
  get before(): SocketTable {
    return this.previous.table;
  }

  /** How many destroyed sockets the system could not tell of. */
  get missedEvents(): number {
    return this.destroyed.missed;
  }

  /** The sockets whose traffic somebody looks at, from the next reading on. */
  watch(ids: ReadonlySet<string>): void {
    if (this.countsWatched) this.watched.set(ids);
  }

  /** Has what is watched now counted, and nothing else, though no reading follows. */
  countNow(): void {
    if (!this.countsWatched) return;
    // On copies: what is counted meanwhile is told with the next reading, as a change.
    const { table, index } = this.current;
    this.copies.clear();
    const rows = this.watched.rows(table, index).map((row) => this.copies.appendFrom(table, row));
    this.backend.watchTraffic(this.copies, rows);
  }

  /** Reads everything anew; afterwards {@link table} and {@link before} have changed places. */
  take(options: ReadingOptions, now: number): void {
    const before = this.current;
    const after = this.previous;
    after.table.clear();
    this.destroyed.collect(now);
    this.reader.read(after.table, options, before.table, now);
    const duplicates = after.index.build(after.table);
    if (duplicates.length > 0) {
      after.table.drop(duplicates);
      after.index.build(after.table);
    }
    const match = this.matcher.match(before.table, before.index, after.table);
    this.hiddenOwners = joinOwners(after.table, this.backend.readOwners(after.table), before.table, match);
    carryFirstSeen(before.table, after.table, match, now);
    const listeners = [new ListenerIndex(after.table), new ListenerIndex(before.table)];
    joinDirections(before.table, after.table, match, listeners, this.backend);
    if (this.countsWatched)
      this.backend.watchTraffic(after.table, this.watched.rows(after.table, after.index));
    this.pair = {
      ...{ before: before.table, beforeIndex: before.index },
      ...{ after: after.table, afterIndex: after.index, match },
    };
    carryDestroyed(this.pair, this.backend.tellsEnds);
    this.ended = this.destroyed.join(this.pair, options.protocols, now);
    this.previous = before;
    this.current = after;
  }

  /** What the last reading changed. */
  diff(): TableDiff {
    if (this.pair === null) return { added: [], changed: [], moved: [], removed: [] };
    return diffTables(this.pair.before, this.pair.after, this.pair.match);
  }
}

function carryFirstSeen(before: SocketTable, after: SocketTable, { previous }: RowMatch, now: number): void {
  const { firstSeenAt } = after.columns;
  const old = before.columns.firstSeenAt;
  for (let row = 0; row < after.length; row++) {
    firstSeenAt[row] = previous[row]! < 0 ? now : old[previous[row]!]!;
  }
}
