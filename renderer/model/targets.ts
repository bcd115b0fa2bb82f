/** What an action would be done to, of rows that the user has chosen: said before it is offered, and why not the rest. */
import { reasonAgainst } from '../../shared/abilities';
import type { Rights } from '../../shared/abilities';
import { isSocketAction } from '../../shared/orders';
import type { Action, Order, ProcessIdentity } from '../../shared/orders';
import type { SocketRow } from '../../shared/socket';
import { t } from '../strings';

export interface Targets {
  /** null where it can be done to none */
  order: Order | null;
  /** The rows that it is about */
  rows: readonly SocketRow[];
  /** Sockets, or processes: each counts once, however many of the rows are its own */
  count: number;
  /** Whether all of them are TCP connections */
  connections: boolean;
  /** Rows that it cannot be done to */
  leftOut: number;
  /** Why not to the first of those; null where there are none */
  reason: string | null;
}

export function targetsOf(action: Action, rows: readonly SocketRow[], rights: Rights): Targets {
  const chosen: SocketRow[] = [];
  let reason: string | null = null;
  for (const row of rows) {
    const against = whyNot(action, row, rights);
    if (against === null) chosen.push(row);
    else reason ??= against;
  }
  const leftOut = rows.length - chosen.length;
  if (isSocketAction(action)) {
    const ids = chosen.map(({ id }) => id);
    const order = ids.length === 0 ? null : { action, ids };
    const connections = chosen.every(isConnection);
    return { order, rows: chosen, count: ids.length, connections, leftOut, reason };
  }
  const processes = ownersOf(chosen);
  const order = processes.length === 0 ? null : { action, processes };
  return { order, rows: chosen, count: processes.length, connections: false, leftOut, reason };
}

/** Why it can be done to none of the rows; null where it can be done to one at least. Looks no further than that one. */
export function reasonAgainstAll(action: Action, rows: Iterable<SocketRow>, rights: Rights): string | null {
  let reason: string | null = null;
  for (const row of rows) {
    const against = whyNot(action, row, rights);
    if (against === null) return null;
    reason ??= against;
  }
  return reason ?? t.actions.nothingSelected;
}

/** Why this cannot be done to this row, as a sentence; null where it may be tried. */
function whyNot(action: Action, row: SocketRow, rights: Rights): string | null {
  if (!isSocketAction(action) && ownerOf(row) === null) return t.actions.owners[row.owner];
  return reasonAgainst(action, row, rights);
}

/** The process that holds the socket now, exactly; null where that is not known, or it has let go of it. */
export function ownerOf({ owner, pid, processStartedAt }: SocketRow): ProcessIdentity | null {
  if (owner !== 'known' || pid === null || processStartedAt === null) return null;
  return { pid, startedAt: processStartedAt };
}

/** The owners of the rows, each once, in the order in which they come. */
export function ownersOf(rows: Iterable<SocketRow>): ProcessIdentity[] {
  const found = new Map<string, ProcessIdentity>();
  for (const row of rows) {
    const process = ownerOf(row);
    if (process === null) continue;
    const key = `${process.pid}@${process.startedAt}`;
    if (!found.has(key)) found.set(key, process);
  }
  return [...found.values()];
}

function isConnection({ protocol, state }: SocketRow): boolean {
  return protocol === 'tcp' && state !== 'LISTEN' && state !== 'BOUND';
}
