/** What the system tells of sockets that it has destroyed, joined with what was read of them. */
import type { SocketBackend } from '../native';
import type { RowMatch } from '../shared/diff';
import type { IdentityIndex } from '../shared/identityIndex';
import { OWNERS, PROTOCOLS, stateCode } from '../shared/socket';
import type { Protocol } from '../shared/socket';
import { FINAL_COUNTERS, SocketTable } from '../shared/socketTable';
import { directionCode } from './directions';
import { EndedRows } from './endedRows';
import { ListenerIndex } from './listenerIndex';

const TIME_WAIT = stateCode('TIME_WAIT');
const FIN_WAIT_2 = stateCode('FIN_WAIT_2');
const CLOSE = stateCode('CLOSE');
/** What the system tells the end of. */
const TOLD = new Set([PROTOCOLS.indexOf('tcp'), PROTOCOLS.indexOf('udp')]);
const PRESUMED = OWNERS.indexOf('presumed');
const NONE = OWNERS.indexOf('none');

/** Two readings, with the index of each. */
export interface ReadingPair {
  before: SocketTable;
  beforeIndex: IdentityIndex;
  after: SocketTable;
  afterIndex: IdentityIndex;
  match: RowMatch;
}

/**
 * A destroyed socket is not always gone: it may live on under the same identity as FIN_WAIT_2 or TIME_WAIT, and then its
 * row is marked and keeps the final counters. One that no reading ever saw was born and gone in between.
 *
 * The system's messages can come a little after a reading that already lacks their socket, so those that fit nothing are
 * kept for one more reading, and rows that have ended are remembered until theirs comes.
 */
export class DestroyedSockets {
  /** The sockets told of since the last reading, and those of the reading before that fitted nothing. */
  private news = new SocketTable();
  private waiting = new SocketTable();
  private spare = new SocketTable();
  private readonly ended = new SocketTable();
  private readonly untold = new EndedRows();
  /** How many the system could not tell, in all. */
  missed = 0;
  /** ms since 1970-01-01 UTC */
  private lastReadAt = 0;

  constructor(private readonly backend: SocketBackend) {}

  /** Takes what was told before the tables are read: what they do not show then, no later reading will. */
  collect(now: number): void {
    const { waiting } = this;
    const start = waiting.length;
    this.missed = this.backend.takeDestroyed(waiting);
    waiting.columns.destroyedAt.fill(now, start, waiting.length);
  }

  /**
   * Takes the news and marks the rows of `after` that they are about.
   * @returns (until the next call) the rows that have ended, with their final counters: those gone since `before`, and the short-lived
   */
  join(pair: ReadingPair, protocols: readonly Protocol[], now: number): SocketTable {
    const { ended, spare: waiting } = this;
    ended.clear();
    this.missed = this.backend.takeDestroyed(this.news);
    let newRemnants: Map<string, number> | null = null;
    const listeners = new ListenerIndex(pair.after);
    const earlier = new ListenerIndex(pair.before);
    /** Rows of `before` that were told of. */
    const told = new Set<number>();
    const isRead = PROTOCOLS.map((protocol) => protocols.includes(protocol));
    const settle = (from: SocketTable, event: number, isLast: boolean): void => {
      if (!isRead[from.columns.protocol[event]!]!) return;
      from.columns.state[event] = CLOSE;
      if (!isLast) from.columns.destroyedAt[event] = now;
      const { idHigh, idLow, namespace } = from.columns;
      const identity = [idHigh[event]!, idLow[event]!, namespace[event]!] as const;
      const alive = pair.afterIndex.find(...identity);
      if (alive >= 0) return markDestroyed(pair.after, alive, from, event);
      const gone = pair.beforeIndex.find(...identity);
      if (gone >= 0) {
        told.add(gone);
        return appendFinal(ended, pair.before, gone, from, event);
      }
      const late = this.untold.take(...identity);
      if (late >= 0 && this.untold.isNew(late)) appendFinal(ended, this.untold.table, late, from, event);
      if (late >= 0) return;
      // A socket that never was read gets a new cookie in TIME_WAIT: only its endpoints say that it is the same.
      newRemnants ??= endpointsOfNewRemnants(pair.after, this.lastReadAt);
      const remnant = newRemnants.get(endpointsKey(from, event));
      if (remnant !== undefined) return markDestroyed(pair.after, remnant, from, event);
      if (!isLast) {
        waiting.appendFrom(from, event);
        return;
      }
      const row = ended.appendFrom(from, event);
      // Without a peer it was accepted by nobody, though somebody may listen on its port.
      const hasPeer = from.columns.hasRemote[event] !== 0;
      const listener = hasPeer ? listeners.find(from, event) : -1;
      if (hasPeer)
        ended.columns.direction[row] = directionCode(ended, row, [listeners, earlier], this.backend);
      ended.holders[row] = listener < 0 ? [] : pair.after.holders[listener]!;
      ended.columns.owner[row] = ended.holders[row].length > 0 ? PRESUMED : NONE;
      ended.columns.firstSeenAt[row] = from.columns.destroyedAt[event]!;
    };
    for (let event = 0; event < this.waiting.length; event++) settle(this.waiting, event, true);
    for (let event = 0; event < this.news.length; event++) settle(this.news, event, false);
    this.news.clear();
    this.waiting.clear();
    [this.waiting, this.spare] = [waiting, this.waiting];
    // Those told of while they were still listed have their final counters; what was left of others was told of before.
    const { destroyedAt, protocol, state } = pair.before.columns;
    for (const row of pair.match.removed) {
      if (Number.isNaN(destroyedAt[row]!) || !isRead[protocol[row]!]!) continue;
      if (state[row] !== TIME_WAIT && state[row] !== FIN_WAIT_2) ended.appendFrom(pair.before, row);
    }
    if (this.backend.tellsEnds) {
      this.untold.remember(
        pair.before,
        pair.match.removed.filter((row) => !told.has(row) && isFull(pair.before, row)),
      );
    }
    this.lastReadAt = now;
    return ended;
  }
}

