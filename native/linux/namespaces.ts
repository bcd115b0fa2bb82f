import fs from 'node:fs';
import { NativeError } from '../nativeError';
import { parseCgroups } from './cgroups';
import { insideNamespace, mayNotEnter, openNamespaceFile } from './enterNamespace';
import { EACCES, ENOENT, EPERM, ESRCH } from './errno';
import { discoverNamespaces, namespaceOf, tablesOf } from './namespaceDiscovery';
import type { Discovery, KnownNamespace } from './namespaceDiscovery';
import { netnsName } from './namespaceMounts';

/** A network namespace that has ended since it was found. */
export class NamespaceGone extends NativeError {
  constructor(namespace: number) {
    super(`open(net:[${namespace}])`, ENOENT, 'ENOENT', 'This network namespace has ended.');
  }
}

/** How often a namespace's tables are read again because the process they were read through has left. */
const TABLE_ATTEMPTS = 3;
const NOTHING: Discovery = { namespaces: new Map(), host: null };

/**
 * The network namespaces of this machine, each named by the inode number of its nsfs file (`net:[4026531840]`). A number
 * is not used again while a socket is open in its namespace.
 */
export class Namespaces {
  /** The one this thread is in; 0 where /proc does not tell. */
  readonly own = namespaceOf('thread-self') ?? 0;
  private found = NOTHING;
  /** What was found the time before: rows that have just ended are still named. */
  private before = NOTHING;
  private readonly names = new Map<number, string>();
  /** Whether this process may enter, as it turned out. */
  private readonly entrance = new Map<number, boolean>();

  /** Looks again which there are. Where /proc cannot be read now (no free descriptor), what was found before stands. */
  refresh(): void {
    this.before = this.found;
    this.look();
    for (const namespace of this.names.keys()) {
      // Of those that are there the name may have changed; of those that have just gone it is the last one.
      if (this.isKnown(namespace) || !this.before.namespaces.has(namespace)) this.names.delete(namespace);
    }
    for (const namespace of this.entrance.keys()) {
      if (!this.isKnown(namespace)) this.entrance.delete(namespace);
    }
  }

  /** Every namespace that was found, this process's own first. */
  all(): readonly number[] {
    const others = [...this.found.namespaces.keys()].filter((namespace) => namespace !== this.own);
    return [this.own, ...others.sort((a, b) => a - b)];
  }

  /**
   * `host` for that of PID 1, the name given by `ip netns`, a container (`docker 4f5e6d7c8b9a`), or `net:[4026532281]`; `net
   * of process 1234` where its number cannot be read.
   */
  name(namespace: number): string {
    if (this.found === NOTHING) this.refresh();
    let name = this.names.get(namespace);
    if (name === undefined) {
      name = this.findName(namespace);
      this.names.set(namespace, name);
    }
    return name;
  }

  /**
   * Runs `use`, which must be synchronous, with this thread inside the namespace.
   * @throws NamespaceGone, NativeError where that is not permitted
   */
  enter<Result>(namespace: number, use: () => Result): Result {
    if (namespace === this.own) return use();
    const file = this.open(namespace);
    try {
      return insideNamespace(file, use);
    } finally {
      fs.closeSync(file);
    }
  }

  /** Whether {@link enter} is permitted, which is tried once. What fails for another reason is. */
  canEnter(namespace: number): boolean {
    if (namespace === this.own) return true;
    const known = this.entrance.get(namespace);
    if (known !== undefined) return known;
    try {
      this.enter(namespace, () => undefined);
      this.entrance.set(namespace, true);
      return true;
    } catch (error) {
      if (!isRefusal(error)) return true;
      this.entrance.set(namespace, false);
      return false;
    }
  }

  /** Whether there is a process through which {@link readTables} can read. */
  hasTables(namespace: number): boolean {
    return this.processIn(namespace) !== null;
  }

