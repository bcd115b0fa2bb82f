/** The socket model: what every part of SocketScope says about one socket. */

export const PROTOCOLS = ['tcp', 'udp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export type Family = 4 | 6;

/**
 * TCP states. A state's code in a {@link SocketTable} is its index here plus one, 0 being "no state".
 * The first eleven codes are those of Linux (include/net/tcp_states.h); DELETE_TCB exists on Windows only.
 */
export const SOCKET_STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'DELETE_TCB',
] as const;
export type SocketState = (typeof SOCKET_STATES)[number];

export function stateCode(state: SocketState | null): number {
  return state === null ? 0 : SOCKET_STATES.indexOf(state) + 1;
}

/** The four tables that TCP and UDP sockets are read from. Each is read, and can fail, on its own. */
export const TABLES = ['tcp4', 'tcp6', 'udp4', 'udp6'] as const;
export type TableName = (typeof TABLES)[number];

/** `tcp4` → `TCP v4` */
export function tableTitle(table: TableName): string {
  return `${table.slice(0, 3).toUpperCase()} v${table.slice(3)}`;
}

/** What is known of a socket's owner. The kinds are told apart on screen: "no owner" is not "hidden owner". */
export const OWNERS = [
  /** A process holds the socket. */
  'known',
  /** The kernel names no owner any more (TIME_WAIT, orphans); this one was seen under the same id before. */
  'inherited',
  /** The kernel has no owner for it, and none was ever seen. */
  'none',
  /** Established, but the listener has not accepted it yet. */
  'unaccepted',
  /** Somebody holds it, but this user may not see who. */
  'hidden',
  /** Every visible process was searched and none holds it: the kernel itself, a descriptor in flight, another PID namespace. */
  'unfound',
] as const;
export type Owner = (typeof OWNERS)[number];

/** What stands in the place of a process that is not known. */
export const OWNER_TITLES: Record<Owner, string> = {
  known: '',
  inherited: '',
  none: 'no owner',
  unaccepted: 'not accepted yet',
  hidden: 'hidden',
  unfound: 'not found',
};

/**
 * One socket as people and programs read it: the row of the grid, of `list --json` and of a CSV file.
 * `null` means "not known" or "there is none"; nothing is ever guessed.
 */
export interface SocketRow {
  /** Opaque; survives state changes and is not used again while the row is on screen. */
  id: string;
  protocol: Protocol;
  family: Family;
  state: SocketState | null;
  localAddress: string;
  localPort: number;
  remoteAddress: string | null;
  remotePort: number | null;
  pid: number | null;
  processName: string | null;
  processPath: string | null;
  /** ms since 1970-01-01 UTC */
  processStartedAt: number | null;
  user: string | null;
  uid: number | null;
  owner: Owner;
  inode: number | null;
  /** ms since 1970-01-01 UTC, where the OS tells it */
  createdAt: number | null;
  /** ms since 1970-01-01 UTC */
  firstSeenAt: number;
  /** bytes */
  bytesSent: number | null;
  /** bytes */
  bytesReceived: number | null;
  /** bytes; for a listener, connections waiting to be accepted */
  receiveQueue: number | null;
  /** bytes; for a listener, the largest number of connections that may wait */
  sendQueue: number | null;
}

/** A process, identified by PID + start time; a PID alone is never enough to act on. */
export interface ProcessInfo {
  pid: number;
  /** The OS's own start time, exact and comparable; opaque. */
  startKey: string;
  /** ms since 1970-01-01 UTC */
  startedAt: number | null;
  name: string | null;
  path: string | null;
}

/** `ESTABLISHED` → `Established`, `TIME_WAIT` → `Time Wait`. */
export function stateTitle(state: SocketState): string {
  return state
    .split('_')
    .map((word) => (word === 'TCB' ? word : word[0] + word.slice(1).toLowerCase()))
    .join(' ');
}
