/** The seam between SocketScope and an operating system. `linux/`, `windows/` and `fake/` each fill it. */
import type { CloseOutcome } from '../shared/actions';
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

/** What came of closing one socket; `message` is a sentence for a person. */
export interface CloseAttempt {
  outcome: CloseOutcome;
  message: string | null;
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

  /** Everything there is to know of the socket of this row, read anew; null where it has ended. */
  details(table: SocketTable, row: number): SocketDetails | null;

  /**
   * Closes exactly the socket of this row, whose identity goes back to the kernel; a socket that is gone closes nothing,
   * also when another one uses its endpoints by now. `table` has just been read.
   */
  close(table: SocketTable, row: number): CloseAttempt;

  /** One sentence on what this process is not allowed to see or do, or null where it may do everything. */
  missingPrivilege(): string | null;

  dispose(): void;
}
