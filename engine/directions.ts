/** Which way a connection was made: the kernel does not keep that, so it is seen from what else there is. */
import { isLoopback } from '../shared/address';
import type { RowMatch } from '../shared/diff';
import { DIRECTIONS, PROTOCOLS, stateCode } from '../shared/socket';
import type { Direction, Protocol } from '../shared/socket';
import type { RowNames, SocketTable } from '../shared/socketTable';
import type { ListenerIndex } from './listenerIndex';

const CODE = Object.fromEntries(DIRECTIONS.map((name, index) => [name, index + 1])) as Record<
  Direction,
  number
>;
const LISTEN = stateCode('LISTEN');
const SYN_SENT = stateCode('SYN_SENT');
const SYN_RECV = stateCode('SYN_RECV');
const UNIX = PROTOCOLS.indexOf('unix');
/** Those with a peer that one side connects to. */
const CONNECTED: readonly Protocol[] = ['tcp', 'udp', 'udplite', 'mptcp', 'sctp', 'dccp'];
const isConnected = PROTOCOLS.map((protocol) => CONNECTED.includes(protocol));

/** Gives every row its direction: once, when it first has a peer; from then on it keeps it. */
export function joinDirections(
  before: SocketTable,
  after: SocketTable,
  { previous }: RowMatch,
  listeners: readonly ListenerIndex[],
  names: RowNames,
): void {
  const { state, hasRemote, direction } = after.columns;
  const old = before.columns.direction;
  for (let row = 0; row < after.length; row++) {
    const was = previous[row]! < 0 ? 0 : old[previous[row]!]!;
    if (state[row] === LISTEN) direction[row] = CODE.listen;
    else if (was > CODE.listen) direction[row] = was;
    else direction[row] = hasRemote[row] === 0 ? 0 : directionCode(after, row, listeners, names);
  }
}

/**
 * The direction of a row that has a peer, as a code of the table's column.
 *
 * @param listeners of now and, since a listener may end as soon as it has accepted, of the reading before
 */
export function directionCode(
  table: SocketTable,
  row: number,
  listeners: readonly ListenerIndex[],
  names: RowNames,
): number {
  const { protocol, state } = table.columns;
  if (protocol[row] === UNIX) return CODE.local;
  if (!isConnected[protocol[row]!]!) return 0;
  if (isOwnRemote(table, row, names)) return CODE.local;
  if (state[row] === SYN_SENT) return CODE.outbound;
  if (state[row] === SYN_RECV) return CODE.inbound;
  for (const index of listeners) if (index.has(table, row)) return CODE.inbound;
  return CODE.outbound;
}

/** Whether the peer's address is this machine's, as far as the addresses of its namespace are known. */
function isOwnRemote(table: SocketTable, row: number, names: RowNames): boolean {
  const { addresses, addressWords, columns } = table;
  const family = table.familyOf(row);
  const remote = 32 * row + 16;
  if (isLoopback(addresses, remote, family)) return true;
  let isSame = true;
  for (let i = 8 * row; i < 8 * row + 4; i++) isSame &&= addressWords[i] === addressWords[i + 4];
  if (isSame) return true;
  return (
    names.interfaceOf(addresses, remote, family, columns.interfaceIndex[row]!, columns.namespace[row]!) !==
    null
  );
}
