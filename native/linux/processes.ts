/** Processes as /proc shows them (man 5 proc). Every file may vanish while it is read: that is "unknown", not an error. */
import fs from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from '../../shared/orders';
import type { ProcessInfo } from '../../shared/socket';
import { NOWHERE, parseCgroups, unifiedPath } from './cgroups';
import { closeFd, directoryEntries, openDirectory } from './procCalls';

/** Start times are in clock ticks of 10 ms: USER_HZ is 100 on every architecture Linux runs Electron on. */
const MS_PER_TICK = 10;
/** comm holds 15 bytes at most (TASK_COMM_LEN). */
const COMM_LIMIT = 15;

interface Stat {
  comm: string;
  /** One letter: `T` is suspended, `Z` a zombie (man 5 proc) */
  state: string;
  /** clock ticks since boot: with the PID, the process's identity */
  startTicks: string;
  parentPid: number;
}

/** What is read of a process only when somebody looks at it. */
export interface Story {
  parentPid: number | null;
  /** of the effective user */
  uid: number | null;
  /** Its path in the unified cgroup hierarchy (v2) */
  cgroup: string | null;
}

/** A process as it is now, without what is remembered of it. */
export interface ProcessNow {
  pid: number;
  /** ms since 1970-01-01 UTC, as {@link ProcessInfo}'s; null where the time of the boot is not known */
  startedAt: number | null;
  parentPid: number | null;
  /** One letter: `T` is suspended, `Z` a zombie (man 5 proc) */
  state: string;
  name: string;
  path: string | null;
}

interface Cached {
  comm: string;
  info: ProcessInfo;
}

/** Reads processes, remembering each by PID + start time for as long as it lives and keeps its name. */
export class ProcessReader {
  private readonly cache = new Map<number, Cached>();
  private readonly bootTime: number | null;

  constructor(private readonly root: string = '/proc') {
    this.bootTime = readBootTime(root);
  }

  /** The PIDs that are visible now, ascending; none where /proc itself cannot be read. */
  list(): number[] {
    const directory = openDirectory(this.root);
    if (typeof directory === 'string') return [];
    const pids = [...directoryEntries(directory)];
    closeFd(directory);
    return pids;
  }

  /** The start time that makes a PID an identity, or null where the process is gone. */
  startKey(pid: number): string | null {
    return this.stat(pid)?.startTicks ?? null;
  }

  /**
   * Describes a process whose start time is already known; null where the PID belongs to another one by now.
   * The same object is returned for as long as nothing changed, so that readings can be compared by reference.
   */
  describe(pid: number, startKey: string): ProcessInfo | null {
    const process = this.read(pid, startKey);
    // All that was read is of this process only if the PID is still its own.
    return process !== null && this.startKey(pid) === startKey ? process : null;
  }

  /**
   * Describes the process that has this PID now, or none where its start time is not the one given. Its files are read one by
   * one: it is for the caller to make sure that the PID was one process's all the while.
   */
  read(pid: number, startKey: string | null = null): ProcessInfo | null {
    const stat = this.stat(pid);
    if (stat === null || (startKey !== null && stat.startTicks !== startKey)) return null;
    const exe = this.executable(pid);
    const cached = this.cache.get(pid);
    // exec() changes the executable but not the start time, nor the name where a script starts its namesake.
    if (
      cached !== undefined &&
      cached.info.startKey === stat.startTicks &&
      cached.comm === stat.comm &&
      cached.info.path === exe
    )
      return cached.info;
    const startedAt = this.startedAt(stat);
    const info: ProcessInfo = {
      ...{ pid, startKey: stat.startTicks, startedAt, name: fullName(stat.comm, exe), path: exe },
      // Read once: whoever starts a service or a container moves it into its group before its program begins (exec).
      ...this.placement(pid),
      ...this.parentOf(stat),
    };
    this.cache.set(pid, { comm: stat.comm, info });
    return info;
  }

  /** The process that has this PID now; null where there is none. */
  now(pid: number): ProcessNow | null {
    const stat = this.stat(pid);
    if (stat === null) return null;
    const path = this.executable(pid);
    return {
      ...{ pid, startedAt: this.startedAt(stat), parentPid: stat.parentPid || null, state: stat.state },
      ...{ name: fullName(stat.comm, path), path },
    };
  }

  /** Forgets processes that are not in `alive`. */
  forgetOthers(alive: ReadonlySet<number>): void {
    for (const pid of this.cache.keys()) if (!alive.has(pid)) this.cache.delete(pid);
  }

