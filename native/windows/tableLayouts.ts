/**
 * Where the fields lie in the rows of Windows' TCP and UDP tables: the structures of the Windows SDK, tcpmib.h and udpmib.h,
 * documented under https://learn.microsoft.com/windows/win32/api/tcpmib/ and
 * https://learn.microsoft.com/windows/win32/api/udpmib/. Offsets and sizes are bytes.
 */
import type { MainTable } from '../../shared/socket';

/**
 * What a table's rows are: ..._OWNER_PID; the larger ..._OWNER_MODULE, which begin alike and go on with liCreateTimestamp and
 * OwningModuleInfo[16]; or the rows of MIB_TCPTABLE2 and MIB_TCP6TABLE2, which go on with dwOffloadState.
 */
export type TableClass = 'owner-pid' | 'owner-module' | 'table2';

/** Where a field does not exist. */
export const NONE = -1;

/** The fields that every row of a table has, whatever its class. */
export interface RowLayout {
  call: string;
  addressLength: number;
  state: number;
  localAddress: number;
  localScope: number;
  localPort: number;
  remoteAddress: number;
  remoteScope: number;
  remotePort: number;
  pid: number;
}

export interface TableLayout {
  firstRow: number;
  rowSize: number;
  createTime: number;
}

type TableLayouts = Record<Exclude<TableClass, 'table2'>, TableLayout> & { table2?: TableLayout };

const TCP4: RowLayout = {
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
};
const TCP6: RowLayout = {
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
};
const UDP4: RowLayout = {
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
};
const UDP6: RowLayout = {
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
};
export const ROW_LAYOUTS: Record<MainTable, RowLayout> = { tcp4: TCP4, tcp6: TCP6, udp4: UDP4, udp6: UDP6 };

/**
 * Rows of DWORDs follow dwNumEntries at once. A module row holds 64-bit fields: it is aligned to 8, so four bytes lie between.
 * Of UDP there is no table of the third class.
 */
export const TABLE_LAYOUTS: Record<MainTable, TableLayouts> = {
  /** MIB_TCPROW_OWNER_PID, MIB_TCPROW_OWNER_MODULE, MIB_TCPROW2 */
  tcp4: {
    'owner-pid': { firstRow: 4, rowSize: 24, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 160, createTime: 24 },
    table2: { firstRow: 4, rowSize: 28, createTime: NONE },
  },
  /** MIB_TCP6ROW_OWNER_PID, MIB_TCP6ROW_OWNER_MODULE, MIB_TCP6ROW2 */
  tcp6: {
    'owner-pid': { firstRow: 4, rowSize: 56, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 192, createTime: 56 },
    table2: { firstRow: 4, rowSize: 60, createTime: NONE },
  },
  /** MIB_UDPROW_OWNER_PID, MIB_UDPROW_OWNER_MODULE */
  udp4: {
    'owner-pid': { firstRow: 4, rowSize: 12, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 160, createTime: 16 },
  },
  /** MIB_UDP6ROW_OWNER_PID, MIB_UDP6ROW_OWNER_MODULE */
  udp6: {
    'owner-pid': { firstRow: 4, rowSize: 28, createTime: NONE },
    'owner-module': { firstRow: 8, rowSize: 176, createTime: 32 },
  },
};
