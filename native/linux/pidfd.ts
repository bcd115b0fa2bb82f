/** Processes as descriptors (man 2 pidfd_open): one stays with its process, also when the PID is another one's by then. */
import koffi from 'koffi';

/** The same on every 64-bit architecture (asm-generic/unistd.h). */
const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;
const POLLIN = 1;

interface Calls {
  /** Variadic in C; all its arguments are integers, which travel in the same registers (x86-64, arm64, riscv64). */
  syscall: (number: number, a: number, b: number, c: number, d: number) => number;
  poll: (entries: Uint8Array, count: number, timeout: number) => number;
  close: (fd: number) => number;
}

let bound: Calls | null = null;

function calls(): Calls {
  if (bound !== null) return bound;
  const lib = koffi.load(null);
  bound = {
    syscall: lib.func('long syscall(long, long, long, long, long)') as Calls['syscall'],
    poll: lib.func('int poll(void *, ulong, int)') as Calls['poll'],
    close: lib.func('int close(int)') as Calls['close'],
  };
  return bound;
}

/** The result of a system call, or its errno as a negative number. */
function call(number: number, a: number, b: number, c: number): number {
  const result = calls().syscall(number, a, b, c, 0);
  return result < 0 ? -koffi.errno() : result;
}

/** Opens the process that has this PID now; a negative errno where there is none (ESRCH), or it is a thread's (EINVAL, ENOENT). */
export function pidfdOpen(pid: number): number {
  return call(SYS_PIDFD_OPEN, pid, 0, 0);
}

/** A duplicate of a descriptor of an opened process, closed on exec; a negative errno where that cannot be. */
export function pidfdGetfd(pidfd: number, descriptor: number): number {
  return call(SYS_PIDFD_GETFD, pidfd, descriptor, 0);
}

/** Sends a signal to an opened process. Returns 0 or a negative errno. */
export function pidfdSendSignal(pidfd: number, signal: number): number {
  return call(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0);
}

/** Whether an opened process has ended; a zombie has. */
export function hasEnded(pidfd: number): boolean {
  // struct pollfd: int fd, short events, short revents
  const entry = new DataView(new ArrayBuffer(8));
  entry.setInt32(0, pidfd, true);
  entry.setInt16(4, POLLIN, true);
  return calls().poll(new Uint8Array(entry.buffer), 1, 0) > 0;
}

/** Calls back on the event loop when an opened process ends, without keeping this one alive. Returns the way to stop. */
export function onEnd(pidfd: number, callback: () => void): () => void {
  const handle = koffi.node.poll(pidfd, { readable: true, writable: false, disconnect: false }, callback);
  handle.unref();
  return () => handle.close();
}

export function closeDescriptor(fd: number): void {
  calls().close(fd);
}
