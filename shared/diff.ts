/** What changed between two readings, by identity. */
import type { IdentityIndex } from './identityIndex';
import type { SocketTable } from './socketTable';

/** Row indexes: `added` and `changed` into the new table, `removed` into the old one. */
export interface TableDiff {
  added: number[];
  changed: number[];
  removed: number[];
}

/** Compares two readings. The indexes must have been built over the tables given. */
export function diffTables(
  before: SocketTable,
  beforeIndex: IdentityIndex,
  after: SocketTable,
  afterIndex: IdentityIndex,
): TableDiff {
  const diff: TableDiff = { added: [], changed: [], removed: [] };
  const a = after.columns;
  for (let row = 0; row < after.length; row++) {
    const old = beforeIndex.find(a.idHigh[row]!, a.idLow[row]!);
    if (old < 0) diff.added.push(row);
    else if (!sameRow(before, old, after, row)) diff.changed.push(row);
  }
  const b = before.columns;
  for (let row = 0; row < before.length; row++) {
    if (afterIndex.find(b.idHigh[row]!, b.idLow[row]!) < 0) diff.removed.push(row);
  }
  return diff;
}

/** Everything but the identity and the time a row was first seen. */
function sameRow(before: SocketTable, old: number, after: SocketTable, row: number): boolean {
  const b = before.columns;
  const a = after.columns;
  return (
    b.protocol[old] === a.protocol[row] &&
    b.family[old] === a.family[row] &&
    b.state[old] === a.state[row] &&
    b.owner[old] === a.owner[row] &&
    before.processes[old] === after.processes[row] &&
    b.uid[old] === a.uid[row] &&
    b.inode[old] === a.inode[row] &&
    b.tablePid[old] === a.tablePid[row] &&
    b.localPort[old] === a.localPort[row] &&
    b.remotePort[old] === a.remotePort[row] &&
    b.hasRemote[old] === a.hasRemote[row] &&
    b.interfaceIndex[old] === a.interfaceIndex[row] &&
    Object.is(b.bytesSent[old], a.bytesSent[row]) &&
    Object.is(b.bytesReceived[old], a.bytesReceived[row]) &&
    Object.is(b.receiveQueue[old], a.receiveQueue[row]) &&
    Object.is(b.sendQueue[old], a.sendQueue[row]) &&
    Object.is(b.createdAt[old], a.createdAt[row]) &&
    sameAddresses(before.addresses, 32 * old, after.addresses, 32 * row)
  );
}

function sameAddresses(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): boolean {
  for (let i = 0; i < 32; i++) if (a[aOffset + i] !== b[bOffset + i]) return false;
  return true;
}
