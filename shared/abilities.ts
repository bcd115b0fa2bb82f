/** What may be done to which row: asked before it is offered, so that what cannot be done says why. */
import { isSocketAction } from './orders';
import type { Action, ProcessAction, SocketAction } from './orders';
import { protocolTitle } from './socket';
import type { Owner, Protocol, SocketRow, SocketState } from './socket';

/** Whose sockets or processes this may be done to. */
export type Reach = 'all' | 'own' | 'none';

/** `why` says why it is not more, for a person; null where it is `all`. */
export interface Right {
  reach: Reach;
  why: string | null;
}

/** What the engine may do on its machine. Told in the welcome; it does not change while the engine runs. */
export interface Rights {
  /** The user that the engine runs as; null where users have no numbers */
  uid: number | null;
  /** `all`: the system resets what it is told to. `own`: through the owner's descriptor only, which takes a TCP socket with a living owner. */
  reset: Right;
  /** Of IPv6 connections, where that is another matter (Windows); absent where it is the same */
  reset6?: Right;
  /** What can be reset at all: whatever the kernel destroys, or TCP connections only (Windows) */
  resets: 'sockets' | 'connections';
  /** Always through the owner's descriptor */
  finish: Right;
  /** Ending processes */
  signal: Right;
  /** Whether processes can be suspended and resumed here */
  suspend: boolean;
  /** Whether more would be possible as administrator */
  couldElevate: boolean;
  /**
   * The network namespace that the engine runs in, as rows call it, null where the system has none; and why sockets of
   * others cannot be reset, null where they can.
   */
  namespace: { own: string | null; why: string | null };
}

/** Whether the system counts each socket's traffic: by itself, only where it is told to for a while, or never here. */
export interface Traffic {
  counted: 'always' | 'watched' | 'never';
  /** Why never, for a person; else null */
  why: string | null;
}

export const ALWAYS_COUNTED: Traffic = { counted: 'always', why: null };

/** What can be closed from outside at all: the others' kernels have no such call. */
const CLOSABLE: readonly Protocol[] = ['tcp', 'udp', 'udplite'];

/** Where a create time is all that tells a connection from a later one with the same two ends (Windows). */
export const NO_CREATE_TIME =
  'Windows does not say when it was made, so nothing tells it from a later one with the same addresses.';

const NOTHING_TO_CLOSE = 'It has a port, but neither listens nor is connected: there is nothing to close.';

/**
 * Why the system cannot do this to such a socket, whoever asks; null where it can.
 * @param resets what it can reset at all
 */
export function reasonByKind(
  action: SocketAction,
  protocol: Protocol,
  state: SocketState | null,
  resets: Rights['resets'] = 'sockets',
): string | null {
  if (resets === 'connections') return reasonAgainstNoConnection(protocol, state);
  // Linux destroys the first one that fits the protocol and the addresses, whatever its cookie (raw_diag_destroy, net/ipv4/raw_diag.c).
  if (protocol === 'raw')
    return 'The system cannot single out a raw socket: it could close another one in its place. End the process instead.';
  if (!CLOSABLE.includes(protocol)) {
    return `The system closes no ${protocolTitle(protocol)} sockets from outside. End the process instead.`;
  }
  if (protocol === 'tcp' && (state === 'BOUND' || state === 'CLOSE')) return NOTHING_TO_CLOSE;
  return action === 'reset' ? null : reasonAgainstFinish(protocol, state);
}

/** Where a connection is all that can be reset. Whether one can be finished there is a matter of rights: it is the same for all. */
function reasonAgainstNoConnection(protocol: Protocol, state: SocketState | null): string | null {
  if (protocol !== 'tcp') {
    return `The system closes TCP connections only, and no ${protocolTitle(protocol)} sockets. End the process instead.`;
  }
  switch (state) {
    case 'LISTEN':
      return 'The system closes connections only, and no listening sockets. End the process instead.';
    case 'BOUND':
    case 'CLOSE':
      return NOTHING_TO_CLOSE;
    case 'TIME_WAIT':
      return 'Both sides have finished already. The system forgets what is left of it by itself.';
    case 'DELETE_TCB':
      return 'The system is removing it already.';
    case null:
      return 'Its state is not known, so it may be no connection.';
    default:
      return null;
  }
}

