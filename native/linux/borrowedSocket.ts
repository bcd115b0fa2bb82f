/**
 * Using another process's socket: pidfd_getfd(2) duplicates its descriptor, and the duplicate is closed at once.
 *
 * A duplicate keeps the socket open: were it held while its process closes its own, the peer would get its FIN only when
 * ours goes. So whatever is asked for or done takes some ten microseconds, and is thought about afterwards.
 */
import os from 'node:os';
import koffi from 'koffi';
import { closeDescriptor, pidfdGetfd, pidfdOpen } from './pidfd';

const { EBADF, EINVAL, EMFILE, ENFILE, ENOENT, ENOSYS, EPERM, ESRCH } = os.constants.errno;

const SOL_SOCKET = 1;
const SO_COOKIE = 57;
/** The longest value that is asked for; names of devices and algorithms take 16 bytes. */
const VALUE_SIZE = 32;

/** One getsockopt call. */
export interface OptionQuestion {
  level: number;
  option: number;
}

/**
 * Why nothing could be done. `refused`: ptrace attach rights are missing; `other`: the descriptor is another socket by
 * now; `gone`: descriptor or process has ended; `unsupported`: Linux before 5.6, or a filter on system calls; `limit`:
 * this process has no free descriptor.
 */
export type BorrowFailure = 'refused' | 'other' | 'gone' | 'unsupported' | 'limit';

type GetSockOpt = (
  fd: number,
  level: number,
  option: number,
  value: Uint8Array,
  length: Uint32Array,
) => number;
let bound: GetSockOpt | null = null;

/** Binds on first use, so that merely importing this module works on every platform. */
export function getsockopt(...args: Parameters<GetSockOpt>): number {
  bound ??= koffi.load(null).func('int getsockopt(int, int, int, void *, void *)') as GetSockOpt;
  return bound(...args);
}

/**
 * Runs `use` with a duplicate of descriptor `descriptor` of process `pid`, if the socket behind it has this cookie. Returns
 * null, or why `use` was not run. What `use` needs should be allocated before.
 * @param isHolder whether the PID is still the process meant; asked once the process has been opened
 */
export function borrow(
  pid: number,
  descriptor: number,
  cookie: bigint,
  use: (fd: number) => void,
  isHolder: () => boolean = () => true,
): BorrowFailure | null {
  const own = new BigUint64Array(1);
  const ownBytes = new Uint8Array(own.buffer);
  const ownLength = Uint32Array.of(8);

  const pidfd = pidfdOpen(pid);
  if (pidfd < 0) return failure(-pidfd);
  try {
    if (!isHolder()) return 'gone';
    const duplicate = pidfdGetfd(pidfd, descriptor);
    if (duplicate < 0) return failure(-duplicate);
    try {
      const told = getsockopt(duplicate, SOL_SOCKET, SO_COOKIE, ownBytes, ownLength);
      if (told !== 0 || own[0] !== cookie) return 'other';
      use(duplicate);
      return null;
    } finally {
      closeDescriptor(duplicate);
    }
  } finally {
    closeDescriptor(pidfd);
  }
}

/**
 * The values of these options of the socket behind descriptor `descriptor` of process `pid`, if that socket has this
 * cookie; null for an option that this kind of socket does not have. Nothing is set, and no option is to be asked for
 * whose reading changes something (SO_ERROR and TCP_SAVED_SYN are cleared by it).
 */
export function readOptions(
  pid: number,
  descriptor: number,
  cookie: bigint,
  questions: readonly OptionQuestion[],
): (DataView | null)[] | BorrowFailure {
  const values = questions.map(() => new Uint8Array(VALUE_SIZE));
  const lengths = questions.map(() => Uint32Array.of(VALUE_SIZE));
  const results = new Int32Array(questions.length);
  const problem = borrow(pid, descriptor, cookie, (fd) => {
    for (let i = 0; i < questions.length; i++) {
      const { level, option } = questions[i]!;
      results[i] = getsockopt(fd, level, option, values[i]!, lengths[i]!);
    }
  });
  if (problem !== null) return problem;
  return values.map((value, i) =>
    results[i] === 0 ? new DataView(value.buffer, 0, Math.min(lengths[i]![0]!, VALUE_SIZE)) : null,
  );
}

function failure(code: number): BorrowFailure {
  switch (code) {
    case ESRCH:
    case EBADF:
    // pidfd_open says so of a PID that is a thread by now.
    case EINVAL:
    case ENOENT:
      return 'gone';
    case ENOSYS:
      return 'unsupported';
    case EMFILE:
    case ENFILE:
      return 'limit';
    case EPERM:
    default:
      return 'refused';
  }
}
