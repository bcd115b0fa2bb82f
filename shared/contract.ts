/**
 * The one list of everything that crosses between page, main and engine. Both ends are typed from it, and whatever comes
 * in is checked against it: unknown, oversized or malformed messages are refused with an error that names the field.
 */
import * as v from 'valibot';
import type { Rights, Traffic } from './abilities';
import type { LogEntry } from './actionLog';
import type { SocketDetails } from './details';
import { MAX_TARGETS, ORIGINS, PROCESS_ACTIONS, SOCKET_ACTIONS } from './orders';
import type { ActionReport, Confirmation, Preparation } from './orders';
import type { Services } from './services';
import { PROTOCOLS } from './socket';
import type { MovedRow, ReadingOptions, SocketRow, TableName } from './socket';

/** Changes with every change that an older end would misread. A page says its own first, and the engine refuses any other. */
export const PROTOCOL_VERSION = 6;

/** ms between readings that a user may choose. */
export const INTERVALS = [500, 1000, 2000, 5000, 10_000] as const;
export const DEFAULT_INTERVAL = 1000;

const MAX_ID = 200;
/** Of the addresses whose names a page may ask for at once. */
export const MAX_RESOLVE = 500;
/** Sockets whose traffic a page may have counted at once. */
export const MAX_WATCHED = 500;
/** Characters of an address: IPv6 in full with a zone. */
const MAX_ADDRESS = 100;
/** Characters. 100,000 rows make about 20 million. */
const MAX_TEXT = 200_000_000;

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ID));
const process = v.strictObject({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  startedAt: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
const some = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(v.array(item), v.minLength(1), v.maxLength(MAX_TARGETS));

/** What is to be done, to exactly what the user saw. There is no way to name a target by address or by PID alone. */
export const order = v.variant('action', [
  v.strictObject({ action: v.picklist(SOCKET_ACTIONS), ids: some(id) }),
  v.strictObject({ action: v.picklist(PROCESS_ACTIONS), processes: some(process) }),
]);

/** Page → engine, on the page's port: data and queries only. Anything else is refused, actions above all. */
export const pageMessage = v.variant('type', [
  v.strictObject({ type: v.literal('hello'), version: v.number() }),
  v.strictObject({ type: v.literal('ack'), seq }),
  v.strictObject({ type: v.literal('resync') }),
  v.strictObject({ type: v.literal('refresh') }),
  v.strictObject({ type: v.literal('polling'), intervalMs: v.picklist(INTERVALS), paused: v.boolean() }),
  v.strictObject({
    type: v.literal('reading'),
    reading: v.strictObject({
      protocols: v.pipe(v.array(v.picklist(PROTOCOLS)), v.maxLength(PROTOCOLS.length), v.readonly()),
      bound: v.boolean(),
      namespaces: v.boolean(),
      commandLines: v.boolean(),
    }),
  }),
  v.strictObject({ type: v.literal('details'), id }),
  /** The sockets whose traffic the page shows at present, in place of those named before. Of use where {@link Welcome.traffic} is `watched`. */
  v.strictObject({
    type: v.literal('watch'),
    ids: v.pipe(v.array(id), v.maxLength(MAX_WATCHED), v.readonly()),
  }),
  /** Asks for a page of the log of actions: the newest before `before`, or the newest of all. */
  v.strictObject({ type: v.literal('log'), before: v.nullable(seq) }),
  /** Asks for the names of these addresses. The look-up may tell their owners that somebody is interested. */
  v.strictObject({
    type: v.literal('resolve'),
    addresses: v.pipe(
      v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_ADDRESS))),
      v.maxLength(MAX_RESOLVE),
      v.readonly(),
    ),
  }),
]);
export type PageMessage = v.InferOutput<typeof pageMessage>;

/** A table that could not be read. Its rows stay as they were last read. */
export interface TableProblem {
  table: TableName;
  /** Its name, or null where the system has no namespaces */
  namespace: string | null;
  /** The failed call, its error's name, and a sentence for a person. */
  message: string;
  /** ms since 1970-01-01 UTC of the first failure in a row, and of the next attempt */
  since: number;
  retryAt: number;
}