function reasonAgainstFinish(protocol: Protocol, state: SocketState | null): string | null {
  if (protocol !== 'tcp') return 'Only TCP connections can be closed gracefully.';
  switch (state) {
    case 'ESTABLISHED':
    case 'CLOSE_WAIT':
      return null;
    case 'LISTEN':
      return 'A listening socket has no other side that could be told. It can be reset.';
    case 'SYN_SENT':
    case 'SYN_RECV':
      return 'It is not connected yet. It can be reset.';
    case 'TIME_WAIT':
      return 'Both sides have finished already. What is left of it can be reset.';
    default:
      return 'This side has finished already, and waits for the other one. It can be reset.';
  }
}

/** Why nobody's descriptor of a socket can be had; null where somebody is known to hold it now. */
export function reasonWithoutOwner(owner: Owner): string | null {
  switch (owner) {
    case 'known':
      return null;
    case 'inherited':
    case 'presumed':
    case 'none':
      return 'No process holds it any more.';
    case 'unaccepted':
      return 'Its process has not accepted it yet.';
    case 'hidden':
      return 'Its process is hidden from this user.';
    case 'unfound':
      return 'No visible process holds it.';
  }
}

/** Why this cannot be done to this row, as a sentence; null where it may be tried. */
export function reasonAgainst(action: Action, row: SocketRow, rights: Rights): string | null {
  return isSocketAction(action)
    ? reasonAgainstClosing(action, row, rights)
    : reasonAgainstActing(action, row, rights);
}

function reasonAgainstClosing(action: SocketAction, row: SocketRow, rights: Rights): string | null {
  if (row.destroyedAt !== null && row.state === 'CLOSE') return 'It has ended.';
  const byKind = reasonByKind(action, row.protocol, row.state, rights.resets);
  if (byKind !== null) return byKind;
  const { namespace } = rights;
  const isElsewhere = row.namespace !== null && row.namespace !== namespace.own;
  // Such a row has no cookie either, where the engine may not enter its namespace: nothing tells it from a later one.
  if (isElsewhere && namespace.why !== null) return namespace.why;
  if (action === 'finish') return reasonAgainstBorrowing(row, rights) ?? null;
  const reset = (row.family === 6 ? rights.reset6 : undefined) ?? rights.reset;
  if (reset.reach === 'all')
    return rights.resets === 'connections' && row.createdAt === null ? NO_CREATE_TIME : null;
  if (row.protocol !== 'tcp') return reset.why;
  return reasonAgainstBorrowing(row, rights) === null ? null : reset.why;
}

/** Why the descriptor of the owner cannot be used. */
function reasonAgainstBorrowing(row: SocketRow, { uid, finish, resets }: Rights): string | null {
  // Where there are no descriptors to be had, another owner would change nothing.
  if (resets === 'connections' && finish.reach === 'none') return finish.why;
  const without = reasonWithoutOwner(row.owner);
  if (without !== null) {
    return row.owner === 'hidden' && finish.why !== null ? `${without} ${finish.why}` : without;
  }
  if (finish.reach === 'all') return null;
  return finish.reach === 'own' && isOwn(row, uid) ? null : finish.why;
}

function reasonAgainstActing(action: ProcessAction, row: SocketRow, rights: Rights): string | null {
  const { signal, suspend, uid } = rights;
  if (row.pid === null) {
    return reasonWithoutOwner(row.owner) ?? 'The system does not say which process it is.';
  }
  if (row.owner === 'presumed') return 'That this process had it is only presumed.';
  if (row.processStartedAt === null) {
    return 'When this process began is not known, so nothing tells it from a later one with its PID.';
  }
  if (action === 'suspend' || action === 'resume') {
    if (!suspend) return NO_SUSPENDING;
  }
  if (row.pid === 1 && suspend && (action === 'kill' || action === 'suspend')) return SHIELDED;
  if (signal.reach === 'all') return null;
  return signal.reach === 'own' && isOwn(row, uid) ? null : signal.why;
}

export const NO_SUSPENDING = 'This system cannot suspend processes.';

/** man 2 kill: "The only signals that can be sent to process ID 1 are those for which init has installed handlers". */
export const SHIELDED = 'The kernel shields the first process (PID 1) from this.';

/** As far as the socket's user tells. Where the system names no user, it is to be tried. */
function isOwn(row: SocketRow, uid: number | null): boolean {
  return row.uid === null || row.uid === uid;
}
