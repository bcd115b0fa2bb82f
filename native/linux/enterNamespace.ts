/** Moves this thread into another network namespace and back (man 2 setns). */
import fs from 'node:fs';
import koffi from 'koffi';
import { EACCES, EPERM, errnoError } from './errno';
import type { NativeError } from '../nativeError';

const CLONE_NEWNET = 0x40000000; // linux/sched.h
/** sysexits.h: a system call failed that never should. */
const EX_OSERR = 71;

type SetNs = (fd: number, type: number) => number;
let setns: SetNs | null = null;

/** 0 or an errno. Concerns the calling thread only. */
function moveThread(fd: number): number {
  setns ??= koffi.load(null).func('int setns(int, int)') as SetNs;
  return setns(fd, CLONE_NEWNET) < 0 ? koffi.errno() : 0;
}

/**
 * Runs `use` with this thread in the network namespace behind an open nsfs file, and comes back. `use` must be
 * synchronous: whatever runs on this thread meanwhile is in there too.
 *
 * Where the way back fails the process ends, with a sentence on its standard error. Going on, or throwing what somebody
 * may catch, would show one namespace's sockets as another's, and close them.
 * @throws NativeError EPERM where this process lacks CAP_SYS_ADMIN
 */
export function insideNamespace<Result>(namespace: number, use: () => Result): Result {
  const home = openNamespaceFile('/proc/thread-self/ns/net');
  try {
    const code = moveThread(namespace);
    if (code === EPERM) throw mayNotEnter(code);
    if (code !== 0) throw errnoError('setns(CLONE_NEWNET)', code);
    try {
      return use();
    } finally {
      const stuck = moveThread(home);
      if (stuck !== 0) giveUp(errnoError('setns(CLONE_NEWNET)', stuck));
    }
  } finally {
    fs.closeSync(home);
  }
}

/** Opens an nsfs file, which keeps its namespace alive until it is closed. @throws NativeError */
export function openNamespaceFile(file: string): number {
  try {
    // What is no nsfs file any more may be a pipe by now: never wait for one.
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    const code = -((error as NodeJS.ErrnoException).errno ?? 0);
    throw code === EPERM || code === EACCES ? mayNotEnter(code) : errnoError(`open(${file})`, code);
  }
}

/** Why another network namespace stays closed. */
export function mayNotEnter(code: number = EPERM): NativeError {
  return errnoError(
    'setns(CLONE_NEWNET)',
    code,
    'Looking into another network namespace needs CAP_SYS_ADMIN: run SocketScope as root.',
  );
}

function giveUp(error: NativeError): never {
  fs.writeSync(2, `SocketScope ends: it cannot leave another network namespace. ${error.message}\n`);
  process.exit(EX_OSERR);
}
