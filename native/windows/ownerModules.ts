/**
 * Which service of a process a socket belongs to, as Windows tells it by OwningModuleInfo of the socket's row.
 * https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getownermodulefromtcpentry
 */
import koffi from 'koffi';
import type { MainTable } from '../../shared/socket';
import type { Libraries } from './libraries';
import { TABLE_LAYOUTS } from './tableLayouts';
import { decodeUtf16 } from './utf16';
import { ERROR_INSUFFICIENT_BUFFER } from './windowsError';

/** TCPIP_OWNER_MODULE_INFO_CLASS (iprtrmib.h) */
const TCPIP_OWNER_MODULE_INFO_BASIC = 0;
/** TCPIP_OWNER_MODULE_BASIC_INFO (iprtrmib.h), for 64 bits: pModuleName, pModulePath; their texts lie behind it in the buffer. */
export const MODULE_INFO = { size: 16, name: 0 } as const;
/** Bytes: enough for two paths of usual length, and the most that is believed to be needed */
const USUAL_ROOM = 2048;
const MOST_ROOM = 256 * 1024;
/** Characters of a service's name (CreateServiceW) */
const LONGEST_NAME = 256;

const FUNCTIONS: Record<MainTable, string> = {
  tcp4: 'GetOwnerModuleFromTcpEntry',
  tcp6: 'GetOwnerModuleFromTcp6Entry',
  udp4: 'GetOwnerModuleFromUdpEntry',
  udp6: 'GetOwnerModuleFromUdp6Entry',
};

type GetOwnerModule = (row: Uint8Array, kind: number, into: Uint8Array, size: Uint32Array) => number;

/**
 * The module's name in what GetOwnerModuleFrom… has filled in; null where its pointer leads out of the buffer.
 * @param address of the buffer
 */
export function decodeModuleName(bytes: Uint8Array, address: bigint): string | null {
  if (bytes.length < MODULE_INFO.size) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = Number(view.getBigUint64(MODULE_INFO.name, true) - address);
  if (start < MODULE_INFO.size || start >= bytes.length) return null;
  return decodeUtf16(bytes, start, start + 2 * LONGEST_NAME) || null;
}

/** Asks Windows for the module that owns a socket: of a process of services, the service. */
export class OwnerModules {
  private bytes = new Uint8Array(USUAL_ROOM);

  constructor(private readonly libraries: Libraries) {}

  /**
   * The name of the service, or of what else Windows takes for the owner (its program); null where it does not say: without an
   * administrator's rights, on a Windows that lacks the function, or of a socket that is gone.
   * @param row one MIB_…ROW_OWNER_MODULE, as the table had it
   */
  of(table: MainTable, row: Uint8Array): string | null {
    const call = this.libraries.optional<GetOwnerModule>(
      'iphlpapi',
      `uint32 ${FUNCTIONS[table]}(void *, int32, void *, void *)`,
    );
    if (call === null || row.length < TABLE_LAYOUTS[table]['owner-module'].rowSize) return null;
    const size = new Uint32Array(1);
    for (let tries = 0; tries < 2; tries++) {
      size[0] = this.bytes.length;
      // What a call leaves out would else be read as the one before has left it.
      this.bytes.fill(0);
      const error = call(row, TCPIP_OWNER_MODULE_INFO_BASIC, this.bytes, size);
      if (error === 0) return decodeModuleName(this.bytes, koffi.address(this.bytes));
      if (error !== ERROR_INSUFFICIENT_BUFFER || size[0] <= this.bytes.length || size[0] > MOST_ROOM)
        return null;
      this.bytes = new Uint8Array(size[0]);
    }
    return null;
  }
}
