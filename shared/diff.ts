/** What changed between two readings, by identity. */
import type { IdentityIndex } from './identityIndex';
import type { SocketTable } from './socketTable';

/** Which rows of two readings are the same socket. */
export interface RowMatch {
  /** For each row of the new table, the row of the old one, or -1. Valid for the first `after.length` elements. */
  previous: Int32Array;
  /** Rows of the old table that are not in the new one. */
  removed: number[];
}

/** Row indexes: `added` and `changed` into the new table, `removed` into the old one. */
export interface TableDiff {
  added: number[];
  changed: number[];
  removed: number[];
}

/** Matches the rows of two readings, keeping its memory from one reading to the next. */
export class RowMatcher {
  private previous = new Int32Array(0);
  private kept = new Uint8Array(0);

  /** The index must have been built over `before`. The result is valid until the next call. */
  match(before: SocketTable, beforeIndex: IdentityIndex, after: SocketTable): RowMatch {
    if (this.previous.length < after.length) this.previous = new Int32Array(after.capacity);
    if (this.kept.length < before.length) this.kept = new Uint8Array(before.capacity);
    const { previous, kept } = this;
    kept.fill(0, 0, before.length);
    const { idHigh, idLow, namespace } = after.columns;
    const old = before.columns;
    // The OS lists its sockets in much the same order each time, so the next row is usually the next one again.
    let guess = 0;
    for (let row = 0; row < after.length; row++) {
      const isNext =
        guess < before.length &&
        old.idLow[guess] === idLow[row] &&
        old.idHigh[guess] === idHigh[row] &&
        old.namespace[guess] === namespace[row];
      const found = isNext ? guess : beforeIndex.find(idHigh[row]!, idLow[row]!, namespace[row]!);
      previous[row] = found;
      if (found >= 0) {
        kept[found] = 1;
        guess = found + 1;
      }
    }
    const removed: number[] = [];
    for (let row = 0; row < before.length; row++) if (kept[row] === 0) removed.push(row);
    return { previous, removed };
  }
}

/** Compares two readings whose rows have been matched. */
export function diffTables(before: SocketTable, after: SocketTable, match: RowMatch): TableDiff {
  const { previous, removed } = match;
  const diff: TableDiff = { added: [], changed: [], removed };
  for (let row = 0; row < after.length; row++) {
    const old = previous[row]!;
    if (old < 0) diff.added.push(row);
    else if (!sameRow(before, old, after, row)) diff.changed.push(row);
  }
  return diff;
}

/** Everything but the identity and the time a row was first seen; what changes most often comes first. */
function sameRow(before: SocketTable, old: number, after: SocketTable, row: number): boolean {
  const b = before.columns;
  const a = after.columns;
  return (
    b.state[old] === a.state[row] &&
    sameNumber(b.bytesSent[old]!, a.bytesSent[row]!) &&
    sameNumber(b.bytesReceived[old]!, a.bytesReceived[row]!) &&
    sameNumber(b.receiveQueue[old]!, a.receiveQueue[row]!) &&
    sameNumber(b.sendQueue[old]!, a.sendQueue[row]!) &&
    sameNumber(b.rtt[old]!, a.rtt[row]!) &&
    sameNumber(b.retransmits[old]!, a.retransmits[row]!) &&
    sameNumber(b.destroyedAt[old]!, a.destroyedAt[row]!) &&
    before.holders[old] === after.holders[row] &&
    b.owner[old] === a.owner[row] &&
    b.uid[old] === a.uid[row] &&
    b.inode[old] === a.inode[row] &&
    b.tablePid[old] === a.tablePid[row] &&
    b.protocol[old] === a.protocol[row] &&
    b.family[old] === a.family[row] &&
    b.type[old] === a.type[row] &&
    b.localPort[old] === a.localPort[row] &&
    b.remotePort[old] === a.remotePort[row] &&
    b.hasRemote[old] === a.hasRemote[row] &&
    b.dualStack[old] === a.dualStack[row] &&
    b.interfaceIndex[old] === a.interfaceIndex[row] &&
    sameNumber(b.createdAt[old]!, a.createdAt[row]!) &&
    before.localNames[old] === after.localNames[row] &&
    before.remoteNames[old] === after.remoteNames[row] &&
    sameAddresses(before.addressWords, 8 * old, after.addressWords, 8 * row)
  );
}

/** Equal, or both "not known" (NaN). */
function sameNumber(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function sameAddresses(a: Uint32Array, aOffset: number, b: Uint32Array, bOffset: number): boolean {
  for (let i = 0; i < 8; i++) if (a[aOffset + i] !== b[bOffset + i]) return false;
  return true;
}
