/**
 * The snapshot table: one reading of the OS's tables as columns of numbers, so that decoding, joining and comparing
 * 100,000 sockets makes no object and no string per row. Rows become {@link SocketRow} only when somebody looks at them.
 */
import { formatIPv4, formatIPv6, isLinkLocal6 } from './address';
import { DIRECTIONS, OWNERS, PROTOCOLS, SOCKET_STATES, SOCKET_TYPES, tableOf } from './socket';
import type { Family, MovedRow, Owner, ProcessInfo, SocketRow, TableName } from './socket';

/** "Not known" in the integer columns that need it. */
export const UNKNOWN = 0xffffffff;

const INITIAL_CAPACITY = 1024;
/** Columns are allocated and grown together; the values are the constructors. */
const COLUMNS = {
  /** The 64-bit opaque identity the backend promises: Linux's socket cookie, an interned number on Windows. */
  idHigh: Uint32Array,
  idLow: Uint32Array,
  /** The network namespace the identity counts in (Linux: its inode number); 0 where the system has none */
  namespace: Uint32Array,
  /** index into PROTOCOLS */
  protocol: Uint8Array,
  /** 4, 6, or 0 where the protocol has no versions */
  family: Uint8Array,
  /** index into SOCKET_TYPES */
  type: Uint8Array,
  /** index into SOCKET_STATES plus one; 0 = none */
  state: Uint8Array,
  /** host byte order; UNKNOWN where there is none */
  localPort: Uint32Array,
  remotePort: Uint32Array,
  /** 1 where the row has a remote endpoint */
  hasRemote: Uint8Array,
  /** Of a socket on an IPv6 wildcard: 1 = IPv6 only, 2 = IPv4 too; 0 = not known, or no such socket */
  dualStack: Uint8Array,
  /** The interface a link-local address belongs to; 0 = none */
  interfaceIndex: Uint32Array,
  /** UNKNOWN where the kernel names no user */
  uid: Uint32Array,
  /** 0 = none */
  inode: Uint32Array,
  /** The PID the OS's own table names (Windows); UNKNOWN where it names none */
  tablePid: Uint32Array,
  /** index into OWNERS; filled by the engine */
  owner: Uint8Array,
  /** index into DIRECTIONS plus one; 0 = none; filled by the engine */
  direction: Uint8Array,
  /** bytes; NaN = not known */
  bytesSent: Float64Array,
  bytesReceived: Float64Array,
  receiveQueue: Float64Array,
  sendQueue: Float64Array,
  /** ms; NaN = not known */
  rtt: Float64Array,
  /** segments; NaN = not known */
  retransmits: Float64Array,
  segmentsSent: Float64Array,
  segmentsReceived: Float64Array,
  /** ms since 1970-01-01 UTC; NaN = not known */
  createdAt: Float64Array,
  /** ms since 1970-01-01 UTC; filled by the engine */
  firstSeenAt: Float64Array,
  /** ms since 1970-01-01 UTC; NaN = it lives; filled by the engine */
  destroyedAt: Float64Array,
} as const;
type ColumnName = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

/** "Nothing known", where that is not 0. */
const NOTHING: Partial<Record<ColumnName, number>> = {
  ...{ uid: UNKNOWN, tablePid: UNKNOWN },
  ...{ bytesSent: NaN, bytesReceived: NaN, receiveQueue: NaN, sendQueue: NaN, rtt: NaN, retransmits: NaN },
  ...{ segmentsSent: NaN, segmentsReceived: NaN },
  ...{ createdAt: NaN, firstSeenAt: NaN, destroyedAt: NaN },
};

/** What a system tells last of a socket, when it destroys it. */
export const FINAL_COUNTERS = [
  'bytesSent',
  'bytesReceived',
  'rtt',
  'retransmits',
  'segmentsSent',
  'segmentsReceived',
] as const satisfies readonly ColumnName[];

type Columns = { [Name in ColumnName]: InstanceType<(typeof COLUMNS)[Name]> };

function allocate(capacity: number): Columns {
  const columns = Object.fromEntries(
    COLUMN_NAMES.map((name) => [name, new COLUMNS[name](capacity)]),
  ) as Columns;
  blank(columns, 0, capacity);
  return columns;
}

/** Sets rows to "nothing known". */
function blank(columns: Columns, start: number, end: number): void {
  for (const name of COLUMN_NAMES) columns[name].fill(NOTHING[name] ?? 0, start, end);
}

/** What the text of a row needs beyond its numbers; given by whoever turns rows into text. */
export interface RowNames {
  id(high: number, low: number, namespace: number): string;
  user(uid: number): string | null;
  interface(index: number, namespace: number): string;
  /**
   * The interface that has the address at `offset`, a link-local one in the scope of the interface `index` (0 = not known);
   * null where none has it, or it cannot be learned.
   */
  interfaceOf(
    bytes: Uint8Array,
    offset: number,
    family: Family,
    index: number,
    namespace: number,
  ): string | null;
  namespace(namespace: number): string | null;
}