  /**
   * Runs `use` with the folder of the namespace's tables, /proc/PID/net of a process in it: everybody may read them, also
   * those of other users' processes. Where that process leaves meanwhile, what `use` has read may be another namespace's:
   * it is called again, with another process's folder.
   * @throws NamespaceGone, NativeError where the namespace exists but no process is in it
   */
  readTables<Result>(namespace: number, use: (folder: string) => Result): Result {
    for (let attempt = 1; attempt <= TABLE_ATTEMPTS; attempt++) {
      const pid = this.processIn(namespace) ?? this.lookAgain(namespace)?.pid ?? null;
      if (pid === null && this.isKnown(namespace)) throw mayNotEnter();
      if (pid === null) break;
      try {
        const result = use(`/proc/${pid}/net`);
        if (this.isIn(pid, namespace)) return result;
      } catch (error) {
        if (this.isIn(pid, namespace)) throw error;
      }
    }
    throw new NamespaceGone(namespace);
  }

  private isKnown(namespace: number): boolean {
    return this.found.namespaces.has(namespace);
  }

  private findName(namespace: number): string {
    const known = this.found.namespaces.get(namespace) ?? this.before.namespaces.get(namespace);
    if (namespace === this.found.host) return 'host';
    const named = known?.files.map(netnsName).filter((name) => name !== null) ?? [];
    if (named.length > 0) return named.sort()[0]!;
    const pid = known?.pid ?? null;
    const container = pid === null ? null : containerOf(pid);
    if (container !== null) return container;
    return known?.unnumbered === true ? `net of process ${pid}` : `net:[${namespace}]`;
  }

  /** Opens the namespace's nsfs file, which keeps it alive until it is closed. */
  private open(namespace: number): number {
    const known = this.found.namespaces.get(namespace) ?? null;
    let file = known === null ? null : openOneOf(known);
    if (file === null) {
      // The process may have ended, the name been deleted; there may be others.
      const now = this.lookAgain(namespace);
      if (now !== null) file = openOneOf(now);
    }
    if (file === null) throw new NamespaceGone(namespace);
    return file;
  }

  private look(): void {
    try {
      this.found = discoverNamespaces(this.own, this.found.namespaces);
    } catch {
      if (this.found === NOTHING) this.found = { namespaces: new Map(), host: null };
    }
  }

  private lookAgain(namespace: number): KnownNamespace | null {
    this.look();
    return this.found.namespaces.get(namespace) ?? null;
  }

  /** The process known to be in it, if it still is. */
  private processIn(namespace: number): number | null {
    const pid = this.found.namespaces.get(namespace)?.pid ?? null;
    return pid !== null && this.isIn(pid, namespace) ? pid : null;
  }

  private isIn(pid: number, namespace: number): boolean {
    const unnumbered = this.found.namespaces.get(namespace)?.unnumbered === true;
    return (unnumbered ? tablesOf(pid) : namespaceOf(pid)) === namespace;
  }
}

/**
 * Opens one of the namespace's nsfs files and makes sure that it is the namespace meant: a PID may be another process's by
 * now, and a file another one. Returns null where none is left.
 * @throws NativeError where there is one that may not be opened
 */
function openOneOf({ number, pid, files }: KnownNamespace): number | null {
  let refused: NativeError | null = null;
  for (const file of pid === null ? files : [...files, `/proc/${pid}/ns/net`]) {
    let fd: number;
    try {
      fd = openNamespaceFile(file);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      if (isRefusal(error)) refused = error;
      else if (error.code !== ENOENT && error.code !== ESRCH) throw error;
      continue;
    }
    if (isNamespace(fd, number)) return fd;
    fs.closeSync(fd);
  }
  if (refused !== null) throw refused;
  return null;
}

/** All namespaces are files of one device (nsfs), whose inode numbers are their own. */
function isNamespace(fd: number, namespace: number): boolean {
  const { dev, ino } = fs.fstatSync(fd);
  return ino === namespace && dev === fs.statSync('/proc/thread-self/ns/net').dev;
}

function isRefusal(error: unknown): boolean {
  return error instanceof NativeError && (error.code === EPERM || error.code === EACCES);
}

function containerOf(pid: number): string | null {
  try {
    return parseCgroups(fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8')).container;
  } catch {
    return null; // it has ended
  }
}
