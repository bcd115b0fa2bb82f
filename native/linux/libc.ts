/** The C library calls that the Linux backend makes, through FFI. */
import os from 'node:os';
import koffi from 'koffi';
import { EAGAIN, EINTR, errnoError } from './errno';

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0o2000000;
export const NETLINK_SOCK_DIAG = 4;
export const MSG_TRUNC = 0x20;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const MSG_DONTWAIT = 0x40;
/** struct sockaddr_nl (linux/netlink.h): u16 family, u16 pad, u32 port id, u32 groups. */
const SOCKADDR_NL_SIZE = 12;
/** SK_MEMINFO_DROPS, the ninth of the words that SO_MEMINFO gives (linux/sock_diag.h). */
const MEMINFO_DROPS = 8;

interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  close(fd: number): number;
  send(fd: number, data: Uint8Array, length: number, flags: number): number;
  recv(fd: number, data: Uint8Array, length: number, flags: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  ifIndexToName(index: number, name: Uint8Array): unknown;
}

let bound: Libc | null = null;

/** Binds on first use, so that merely importing this module works on every platform. */
function libc(): Libc {
  if (bound !== null) return bound;
  // The process's own symbols: glibc and musl alike, without a file name to guess.
  const lib = koffi.load(null);
  // Buffers go in as `void *`, which passes their address; koffi knows no ssize_t, intptr_t is as wide.
  bound = {
    socket: lib.func('int socket(int, int, int)') as Libc['socket'],
    close: lib.func('int close(int)') as Libc['close'],
    send: lib.func('intptr_t send(int, void *, size_t, int)') as Libc['send'],
    recv: lib.func('intptr_t recv(int, void *, size_t, int)') as Libc['recv'],
    bind: lib.func('int bind(int, void *, uint)') as Libc['bind'],
    getsockopt: lib.func('int getsockopt(int, int, int, void *, void *)') as Libc['getsockopt'],
    setsockopt: lib.func('int setsockopt(int, int, int, void *, uint)') as Libc['setsockopt'],
    ifIndexToName: lib.func('void *if_indextoname(uint, void *)') as Libc['ifIndexToName'],
  };
  return bound;
}

/** A netlink socket, with a receive time-out so that a silent kernel cannot hang the engine. */
export class NetlinkSocket {
  private readonly fd: number;

  constructor(
    protocol: number,
    private readonly name: string,
  ) {
    this.fd = libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (this.fd < 0) throw errnoError(`socket(${name})`, koffi.errno());
    const receiveTimeout = new BigInt64Array([5n, 0n]); // struct timeval: seconds, microseconds
    this.option(SO_RCVTIMEO, new Uint8Array(receiveTimeout.buffer));
    // The kernel clamps this to net.core.rmem_max; a smaller buffer only means more turns.
    this.option(SO_RCVBUF, new Uint8Array(new Int32Array([1 << 20]).buffer));
  }

  /** Sends one datagram. */
  send(message: Uint8Array): void {
    for (;;) {
      if (libc().send(this.fd, message, message.length, 0) >= 0) return;
      const code = koffi.errno();
      if (code !== EINTR) throw errnoError(`send(${this.name})`, code);
    }
  }

  /** Receives one datagram into `buffer` and returns its whole length, which is more than the buffer's where it was cut. */
  receive(buffer: Uint8Array): number {
    for (;;) {
      const length = libc().recv(this.fd, buffer, buffer.length, MSG_TRUNC);
      if (length >= 0) return length;
      const code = koffi.errno();
      if (code !== EINTR) throw errnoError(`recv(${this.name})`, code);
    }
  }

  /**
   * Joins multicast groups (a bit mask), with a receive buffer of so many bytes as far as this process may have them. Joining
   * binds the socket: one without a port id gets no multicast.
   */
  subscribe(groups: number, receiveBuffer: number): void {
    const address = new DataView(new ArrayBuffer(SOCKADDR_NL_SIZE));
    address.setUint16(0, AF_NETLINK, true);
    address.setUint32(8, groups, true);
    const size = new Uint8Array(new Int32Array([receiveBuffer]).buffer);
    // Beyond net.core.rmem_max only with CAP_NET_ADMIN.
    if (libc().setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length) < 0)
      this.option(SO_RCVBUF, size);
    if (libc().bind(this.fd, new Uint8Array(address.buffer), SOCKADDR_NL_SIZE) < 0)
      throw errnoError(`bind(${this.name})`, koffi.errno());
  }

  /** Calls back on the event loop whenever something has come, without keeping the process alive. Returns the way to stop. */
  onReadable(callback: () => void): () => void {
    const handle = koffi.node.poll(this.fd, { readable: true, writable: false, disconnect: false }, callback);
    handle.unref();
    return () => handle.close();
  }

  /** Like {@link receive}, but null where nothing has come. */
  receiveNow(buffer: Uint8Array): number | null {
    const length = libc().recv(this.fd, buffer, buffer.length, MSG_TRUNC | MSG_DONTWAIT);
    if (length >= 0) return length;
    const code = koffi.errno();
    if (code === EAGAIN || code === EINTR) return null;
    throw errnoError(`recv(${this.name})`, code);
  }

  /** How many datagrams the kernel has dropped because the receive buffer was full. */
  drops(): number {
    const words = new Uint32Array(16);
    const length = new Uint32Array([words.byteLength]);
    const value = new Uint8Array(words.buffer);
    return libc().getsockopt(this.fd, SOL_SOCKET, SO_MEMINFO, value, length) < 0 ? 0 : words[MEMINFO_DROPS]!;
  }

  close(): void {
    libc().close(this.fd);
  }

  private option(name: number, value: Uint8Array): void {
    if (libc().setsockopt(this.fd, SOL_SOCKET, name, value, value.length) < 0) {
      throw errnoError(`setsockopt(${this.name})`, koffi.errno());
    }
  }
}

/** The name of a network interface, or its number as text where it has gone. */
export function interfaceName(index: number): string {
  const name = new Uint8Array(16); // IF_NAMESIZE, linux/if.h
  if (libc().ifIndexToName(index, name) === null) return String(index);
  return Buffer.from(name.subarray(0, name.indexOf(0))).toString('utf8');
}

/** The decoders read numbers in the machine's own order through typed arrays; 64-bit halves assume little-endian. */
export function assertLittleEndian(): void {
  if (os.endianness() !== 'LE') {
    throw new Error('SocketScope supports little-endian machines only (x86-64, arm64).');
  }
}