/** What is true of the whole machine and of the engine, at one reading. */
export interface EngineStatus {
  /** ms since 1970-01-01 UTC of the reading */
  readAt: number;
  /** ms that the reading took */
  tookMs: number;
  endpoints: number;
  established: number;
  listening: number;
  timeWait: number;
  closeWait: number;
  /** Sockets whose owner this user may not see. */
  hiddenOwners: number;
  problems: TableProblem[];
  /** What is read */
  reading: ReadingOptions;
  /** The tables that could be read on this system */
  available: readonly TableName[];
  /** How many destroyed sockets the system could not tell of, since the engine started */
  missedEvents: number;
  intervalMs: number;
  paused: boolean;
}

export interface Welcome {
  type: 'welcome';
  version: number;
  hostname: string;
  backend: string;
  demo: boolean;
  /** Changes when the engine starts anew. */
  engineId: string;
  missingPrivilege: string | null;
  rights: Rights;
  traffic: Traffic;
  /** The system's names of ports, by port and protocol: `443/tcp` → `https` */
  services: Services;
}

/** One chunk of a snapshot. `first` begins it, `last` completes it: what has not come by then has ended. */
export interface SnapshotChunk {
  type: 'snapshot';
  seq: number;
  first: boolean;
  last: boolean;
  rows: SocketRow[];
  status: EngineStatus;
}

export interface Diff {
  type: 'diff';
  /** One more than that of the data message before it; a gap means that one was lost. */
  seq: number;
  added: SocketRow[];
  changed: SocketRow[];
  /** Changed rows in which nothing but counters is another: 9 fields of 41 */
  moved: MovedRow[];
  removed: string[];
  /** Final states of rows in `removed`, and sockets that were born and gone between two readings. */
  ended: SocketRow[];
  status: EngineStatus;
}

export interface Refused {
  type: 'refused';
  message: string;
}

/** The answer to a question for details; null where the socket has ended. */
export interface DetailsReply {
  type: 'details';
  id: string;
  details: SocketDetails | null;
}

export interface HostName {
  /** As it was asked for */
  address: string;
  /** null where it has none, or none was to be had in time */
  name: string | null;
}

/** Answers to a page's `resolve`, as they become known: several messages for one question, or one for several. */
export interface NamesReply {
  type: 'names';
  names: HostName[];
}

/** A page of the log of actions, the newest first. */
export interface LogReply {
  type: 'log';
  entries: LogEntry[];
  /** What to ask for as `before` to get those before; null where there are none */
  before: number | null;
  /** Why it cannot be read, or that some of it could not be; null where all is well */
  problem: string | null;
}

/** Engine → page. */
export type EngineMessage = Welcome | SnapshotChunk | Diff | Refused | DetailsReply | NamesReply | LogReply;

/**
 * Main (or another host) → engine, on its own port: the only way to an action. `act` is answered by any number of
 * progress replies, then by its report; `stop` ends the batch of that request before its next target.
 */
export const hostRequest = v.variant('method', [
  v.strictObject({ request: seq, method: v.literal('prepare'), order }),
  v.strictObject({ request: seq, method: v.literal('act'), order, origin: v.picklist(ORIGINS) }),
  v.strictObject({ request: seq, method: v.literal('stop'), which: seq }),
  /** Where the program of this process lies, if it is still this process */
  v.strictObject({ request: seq, method: v.literal('program'), process }),
]);
export type HostRequest = v.InferOutput<typeof hostRequest>;
export interface Progress {
  done: number;
  total: number;
}
export type HostReply =
  | { request: number; preparation: Preparation }
  | { request: number; progress: Progress }
  | { request: number; report: ActionReport }
  /** The answer to `stop` */
  | { request: number; stopped: boolean }
  /** null where the process has ended, or its program is not to be seen */
  | { request: number; program: string | null }
  | { request: number; error: string };

/** `user@server`, a name from the user's ssh configuration, an address; never something that ssh takes for an option. */
export const remoteHost = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(MAX_ID),
  v.regex(/^[\p{L}\p{N}_[][\p{L}\p{N}._@:%[\]-]*$/u, 'must be user@server or a name that ssh knows'),
);

