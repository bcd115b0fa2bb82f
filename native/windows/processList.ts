/** Which processes there are, and which of them this one runs under. */
import type { ProcessIdentity } from '../../shared/orders';
import type { ProcessEntry } from '../backend';
import { isOfOldClock } from './creationTimes';
import { fileTimeMs, PROCESS_QUERY_LIMITED_INFORMATION, withProcess } from './handles';
import type { Libraries } from './libraries';
import { SYSTEM_NAMES } from './processTable';
import type { ProcessTable } from './processTable';
import type { UserNames } from './users';

/** How far up the ancestors are followed */
const MOST_ANCESTORS = 64;

/** Every process whose time of creation Windows tells, by PID. */
export function listProcesses(libraries: Libraries, table: ProcessTable, users: UserNames): ProcessEntry[] {
  return [...table.processes.values()]
    .flatMap(({ pid, parentPid, name }): ProcessEntry[] => {
      const entry = withProcess(
        libraries,
        pid,
        PROCESS_QUERY_LIMITED_INFORMATION,
        (created) => table.had(created),
        (process, created) => ({
          ...{ pid, startedAt: fileTimeMs(created), parentPid: parentPid || null },
          ...{ name: SYSTEM_NAMES.get(pid) ?? name, path: process.path(), user: users.of(process.handle) },
        }),
      );
      return entry === null ? [] : [entry];
    })
    .sort((a, b) => a.pid - b.pid);
}

/** This process, its parent, and so on up to the first one that can be told for certain. */
export function listAncestors(
  libraries: Libraries,
  table: ProcessTable,
  pid: number = process.pid,
): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  let child: bigint | null = null;
  for (let at = pid; at !== 0 && found.length < MOST_ANCESTORS;) {
    const created = createdBefore(libraries, table, at, child);
    if (created === null) break;
    found.push({ pid: at, startedAt: fileTimeMs(created) });
    child = created;
    at = table.processes.get(at)?.parentPid ?? 0;
  }
  return found;
}

/**
 * When the process with this PID, which the table lists, was created; null where that may not be asked, or was after `limit`: a
 * parent is older than its child, and what is younger was given the PID since.
 */
export function createdBefore(
  libraries: Libraries,
  table: ProcessTable,
  pid: number,
  limit: bigint | null,
): bigint | null {
  return withProcess(
    libraries,
    pid,
    PROCESS_QUERY_LIMITED_INFORMATION,
    (created) =>
      table.had(created) && (limit === null || created <= limit || isOfOldClock(fileTimeMs(created))),
    (_, created) => created,
  );
}
