import type { OwnerLookup } from '../native';
import type { RowMatch } from '../shared/diff';
import { OWNERS, PROTOCOLS, stateCode } from '../shared/socket';
import type { Owner } from '../shared/socket';
import { NOBODY, UNKNOWN } from '../shared/socketTable';
import type { Holders, SocketTable } from '../shared/socketTable';

const CODE = Object.fromEntries(OWNERS.map((owner, code) => [owner, code])) as Record<Owner, number>;
const KNOWN = CODE.known;
const NETLINK = PROTOCOLS.indexOf('netlink');
const ESTABLISHED = stateCode('ESTABLISHED');
const CLOSE_WAIT = stateCode('CLOSE_WAIT');

/**
 * Gives every row of a reading its owner. A row that the kernel no longer connects with a process keeps the owner last
 * seen under the same identity, marked as inherited; never by its endpoints alone, which others may use by now.
 *
 * @returns the number of rows whose owner this user may not see.
 */
export function joinOwners(
  table: SocketTable,
  lookup: OwnerLookup,
  before: SocketTable,
  { previous }: RowMatch,
): number {
  const { owner, inode, uid, tablePid } = table.columns;
  let hidden = 0;
  for (let row = 0; row < table.length; row++) {
    const holders = lookup.holdersOf(row);
    if (holders.length > 0) {
      table.holders[row] = holders;
      owner[row] = KNOWN;
      continue;
    }
    const old = previous[row]!;
    const last = old < 0 ? NOBODY : lastHoldersOf(before, old);
    table.lastHolders[row] = last;
    table.holders[row] = NOBODY; // the rows of a table that could not be read bring theirs along
    if ((inode[row] !== 0 || tablePid[row] !== UNKNOWN) && !isKernels(table, row)) {
      // The OS says that somebody holds it; who, could not be found. It need not be the last one: it may have been handed over.
      owner[row] = lookup.complete ? CODE.unfound : CODE.hidden;
      if (!lookup.complete) hidden++;
    } else if (last.length > 0) {
      table.holders[row] = last;
      owner[row] = CODE.inherited;
      if (uid[row] === UNKNOWN) uid[row] = before.columns.uid[old]!;
    } else {
      owner[row] = isUnaccepted(table, row) ? CODE.unaccepted : CODE.none;
    }
  }
  return hidden;
}

function lastHoldersOf(table: SocketTable, row: number): Holders {
  const holders = table.holders[row]!;
  return holders.length > 0 ? holders : table.lastHolders[row]!;
}

/**
 * The kernel's own end of netlink (port 0): it has an inode, but no process can hold it. A process's socket has port 0 only if
 * it joined a group without ever being bound.
 */
function isKernels(table: SocketTable, row: number): boolean {
  return table.columns.protocol[row] === NETLINK && table.columns.localPort[row] === 0;
}

/** Connected, waiting in a listener's queue: it has a user (the listener's) but no file yet. */
function isUnaccepted(table: SocketTable, row: number): boolean {
  const { state, uid } = table.columns;
  return uid[row] !== UNKNOWN && (state[row] === ESTABLISHED || state[row] === CLOSE_WAIT);
}