/** The command line of a process, as far as it is to be told: it may hold secrets. */
export type CommandLines = (process: ProcessInfo) => string | null;
const UNTOLD: CommandLines = () => null;

/** The processes that hold one socket, the primary first. Compared by reference. */
export type Holders = readonly ProcessInfo[];
export const NOBODY: Holders = [];

export class SocketTable {
  length = 0;
  columns: Columns;
  /** 32 bytes a row: local, then remote address, each 16 bytes in network order (IPv4 in the first four). */
  addresses: Uint8Array;
  /** The same memory as words: eight a row. */
  addressWords: Uint32Array;
  /** The endpoints of sockets whose addresses are not numbers (UNIX, netlink, …); null for the others. */
  readonly localNames: (string | null)[] = [];
  readonly remoteNames: (string | null)[] = [];
  /** The processes that hold the socket, the primary first; by reference, and filled by the engine. */
  readonly holders: Holders[] = [];
  /** Where there are none: those last known for the same identity; filled by the engine. */
  readonly lastHolders: Holders[] = [];

  constructor(capacity: number = INITIAL_CAPACITY) {
    // At least one row: growing doubles it.
    this.columns = allocate(Math.max(capacity, 1));
    this.addresses = new Uint8Array(32 * this.capacity);
    this.addressWords = new Uint32Array(this.addresses.buffer);
  }

  get capacity(): number {
    return this.columns.idLow.length;
  }

  clear(): void {
    this.truncate(0);
  }

  /**
   * Appends a row of "nothing known" and returns its index. Columns may be re-allocated: read them again afterwards.
   * What lies behind the last row is blank at all times, so that this costs nothing.
   */
  append(): number {
    if (this.length === this.capacity) this.grow();
    const row = this.length++;
    if (row === this.holders.length) {
      this.localNames.push(null);
      this.remoteNames.push(null);
      this.holders.push(NOBODY);
      this.lastHolders.push(NOBODY);
    }
    return row;
  }

  /** Appends a copy of a row of another table. */
  appendFrom(other: SocketTable, row: number): number {
    const target = this.append();
    this.copyRow(target, other, row);
    return target;
  }

  /** A table of the same rows, with no room to spare. */
  copy(): SocketTable {
    const copy = new SocketTable(this.length);
    copy.length = this.length;
    for (const name of COLUMN_NAMES) copy.columns[name].set(this.columns[name].subarray(0, this.length));
    copy.addressWords.set(this.addressWords.subarray(0, 8 * this.length));
    for (let row = 0; row < this.length; row++) {
      copy.localNames.push(this.localNames[row]!);
      copy.remoteNames.push(this.remoteNames[row]!);
      copy.holders.push(this.holders[row]!);
      copy.lastHolders.push(this.lastHolders[row]!);
    }
    return copy;
  }

  /** Forgets the rows from `length` on: what a reading that failed half-way had appended. */
  truncate(length: number): void {
    blank(this.columns, length, this.length);
    this.addressWords.fill(0, 8 * length, 8 * this.length);
    this.localNames.fill(null, length, this.length);
    this.remoteNames.fill(null, length, this.length);
    for (let row = length; row < this.length; row++) this.holders[row] = this.lastHolders[row] = NOBODY;
    this.length = length;
  }

  /** Drops these rows, each filled by the last one: order is not kept. */
  drop(rows: readonly number[]): void {
    for (const row of [...rows].sort((a, b) => b - a)) {
      this.copyRow(row, this, this.length - 1);
      this.truncate(this.length - 1);
    }
  }

  tableOf(row: number): TableName {
    return tableOf(PROTOCOLS[this.columns.protocol[row]!]!, this.familyOf(row));
  }

  familyOf(row: number): Family {
    return (this.columns.family[row] || null) as Family;
  }

  ownerOf(row: number): Owner {
    return OWNERS[this.columns.owner[row]!]!;
  }

  localAddress(row: number, names: RowNames): string {
    return this.localNames[row] ?? this.address(row, 32 * row, names);
  }

  remoteAddress(row: number, names: RowNames): string | null {
    if (this.columns.hasRemote[row] === 0) return null;
    return this.remoteNames[row] ?? this.address(row, 32 * row + 16, names);
  }

