/** Processes of Windows, each remembered by PID + time of creation for as long as it lives. */
import path from 'node:path';
import type { ProcessIdentity } from '../../shared/orders';
import type { ProcessInfo, ProgramFacts } from '../../shared/socket';
import type { ProcessEntry } from '../backend';
import { beganAfter } from './creationTimes';
import {
  fileTimeMs,
  PROCESS_QUERY_LIMITED_INFORMATION,
  SYNCHRONIZE,
  tryOpenProcess,
  withProcess,
} from './handles';
import type { ProcessHandle } from './handles';
import type { Libraries } from './libraries';
import { createdBefore, listAncestors, listProcesses } from './processList';
import { commandLineOf, variablesOf } from './processMemory';
import { ProcessTable, SYSTEM_NAMES } from './processTable';
import type { ListedProcess } from './processTable';
import { UserNames } from './users';
import { VersionInfo } from './versionInfo';
import { ERROR_ACCESS_DENIED } from './windowsError';

/** What stands for the time of creation where Windows does not tell it. */
const NO_TIME = '0';

/** Handles that are kept open; processes beyond them are opened anew in each reading. */
const MOST_HANDLES = 2048;
/** A snapshot that is no more than this older than a process may have missed it: the two times come from different clocks. */
const CLOCK_SLACK_MS = 50;
interface Known {
  info: ProcessInfo;
  /** As a FILETIME; null where it may not be opened */
  created: bigint | null;
  /** Kept open: the PID is this process's until it is closed, also after its end */
  handle: ProcessHandle | null;
  /** The last reading that asked for it */
  asked: number;
}

/**
 * What is known of processes. Once seen, a process is kept open: as long as it is, Windows gives its PID to no other, so that all
 * there is to do in a reading is nothing, and in one that misses it to see whether it has ended. (It costs a handle and, after its
 * end, what Windows keeps of it until no socket is listed for it any more.) Those beyond MOST_HANDLES are opened again in each
 * reading and told by their time of creation. Those that may not be opened have no identity: they are told by PID, parent and name
 * of each reading's snapshot, have no start time, and so cannot be acted upon.
 */
export class WindowsProcesses {
  private readonly known = new Map<number, Known>();
  private readonly table: ProcessTable;
  private readonly users: UserNames;
  private readonly versions: VersionInfo;
  private readonly withServices = new WeakMap<ProcessInfo, Map<string, ProcessInfo>>();
  private handles = 0;
  private reading = 0;
  private tablesReadAt = Infinity;

  constructor(
    private readonly libraries: Libraries,
    private readonly mostHandles = MOST_HANDLES,
  ) {
    this.table = new ProcessTable(libraries);
    this.users = new UserNames(libraries);
    this.versions = new VersionInfo(libraries);
  }

  /** Whether Windows, which hides none, told which processes there are when it was last asked. */
  get complete(): boolean {
    return this.table.isWhole;
  }

  /** How many are remembered. */
  get size(): number {
    return this.known.size;
  }

  /**
   * Begins a reading: to be called before its first {@link of}.
   * @param tablesReadAt Date.now() when its tables had been read: a process that began later owns nothing in them
   */
  refresh(tablesReadAt = Infinity): void {
    this.reading++;
    this.tablesReadAt = tablesReadAt;
    this.table.forget();
    for (const [pid, { asked, handle }] of this.known) {
      if (asked >= this.reading - 1) continue;
      // Its parent may have ended: what lives is kept, since its name would be lost.
      if (handle === null || handle.hasEnded()) this.drop(pid);
    }
  }

  /**
   * The process that has, or had, this PID in a table just read; null where it ended before it was ever seen. The same object for
   * as long as it lives, so that readings can be compared by reference.
   */
  of(pid: number): ProcessInfo | null {
    const known = this.known.get(pid);
    if (known !== undefined) {
      if (known.asked === this.reading || this.isStill(known)) {
        known.asked = this.reading;
        return known.info;
      }
      this.drop(pid);
    }
    const found = this.describe(pid);
    if (found === null) return null;
    this.known.set(pid, found);
    return found.info;
  }

  /** The same process as the one that serves for this service; its `unit`. The same object for the same two. */
  withService(process: ProcessInfo, service: string): ProcessInfo {
    let byService = this.withServices.get(process);
    if (byService === undefined) this.withServices.set(process, (byService = new Map()));
    let info = byService.get(service);
    if (info === undefined) byService.set(service, (info = { ...process, unit: service }));
    return info;
  }

  /** Its command line as it was given; null where it may not be read, or the process is gone or another one. */
  commandLine(process: ProcessInfo): string | null {
    return commandLineOf(this.libraries, process);
  }

  /** Those of the named variables that are set in its environment; none where that may not be read, and of a 32-bit process. */
  variables(process: ProcessIdentity, names: readonly string[]): Record<string, string> {
    return variablesOf(this.libraries, process, names);
  }

  /** Every process whose time of creation Windows tells, by PID. Costly: for questions only. */
  list(): ProcessEntry[] {
    this.table.forget();
    return listProcesses(this.libraries, this.table, this.users);
  }

