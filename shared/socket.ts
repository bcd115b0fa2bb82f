/** The socket model: what every part of SocketScope says about one socket. */

/** Every kind of socket that some system lists. Windows has the first two. */
export const PROTOCOLS = [
  'tcp',
  'udp',
  'udplite',
  'mptcp',
  'sctp',
  'dccp',
  'raw',
  'icmp',
  'unix',
  'packet',
  'netlink',
  'vsock',
  'xdp',
  'tipc',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Those that are read unless somebody asks for more. */
export const DEFAULT_PROTOCOLS: readonly Protocol[] = ['tcp', 'udp'];

/** The internet protocol version, or null where the protocol has none (UNIX, netlink, …). */
export type Family = 4 | 6 | null;

/**
 * States. A state's code in a {@link SocketTable} is its index here plus one, 0 being "no state".
 * The first eleven codes are those of Linux (include/net/tcp_states.h), as is BOUND (TCP_BOUND_INACTIVE); DELETE_TCB
 * exists on Windows only. The rest are SCTP's (RFC 9260, 4), as far as TCP has no state of the same name.
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
  'BOUND',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'SHUTDOWN_PENDING',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECEIVED',
  'SHUTDOWN_ACK_SENT',
] as const;
export type SocketState = (typeof SOCKET_STATES)[number];

export function stateCode(state: SocketState | null): number {
  return state === null ? 0 : SOCKET_STATES.indexOf(state) + 1;
}

/** The tables that sockets are read from. Each is read, and can fail, on its own. */
export const TABLES = [
  'tcp4',
  'tcp6',
  'udp4',
  'udp6',
  'udplite4',
  'udplite6',
  'mptcp4',
  'mptcp6',
  'sctp4',
  'sctp6',
  'dccp4',
  'dccp6',
  'raw4',
  'raw6',
  'icmp4',
  'icmp6',
  'unix',
  'packet',
  'netlink',
  'vsock',
  'xdp',
  'tipc',
] as const;
export type TableName = (typeof TABLES)[number];

/** The tables of TCP and UDP: what every system has, and what is shown unless somebody asks for more. */
export const MAIN_TABLES = ['tcp4', 'tcp6', 'udp4', 'udp6'] as const satisfies readonly TableName[];
export type MainTable = (typeof MAIN_TABLES)[number];

/** The table that a socket of this protocol and family is listed in. */
export function tableOf(protocol: Protocol, family: Family): TableName {
  return `${protocol}${family ?? ''}` as TableName;
}

export function protocolOf(table: TableName): Protocol {
  return (/\d$/.test(table) ? table.slice(0, -1) : table) as Protocol;
}

const PROTOCOL_TITLES: Partial<Record<Protocol, string>> = {
  udplite: 'UDP-Lite',
  packet: 'Packet',
  netlink: 'Netlink',
};

/** `tcp` → `TCP`, `netlink` → `Netlink` */
export function protocolTitle(protocol: Protocol): string {
  return PROTOCOL_TITLES[protocol] ?? protocol.toUpperCase();
}

/** `tcp4` → `TCP v4`, `unix` → `UNIX` */
export function tableTitle(table: TableName): string {
  const version = /\d$/.exec(table)?.[0];
  const title = protocolTitle(protocolOf(table));
  return version === undefined ? title : `${title} v${version}`;
}

/** What a socket carries (SOCK_STREAM and the like), by the numbers of linux/net.h; index 0 is "not known". */
export const SOCKET_TYPES = [null, 'stream', 'dgram', 'raw', 'rdm', 'seqpacket'] as const;
export type SocketType = NonNullable<(typeof SOCKET_TYPES)[number]>;

/** What is read at each interval. */
export interface ReadingOptions {
  protocols: readonly Protocol[];
  /** Also TCP sockets that are bound but neither listen nor connect. */
  bound: boolean;
  /** Also the sockets of other network namespaces (containers). */
  namespaces: boolean;
  /** Also the command lines of the processes, which may hold secrets */
  commandLines: boolean;
}

export const DEFAULT_READING: ReadingOptions = {
  protocols: DEFAULT_PROTOCOLS,
  bound: false,
  namespaces: false,
  commandLines: false,
};

/**
 * How a socket's traffic began. Decided when the socket is first seen, and kept: a listener that has ended since does not turn
 * what it accepted into a connection that was made from here.
 */
export const DIRECTIONS = [
  /** It waits for connections. */
  'listen',
  /** The other side connected to a listener of this machine. */
  'inbound',
  /** This machine connected to the other side. */
  'outbound',
  /** Both ends are on this machine: a loopback address, or one of its own. */
  'local',
] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What is known of a socket's owner. The kinds are told apart on screen: "no owner" is not "hidden owner". */
export const OWNERS = [
  /** A process holds the socket. */
  'known',
  /** The kernel names no owner any more (TIME_WAIT, orphans); this one was seen under the same id before. */
  'inherited',
  /** Born and gone between two readings; its listener's process is named, which accepted it in all likelihood. */
  'presumed',
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
  presumed: '',
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
  type: SocketType | null;
  state: SocketState | null;
  /** An IP address, or what stands in its place: a UNIX path (abstract ones begin with @), an interface, a CID. */
  localAddress: string;
  /** null where the protocol has none; of a raw socket, the protocol number */
  localPort: number | null;
  remoteAddress: string | null;
  remotePort: number | null;
  /** Of a socket on an IPv6 wildcard address: whether it serves IPv4 as well */
  dualStack: boolean | null;
  /** The network namespace: a name where it has one, else its number; null where the system has none */
  namespace: string | null;
  pid: number | null;
  processName: string | null;
  processPath: string | null;
  /** ms since 1970-01-01 UTC */
  processStartedAt: number | null;
  /** systemd unit of the owner, e.g. `nginx.service` */
  unit: string | null;
  /** Container of the owner, e.g. `docker 4f5e6d7c8b9a` */
  container: string | null;
  user: string | null;
  uid: number | null;
  owner: Owner;
  /** How many processes hold the socket, as far as they are visible */
  holders: number;
  inode: number | null;
  /** ms since 1970-01-01 UTC, where the OS tells it */
  createdAt: number | null;
  /** ms since 1970-01-01 UTC */
  firstSeenAt: number;
  /** ms since 1970-01-01 UTC at which the OS destroyed the socket; what is left of it is TIME_WAIT or less */
  destroyedAt: number | null;
  /** bytes */
  bytesSent: number | null;
  /** bytes */
  bytesReceived: number | null;
  /** bytes; for a listener, connections waiting to be accepted */
  receiveQueue: number | null;
  /** bytes; for a listener, the largest number of connections that may wait */
  sendQueue: number | null;
  /** smoothed round-trip time, ms */
  rtt: number | null;
  /** segments sent again, in all */
  retransmits: number | null;
  /** TCP segments, those without data included; what TCPView calls packets */
  segmentsSent: number | null;
  segmentsReceived: number | null;
  /** null where there is none: a socket without a peer that does not listen, a protocol without connections */
  direction: Direction | null;
  /** The network interface that has the local address, or that the socket is bound to; null of a wildcard, and where not known */
  interface: string | null;
  /** The process that started the owner, as it was when the owner was first seen: it may have ended since. */
  parentPid: number | null;
  parentName: string | null;
  /** Of the owner, the arguments joined by spaces; null unless {@link ReadingOptions.commandLines} asks for it */
  commandLine: string | null;
  /** What the system says of the owner's program; null where it says nothing (Linux) */
  program: ProgramFacts | null;
}

/** What moves all the time: most changes of a row are of these alone. */
export const COUNTERS = [
  ...(['bytesSent', 'bytesReceived', 'receiveQueue', 'sendQueue'] as const),
  ...(['rtt', 'retransmits', 'segmentsSent', 'segmentsReceived'] as const),
] as const;
export type Counters = Pick<SocketRow, (typeof COUNTERS)[number]>;

/** A row in which nothing but counters has changed. */
export interface MovedRow extends Counters {
  id: string;
}

/** A process and its program beyond name and path. Of Windows only; each null where it is not known. */
export interface ProgramFacts {
  /** From the version resource of its file, each as its maker wrote it */
  company: string | null;
  product: string | null;
  description: string | null;
  version: string | null;
  /** 32 or 64: the width of its addresses */
  bits: 32 | 64 | null;
  /** The terminal session it runs in; 0 is that of services */
  session: number | null;
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
  unit: string | null;
  container: string | null;
  /** As it was when this process was first seen: where the parent ends, another one takes its place. */
  parentPid: number | null;
  parentName: string | null;
  /** The user it runs as, where the system names the users of processes and not of sockets (Windows): `DOMAIN\name` */
  user?: string | null;
  program?: ProgramFacts | null;
}

/** `ESTABLISHED` → `Established`, `TIME_WAIT` → `Time Wait`. */
export function stateTitle(state: SocketState): string {
  return state
    .split('_')
    .map((word) => (word === 'TCB' ? word : word[0] + word.slice(1).toLowerCase()))
    .join(' ');
}
