/** The seam between SocketScope and an operating system. `linux/`, `windows/` and `fake/` each fill it. */
import type { Rights, Traffic } from '../shared/abilities';
import type { Outcome, ProcessAction, ProcessIdentity, SocketAction } from '../shared/orders';
import type { SocketDetails } from '../shared/details';
import type { Services } from '../shared/services';
import type { ProcessInfo, ReadingOptions, TableName } from '../shared/socket';
import type { Holders, RowNames, SocketTable } from '../shared/socketTable';

/** Who holds the sockets of one reading. Valid until the next reading. */
export interface OwnerLookup {
  /** The processes that hold the socket of this row of the table, the primary first; none where none was found. */
  holdersOf(row: number): Holders;
  /** Whether every process could be looked into; if not, a socket without a holder has a hidden one. */
  complete: boolean;
}

/** What came of acting on one socket or process; `message` is a sentence for a person. */
export interface Attempt {
  outcome: Outcome;
  message: string | null;
}

/** A process as far as it matters before one is ended. */
export interface ProcessEntry extends ProcessIdentity {
  parentPid: number | null;
  name: string | null;
  path: string | null;
  user: string | null;
}

/** One thing to read: a table of one network namespace (0 where the system has no namespaces). */
export interface TableSource {
  table: TableName;
  namespace: number;
}

/**
 * One operating system's sockets. The only promise made of identity is an opaque 64-bit number per row (idHigh, idLow),
 * unique within its namespace, that survives state changes and is not used again while the socket exists; inode, uid,
 * queues, bytes and create time are optional facts, left at "not known" where the OS has none.
 *
 * Failures are thrown as {@link NativeError}.
 */
export interface SocketBackend extends RowNames {
  /** What the product says of itself: "Linux", "Windows", or the name of a demonstration. */
  readonly name: string;
  /** True for invented sockets: the product marks them as such. */
  readonly demo: boolean;
  /** The tables that this backend knows; the system need not have a socket in each. */
  readonly tables: readonly TableName[];

  /** What there is to read now. Each is read on its own, so that one failing leaves the others alone. */
  sources(options: ReadingOptions): TableSource[];

  /** Appends every row of one table. After an error rows may have been appended: truncate. */
  readTable(source: TableSource, options: ReadingOptions, into: SocketTable): void;

  /** Finds the holders of the sockets in `table`, which has just been read. */
  readOwners(table: SocketTable): OwnerLookup;

  /** Whether the system tells of the sockets that it destroys ({@link takeDestroyed}); else their rows just end. */
  readonly tellsEnds: boolean;

  /**
   * Begins to collect the sockets that the system destroys, where it tells. From then on {@link takeDestroyed} appends
   * those since the last call, with their final counters, and returns how many the system could not tell (in all).
   */
  watchDestroyed(): void;
  takeDestroyed(into: SocketTable): number;

  /** The system's names of ports; none where it has no such file. */
  services(): Services;

  /**
   * The names of an address in canonical text (IPv6 without zone, mapped IPv4 as IPv4), the most proper first; none where it
   * has none. It may take as long as it likes, but ends when `signal` says so; fails with any error where it cannot be learned.
   */
  reverse(address: string, signal: AbortSignal): Promise<readonly string[]>;

  /** A process's command line, which may hold secrets: read only when asked for. Null where it cannot be read. */
  commandLine(process: ProcessInfo): string | null;

  /** Whether traffic is counted for every socket, for those that are watched ({@link watchTraffic}), or not at all, and then why. */
  traffic(): Traffic;

  /**
   * Has the system count the traffic of the sockets of these rows from now on, and of no others, and fills in what it has
   * counted. To be called once for each reading, on the table just read; with no rows, nothing is counted any more.
   * Does nothing where {@link traffic} is not `watched`.
   */
  watchTraffic(table: SocketTable, rows: readonly number[]): void;

  /** Everything there is to know of the socket of this row, read anew; null where it has ended. */
  details(table: SocketTable, row: number): SocketDetails | null;

  /**
   * Closes exactly the socket of this row, whose identity goes back to the kernel; a socket that is gone closes nothing,
   * also when another one uses its endpoints by now. `table` has just been read; nothing of it is read again for one that succeeds.
   * After `finish` a connection stays until its other side closes, too; after `reset` a listener or a UDP socket is still its
   * process's, and may be listed.
   */
  close(table: SocketTable, row: number, action: SocketAction): Attempt;

  /**
   * Acts on exactly this process: it is opened first, then its start time compared, then the opened one is acted upon.
   * `terminate` and `kill` wait until the process has ended, for `patienceMs` at most: one that still runs then is `failed`,
   * and says so. Nothing else follows.
   * Resolves with `stopped` where `signal` said so before anything was done, and ends the waiting where it says so later.
   */
  act(
    process: ProcessIdentity,
    action: ProcessAction,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<Attempt>;

  /** Every process that is visible now, by PID. Costly: for questions only. */
  processes(): ProcessEntry[];

  /** The processes that this one runs under, the nearest first, itself the first of all. */
  ancestors(): ProcessIdentity[];

  /**
   * Those of the named variables that this process was started with; none where its environment may not be read, or it is
   * another process by now.
   */
  variables(process: ProcessIdentity, names: readonly string[]): Record<string, string>;

  /**
   * Whether the desktop that this process runs on is seen from another machine, at this moment; left out where only the
   * environment tells.
   */
  remoteDesktop?(): boolean;

  /** What this engine may do here. */
  rights(): Rights;

  /** One sentence on what this process is not allowed to see or do, or null where it may do everything. */
  missingPrivilege(): string | null;

  dispose(): void;
}
