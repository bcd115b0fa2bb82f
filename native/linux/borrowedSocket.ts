/**
 * Reading the options of another process's socket, without changing it: pidfd_getfd(2) duplicates the descriptor,
 * getsockopt(2) reads, and the duplicate is closed at once.
 *
 * A duplicate keeps the socket open: were it held while its process closes its own, the peer would get its FIN only when
 * ours goes. So everything is read into one buffer first (some ten microseconds), closed, and only then understood.
 * Nothing is ever set, and no option is read whose reading changes something (SO_ERROR and TCP_SAVED_SYN are cleared by it).
 */
import os from 'node:os';
import koffi from 'koffi';

const { EBADF, EINVAL, EMFILE, ENFILE, ENOSYS, EPERM, ESRCH } = os.constants.errno;

/** The same on every 64-bit architecture (asm-generic/unistd.h). */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;
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
 * Why nothing could be read. `refused`: ptrace attach rights are missing; `other`: the descriptor is another socket by
 * now; `gone`: descriptor or process has ended; `unsupported`: Linux before 5.6, or a filter on system calls; `limit`:
 * this process has no free descriptor.
 */
export type BorrowFailure = 'refused' | 'other' | 'gone' | 'unsupported' | 'limit';

interface Calls {
  /** Variadic in C; all its arguments are integers, which travel in the same registers (x86-64, arm64, riscv64). */
  syscall: (number: number, a: number, b: number, c: number) => number;
  getsockopt: (fd: number, level: number, option: number, value: Uint8Array, length: Uint32Array) => number;
  close: (fd: number) => number;
}

let bound: Calls | null = null;

function calls(): Calls {
  if (bound !== null) return bound;
  const lib = koffi.load(null);
  bound = {
    syscall: lib.func('long syscall(long, long, long, long)') as Calls['syscall'],
    getsockopt: lib.func('int getsockopt(int, int, int, void *, void *)') as Calls['getsockopt'],
    close: lib.func('int close(int)') as Calls['close'],
  };
  return bound;
}

/**
 * The values of these options of the socket behind descriptor `descriptor` of process `pid`, if that socket has this
 * cookie; null for an option that this kind of socket does not have.
 */
export function readOptions(
  pid: number,
  descriptor: number,
  cookie: bigint,
  questions: readonly OptionQuestion[],
): (DataView | null)[] | BorrowFailure {
  const { syscall, getsockopt, close } = calls();
  // Everything is allocated before the duplicate exists.
  const values = questions.map(() => new Uint8Array(VALUE_SIZE));
  const lengths = questions.map(() => Uint32Array.of(VALUE_SIZE));
  const own = new BigUint64Array(1);
  const ownBytes = new Uint8Array(own.buffer);
  const ownLength = Uint32Array.of(8);
  const results = new Int32Array(questions.length);

  const pidfd = syscall(SYS_PIDFD_OPEN, pid, 0, 0);
  if (pidfd < 0) return failure(koffi.errno());
  let matches = false;
  try {
    const duplicate = syscall(SYS_PIDFD_GETFD, pidfd, descriptor, 0); // close-on-exec is set by the kernel
    if (duplicate < 0) return failure(koffi.errno());
    try {
      const told = getsockopt(duplicate, SOL_SOCKET, SO_COOKIE, ownBytes, ownLength);
      matches = told === 0 && own[0] === cookie;
      if (matches) {
        for (let i = 0; i < questions.length; i++) {
          const { level, option } = questions[i]!;
          results[i] = getsockopt(duplicate, level, option, values[i]!, lengths[i]!);
        }
      }
    } finally {
      close(duplicate);
    }
  } finally {
    close(pidfd);
  }
  if (!matches) return 'other';
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
