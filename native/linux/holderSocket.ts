/** Ending a TCP socket through a duplicate of a holder's descriptor, where the kernel is not to be told to (man 7 tcp). */
import os from 'node:os';
import koffi from 'koffi';
import { stateCode } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { getsockopt } from './borrowedSocket';
import { AF_INET, AF_INET6 } from './libc';

const { ENOTCONN } = os.constants.errno;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const SHUT_WR = 1;
const LISTEN = stateCode('LISTEN');
/** struct sockaddr_in6 is the longer one: u16 family, u16 port (network order), u32 flow, 16 bytes of address, u32 scope. */
const SOCKADDR_SIZE = 28;
const PORT_AT = 2;
const ADDRESS_AT = { [AF_INET]: 4, [AF_INET6]: 8 } as const;
/** struct sockaddr with family AF_UNSPEC: "dissolve the association" (man 2 connect) */
const NOBODY = new Uint8Array(16);

interface Calls {
  connect: (fd: number, address: Uint8Array, length: number) => number;
  shutdown: (fd: number, how: number) => number;
  getpeername: (fd: number, address: Uint8Array, length: Uint32Array) => number;
}

let bound: Calls | null = null;

function calls(): Calls {
  if (bound !== null) return bound;
  const lib = koffi.load(null);
  bound = {
    connect: lib.func('int connect(int, void *, uint)') as Calls['connect'],
    shutdown: lib.func('int shutdown(int, int)') as Calls['shutdown'],
    getpeername: lib.func('int getpeername(int, void *, void *)') as Calls['getpeername'],
  };
  return bound;
}

/**
 * Aborts a connection: RST, and ECONNRESET for both sides. A listener stops listening. Returns 0 or an errno; EBUSY is that
 * of Linux 6.4 to 6.6 where a thread waits on the socket.
 */
export function disconnect(fd: number): number {
  return calls().connect(fd, NOBODY, NOBODY.length) < 0 ? koffi.errno() : 0;
}

/**
 * Says that nothing more comes: FIN, after all that is queued. Not SHUT_RDWR: with that the kernel answers whatever the peer
 * still sends by RST, and drops what was queued (tcp_rcv_state_process, net/ipv4/tcp_input.c; RFC 1122, 4.2.2.13).
 * Returns 0 or an errno.
 */
export function finish(fd: number): number {
  return calls().shutdown(fd, SHUT_WR) < 0 ? koffi.errno() : 0;
}

/**
 * Whether the socket is what the row says: a listener, or a connection to that peer. A program may disconnect a socket and
 * connect it to somebody else, and its cookie stays the same.
 */
export function isStill(fd: number, table: SocketTable, row: number): boolean {
  const { state, remotePort } = table.columns;
  if (state[row] === LISTEN) return isListening(fd);
  const address = new Uint8Array(SOCKADDR_SIZE);
  if (calls().getpeername(fd, address, Uint32Array.of(SOCKADDR_SIZE)) < 0) {
    // What is still calling somebody has no peer yet.
    return koffi.errno() === ENOTCONN && state[row] === stateCode('SYN_SENT');
  }
  const family = table.familyOf(row) === 4 ? AF_INET : AF_INET6;
  const at = ADDRESS_AT[family];
  const peer = table.addresses.subarray(32 * row + 16, 32 * row + (family === AF_INET ? 20 : 32));
  if (((address[PORT_AT]! << 8) | address[PORT_AT + 1]!) !== remotePort[row]) return false;
  return (address[0]! | (address[1]! << 8)) === family && peer.every((byte, i) => address[at + i] === byte);
}

function isListening(fd: number): boolean {
  const value = new Int32Array(1);
  const told = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, new Uint8Array(value.buffer), Uint32Array.of(4));
  return told === 0 && value[0] === 1;
}