  /** The arguments joined by spaces; null where they may not be read or the process is gone or another one. */
  commandLine(process: ProcessInfo): string | null {
    const text = readText(path.join(this.root, String(process.pid), 'cmdline'));
    if (text === null || text === '' || this.startKey(process.pid) !== process.startKey) return null;
    return text.replace(/\0+$/, '').replaceAll('\0', ' ');
  }

  /** Those of the named variables that it was started with (man 5 proc, environ); none where that may not be read. */
  variables({ pid, startedAt }: ProcessIdentity, names: readonly string[]): Record<string, string> {
    const text = readText(`${this.root}/${pid}/environ`);
    const stat = this.stat(pid);
    if (text === null || stat === null || this.startedAt(stat) !== startedAt) return {};
    const pairs = text.split('\0').map((pair) => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=?/, '')]);
    return Object.fromEntries(pairs.filter(([name]) => names.includes(name!)));
  }

  /** The effective user of the process that has this PID now; null where there is none. */
  userOf(pid: number): number | null {
    const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(readText(`${this.root}/${pid}/status`) ?? '')?.[1];
    return uid === undefined ? null : Number(uid);
  }

  /** What else there is to know of a process now; null where it has ended or the PID is another one's. */
  story(process: ProcessInfo): Story | null {
    const folder = `${this.root}/${process.pid}`;
    const uid = this.userOf(process.pid);
    const cgroups = readText(`${folder}/cgroup`);
    const stat = this.stat(process.pid);
    if (stat === null || stat.startTicks !== process.startKey) return null;
    return {
      parentPid: stat.parentPid === 0 ? null : stat.parentPid,
      uid,
      cgroup: cgroups === null ? null : unifiedPath(cgroups),
    };
  }

  /**
   * The parent as it is now. Where a PID has become another process's since, that one is younger than the child; every true
   * parent, and whoever takes in an orphan, is older.
   */
  private parentOf({ parentPid, startTicks }: Stat): Pick<ProcessInfo, 'parentPid' | 'parentName'> {
    if (parentPid === 0) return { parentPid: null, parentName: null };
    const parent = this.stat(parentPid);
    if (parent === null || Number(parent.startTicks) > Number(startTicks)) {
      return { parentPid, parentName: null };
    }
    const exe = isCut(parent.comm) ? this.executable(parentPid) : null;
    return { parentPid, parentName: fullName(parent.comm, exe) };
  }

  private startedAt({ startTicks }: Stat): number | null {
    return this.bootTime === null ? null : this.bootTime + Number(startTicks) * MS_PER_TICK;
  }

  private placement(pid: number): Pick<ProcessInfo, 'unit' | 'container'> {
    const text = readText(`${this.root}/${pid}/cgroup`);
    return text === null ? NOWHERE : parseCgroups(text);
  }

  private stat(pid: number): Stat | null {
    const text = readText(`${this.root}/${pid}/stat`);
    return text === null ? null : parseStat(text);
  }

  private executable(pid: number): string | null {
    try {
      return fs.readlinkSync(`${this.root}/${pid}/exe`);
    } catch {
      return null;
    }
  }
}

/** Parses /proc/PID/stat. The name is in parentheses and may itself hold spaces and parentheses. */
export function parseStat(text: string): Stat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  // Fields 4 (ppid) and 22 (starttime); the slice begins with field 3.
  const startTicks = fields[19];
  if (startTicks === undefined || !/^\d+$/.test(startTicks)) return null;
  return {
    ...{ comm: text.slice(open + 1, close), state: fields[0]! },
    ...{ startTicks, parentPid: Number(fields[1]) || 0 },
  };
}

function isCut(comm: string): boolean {
  // A cut that goes through a character leaves U+FFFD at the end.
  return comm.endsWith('\ufffd') || Buffer.byteLength(comm) >= COMM_LIMIT;
}

/** The name without the kernel's cut at 15 bytes, where the executable's file name begins with it. */
export function fullName(comm: string, exe: string | null): string {
  if (!isCut(comm) || exe === null) return comm;
  const start = comm.replace(/\ufffd$/, '');
  const file = path.posix.basename(exe.replace(/ \(deleted\)$/, ''));
  return file.startsWith(start) ? file : comm;
}

function readBootTime(root: string): number | null {
  const seconds = readText(`${root}/stat`)?.match(/^btime (\d+)$/m)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
