/**
 * How Windows is told which TCP connection is meant: MIB_TCPROW and MIB_TCP6ROW (tcpmib.h), from a row of a table.
 *
 * https://learn.microsoft.com/windows/win32/api/tcpmib/ns-tcpmib-mib_tcprow_lh
 * https://learn.microsoft.com/windows/win32/api/tcpmib/ns-tcpmib-mib_tcp6row
 */
import { isLinkLocal6 } from '../../shared/address';
import type { SocketTable } from '../../shared/socketTable';

/** Offsets and size in bytes. */
export const TCP_ENTRY = {
  ...{ size: 20, state: 0, localAddress: 4, localPort: 8, remoteAddress: 12, remotePort: 16 },
} as const;
export const TCP6_ENTRY = {
  ...{ size: 52, state: 0, localAddress: 4, localScope: 20, localPort: 24 },
  ...{ remoteAddress: 28, remoteScope: 44, remotePort: 48 },
} as const;

/** A MIB_TCPROW. @param state a number of MIB_TCP_STATE */
export function tcpEntry(table: SocketTable, row: number, state: number): Uint8Array {
  const { localPort, remotePort } = table.columns;
  const entry = new Uint8Array(TCP_ENTRY.size);
  const view = new DataView(entry.buffer);
  view.setUint32(TCP_ENTRY.state, state, true);
  copyAddress(table, row, 'local', entry, TCP_ENTRY.localAddress, 4);
  view.setUint16(TCP_ENTRY.localPort, localPort[row]!, false);
  copyAddress(table, row, 'remote', entry, TCP_ENTRY.remoteAddress, 4);
  view.setUint16(TCP_ENTRY.remotePort, remotePort[row]!, false);
  return entry;
}

/**
 * A MIB_TCP6ROW. @param state a number of MIB_TCP_STATE
 * @param scopesSwapped scope ids in network order rather than the machine's: the documentation of the tables says so, much code
 * that works with them says otherwise, and only Windows itself can tell
 */
export function tcp6Entry(
  table: SocketTable,
  row: number,
  state: number,
  scopesSwapped: boolean,
): Uint8Array {
  const { localPort, remotePort } = table.columns;
  const entry = new Uint8Array(TCP6_ENTRY.size);
  const view = new DataView(entry.buffer);
  view.setUint32(TCP6_ENTRY.state, state, true);
  copyAddress(table, row, 'local', entry, TCP6_ENTRY.localAddress, 16);
  view.setUint32(TCP6_ENTRY.localScope, scopeOf(table, row, 'local'), !scopesSwapped);
  view.setUint16(TCP6_ENTRY.localPort, localPort[row]!, false);
  copyAddress(table, row, 'remote', entry, TCP6_ENTRY.remoteAddress, 16);
  view.setUint32(TCP6_ENTRY.remoteScope, scopeOf(table, row, 'remote'), !scopesSwapped);
  view.setUint16(TCP6_ENTRY.remotePort, remotePort[row]!, false);
  return entry;
}

export type End = 'local' | 'remote';

/** Where the address of one end lies in {@link SocketTable.addresses}. */
function addressAt(row: number, end: End): number {
  return 32 * row + (end === 'local' ? 0 : 16);
}

/** Copies so many bytes of an address, which is in network order in both places. */
export function copyAddress(
  table: SocketTable,
  row: number,
  end: End,
  to: Uint8Array,
  offset: number,
  length: 4 | 16,
): void {
  const at = addressAt(row, end);
  to.set(table.addresses.subarray(at, at + length), offset);
}

/** The scope id of one end: the interface of a link-local address, 0 of any other. */
export function scopeOf(table: SocketTable, row: number, end: End): number {
  return isLinkLocal6(table.addresses, addressAt(row, end)) ? table.columns.interfaceIndex[row]! : 0;
}
