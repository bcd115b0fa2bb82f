/** Why another process may not be looked into: pidfd_getfd asks for PTRACE_MODE_ATTACH_REALCREDS (man 2 ptrace). */
import fs from 'node:fs';

/** What decides it. */
export interface TraceFacts {
  /** Of the other process: its effective user; null where that is not known */
  uid: number | null;
  user: string | null;
  /** Whether it may be traced as far as it is concerned itself (PR_SET_DUMPABLE); null where that cannot be seen */
  dumpable: boolean | null;
  /** Whether this process has CAP_SYS_PTRACE */
  mayTrace: boolean;
  /** This process's own user */
  ownUid: number | null;
  /** kernel.yama.ptrace_scope */
  scope: number;
}

/** What is missing and what to do about it: the end of a sentence, after a colon. */
export function traceRefusal({ uid, user, dumpable, mayTrace, ownUid, scope }: TraceFacts): string {
  if (scope === 3) return 'Yama forbids it to everybody until the next boot (kernel.yama.ptrace_scope = 3).';
  if (mayTrace) return 'a security module or a user namespace forbids it even to root.';
  if (uid !== null && uid !== ownUid) {
    return `it belongs to ${user ?? `user ${uid}`}. Run SocketScope as root.`;
  }
  if (scope === 1 || scope === 2)
    return `Yama allows it to root only (kernel.yama.ptrace_scope = ${scope}). Run SocketScope as root.`;
  return dumpable === true
    ? 'it has privileges or groups that SocketScope lacks. Run SocketScope as root.'
    : 'it protects itself from being looked into (PR_SET_DUMPABLE). Run SocketScope as root.';
}

/** Documentation/admin-guide/LSM/Yama.rst; 0 where the kernel is without it. */
export function yamaScope(file: string = '/proc/sys/kernel/yama/ptrace_scope'): number {
  try {
    return Number(fs.readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

/**
 * Whether a process lets itself be traced; null where that cannot be seen. The files of one that does not belong to root
 * (man 5 proc), so of root's own there is no telling.
 * @param uid of its effective user
 */
export function isDumpable(pid: number, uid: number | null, root: string = '/proc'): boolean | null {
  if (uid === null || uid === 0) return null;
  try {
    return fs.statSync(`${root}/${pid}/environ`).uid === uid;
  } catch {
    return null;
  }
}