/** Whether the row is of a socket whose end will be told: of TCP or UDP, and not told already. */
function isFull(table: SocketTable, row: number): boolean {
  const { protocol, destroyedAt, state } = table.columns;
  return TOLD.has(protocol[row]!) && Number.isNaN(destroyedAt[row]!) && state[row] !== TIME_WAIT;
}

/**
 * The mark and the final counters stay with the row for as long as it is listed.
 * @param tellsEnds {@link SocketBackend.tellsEnds}
 */
export function carryDestroyed({ before, after, match }: ReadingPair, tellsEnds: boolean): void {
  const { destroyedAt, state } = after.columns;
  for (let row = 0; row < after.length; row++) {
    const old = match.previous[row]!;
    if (old < 0) continue;
    // Where no ends are told, FIN_WAIT_2 without counters is a living socket that is not counted.
    if (isRemnant(after, row) && (tellsEnds || state[row] === TIME_WAIT)) keepFinal(after, row, before, old);
    destroyedAt[row] = before.columns.destroyedAt[old]!;
  }
}

function markDestroyed(table: SocketTable, row: number, from: SocketTable, event: number): void {
  table.columns.destroyedAt[row] = from.columns.destroyedAt[event]!;
  for (const name of FINAL_COUNTERS) {
    if (!Number.isNaN(from.columns[name][event]!)) table.columns[name][row] = from.columns[name][event]!;
  }
}

function appendFinal(
  into: SocketTable,
  table: SocketTable,
  row: number,
  from: SocketTable,
  event: number,
): void {
  markDestroyed(into, into.appendFrom(table, row), from, event);
}

/** What is left of a connection once its socket is gone; the kernel lists it in either state. */
function isRemnant({ columns }: SocketTable, row: number): boolean {
  const state = columns.state[row];
  return (state === TIME_WAIT || state === FIN_WAIT_2) && Number.isNaN(columns.bytesSent[row]!);
}

/** A remnant has no counters of its own: those last read are the connection's. */
function keepFinal(after: SocketTable, row: number, before: SocketTable, old: number): void {
  for (const name of FINAL_COUNTERS) {
    if (Number.isNaN(after.columns[name][row]!)) after.columns[name][row] = before.columns[name][old]!;
  }
}

/** Remnants first listed by this reading or, as messages may come late, by the last one. */
function endpointsOfNewRemnants(after: SocketTable, lastReadAt: number): Map<string, number> {
  const { firstSeenAt, destroyedAt } = after.columns;
  const found = new Map<string, number>();
  for (let row = 0; row < after.length; row++) {
    if (firstSeenAt[row]! >= lastReadAt && Number.isNaN(destroyedAt[row]!) && isRemnant(after, row))
      found.set(endpointsKey(after, row), row);
  }
  return found;
}

function endpointsKey(table: SocketTable, row: number): string {
  const { protocol, family, localPort, remotePort, namespace } = table.columns;
  const words = table.addressWords.subarray(8 * row, 8 * row + 8).join();
  return `${protocol[row]} ${family[row]} ${namespace[row]} ${localPort[row]} ${remotePort[row]} ${words}`;
}
