/** What the system tells of sockets that it has destroyed, joined with what was read of them. */
import type { SocketBackend } from '../native';
import type { RowMatch } from '../shared/diff';
import { IdentityIndex } from '../shared/identityIndex';
import { OWNERS, stateCode } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import { ListenerIndex } from './listenerIndex';

const TIME_WAIT = stateCode('TIME_WAIT');
const CLOSE = stateCode('CLOSE');
const PRESUMED = OWNERS.indexOf('presumed');
const NONE = OWNERS.indexOf('none');
/** What a destroyed socket's last message knows better than the last reading. */
const FINAL = ['bytesSent', 'bytesReceived', 'rtt', 'retransmits'] as const;

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
 * kept for one more reading, and rows that have ended are remembered for one as well.
 */
export class DestroyedSockets {
  /** The sockets told of since the last reading, and those of the reading before that fitted nothing. */
  private news = new SocketTable();
  private waiting = new SocketTable();
  /** Rows that ended with the last reading, for messages that come late. */
  private late = new SocketTable();
  private readonly lateIndex = new IdentityIndex();
  /** How many the system could not tell, in all. */
  missed = 0;

  constructor(private readonly backend: SocketBackend) {}

  /**
   * Takes the news and marks the rows of `after` that they are about.
   * @returns the rows that have ended, with their final counters: those gone since `before`, and the short-lived
   */
  join(pair: ReadingPair, now: number): SocketTable {
    const ended = new SocketTable();
    this.missed = this.backend.takeDestroyed(this.news);
    const waiting = new SocketTable();
    const newTimeWaits = endpointsOfNewTimeWaits(pair);
    let listeners: ListenerIndex | null = null;
    const settle = (from: SocketTable, event: number, isLast: boolean): void => {
      from.columns.state[event] = CLOSE;
      from.columns.destroyedAt[event] = now;
      const { idHigh, idLow, namespace } = from.columns;
      const identity = [idHigh[event]!, idLow[event]!, namespace[event]!] as const;
      const alive = pair.afterIndex.find(...identity);
      if (alive >= 0) return markDestroyed(pair.after, alive, from, event);
      const gone = pair.beforeIndex.find(...identity);
      if (gone >= 0) return void appendFinal(ended, pair.before, gone, from, event);
      const late = this.lateIndex.find(...identity);
      if (late >= 0) return void appendFinal(ended, this.late, late, from, event);
      // A socket that never was read gets a new cookie in TIME_WAIT: only its endpoints say that it is the same.
      const timeWait = newTimeWaits.get(endpointsKey(from, event));
      if (timeWait !== undefined) return markDestroyed(pair.after, timeWait, from, event);
      if (!isLast) return void waiting.appendFrom(from, event);
      const row = ended.appendFrom(from, event);
      listeners ??= new ListenerIndex(pair.after);
      const listener = listeners.find(from, event);
      ended.holders[row] = listener < 0 ? [] : pair.after.holders[listener]!;
      ended.columns.owner[row] = ended.holders[row]!.length > 0 ? PRESUMED : NONE;
      ended.columns.firstSeenAt[row] = now;
    };
    for (let event = 0; event < this.waiting.length; event++) settle(this.waiting, event, true);
    for (let event = 0; event < this.news.length; event++) settle(this.news, event, false);
    this.news.clear();
    this.waiting = waiting;
    this.rememberEnded(pair);
    return ended;
  }

  private rememberEnded({ before, match }: ReadingPair): void {
    this.late.clear();
    for (const row of match.removed) this.late.appendFrom(before, row);
    this.lateIndex.build(this.late);
  }
}

/** The mark and the final counters stay with the row for as long as it is listed. */
export function carryDestroyed({ before, after, match }: ReadingPair): void {
  const { destroyedAt } = after.columns;
  for (let row = 0; row < after.length; row++) {
    const old = match.previous[row]!;
    if (old < 0) continue;
    if (after.columns.state[row] === TIME_WAIT) keepFinal(after, row, before, old);
    destroyedAt[row] = before.columns.destroyedAt[old]!;
  }
}

function markDestroyed(table: SocketTable, row: number, from: SocketTable, event: number): void {
  table.columns.destroyedAt[row] = from.columns.destroyedAt[event]!;
  for (const name of FINAL) {
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

/** TIME_WAIT has no counters of its own: those last read are the connection's. */
function keepFinal(after: SocketTable, row: number, before: SocketTable, old: number): void {
  for (const name of FINAL) {
    if (Number.isNaN(after.columns[name][row]!)) after.columns[name][row] = before.columns[name][old]!;
  }
}

function endpointsOfNewTimeWaits({ after, match }: ReadingPair): Map<string, number> {
  const found = new Map<string, number>();
  for (let row = 0; row < after.length; row++) {
    if (match.previous[row]! < 0 && after.columns.state[row] === TIME_WAIT)
      found.set(endpointsKey(after, row), row);
  }
  return found;
}

function endpointsKey(table: SocketTable, row: number): string {
  const { protocol, family, localPort, remotePort, namespace } = table.columns;
  const words = table.addressWords.subarray(8 * row, 8 * row + 8).join();
  return `${protocol[row]} ${family[row]} ${namespace[row]} ${localPort[row]} ${remotePort[row]} ${words}`;
}
