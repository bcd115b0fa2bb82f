import os from 'node:os';
import { errorMeaning } from '../../shared/errorCodes';
import { NativeError } from '../nativeError';

export const { EINTR, ENOENT, EPERM, EACCES, EOPNOTSUPP, EAGAIN, ENOBUFS, EMFILE, ENFILE, ESRCH } =
  os.constants.errno;

const NAMES = new Map([
  ...Object.entries(os.constants.errno).map(([name, code]) => [code, name] as const),
  // Two numbers have two names each in Node's table; these are the kernel's own (asm-generic/errno.h).
  [EAGAIN, 'EAGAIN'],
  [EOPNOTSUPP, 'EOPNOTSUPP'],
  // and this one is the kernel's alone (linux/errno.h)
  [524, 'ENOTSUPP'],
]);

/** `1` → `EPERM`. */
export function errnoName(code: number): string {
  return NAMES.get(code) ?? `errno ${code}`;
}

const EXPLANATIONS: Record<string, string> = {
  EPERM: 'This needs a privilege that SocketScope does not run with.',
  EACCES: 'This needs a privilege that SocketScope does not run with.',
  ENOENT: 'This kernel has no handler for this table.',
  EPROTONOSUPPORT: 'This kernel is built without NETLINK_SOCK_DIAG (CONFIG_INET_DIAG).',
  EAFNOSUPPORT: 'This kernel is built without this address family.',
  EMFILE: 'Too many open files: raise the limit (ulimit -n) or close something.',
  ENFILE: 'The system has run out of open files.',
  ENOBUFS: 'The kernel had no room for its answer; it is asked again.',
  ENOMEM: 'The kernel is out of memory.',
  EAGAIN: 'The kernel did not answer in time; it is asked again.',
};

/** Wraps an errno. `explanation` overrides the general sentence where the caller knows better. */
export function errnoError(call: string, code: number, explanation?: string): NativeError {
  const name = errnoName(code);
  return new NativeError(
    call,
    code,
    name,
    explanation ??
      EXPLANATIONS[name] ??
      errorMeaning('linux', code)?.meaning ??
      'The kernel refused this call.',
  );
}