  /** This process, its parent, and so on up to the first one that can be told for certain. */
  ancestors(): ProcessIdentity[] {
    this.table.forget();
    return listAncestors(this.libraries, this.table);
  }

  /** Closes what is kept open. */
  dispose(): void {
    for (const pid of this.known.keys()) this.drop(pid);
  }

  private drop(pid: number): void {
    const known = this.known.get(pid);
    if (known?.handle != null) {
      known.handle.close();
      this.handles--;
    }
    this.known.delete(pid);
  }

  private isStill({ info, created, handle }: Known): boolean {
    if (handle !== null) return true;
    const { pid } = info;
    if (created !== null)
      return (
        withProcess(
          this.libraries,
          pid,
          PROCESS_QUERY_LIMITED_INFORMATION,
          (now) => now === created,
          () => true,
        ) === true
      );
    const listed = this.table.processes.get(pid);
    if (listed === undefined) return SYSTEM_NAMES.has(pid);
    return (
      SYSTEM_NAMES.has(pid) || (listed.name === info.name && (listed.parentPid || null) === info.parentPid)
    );
  }

  /** Looks at the process that has this PID now. */
  private describe(pid: number): Known | null {
    const waitable = tryOpenProcess(this.libraries, pid, PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE);
    const opened =
      waitable === ERROR_ACCESS_DENIED
        ? tryOpenProcess(this.libraries, pid, PROCESS_QUERY_LIMITED_INFORMATION)
        : waitable;
    if (typeof opened === 'number') return this.describeUnopened(pid, opened);
    const created = opened.creationTime();
    const isTooYoung = created !== null && beganAfter(fileTimeMs(created), this.tablesReadAt);
    const info = isTooYoung ? null : this.infoOf(opened, created);
    const isKept =
      info !== null && created !== null && opened === waitable && this.handles < this.mostHandles;
    if (isKept) this.handles++;
    else opened.close();
    return info === null ? null : { info, created, handle: isKept ? opened : null, asked: this.reading };
  }

  private infoOf(handle: ProcessHandle, created: bigint | null): ProcessInfo {
    const { pid } = handle;
    const listed = created === null ? undefined : this.listedOf(pid, created);
    const file = handle.path();
    return {
      ...{ pid, startKey: created === null ? NO_TIME : String(created) },
      startedAt: created === null ? null : fileTimeMs(created),
      name: SYSTEM_NAMES.get(pid) ?? listed?.name ?? (file === null ? null : path.win32.basename(file)),
      ...{ path: file, unit: null, container: null },
      ...this.parentOf(listed, created),
      user: this.users.of(handle.handle),
      program: this.programOf(pid, file, handle.bits()),
    };
  }

  /** @param code why it could not be opened */
  private describeUnopened(pid: number, code: number): Known | null {
    const listed = this.table.processes.get(pid);
    const isThere = SYSTEM_NAMES.has(pid) || (code === ERROR_ACCESS_DENIED && listed !== undefined);
    if (!isThere) return null;
    const info: ProcessInfo = {
      ...{ pid, startKey: NO_TIME, startedAt: null },
      ...{ name: SYSTEM_NAMES.get(pid) ?? listed?.name ?? null, path: null, unit: null, container: null },
      ...this.parentOf(listed, null),
      ...{ user: null, program: this.programOf(pid, null, null) },
    };
    return { info, created: null, handle: null, asked: this.reading };
  }

  private programOf(pid: number, file: string | null, bits: 32 | 64 | null): ProgramFacts | null {
    if (SYSTEM_NAMES.has(pid)) return null;
    const none = { company: null, product: null, description: null, version: null };
    return { ...(file === null ? none : this.versions.of(file)), bits, session: this.sessionOf(pid) };
  }

  /** What the snapshot says of the process with this PID that was created then, and is open. */
  private listedOf(pid: number, created: bigint): ListedProcess | undefined {
    const { table } = this;
    // Created before the snapshot and open now, it had its PID at the time of the snapshot.
    if (beganAfter(fileTimeMs(created), table.takenAt - CLOCK_SLACK_MS)) table.forget();
    return table.processes.get(pid);
  }

  /**
   * The parent's PID, and its name where it is certain that it still has it: what may not be opened, or was created after its
   * child, may be another one that was given the PID since.
   */
  private parentOf(
    listed: ListedProcess | undefined,
    created: bigint | null,
  ): Pick<ProcessInfo, 'parentPid' | 'parentName'> {
    const parentPid = listed?.parentPid || null;
    if (parentPid === null) return { parentPid: null, parentName: null };
    const isParent =
      created !== null && createdBefore(this.libraries, this.table, parentPid, created) !== null;
    const name = SYSTEM_NAMES.get(parentPid) ?? this.table.processes.get(parentPid)?.name ?? null;
    return { parentPid, parentName: isParent || SYSTEM_NAMES.has(parentPid) ? name : null };
  }

  /** The terminal session of a process; null where it may not be asked. */
  private sessionOf(pid: number): number | null {
    const call = this.libraries.required<(pid: number, session: Uint32Array) => number>(
      'kernel32',
      'int32 ProcessIdToSessionId(uint32, void *)',
    );
    const session = new Uint32Array(1);
    return call(pid, session) === 0 ? null : session[0]!;
  }
}