  /** The row as text and plain numbers; without command lines unless it is given the way to them. */
  row(row: number, names: RowNames, commandLines: CommandLines = UNTOLD): SocketRow {
    const c = this.columns;
    const process: ProcessInfo | null = this.holders[row]![0] ?? null;
    const uid = known(c.uid[row]!);
    const namespace = c.namespace[row]!;
    return {
      id: names.id(c.idHigh[row]!, c.idLow[row]!, namespace),
      protocol: PROTOCOLS[c.protocol[row]!]!,
      family: this.familyOf(row),
      type: SOCKET_TYPES[c.type[row]!] ?? null,
      state: c.state[row] === 0 ? null : SOCKET_STATES[c.state[row]! - 1]!,
      localAddress: this.localAddress(row, names),
      localPort: known(c.localPort[row]!),
      remoteAddress: this.remoteAddress(row, names),
      remotePort: c.hasRemote[row] === 1 ? known(c.remotePort[row]!) : null,
      dualStack: c.dualStack[row] === 0 ? null : c.dualStack[row] === 2,
      namespace: namespace === 0 ? null : names.namespace(namespace),
      pid: process?.pid ?? known(c.tablePid[row]!),
      processName: process?.name ?? null,
      processPath: process?.path ?? null,
      processStartedAt: process?.startedAt ?? null,
      unit: process?.unit ?? null,
      container: process?.container ?? null,
      user: uid === null ? (process?.user ?? null) : names.user(uid),
      uid,
      owner: this.ownerOf(row),
      holders: this.holders[row]!.length,
      inode: c.inode[row] === 0 ? null : c.inode[row]!,
      createdAt: finite(c.createdAt[row]!),
      firstSeenAt: c.firstSeenAt[row]!,
      destroyedAt: finite(c.destroyedAt[row]!),
      bytesSent: finite(c.bytesSent[row]!),
      bytesReceived: finite(c.bytesReceived[row]!),
      receiveQueue: finite(c.receiveQueue[row]!),
      sendQueue: finite(c.sendQueue[row]!),
      rtt: finite(c.rtt[row]!),
      retransmits: finite(c.retransmits[row]!),
      segmentsSent: finite(c.segmentsSent[row]!),
      segmentsReceived: finite(c.segmentsReceived[row]!),
      direction: c.direction[row] === 0 ? null : DIRECTIONS[c.direction[row]! - 1]!,
      interface: this.interfaceName(row, names),
      parentPid: process?.parentPid ?? null,
      parentName: process?.parentName ?? null,
      commandLine: process === null ? null : commandLines(process),
      program: process?.program ?? null,
    };
  }

  /** The interface it is bound to, else that of its local address. */
  private interfaceName(row: number, names: RowNames): string | null {
    const namespace = this.columns.namespace[row]!;
    const index = this.columns.interfaceIndex[row]!;
    if (index !== 0) return names.interface(index, namespace);
    const family = this.familyOf(row);
    return family === null ? null : names.interfaceOf(this.addresses, 32 * row, family, index, namespace);
  }

  private copyRow(target: number, other: SocketTable, row: number): void {
    for (const name of COLUMN_NAMES) this.columns[name][target] = other.columns[name][row]!;
    for (let i = 0; i < 8; i++) this.addressWords[8 * target + i] = other.addressWords[8 * row + i]!;
    this.localNames[target] = other.localNames[row]!;
    this.remoteNames[target] = other.remoteNames[row]!;
    this.holders[target] = other.holders[row]!;
    this.lastHolders[target] = other.lastHolders[row]!;
  }

  private address(row: number, offset: number, names: RowNames): string {
    const family = this.columns.family[row]!;
    if (family === 0) return '';
    if (family === 4) return formatIPv4(this.addresses, offset);
    const text = formatIPv6(this.addresses, offset);
    const index = this.columns.interfaceIndex[row]!;
    return index !== 0 && isLinkLocal6(this.addresses, offset)
      ? `${text}%${names.interface(index, this.columns.namespace[row]!)}`
      : text;
  }

  /** Of {@link row}, the counters. */
  moved(row: number, names: Pick<RowNames, 'id'>): MovedRow {
    const c = this.columns;
    return {
      id: names.id(c.idHigh[row]!, c.idLow[row]!, c.namespace[row]!),
      bytesSent: finite(c.bytesSent[row]!),
      bytesReceived: finite(c.bytesReceived[row]!),
      receiveQueue: finite(c.receiveQueue[row]!),
      sendQueue: finite(c.sendQueue[row]!),
      rtt: finite(c.rtt[row]!),
      retransmits: finite(c.retransmits[row]!),
      segmentsSent: finite(c.segmentsSent[row]!),
      segmentsReceived: finite(c.segmentsReceived[row]!),
    };
  }

  private grow(): void {
    const larger = allocate(2 * this.capacity);
    for (const name of COLUMN_NAMES) larger[name].set(this.columns[name]);
    const addresses = new Uint8Array(2 * this.addresses.length);
    addresses.set(this.addresses);
    this.columns = larger;
    this.addresses = addresses;
    this.addressWords = new Uint32Array(addresses.buffer);
  }
}

function known(value: number): number | null {
  return value === UNKNOWN ? null : value;
}

function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
