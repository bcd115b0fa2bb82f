/**
 * Windows' TCP and UDP tables, as GetExtendedTcpTable and GetExtendedUdpTable fill them in: bytes in, rows of a
 * {@link SocketTable} out. No call is made here, so this runs, and is tested, on every platform.
 *
 * Calls: https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getextendedtcptable
 *        https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getextendedudptable
 */
import { PROTOCOLS, SOCKET_TYPES, stateCode } from '../../shared/socket';
import type { SocketState, MainTable } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { RowIdentities } from './identity';

/** TCP_TABLE_OWNER_PID_ALL / UDP_TABLE_OWNER_PID, or the larger ..._OWNER_MODULE, which adds the create time. */
export type TableClass = 'owner-pid' | 'owner-module';

/** Where a field does not exist. */
const NONE = -1;

/** Offsets and sizes in bytes. */
interface RowLayout {
  call: string;
  addressLength: 4 | 16;
  state: number;
  localAddress: number;
  localScope: number;
  localPort: number;
  remoteAddress: number;
  remoteScope: number;
  remotePort: number;
  pid: number;
  'owner-pid': { firstRow: number; rowSize: number; createTime: number };
  /** A module row holds 64-bit fields: it is aligned to 8, so four bytes follow dwNumEntries. */
  'owner-module': { firstRow: number; rowSize: number; createTime: number };
}

/**
 * The structures of the Windows SDK, tcpmib.h and udpmib.h, documented under
 * https://learn.microsoft.com/windows/win32/api/tcpmib/ and https://learn.microsoft.com/windows/win32/api/udpmib/.
 * A module row begins like the OWNER_PID row and goes on with liCreateTimestamp and OwningModuleInfo[16].
 */
const LAYOUTS: Record<MainTable, RowLayout> = {
  /** MIB_TCPROW_OWNER_PID, MIB_TCPROW_OWNER_MODULE */
  tcp4: {
    call: 'GetExtendedTcpTable',
    addressLength: 4,
    state: 0,
    localAddress: 4,
    localScope: NONE,
    localPort: 8,
    remoteAddress: 12,
    remoteScope: NONE,
    remotePort: 16,
    pid: 20,
    'owner-pid': { firstRow: 4, rowSize: 24, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 160, createTime: 24 },
  },
  /** MIB_TCP6ROW_OWNER_PID, MIB_TCP6ROW_OWNER_MODULE */
  tcp6: {
    call: 'GetExtendedTcpTable',
    addressLength: 16,
    localAddress: 0,
    localScope: 16,
    localPort: 20,
    remoteAddress: 24,
    remoteScope: 40,
    remotePort: 44,
    state: 48,
    pid: 52,
    'owner-pid': { firstRow: 4, rowSize: 56, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 192, createTime: 56 },
  },
  /** MIB_UDPROW_OWNER_PID, MIB_UDPROW_OWNER_MODULE */
  udp4: {
    call: 'GetExtendedUdpTable',
    addressLength: 4,
    localAddress: 0,
    localScope: NONE,
    localPort: 4,
    remoteAddress: NONE,
    remoteScope: NONE,
    remotePort: NONE,
    state: NONE,
    pid: 8,
    'owner-pid': { firstRow: 4, rowSize: 12, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 160, createTime: 16 },
  },
  /** MIB_UDP6ROW_OWNER_PID, MIB_UDP6ROW_OWNER_MODULE */
  udp6: {
    call: 'GetExtendedUdpTable',
    addressLength: 16,
    localAddress: 0,
    localScope: 16,
    localPort: 20,
    remoteAddress: NONE,
    remoteScope: NONE,
    remotePort: NONE,
    state: NONE,
    pid: 24,
    'owner-pid': { firstRow: 4, rowSize: 28, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 176, createTime: 32 },
  },
};