/** Main → engine host (Electron's own process of the engine): which engine the pages are to be served by. */
export const engineChoice = v.variant('kind', [
  v.strictObject({ kind: v.literal('local') }),
  /** `namespaces`: with what it takes to enter other network namespaces too (on Linux CAP_SYS_ADMIN, which can do a lot) */
  v.strictObject({ kind: v.literal('elevated'), namespaces: v.boolean() }),
  v.strictObject({ kind: v.literal('remote'), host: remoteHost }),
]);
export type EngineChoice = v.InferOutput<typeof engineChoice>;
/** `mayAsk`: whether somebody is there to be asked, for a password for example */
export const hostOrder = v.strictObject({ choose: engineChoice, mayAsk: v.boolean(), request: seq });
export type HostOrder = v.InferOutput<typeof hostOrder>;

/** Main → engine host: a request for the engine of this number ({@link HostNews}), and for no other. */
export interface Addressed {
  engine: number;
  ask: HostRequest;
}

/** The number of the engine that an engine host begins with. */
export const FIRST_ENGINE = 0;

/** Main → engine host: stop what is under way, and end. */
export const LEAVE = 'leave';

/**
 * Engine host → main, besides {@link HostReply}: the answer to a choice (`problem` says why the one before goes on); which
 * engine serves from now on, each time with another number; that the wire to it broke, and when it is tried again (ms since 1970-01-01 UTC); something to
 * tell the user; that there can be no engine here.
 */
export type HostNews =
  | { chosen: number; problem: string | null }
  | { serving: EngineChoice; number: number }
  | { lost: { engine: EngineChoice; message: string; retryAt: number } }
  | { notice: string }
  | { fatal: string };

/** Page → main, over the preload's named functions. */
export const orderRequest = v.strictObject({ order });
export const engineRequest = v.strictObject({ engine: engineChoice });
export const programRequest = v.strictObject({ process });
export const iconRequest = v.strictObject({ process });
export const saveRequest = v.strictObject({
  name: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(100),
    v.regex(/^[\w. -]+\.(csv|json)$/, 'must be a plain .csv or .json file name'),
  ),
  text: v.pipe(v.string(), v.maxLength(MAX_TEXT)),
});
export const copyRequest = v.strictObject({ text: v.pipe(v.string(), v.maxLength(MAX_TEXT)) });

/** What came of an order that the user was asked about. */
export type OrderReport = { confirmed: false } | { confirmed: true; report: ActionReport };
export type SaveReport = { saved: string | null };

/** Page → browser host, on the action WebSocket, after its first message has proven the token. */
export const browserAction = v.variant('type', [
  v.strictObject({ type: v.literal('prepare'), order }),
  v.strictObject({ type: v.literal('confirm'), nonce: v.pipe(v.string(), v.length(32)) }),
  v.strictObject({ type: v.literal('stop') }),
]);
export type BrowserAction = v.InferOutput<typeof browserAction>;
export type BrowserActionReply =
  | { type: 'confirm'; nonce: string; confirmation: Confirmation }
  | { type: 'progress'; progress: Progress }
  | { type: 'report'; report: ActionReport }
  | { type: 'refused'; message: string };

/** The first message on either WebSocket of the browser host. */
export const authentication = v.strictObject({ token: v.pipe(v.string(), v.maxLength(MAX_ID)) });

/** The answer to it. `actions` tells whether this host lets pages close anything. */
export interface Accepted {
  type: 'accepted';
  actions: boolean;
}

/** The close code of a WebSocket that did not show the right token ("policy violation", RFC 6455 7.4.1). */
export const NOT_AUTHENTICATED = 1008;

/** Says what is wrong with a message, naming the field; the value itself is not repeated. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** Checks a message that came in. @throws ContractError */
export function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  message: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, message, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const field = v.getDotPath(issue) ?? 'message';
  // Only the pattern has words of its own; valibot's would repeat the value.
  const wanted = issue.type === 'regex' ? issue.message : `expected ${issue.expected}`;
  throw new ContractError(`Refused: "${field}" is not acceptable (${wanted}).`);
}
