/** The seam between SocketScope and an operating system. `linux/`, `windows/` and `fake/` each fill it. */
import type { CloseOutcome } from '../shared/actions';
import type { ProcessInfo, TableName } from '../shared/socket';
import type { RowNames, SocketTable } from '../shared/socketTable';

/** Who holds the sockets of one reading. Valid for the reading it was made for. */
export interface OwnerLookup {
  /** The process that holds the socket of this row, or null where none was found. */
  processOf(table: SocketTable, row: number): ProcessInfo | null;
  /** Whether every process could be looked into; if not, a socket without a holder has a hidden one. */
  complete: boolean;
}

/** What came of closing one socket; `message` is a sentence for a person. */
export interface CloseAttempt {
  outcome: CloseOutcome;
  message: string | null;
}

/**
 * One operating system's sockets. The only promise made of identity is an opaque 64-bit number per row (idHigh, idLow)
 * that survives state changes and is not used again while the socket exists; inode, uid, queues, bytes and create time
 * are optional facts, left at "not known" where the OS has none.
 *
 * Failures are thrown as {@link NativeError}.
 */
export interface SocketBackend extends RowNames {
  /** What the product says of itself: "Linux", "Windows", or the name of a demonstration. */
  readonly name: string;
  /** True for invented sockets: the product marks them as such. */
  readonly demo: boolean;
  /** The tables this system has. Each is read on its own, so that one failing leaves the others alone. */
  readonly tables: readonly TableName[];

  /** Appends every row of one OS table. After an error rows may have been appended: truncate. */
  readTable(name: TableName, into: SocketTable): void;

  /** Finds the holders of the sockets in `table`, which has just been read. */
  readOwners(table: SocketTable): OwnerLookup;

  /** A process's command line, which may hold secrets: read only when asked for. Null where it cannot be read. */
  commandLine(process: ProcessInfo): string | null;

  /**
   * Closes exactly the socket of this row, whose identity goes back to the kernel; a socket that is gone closes nothing,
   * also when another one uses its endpoints by now. `table` has just been read.
   */
  close(table: SocketTable, row: number): CloseAttempt;

  /** One sentence on what this process is not allowed to see or do, or null where it may do everything. */
  missingPrivilege(): string | null;

  dispose(): void;
}
