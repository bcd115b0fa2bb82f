/** What the numbers of errors are called and mean, for a person. Language only: the page shows them as well. */

export interface ErrorMeaning {
  /** e.g. `ECONNREFUSED` */
  name: string;
  /** A sentence */
  meaning: string;
}

type Row = [code: number, name: string, meaning: string];

/** asm-generic/errno-base.h, asm-generic/errno.h, linux/errno.h: those that sockets and /proc bring (man 3 errno, 7 ip, 7 tcp) */
const LINUX: readonly Row[] = [
  [1, 'EPERM', 'It needs a privilege that the program does not have.'],
  [2, 'ENOENT', 'There is no such file or socket.'],
  [3, 'ESRCH', 'There is no such process.'],
  [4, 'EINTR', 'A signal interrupted the call.'],
  [9, 'EBADF', 'The descriptor is not open.'],
  [11, 'EAGAIN', 'Nothing is ready yet; it can be tried again.'],
  [12, 'ENOMEM', 'The system is out of memory.'],
  [13, 'EACCES', 'The permissions forbid it.'],
  [16, 'EBUSY', 'It is in use.'],
  [22, 'EINVAL', 'An argument is not valid.'],
  [23, 'ENFILE', 'The system has run out of open files.'],
  [24, 'EMFILE', 'The program has run out of descriptors.'],
  [32, 'EPIPE', 'The connection was closed for sending.'],
  [71, 'EPROTO', 'The other side broke the protocol.'],
  [88, 'ENOTSOCK', 'The descriptor is not a socket.'],
  [90, 'EMSGSIZE', 'The message is larger than the path or the protocol allows.'],
  [92, 'ENOPROTOOPT', 'The protocol does not have this option.'],
  [93, 'EPROTONOSUPPORT', 'The kernel does not have this protocol.'],
  [95, 'EOPNOTSUPP', 'This kind of socket cannot do that.'],
  [97, 'EAFNOSUPPORT', 'The kernel does not have this address family.'],
  [98, 'EADDRINUSE', 'The address and port are in use.'],
  [99, 'EADDRNOTAVAIL', 'The address is not one of this machine’s, or no port is left.'],
  [100, 'ENETDOWN', 'The network interface is down.'],
  [101, 'ENETUNREACH', 'There is no route to that network.'],
  [102, 'ENETRESET', 'Keepalive found that the connection was gone.'],
  [103, 'ECONNABORTED', 'This machine gave the connection up.'],
  [104, 'ECONNRESET', 'The other side reset the connection.'],
  [105, 'ENOBUFS', 'The kernel had no room left in its buffers.'],
  [106, 'EISCONN', 'The socket is connected already.'],
  [107, 'ENOTCONN', 'The socket is not connected.'],
  [108, 'ESHUTDOWN', 'The socket was shut down for sending.'],
  [110, 'ETIMEDOUT', 'The other side did not answer in time.'],
  [111, 'ECONNREFUSED', 'The other side refused the connection: nothing listens there.'],
  [112, 'EHOSTDOWN', 'The other machine is down.'],
  [113, 'EHOSTUNREACH', 'There is no way to that machine.'],
  [114, 'EALREADY', 'The socket is connecting already.'],
  [115, 'EINPROGRESS', 'The connection is being made.'],
  [116, 'ESTALE', 'It has been replaced by another meanwhile.'],
  [524, 'ENOTSUPP', 'The kernel cannot do that.'],
];

/** winerror.h and winsock2.h: those of the IP helper API, of opening a process, and of sockets */
const WINDOWS: readonly Row[] = [
  [2, 'ERROR_FILE_NOT_FOUND', 'There is no such file.'],
  [3, 'ERROR_PATH_NOT_FOUND', 'There is no such folder.'],
  [5, 'ERROR_ACCESS_DENIED', 'It needs an administrator’s rights.'],
  [6, 'ERROR_INVALID_HANDLE', 'The handle is not open.'],
  [8, 'ERROR_NOT_ENOUGH_MEMORY', 'The system is out of memory.'],
  [50, 'ERROR_NOT_SUPPORTED', 'This Windows cannot do that.'],
  [65, 'ERROR_NETWORK_ACCESS_DENIED', 'Access to the network is forbidden.'],
  [87, 'ERROR_INVALID_PARAMETER', 'An argument is not valid, or there is no such process.'],
  [122, 'ERROR_INSUFFICIENT_BUFFER', 'The table grew while it was read.'],
  [127, 'ERROR_PROC_NOT_FOUND', 'This Windows does not have that function.'],
  [193, 'ERROR_BAD_EXE_FORMAT', 'The file is no program that this Windows can run.'],
  [232, 'ERROR_NO_DATA', 'There is nothing in that table.'],
  [299, 'ERROR_PARTIAL_COPY', 'Only a part could be read.'],
  [317, 'ERROR_MR_MID_NOT_FOUND', 'Windows has no text for this error.'],
  [740, 'ERROR_ELEVATION_REQUIRED', 'It needs an administrator’s rights.'],
  [1168, 'ERROR_NOT_FOUND', 'There is no such connection any more.'],
  [1223, 'ERROR_CANCELLED', 'The user said no, or did not answer.'],
  [1260, 'ERROR_ACCESS_DISABLED_BY_POLICY', 'A policy of this machine forbids it.'],
  [1314, 'ERROR_PRIVILEGE_NOT_HELD', 'It needs a privilege that the program does not have.'],
  [10013, 'WSAEACCES', 'The permissions, or an excluded port range, forbid it.'],
  [10048, 'WSAEADDRINUSE', 'The address and port are in use.'],
  [10049, 'WSAEADDRNOTAVAIL', 'The address is not one of this machine’s.'],
  [10050, 'WSAENETDOWN', 'The network is down.'],
  [10051, 'WSAENETUNREACH', 'There is no route to that network.'],
  [10052, 'WSAENETRESET', 'Keepalive found that the connection was gone.'],
  [10053, 'WSAECONNABORTED', 'This machine gave the connection up.'],
  [10054, 'WSAECONNRESET', 'The other side reset the connection.'],
  [10055, 'WSAENOBUFS', 'The system had no room left in its buffers.'],
  [10060, 'WSAETIMEDOUT', 'The other side did not answer in time.'],
  [10061, 'WSAECONNREFUSED', 'The other side refused the connection: nothing listens there.'],
  [10065, 'WSAEHOSTUNREACH', 'There is no way to that machine.'],
];

const tableOf = (rows: readonly Row[]): ReadonlyMap<number, ErrorMeaning> =>
  new Map(rows.map(([code, name, meaning]) => [code, { name, meaning }]));

const MEANINGS = { linux: tableOf(LINUX), windows: tableOf(WINDOWS) };
export type ErrorSystem = keyof typeof MEANINGS;

/** null where the number is not in the table */
export function errorMeaning(system: ErrorSystem, code: number): ErrorMeaning | null {
  return MEANINGS[system].get(code) ?? null;
}

/** `ECONNREFUSED (111): The other side refused …`; `error 4711` where it is not known; `none` of 0. */
export function errorText(system: ErrorSystem, code: number): string {
  if (code === 0) return 'none';
  const known = errorMeaning(system, code);
  return known === null ? `error ${code}` : `${known.name} (${code}): ${known.meaning}`;
}
