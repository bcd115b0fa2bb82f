/**
 * Windows' TCP and UDP tables, as GetExtendedTcpTable and GetExtendedUdpTable fill them in: bytes in, rows of a
 * {@link SocketTable} out. No call is made here, so this runs, and is tested, on every platform (of little-endian machines:
 * Windows has no others).
 *
 * Calls: https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getextendedtcptable
 *        https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getextendedudptable
 */
import { PROTOCOLS, SOCKET_TYPES, stateCode } from '../../shared/socket';
import type { SocketState, MainTable } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { RowIdentities } from './identity';
import { NONE, ROW_LAYOUTS, TABLE_LAYOUTS } from './tableLayouts';
import type { RowLayout, TableClass, TableLayout } from './tableLayouts';

/** MIB_TCP_STATE (tcpmib.h), which counts from 1: MIB_TCP_STATE_CLOSED = 1 … MIB_TCP_STATE_DELETE_TCB = 12. */
export const MIB_TCP_STATES: readonly SocketState[] = [
  'CLOSE',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
  'DELETE_TCB',
];
const STATE_CODES = Uint8Array.from([0, ...MIB_TCP_STATES.map(stateCode)]);
const TCP = PROTOCOLS.indexOf('tcp');
const UDP = PROTOCOLS.indexOf('udp');
const STREAM = SOCKET_TYPES.indexOf('stream');
const DATAGRAM = SOCKET_TYPES.indexOf('dgram');
const LISTEN = stateCode('LISTEN');
const TIME_WAIT = stateCode('TIME_WAIT');
const BOUND = stateCode('BOUND');

const ROWS_IN_WORDS = inWords(ROW_LAYOUTS);
const TABLES_IN_WORDS = inWords(TABLE_LAYOUTS);

/** The same, with every size and offset as a multiple of four bytes. */
function inWords<Layout>(layout: Layout): Layout {
  if (typeof layout === 'number') return (layout === NONE ? NONE : layout / 4) as Layout;
  if (typeof layout !== 'object' || layout === null) return layout;
  const parts = Object.entries(layout).map(([name, part]: [string, unknown]) => [name, inWords(part)]);
  return Object.fromEntries(parts) as Layout;
}

/**
 * Appends every row of one table and returns how many there were. One call is one reading of that table: identities
 * not seen for some readings are forgotten.
 *
 * @param bytes the buffer the call filled; it may be larger than the table
 * @param length how many of its bytes are the table's, headroom behind the last row included
 * @throws NativeError where the table is malformed; then nothing has been appended
 */
export function decodeTable(
  bytes: Uint8Array,
  length: number,
  name: MainTable,
  tableClass: TableClass,
  into: SocketTable,
  identities: RowIdentities,
): number {
  const raw = new RawTable(bytes, length, name, tableClass);
  identities.beginReading(name);
  raw.appendAll(into, identities);
  identities.endReading(name);
  return raw.rows;
}

/** One table as it was filled in, once it is certain that the buffer holds all of its rows. Every field is made of DWORDs. */
export class RawTable {
  readonly rows: number;
  private readonly words: Uint32Array;
  /** Both in words */
  private readonly layout: RowLayout;
  private readonly table: TableLayout;
  private readonly isBound: boolean;

  /** @throws NativeError where the table is malformed */
  constructor(bytes: Uint8Array, length: number, name: MainTable, tableClass: TableClass) {
    const table = TABLE_LAYOUTS[name][tableClass];
    const tableInWords = TABLES_IN_WORDS[name][tableClass];
    if (table === undefined || tableInWords === undefined) {
      throw new RangeError(`There is no ${tableClass} of ${name}`);
    }
    this.rows = rowCount(bytes, length, ROW_LAYOUTS[name].call, table);
    this.layout = ROWS_IN_WORDS[name];
    this.table = tableInWords;
    this.isBound = tableClass === 'table2';
    const isAligned = bytes.byteOffset % 4 === 0;
    this.words = isAligned
      ? new Uint32Array(bytes.buffer, bytes.byteOffset, length / 4)
      : new Uint32Array(bytes.slice(0, length).buffer);
  }

  /** Where a row begins, in words. */
  private at(index: number): number {
    return this.table.firstRow + this.table.rowSize * index;
  }

  pid(index: number): number {
    return this.words[this.at(index) + this.layout.pid]!;
  }

  localPort(index: number): number {
    return portOf(this.words[this.at(index) + this.layout.localPort]!);
  }

  /** The words of a row's local address are copied to `to`. */
  copyLocalAddress(index: number, to: Uint32Array): void {
    const from = this.at(index) + this.layout.localAddress;
    for (let i = 0; i < this.layout.addressLength; i++) to[i] = this.words[from + i]!;
  }

  appendAll(into: SocketTable, identities: RowIdentities): void {
    for (let index = 0; index < this.rows; index++) this.append(index, into, identities);
  }

