/**
 * The snapshot table: one reading of the OS's tables as columns of numbers, so that decoding, joining and comparing
 * 100,000 sockets makes no object and no string per row. Rows become {@link SocketRow} only when somebody looks at them.
 */
import { formatIPv4, formatIPv6, isLinkLocal6 } from './address';
import { OWNERS, PROTOCOLS, SOCKET_STATES } from './socket';
import type { Family, Owner, ProcessInfo, SocketRow, TableName } from './socket';

/** "Not known" in the integer columns that need it. */
export const UNKNOWN = 0xffffffff;

const INITIAL_CAPACITY = 1024;
/** Columns are allocated and grown together; the values are the constructors. */
const COLUMNS = {
  /** The 64-bit opaque identity the backend promises: Linux's socket cookie, an interned number on Windows. */
  idHigh: Uint32Array,
  idLow: Uint32Array,
  /** index into PROTOCOLS */
  protocol: Uint8Array,
  /** 4 or 6 */
  family: Uint8Array,
  /** index into SOCKET_STATES plus one; 0 = none */
  state: Uint8Array,
  /** host byte order */
  localPort: Uint16Array,
  remotePort: Uint16Array,
  /** 1 where the row has a remote endpoint */
  hasRemote: Uint8Array,
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
  /** bytes; NaN = not known */
  bytesSent: Float64Array,
  bytesReceived: Float64Array,
  receiveQueue: Float64Array,
  sendQueue: Float64Array,
  /** ms since 1970-01-01 UTC; NaN = not known */
  createdAt: Float64Array,
  /** ms since 1970-01-01 UTC; filled by the engine */
  firstSeenAt: Float64Array,
} as const;
type ColumnName = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

type Columns = { [Name in ColumnName]: InstanceType<(typeof COLUMNS)[Name]> };

function allocate(capacity: number): Columns {
  return Object.fromEntries(COLUMN_NAMES.map((name) => [name, new COLUMNS[name](capacity)])) as Columns;
}

/** What the text of a row needs beyond its numbers; given by whoever turns rows into text. */
export interface RowNames {
  id(high: number, low: number): string;
  user(uid: number): string | null;
  interface(index: number): string;
}

export class SocketTable {
  length = 0;
  columns: Columns;
  /** 32 bytes a row: local, then remote address, each 16 bytes in network order (IPv4 in the first four). */
  addresses: Uint8Array;
  /** The owner's process, by reference; filled by the engine. */
  processes: (ProcessInfo | null)[] = [];

  constructor(capacity: number = INITIAL_CAPACITY) {
    // At least one row: growing doubles it.
    this.columns = allocate(Math.max(capacity, 1));
    this.addresses = new Uint8Array(32 * this.capacity);
  }

  get capacity(): number {
    return this.columns.idLow.length;
  }

  clear(): void {
    this.length = 0;
    this.processes.length = 0;
  }

  /** Appends a row of "nothing known" and returns its index. Columns may be re-allocated: read them again afterwards. */
  append(): number {
    if (this.length === this.capacity) this.grow();
    const row = this.length++;
    const c = this.columns;
    c.idHigh[row] = c.idLow[row] = 0;
    c.protocol[row] = c.family[row] = c.state[row] = c.hasRemote[row] = c.owner[row] = 0;
    c.localPort[row] = c.remotePort[row] = 0;
    c.interfaceIndex[row] = c.inode[row] = 0;
    c.uid[row] = c.tablePid[row] = UNKNOWN;
    c.bytesSent[row] = c.bytesReceived[row] = c.receiveQueue[row] = c.sendQueue[row] = NaN;
    c.createdAt[row] = c.firstSeenAt[row] = NaN;
    this.addresses.fill(0, 32 * row, 32 * row + 32);
    this.processes[row] = null;
    return row;
  }

  /** Appends a copy of a row of another table. */
  appendFrom(other: SocketTable, row: number): number {
    const target = this.append();
    for (const name of COLUMN_NAMES) this.columns[name][target] = other.columns[name][row]!;
    this.addresses.set(other.addresses.subarray(32 * row, 32 * row + 32), 32 * target);
    this.processes[target] = other.processes[row]!;
    return target;
  }

  /** Forgets the rows from `length` on: what a reading that failed half-way had appended. */
  truncate(length: number): void {
    this.length = length;
    this.processes.length = length;
  }

  /** Drops these rows, each filled by the last one: order is not kept. */
  drop(rows: readonly number[]): void {
    for (const row of [...rows].sort((a, b) => b - a)) {
      const last = this.length - 1;
      if (row !== last) {
        for (const name of COLUMN_NAMES) this.columns[name][row] = this.columns[name][last]!;
        this.addresses.copyWithin(32 * row, 32 * last, 32 * last + 32);
        this.processes[row] = this.processes[last]!;
      }
      this.truncate(last);
    }
  }

  tableOf(row: number): TableName {
    return `${PROTOCOLS[this.columns.protocol[row]!]!}${this.columns.family[row] as Family}`;
  }

  ownerOf(row: number): Owner {
    return OWNERS[this.columns.owner[row]!]!;
  }

  localAddress(row: number, names: RowNames): string {
    return this.address(row, 32 * row, names);
  }

  remoteAddress(row: number, names: RowNames): string | null {
    return this.columns.hasRemote[row] === 1 ? this.address(row, 32 * row + 16, names) : null;
  }

  /** The row as text and plain numbers. */
  row(row: number, names: RowNames): SocketRow {
    const c = this.columns;
    const process = this.processes[row] ?? null;
    const uid = known(c.uid[row]!);
    return {
      id: names.id(c.idHigh[row]!, c.idLow[row]!),
      protocol: PROTOCOLS[c.protocol[row]!]!,
      family: c.family[row] as Family,
      state: c.state[row] === 0 ? null : SOCKET_STATES[c.state[row]! - 1]!,
      localAddress: this.localAddress(row, names),
      localPort: c.localPort[row]!,
      remoteAddress: this.remoteAddress(row, names),
      remotePort: c.hasRemote[row] === 1 ? c.remotePort[row]! : null,
      pid: process?.pid ?? known(c.tablePid[row]!),
      processName: process?.name ?? null,
      processPath: process?.path ?? null,
      processStartedAt: process?.startedAt ?? null,
      user: uid === null ? null : names.user(uid),
      uid,
      owner: this.ownerOf(row),
      inode: c.inode[row] === 0 ? null : c.inode[row]!,
      createdAt: finite(c.createdAt[row]!),
      firstSeenAt: c.firstSeenAt[row]!,
      bytesSent: finite(c.bytesSent[row]!),
      bytesReceived: finite(c.bytesReceived[row]!),
      receiveQueue: finite(c.receiveQueue[row]!),
      sendQueue: finite(c.sendQueue[row]!),
    };
  }

  private address(row: number, offset: number, names: RowNames): string {
    if (this.columns.family[row] === 4) return formatIPv4(this.addresses, offset);
    const text = formatIPv6(this.addresses, offset);
    const index = this.columns.interfaceIndex[row]!;
    return index !== 0 && isLinkLocal6(this.addresses, offset) ? `${text}%${names.interface(index)}` : text;
  }

  private grow(): void {
    const larger = allocate(2 * this.capacity);
    for (const name of COLUMN_NAMES) larger[name].set(this.columns[name]);
    const addresses = new Uint8Array(2 * this.addresses.length);
    addresses.set(this.addresses);
    this.columns = larger;
    this.addresses = addresses;
  }
}

function known(value: number): number | null {
  return value === UNKNOWN ? null : value;
}

function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
