import { NativeError } from '../native';
import type { SocketBackend, TableSource } from '../native';
import type { TableProblem } from '../shared/contract';
import type { ReadingOptions } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

interface Problem {
  source: TableSource;
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
  private failing = new Map<string, Problem>();

  constructor(private readonly backend: SocketBackend) {}

  /** Fills `into` (which is empty) with one reading. `before` is the reading before it. */
  read(into: SocketTable, options: ReadingOptions, before: SocketTable, now: number): void {
    const failing = new Map<string, Problem>();
    for (const source of this.backend.sources(options)) {
      const key = `${source.table} ${source.namespace}`;
      const problem = this.failing.get(key);
      if (problem !== undefined && now < problem.retryAt) {
        failing.set(key, problem);
        keepRows(source, before, into);
        continue;
      }
      const start = into.length;
      try {
        this.backend.readTable(source, options, into);
      } catch (error) {
        into.truncate(start);
        failing.set(key, nextProblem(source, problem, error, now));
        keepRows(source, before, into);
      }
    }
    // What is not read any more has no problem either.
    this.failing = failing;
  }

  /** Asks every table again at the next reading: the user pressed "refresh". */
  retryNow(): void {
    for (const problem of this.failing.values()) problem.retryAt = 0;
  }

  /** One for each table: what is wrong with it is the same in every namespace, or is so for the same reason. */
  problems(): TableProblem[] {
    const byTable = new Map(
      [...this.failing.values()]
        .reverse()
        .map((problem) => [`${problem.source.table} ${problem.message}`, problem]),
    );
    return [...byTable.values()].reverse().map(({ source, message, since, retryAt }) => ({
      table: source.table,
      namespace: source.namespace === 0 ? null : this.backend.namespace(source.namespace),
      message,
      since,
      retryAt,
    }));
  }
}

function nextProblem(source: TableSource, before: Problem | undefined, error: unknown, now: number): Problem {
  const delay = before === undefined ? FIRST_RETRY_MS : Math.min(2 * before.delay, LONGEST_RETRY_MS);
  return {
    source,
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

function keepRows({ table, namespace }: TableSource, before: SocketTable, into: SocketTable): void {
  for (let row = 0; row < before.length; row++) {
    if (before.columns.namespace[row] === namespace && before.tableOf(row) === table)
      into.appendFrom(before, row);
  }
}
