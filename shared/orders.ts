/**
 * What can be done to sockets and processes: the order as it is given, what is known of it before it is carried out, and
 * what came of it. An order names what the user saw by identity, never by an address or a bare PID.
 */

/** `reset`: abortive, as by RST. `finish`: FIN after what is still to be sent. */
export const SOCKET_ACTIONS = ['reset', 'finish'] as const;
export type SocketAction = (typeof SOCKET_ACTIONS)[number];

/** `terminate` asks the process to end (SIGTERM, WM_CLOSE), `kill` does not ask. */
export const PROCESS_ACTIONS = ['terminate', 'kill', 'suspend', 'resume'] as const;
export type ProcessAction = (typeof PROCESS_ACTIONS)[number];

export type Action = SocketAction | ProcessAction;

/** A PID alone names whatever has it now; with the start time it names one process. */
export interface ProcessIdentity {
  pid: number;
  /** ms since 1970-01-01 UTC, as a row's `processStartedAt` */
  startedAt: number;
}

export type Order =
  { action: SocketAction; ids: string[] } | { action: ProcessAction; processes: ProcessIdentity[] };

/** The most sockets or processes that one order may name; also what the contract's validator accepts. */
export const MAX_TARGETS = 50_000;

export function isSocketAction(action: Action): action is SocketAction {
  return (SOCKET_ACTIONS as readonly Action[]).includes(action);
}

/** How many processes {@link Preparation.tree} names at most. */
export const MAX_TREE = 300;

/** A process's identity as one text: what a result or the log calls it. */
export function processId({ pid, startedAt }: ProcessIdentity): string {
  return `${pid}@${startedAt}`;
}

/**
 * `gone`: it had ended before; `refused`: the privilege is missing, or it cannot be done to this one; `failed`: the system
 * said something else; `stopped`: not tried, the user stopped the batch before.
 */
export const OUTCOMES = ['done', 'gone', 'refused', 'failed', 'stopped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ActionResult {
  /** The socket's id, or {@link processId} */
  id: string;
  outcome: Outcome;
  /** e.g. `nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122`; the id itself where it was gone. */
  label: string;
  /** A sentence for a person, or null where the outcome says it all. */
  message: string | null;
}

/** What an order is about, each once: socket ids, or {@link processId}. */
export function targetsOf(order: Order): string[] {
  return [...new Set('ids' in order ? order.ids : order.processes.map(processId))];
}

/** These results in the order in which an order names its targets. */
export function inOrder(order: Order, results: readonly ActionResult[]): ActionResult[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  return targetsOf(order).flatMap((id) => byId.get(id) ?? []);
}

/** The result for a target that had ended before anything was done. */
export function goneResult(id: string): ActionResult {
  return { id, outcome: 'gone', label: id, message: null };
}

/** What came of an order. */
export interface ActionReport {
  /** One for each target, in the order given */
  results: ActionResult[];
  /** Why the log has no record of it; null where it has */
  unrecorded: string | null;
}

/**
 * Why a target deserves a second thought. `session`: it carries the connection (SSH, RDP) by which the user came in, or is
 * a process on the way; `self`: SocketScope itself, or what it runs under; `init`: the first process; `critical`: the
 * system does not survive it, or not without a restart; `desktop`: the user's graphical session ends with it.
 */
export const CAUTIONS = ['session', 'self', 'init', 'critical', 'desktop'] as const;
export type Caution = (typeof CAUTIONS)[number];

/** A process that an order is about, or a descendant of one. */
export interface ProcessFacts extends ProcessIdentity {
  name: string | null;
  path: string | null;
  user: string | null;
  /** 0 of what is named itself; its children 1, theirs 2 */
  depth: number;
  /** Sockets that it holds, of those that are read */
  sockets: number;
}

/** What an order would hit, looked up a moment ago. Enough to word the question, and no more. */
export interface Preparation {
  /** What was found, in the order given: what the user is asked about, and the only thing a yes is about */
  order: Order;
  /** What became of the others: they had ended, or could not be looked for */
  missing: ActionResult[];
  /** Of sockets, how many of each kind; all 0 in an order about processes */
  kinds: { connections: number; listeners: number; datagrams: number; others: number };
  /** Whose they are; the processes themselves in an order about processes */
  owners: { processes: number; names: string[]; hasUnknown: boolean };
  /** The first few, in words */
  labels: string[];
  /** Of processes: each that was named, followed by its descendants; {@link MAX_TREE} at most */
  tree: ProcessFacts[];
  cautions: { caution: Caution; label: string }[];
}

/** What the user is asked before anything is done. */
export interface Confirmation {
  title: string;
  message: string;
  detail: string;
  /** Sentences that must not be overlooked */
  warnings: string[];
  confirmLabel: string;
}

/** Who gave an order. */
export const ORIGINS = ['window', 'browser', 'command line'] as const;
export type Origin = (typeof ORIGINS)[number];
