/** Reads Windows' TCP and UDP tables: the calls, and the buffers that they fill. */
import { protocolOf } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { BoundEndpoints } from './boundEndpoints';
import type { RowIdentities } from './identity';
import type { Libraries } from './libraries';
import { ROW_LAYOUTS, TABLE_LAYOUTS } from './tableLayouts';
import { RawTable } from './tables';
import { ERROR_INSUFFICIENT_BUFFER, ERROR_NO_DATA, windowsError } from './windowsError';

/** https://learn.microsoft.com/windows/win32/winsock/sockaddr-2: of Windows, other systems number them differently */
const AF_INET = 2;
const AF_INET6 = 23;
/** TCP_TABLE_CLASS and UDP_TABLE_CLASS (iprtrmib.h): the classes that tell the create time and the module */
const TCP_TABLE_OWNER_MODULE_ALL = 8;
const UDP_TABLE_OWNER_MODULE = 2;
const OWNER_MODULE = 'owner-module';

/** The table may grow between two calls, so each time there is room for more; a table that outgrows so many is given up. */
const MOST_CALLS = 6;
const HEADROOM = 1.25;
const FIRST_SIZE = 64 * 1024;
/** Bytes; more than a million rows. A size beyond that is not meant. */
const LARGEST = 256 * 1024 * 1024;

type GetExtendedTable = (
  table: Uint8Array,
  size: Uint32Array,
  order: number,
  family: number,
  tableClass: number,
  reserved: number,
) => number;

/** Every table has one buffer, which is used again and again: it grows when the table has grown, and never shrinks. */
export class TableBuffers {
  private readonly buffers = new Map<MainTable, Uint8Array>();
  /** Those that have been read since the last reading that counted */
  private readonly unsettled = new Set<MainTable>();
  /** pdwSize */
  private readonly size = new Uint32Array(1);

  constructor(
    private readonly libraries: Libraries,
    private readonly identities: RowIdentities,
    private readonly endpoints: BoundEndpoints,
  ) {}

  /**
   * Appends every row of one table, and returns how many the table itself has; where `bound`, those of its bound endpoints
   * follow. The numbers of the rows are those that they had before, and nothing is forgotten: see {@link settle}.
   * @throws NativeError; then nothing has been appended
   */
  read(name: MainTable, into: SocketTable, bound: boolean): number {
    const raw = this.fill(name);
    this.identities.beginReading(name);
    raw?.appendAll(into, this.identities);
    if (bound) this.endpoints.append(name, into, this.identities);
    this.unsettled.add(name);
    return raw?.rows ?? 0;
  }

  /** To be called once for each reading that counts: the identities that it has missed are forgotten at the next one. */
  settle(): void {
    for (const name of this.unsettled) this.identities.endReading(name);
    this.unsettled.clear();
  }

  /** The row as the last call filled it in (MIB_…ROW_OWNER_MODULE), by its place in the table. Valid until the next call. */
  rowBytes(name: MainTable, index: number): Uint8Array {
    const { firstRow, rowSize } = TABLE_LAYOUTS[name][OWNER_MODULE];
    const start = firstRow + rowSize * index;
    return this.bufferOf(name).subarray(start, start + rowSize);
  }

  /** Null where there are no rows. */
  private fill(name: MainTable): RawTable | null {
    const { call } = ROW_LAYOUTS[name];
    for (let calls = 1; calls <= MOST_CALLS; calls++) {
      const buffer = this.bufferOf(name);
      this.size[0] = buffer.length;
      // What a call that fills in nothing leaves there must not be the rows of the one before.
      buffer.fill(0, 0, 4);
      const code = this.call(name)(buffer, this.size, 0, familyOf(name), classOf(name), 0);
      const size = this.size[0];
      if (code === 0) return new RawTable(buffer, lengthOf(size, buffer), name, OWNER_MODULE);
      if (code === ERROR_NO_DATA) return null;
      if (code !== ERROR_INSUFFICIENT_BUFFER) throw windowsError(call, code);
      this.grow(name, call, size);
    }
    // However much that was: the next reading begins anew.
    this.buffers.delete(name);
    throw windowsError(
      call,
      ERROR_INSUFFICIENT_BUFFER,
      `The table grew faster than it could be read: ${MOST_CALLS} times, it had outgrown its buffer. It is tried again.`,
    );
  }

  private bufferOf(name: MainTable): Uint8Array {
    let buffer = this.buffers.get(name);
    if (buffer === undefined) {
      buffer = new Uint8Array(FIRST_SIZE);
      this.buffers.set(name, buffer);
    }
    return buffer;
  }

  private grow(name: MainTable, call: string, needed: number): void {
    const { length } = this.bufferOf(name);
    if (needed > LARGEST) {
      throw new NativeError(call, 0, 'MALFORMED', `Windows asks for ${needed} bytes for a table of sockets.`);
    }
    // At least doubled where the size that it asks for was there already.
    const wanted = needed > length ? needed * HEADROOM : length * 2;
    this.buffers.set(name, new Uint8Array(4 * Math.ceil(Math.min(wanted, LARGEST) / 4)));
  }

  private call(name: MainTable): GetExtendedTable {
    const parameters = '(void *table, void *size, int order, uint32 family, int tableClass, uint32 reserved)';
    return this.libraries.required('iphlpapi', `uint32 ${ROW_LAYOUTS[name].call}${parameters}`);
  }
}

/** What the call says that it filled in, as far as it is a size at all: some leave the size of the buffer there. */
function lengthOf(size: number, buffer: Uint8Array): number {
  return size === 0 ? buffer.length : Math.min(size, buffer.length);
}

function familyOf(name: MainTable): number {
  return name.endsWith('4') ? AF_INET : AF_INET6;
}

function classOf(name: MainTable): number {
  return protocolOf(name) === 'tcp' ? TCP_TABLE_OWNER_MODULE_ALL : UDP_TABLE_OWNER_MODULE;
}