/** MIB_TCP_STATE (tcpmib.h), which counts from 1: MIB_TCP_STATE_CLOSED = 1 … MIB_TCP_STATE_DELETE_TCB = 12. */
const MIB_TCP_STATES: readonly SocketState[] = [
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
const LISTEN = stateCode('LISTEN');
const TIME_WAIT = stateCode('TIME_WAIT');

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
  const layout = LAYOUTS[name];
  const { firstRow, rowSize, createTime } = layout[tableClass];
  const rows = rowCount(bytes, length, layout.call, firstRow, rowSize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const protocol = layout.state === NONE ? UDP : TCP;
  const type = SOCKET_TYPES.indexOf(protocol === UDP ? 'dgram' : 'stream');
  const family = layout.addressLength === 4 ? 4 : 6;

  identities.beginReading(name);
  for (let i = 0; i < rows; i++) {
    const at = firstRow + rowSize * i;
    const row = into.append();
    // Not hoisted: append() may have re-allocated the columns.
    const c = into.columns;
    c.protocol[row] = protocol;
    c.type[row] = type;
    c.family[row] = family;
    copyAddress(bytes, at + layout.localAddress, layout.addressLength, into.addresses, 32 * row);
    c.localPort[row] = readPort(view, at + layout.localPort);
    if (layout.localScope !== NONE) c.interfaceIndex[row] = readScope(view, at + layout.localScope);
    if (layout.state !== NONE) {
      const state = STATE_CODES[view.getUint32(at + layout.state, true)] ?? 0;
      c.state[row] = state;
      // "When the dwState member is MIB_TCP_STATE_LISTEN, this value has no meaning": never looked at.
      if (state !== LISTEN) readRemote(bytes, view, at, layout, into, row);
    }
    const pid = view.getUint32(at + layout.pid, true);
    // A socket in TIME_WAIT has no owner any more; elsewhere PID 0 is the System Idle Process, as the table says.
    if (pid !== 0 || c.state[row] !== TIME_WAIT) c.tablePid[row] = pid;
    const timeLow = createTime === NONE ? 0 : view.getUint32(at + createTime, true);
    const timeHigh = createTime === NONE ? 0 : view.getUint32(at + createTime + 4, true);
    c.createdAt[row] = fileTimeToMs(timeHigh, timeLow);
    identities.identify(into, row, timeHigh, timeLow);
  }
  identities.endReading();
  return rows;
}

/** dwNumEntries, once it is certain that the buffer holds as many rows. */
function rowCount(
  bytes: Uint8Array,
  length: number,
  call: string,
  firstRow: number,
  rowSize: number,
): number {
  if (!(length >= 4 && length <= bytes.length)) {
    throw malformed(call, `${length} bytes cannot hold a table in a buffer of ${bytes.length}`);
  }
  // Every field of every table is made of DWORDs.
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

/** A row without remote endpoint (bound or unbound, state CLOSED) has 0.0.0.0:0 there, which no connection has. */
function readRemote(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  layout: RowLayout,
  into: SocketTable,
  row: number,
): void {
  const c = into.columns;
  const port = readPort(view, at + layout.remotePort);
  const nonZero = copyAddress(
    bytes,
    at + layout.remoteAddress,
    layout.addressLength,
    into.addresses,
    32 * row + 16,
  );
  if (port === 0 && !nonZero) return;
  c.hasRemote[row] = 1;
  c.remotePort[row] = port;
  // The table has one interface per row: where both ends need one, it is the same link.
  if (layout.remoteScope !== NONE && c.interfaceIndex[row] === 0) {
    c.interfaceIndex[row] = readScope(view, at + layout.remoteScope);
  }
}

/** Copies an address (network order in both places) and returns whether any bit of it is set. */
function copyAddress(
  from: Uint8Array,
  at: number,
  length: number,
  to: Uint8Array,
  toOffset: number,
): boolean {
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= to[toOffset + i] = from[at + i]!;
  return bits !== 0;
}

/** Network order in the low two bytes of a DWORD; "the upper 16 bits may contain uninitialized data". */
function readPort(view: DataView, at: number): number {
  return view.getUint16(at, false);
}

/**
 * An IPv6 scope id, which for a link-local address is the interface index. Documented as network order, read as host
 * order by much public code: both are accepted. Interface indexes are small, so only a value in network order has
 * its low 16 bits clear.
 */
function readScope(view: DataView, at: number): number {
  return view.getUint32(at, view.getUint16(at, true) !== 0);
}

/** 1601-01-01 to 1970-01-01, in ms. https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-filetime */
const FILETIME_EPOCH_MS = 11_644_473_600_000;

/** FILETIME, 100 ns since 1601-01-01 UTC, to ms since 1970-01-01 UTC; NaN where there is none. */
function fileTimeToMs(high: number, low: number): number {
  if (high === 0 && low === 0) return NaN;
  return Math.round((high * 2 ** 32 + low) / 10_000) - FILETIME_EPOCH_MS;
}