  append(index: number, into: SocketTable, identities: RowIdentities): void {
    const { words, layout } = this;
    const at = this.at(index);
    const row = into.append();
    // Not kept from one row to the next: append() may have re-allocated the columns.
    const c = into.columns;
    const { addressWords } = into;
    const isUdp = layout.state === NONE;
    c.protocol[row] = isUdp ? UDP : TCP;
    c.type[row] = isUdp ? DATAGRAM : STREAM;
    c.family[row] = layout.addressLength === 1 ? 4 : 6;
    const local = at + layout.localAddress;
    for (let i = 0; i < layout.addressLength; i++) addressWords[8 * row + i] = words[local + i]!;
    c.localPort[row] = portOf(words[at + layout.localPort]!);
    if (layout.localScope !== NONE && isLinkLocal(words[local]!)) {
      c.interfaceIndex[row] = scopeOf(words[at + layout.localScope]!);
    }
    let state = 0;
    if (!isUdp) {
      state = this.isBound ? BOUND : (STATE_CODES[words[at + layout.state]!] ?? 0);
      c.state[row] = state;
      // "When the dwState member is MIB_TCP_STATE_LISTEN, this value has no meaning": never looked at.
      if (state !== LISTEN && !this.isBound) this.appendRemote(at, into, row);
    }
    const pid = words[at + layout.pid]!;
    // A socket in TIME_WAIT has no owner any more; elsewhere PID 0 is the System Idle Process, as the table says.
    if (pid !== 0 || state !== TIME_WAIT) c.tablePid[row] = pid;
    let timeHigh = 0;
    let timeLow = 0;
    if (this.table.createTime !== NONE) {
      timeLow = words[at + this.table.createTime]!;
      timeHigh = words[at + this.table.createTime + 1]!;
      c.createdAt[row] = fileTimeToMs(timeHigh, timeLow);
    }
    identities.identify(into, row, timeHigh, timeLow);
  }

  /** A row without remote endpoint (bound or unbound, state CLOSED) has 0.0.0.0:0 there, which no connection has. */
  private appendRemote(at: number, into: SocketTable, row: number): void {
    const { words, layout } = this;
    const from = at + layout.remoteAddress;
    const to = 8 * row + 4;
    let bits = 0;
    for (let i = 0; i < layout.addressLength; i++) bits |= into.addressWords[to + i] = words[from + i]!;
    const port = portOf(words[at + layout.remotePort]!);
    if (port === 0 && bits === 0) return;
    const c = into.columns;
    c.hasRemote[row] = 1;
    c.remotePort[row] = port;
    // The table has one interface per row: where both ends need one, it is the same link.
    if (layout.remoteScope !== NONE && c.interfaceIndex[row] === 0 && isLinkLocal(words[from]!)) {
      c.interfaceIndex[row] = scopeOf(words[at + layout.remoteScope]!);
    }
  }
}

/** dwNumEntries, once it is certain that the buffer holds as many rows. */
function rowCount(
  bytes: Uint8Array,
  length: number,
  call: string,
  { firstRow, rowSize }: TableLayout,
): number {
  if (!(length >= 4 && length <= bytes.length)) {
    throw malformed(call, `${length} bytes cannot hold a table in a buffer of ${bytes.length}`);
  }
  if (length % 4 !== 0) throw malformed(call, `its length, ${length} bytes, is not a multiple of 4`);
  const rows = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (rows > 0 && firstRow + rowSize * rows > length) {
    throw malformed(call, `it announces ${rows} rows of ${rowSize} bytes in ${length} bytes`);
  }
  return rows;
}

function malformed(call: string, detail: string): NativeError {
  return new NativeError(call, 0, 'MALFORMED', `Windows returned a table that makes no sense: ${detail}.`);
}

/** Network order in the low two bytes of a DWORD; "the upper 16 bits may contain uninitialized data". */
function portOf(word: number): number {
  return ((word & 0xff) << 8) | ((word >>> 8) & 0xff);
}

/**
 * Whether an IPv6 address that begins with this word is of fe80::/10 (RFC 4291, 2.5.6). The scope of other addresses names no
 * interface: Wine has a kind of address there.
 */
function isLinkLocal(word: number): boolean {
  return (word & 0xc0ff) === 0x80fe;
}

/**
 * An IPv6 scope id, which for a link-local address is the interface index. Documented as network order, read as host
 * order by much public code: both are accepted. Interface indexes are small, so only a value in network order has
 * its low 16 bits clear.
 */
function scopeOf(word: number): number {
  return (word & 0xffff) !== 0 ? word : (((word >>> 16) & 0xff) << 8) | (word >>> 24);
}

/** 1601-01-01 to 1970-01-01, in ms. https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-filetime */
const FILETIME_EPOCH_MS = 11_644_473_600_000;

/** FILETIME, 100 ns since 1601-01-01 UTC, to ms since 1970-01-01 UTC; NaN where there is none. */
function fileTimeToMs(high: number, low: number): number {
  if (high === 0 && low === 0) return NaN;
  return Math.round((high * 2 ** 32 + low) / 10_000) - FILETIME_EPOCH_MS;
}
