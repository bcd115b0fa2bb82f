/**
 * TCP sockets that are bound and neither listen nor are connected. The documented tables leave them out; the list that
 * `netstat -q` shows comes from two functions of iphlpapi.dll that Microsoft does not document:
 *
 *     ULONG InternalGetBoundTcpEndpointTable(PVOID *Table, PVOID HeapHandle, ULONG HeapFlags)    → MIB_TCPTABLE2
 *     ULONG InternalGetBoundTcp6EndpointTable(PVOID *Table, PVOID HeapHandle, ULONG HeapFlags)   → MIB_TCP6TABLE2
 *
 * They are so declared and used by System Informer. The table is allocated
 * from the heap that is passed, and the caller frees it. MIB_TCPTABLE2 and MIB_TCP6TABLE2 are documented (tcpmib.h).
 *
 * Not proven, as nothing here has met a real Windows: that the functions still are what they are declared as; whether
 * an endpoint of a socket that is connected by now is listed ("may or may not be associated with an active connection", says
 * the help of netstat, and such ones are left out here); what dwState holds (it is not looked at). Hence nothing is believed: the
 * heap itself is asked how long the table is, and where anything is not as expected there are no such rows, as on a Windows
 * without these functions.
 */
import { PROTOCOLS, stateCode } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { RowIdentities } from './identity';
import type { Libraries } from './libraries';
import { RawTable } from './tables';

/** A pointer, as koffi hands it over: the value null is NULL. */
type Pointer = bigint | null;
type GetBoundTable = (table: BigUint64Array, heap: Pointer, flags: number) => number;

const FUNCTIONS: Partial<Record<MainTable, string>> = {
  tcp4: 'InternalGetBoundTcpEndpointTable',
  tcp6: 'InternalGetBoundTcp6EndpointTable',
};
const TCP = PROTOCOLS.indexOf('tcp');
const BOUND = stateCode('BOUND');
/** Bytes; a table beyond that is not meant. */
const LARGEST = 64 * 1024 * 1024;
const PORTS = 65_536;

export class BoundEndpoints {
  private buffer = new Uint8Array(4096);
  /** Where the pointer to the table comes */
  private readonly pointer = new BigUint64Array(1);
  /** The last row of each port, and of each row the one before on its port; -1 = none */
  private last: Int32Array | null = null;
  private before = new Int32Array(0);
  private readonly address = new Uint32Array(4);

  constructor(private readonly libraries: Libraries) {}

  /** Appends them with the state BOUND, behind the rows of their table, which is being read. Of UDP there are none. */
  append(name: MainTable, into: SocketTable, identities: RowIdentities): void {
    const raw = this.read(name);
    if (raw === null || raw.rows === 0) return;
    this.index(into);
    for (let index = 0; index < raw.rows; index++) {
      if (!this.isListed(name, raw, index, into)) raw.append(index, into, identities);
    }
  }

  /** Null where there is no such function, or what it does makes no sense. */
  private read(name: MainTable): RawTable | null {
    const get = this.functionOf(name);
    if (get === null) return null;
    const heap = this.libraries.required<() => Pointer>('kernel32', 'void *GetProcessHeap()')();
    this.pointer[0] = 0n;
    const code = get(this.pointer, heap, 0);
    const table = this.pointer[0];
    // After an error it is not known whose the pointer is: better lost than freed.
    if (code !== 0 || table === 0n) return null;
    try {
      const length = this.copy(heap, table);
      return length === null ? null : new RawTable(this.buffer, length, name, 'table2');
    } catch (error) {
      if (error instanceof NativeError) return null;
      throw error;
    } finally {
      this.libraries.required<(heap: Pointer, flags: number, memory: Pointer) => number>(
        'kernel32',
        'int HeapFree(void *heap, uint32 flags, void *memory)',
      )(heap, 0, table);
    }
  }

  /** Copies the table into the buffer, as many bytes as the heap has given it; null where that is none, or too many. */
  private copy(heap: Pointer, table: Pointer): number | null {
    const sizeOf = this.libraries.required<
      (heap: Pointer, flags: number, memory: Pointer) => number | bigint
    >('kernel32', 'size_t HeapSize(void *heap, uint32 flags, void *memory)');
    const size = Number(sizeOf(heap, 0, table));
    if (size < 4 || size > LARGEST) return null;
    if (size > this.buffer.length) this.buffer = new Uint8Array(4 * Math.ceil((size * 1.25) / 4));
    this.libraries.required<(to: Uint8Array, from: Pointer, length: number) => void>(
      'ntdll',
      'void RtlMoveMemory(void *to, void *from, size_t length)',
    )(this.buffer, table, size);
    // The heap rounds up, not always to whole words.
    return size - (size % 4);
  }

  private functionOf(name: MainTable): GetBoundTable | null {
    const call = FUNCTIONS[name];
    if (call === undefined) return null;
    return this.libraries.optional('iphlpapi', `uint32 ${call}(void *table, void *heap, uint32 flags)`);
  }

  private index(table: SocketTable): void {
    const { protocol, localPort, state } = table.columns;
    this.last = (this.last ?? new Int32Array(PORTS)).fill(-1);
    if (this.before.length < table.length) this.before = new Int32Array(table.capacity);
    for (let row = 0; row < table.length; row++) {
      if (protocol[row] !== TCP || state[row] === BOUND) continue;
      this.before[row] = this.last[localPort[row]!]!;
      this.last[localPort[row]!] = row;
    }
  }

  /**
   * Whether a row of the tables is the same socket: its process has one on this port, with this address, or with any where
   * the endpoint is bound to all (an IPv6 socket may be connected over IPv4).
   */
  private isListed(name: MainTable, raw: RawTable, index: number, table: SocketTable): boolean {
    const { tablePid, family } = table.columns;
    const { address } = this;
    address.fill(0);
    raw.copyLocalAddress(index, address);
    const isAny = address.every((word) => word === 0);
    const version = name === 'tcp4' ? 4 : 6;
    const pid = raw.pid(index);
    for (let row = this.last![raw.localPort(index)]!; row >= 0; row = this.before[row]!) {
      if (tablePid[row] !== pid) continue;
      if (isAny && (version === 6 || family[row] === 4)) return true;
      if (family[row] === version && address.every((word, i) => word === table.addressWords[8 * row + i]))
        return true;
    }
    return false;
  }
}
