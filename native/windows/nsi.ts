/**
 * Resetting an IPv6 connection. Windows documents no call for it: SetTcpEntry takes IPv4 only. What iphlpapi.dll itself stands on,
 * the Network Store Interface (nsi.dll), takes both; it is undocumented, and nothing here is proven on Windows.
 *
 * Where the numbers come from:
 * - The parameters are those that Wine's include/wine/nsi.h declares: store, action, module, object, key and its size, values and
 *   their size. Public sources that use it (MsQuic, OpenThread) call the store NsiActive and the actions NsiSet….
 * - NPI_MODULEID is documented (netioddk.h, learn.microsoft.com/windows-hardware/drivers/ddi/netioddk): length, type (MIT_GUID = 1),
 *   GUID. That of TCP is {EB004A03-9B1A-11D4-9123-0050047759BC} in Wine's include/netiodef.h.
 * - The key is that of a connection in the same header of Wine's: two SOCKADDR_INET, local and remote.
 * - That store 1, action 2 (NsiSetCreateOrSet) and object 16 without values delete the connection was found by x86matthew
 *   (https://www.x86matthew.com/view_post?id=settcpentry6); other public programs have taken it from there.
 */
import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { Libraries } from './libraries';
import { copyAddress, scopeOf } from './tcpEntry';
import type { End } from './tcpEntry';
import { ERROR_PROC_NOT_FOUND, windowsErrorName } from './windowsError';

/** The environment variable that switches it on, until a run on Windows has shown that it works */
export const NSI_SWITCH = 'SOCKETSCOPE_NSI_RESET';

const AF_INET6 = 23;
const NSI_ACTIVE = 1;
const NSI_SET_CREATE_OR_SET = 2;
/** Of TCP: what SetTcpEntry sets */
const CONNECTION_OBJECT = 16;

/** NPI_MODULEID: u16 length, padding, u32 type, GUID (u32, u16, u16, 8 bytes) */
const TCP_MODULE = Uint8Array.from([
  ...[24, 0, 0, 0, 1, 0, 0, 0],
  ...[0x03, 0x4a, 0x00, 0xeb, 0x1a, 0x9b, 0xd4, 0x11, 0x91, 0x23, 0x00, 0x50, 0x04, 0x77, 0x59, 0xbc],
]);

/** SOCKADDR_IN6 (ws2ipdef.h), which is as large as SOCKADDR_INET; offsets and size in bytes */
export const SOCKADDR_IN6 = { size: 28, family: 0, port: 2, address: 8, scope: 24 } as const;

type SetAllParameters = (
  store: number,
  action: number,
  module: Uint8Array,
  object: number,
  key: Uint8Array,
  keySize: number,
  values: null,
  valuesSize: number,
) => number;

/** Prepares the call that resets the connection of this row, which returns an error code. @throws NativeError where there is none */
export function nsiReset(libraries: Libraries, table: SocketTable, row: number): () => number {
  const call = libraries.optional<SetAllParameters>(
    'nsi',
    'uint32 NsiSetAllParameters(uint32, uint32, void *, uint32, void *, uint32, void *, uint32)',
  );
  if (call === null) {
    throw new NativeError(
      'NsiSetAllParameters',
      ERROR_PROC_NOT_FOUND,
      windowsErrorName(ERROR_PROC_NOT_FOUND),
      'This Windows has no call that resets IPv6 connections. End the process instead.',
    );
  }
  const key = connectionKey(table, row);
  return () =>
    call(NSI_ACTIVE, NSI_SET_CREATE_OR_SET, TCP_MODULE, CONNECTION_OBJECT, key, key.length, null, 0);
}

function connectionKey(table: SocketTable, row: number): Uint8Array {
  const key = new Uint8Array(2 * SOCKADDR_IN6.size);
  writeEnd(key, 0, table, row, 'local');
  writeEnd(key, SOCKADDR_IN6.size, table, row, 'remote');
  return key;
}

function writeEnd(key: Uint8Array, at: number, table: SocketTable, row: number, end: End): void {
  const { localPort, remotePort } = table.columns;
  const view = new DataView(key.buffer, at);
  view.setUint16(SOCKADDR_IN6.family, AF_INET6, true);
  view.setUint16(SOCKADDR_IN6.port, (end === 'local' ? localPort : remotePort)[row]!, false);
  copyAddress(table, row, end, key, at + SOCKADDR_IN6.address, 16);
  view.setUint32(SOCKADDR_IN6.scope, scopeOf(table, row, end), true);
}
