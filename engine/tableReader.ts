import { NativeError } from '../native';
import type { SocketBackend } from '../native';
import type { TableProblem } from '../shared/contract';
import type { TableName } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

interface Problem {
  message: string;
  since: number;
  retryAt: number;
  delay: number;
}

/**
 * Reads the OS's tables one by one. A table that fails keeps its last known rows and is tried again after 1, 2, 4 … 30 s,
 * while the others go on.
 */
export class TableReader {
  private readonly failing = new Map<TableName, Problem>();

  constructor(private readonly backend: SocketBackend) {}

  /** Fills `into` (which is empty) with one reading. `before` is the reading before it. */
  read(into: SocketTable, before: SocketTable, now: number): void {
    for (const name of this.backend.tables) {
      const problem = this.failing.get(name);
      if (problem !== undefined && now < problem.retryAt) {
        keepRows(name, before, into);
        continue;
      }
      const start = into.length;
      try {
        this.backend.readTable(name, into);
        this.failing.delete(name);
      } catch (error) {
        into.truncate(start);
        this.failing.set(name, nextProblem(problem, error, now));
        keepRows(name, before, into);
      }
    }
  }

  /** Asks every table again at the next reading: the user pressed "refresh". */
  retryNow(): void {
    for (const problem of this.failing.values()) problem.retryAt = 0;
  }

  problems(): TableProblem[] {
    return [...this.failing].map(([table, { message, since, retryAt }]) => ({
      table,
      message,
      since,
      retryAt,
    }));
  }
}

function nextProblem(before: Problem | undefined, error: unknown, now: number): Problem {
  const delay = before === undefined ? FIRST_RETRY_MS : Math.min(2 * before.delay, LONGEST_RETRY_MS);
  return {
    message: describe(error),
    since: before?.since ?? now,
    retryAt: now + delay,
    delay,
  };
}

function describe(error: unknown): string {
  if (error instanceof NativeError) return error.message;
  return `The table could not be read: ${error instanceof Error ? error.message : String(error)}`;
}

function keepRows(name: TableName, before: SocketTable, into: SocketTable): void {
  for (let row = 0; row < before.length; row++) {
    if (before.tableOf(row) === name) into.appendFrom(before, row);
  }
}
