/** Ending, suspending and resuming exactly one process: opened first, then compared, then signalled. */
import os from 'node:os';
import { SHIELDED } from '../../shared/abilities';
import type { ProcessAction, ProcessIdentity } from '../../shared/orders';
import type { Attempt } from '../backend';
import { EMFILE, ENFILE, ENOENT, EPERM, errnoName, ESRCH } from './errno';
import { closeDescriptor, hasEnded, onEnd, pidfdOpen, pidfdSendSignal } from './pidfd';
import type { ProcessNow, ProcessReader } from './processes';
import { DONE, failed, GONE, refused, STILL_RUNNING, unwaited } from '../attempts';

const { EINVAL, ENOSYS } = os.constants.errno;
const { SIGTERM, SIGKILL, SIGSTOP, SIGCONT } = os.constants.signals;
const SIGNALS = { terminate: SIGTERM, kill: SIGKILL, suspend: SIGSTOP, resume: SIGCONT } as const;
const INIT = 1;
/** ms between two looks at a process that cannot be watched */
const LOOK_MS = 50;

/** What it takes to act on a process. */
export interface ActionContext {
  processes: Pick<ProcessReader, 'now' | 'userOf'>;
  /** The name of a user's number */
  user(uid: number): string | null;
  /** This process's own user */
  uid: number;
  /** Whether it has CAP_KILL */
  mayKill: boolean;
  ownPid?: number;
}

/**
 * Carries out `action` on the process that is meant, or on none. The descriptor is opened before the start time is compared:
 * if that fits, the descriptor is that process's, and stays so whatever happens to the PID.
 *
 * `terminate` and `kill` wait until the process has ended, for `patienceMs` at most; nothing else is done then. A zombie
 * has ended, whether or not its parent has taken note.
 */
export async function actOnProcess(
  context: ActionContext,
  identity: ProcessIdentity,
  action: ProcessAction,
  patienceMs: number,
  signal: AbortSignal,
): Promise<Attempt> {
  if (signal.aborted) return { outcome: 'stopped', message: null };
  const refusal = reasonUpFront(context, identity.pid, action);
  if (refusal !== null) return { outcome: 'refused', message: refusal };
  const pidfd = pidfdOpen(identity.pid);
  if (pidfd < 0) return notOpened(-pidfd);
  try {
    const now = context.processes.now(identity.pid);
    if (now === null || now.startedAt !== identity.startedAt || hasEnded(pidfd)) return GONE;
    const code = -pidfdSendSignal(pidfd, SIGNALS[action]);
    if (code !== 0) return notSignalled(context, identity.pid, action, code);
    if (action === 'suspend' || action === 'resume') return DONE;
    const end = await ended(pidfd, patienceMs, signal);
    if (end === 'ended') return DONE;
    return stillRunning(action, end, identity.pid, context.processes.now(identity.pid));
  } finally {
    closeDescriptor(pidfd);
  }
}

/** What would come to nothing, or never be heard of again. */
function reasonUpFront(
  { ownPid = process.pid }: ActionContext,
  pid: number,
  action: ProcessAction,
): string | null {
  if (pid === INIT && (action === 'kill' || action === 'suspend')) return SHIELDED;
  if (pid === ownPid && action === 'suspend')
    return 'SocketScope would suspend itself, and could not resume.';
  return null;
}

function notOpened(code: number): Attempt {
  switch (code) {
    case ESRCH:
    case EINVAL: // the PID is a thread's by now
    case ENOENT: // the same, since Linux 6.9
      return GONE;
    case ENOSYS:
      return refused('This takes Linux 5.3 or newer (pidfd_open), and a sandbox that lets it pass (ENOSYS).');
    case EMFILE:
    case ENFILE:
      return failed(
        `SocketScope has no free descriptor for it (${errnoName(code)}). Raise its limit (ulimit -n).`,
      );
    default:
      return failed(`The kernel did not open the process: ${errnoName(code)}.`);
  }
}

function notSignalled(context: ActionContext, pid: number, action: ProcessAction, code: number): Attempt {
  if (code === ESRCH) return GONE;
  if (code !== EPERM) return failed(`The kernel refused: ${errnoName(code)}.`);
  if (context.mayKill)
    return refused('A security module or a user namespace forbids it even to root (EPERM).');
  const uid = context.processes.userOf(pid);
  const owner = uid === null ? 'another user' : (context.user(uid) ?? `user ${uid}`);
  const what =
    action === 'terminate' || action === 'kill' ? 'ending' : action === 'suspend' ? 'suspending' : 'resuming';
  // Also of one's own, where it has become another user's since: what counts is its real and its saved one (man 2 kill).
  const whose = uid === context.uid ? 'It was started with another user’s rights' : `It belongs to ${owner}`;
  return refused(`${whose}: ${what} it needs CAP_KILL. Run SocketScope as root (EPERM).`);
}

type End = 'ended' | 'patience' | 'stopped';

/** Waits on the event loop. */
function ended(pidfd: number, patienceMs: number, signal: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    const settle = (end: End): void => {
      clearTimeout(timer);
      stopWatching();
      signal.removeEventListener('abort', stop);
      resolve(hasEnded(pidfd) ? 'ended' : end);
    };
    const stop = (): void => settle('stopped');
    const timer = setTimeout(() => settle('patience'), patienceMs);
    const stopWatching = watchEnd(pidfd, () => settle('ended'));
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Calls back, later, when it ends. Where the event loop cannot watch it (no free descriptor, say), it is looked at now and then. */
function watchEnd(pidfd: number, callback: () => void): () => void {
  try {
    return onEnd(pidfd, callback);
  } catch {
    const timer = setInterval(() => hasEnded(pidfd) && callback(), LOOK_MS);
    return () => clearInterval(timer);
  }
}

function stillRunning(action: 'terminate' | 'kill', end: End, pid: number, now: ProcessNow | null): Attempt {
  if (end === 'stopped') return unwaited(action);
  if (action === 'kill') {
    return failed(
      'Was killed, and has not ended yet: it waits in the kernel, for a disk, a device or a network file system.',
    );
  }
  if (pid === INIT)
    return failed('Was asked to end, and is still running: the kernel shields the first process (PID 1).');
  if (now?.state === 'T') {
    return failed(
      'Was asked to end, but is suspended: it will end when it is resumed. End Process Now forces it.',
    );
  }
  return STILL_RUNNING;
}
