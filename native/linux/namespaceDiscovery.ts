/** Which network namespaces there are: those that processes are in, and those that a mounted file keeps alive. */
import fs from 'node:fs';
import { namespaceMounts } from './namespaceMounts';
import { readLinkAt } from './procCalls';

/** One network namespace. */
export interface KnownNamespace {
  /** The inode number of its nsfs file (`net:[4026531840]`); of an unnumbered one, that of its /proc/PID/net/dev. */
  number: number;
  /**
   * Whether its own number cannot be read, for want of a privilege: every process in it is another user's. The number
   * of its /proc/PID/net/dev stands in its place; the kernel takes both from one pool (proc_alloc_inum, fs/proc/generic.c).
   */
  unnumbered: boolean;
  /** A process in it; the same one for as long as it stays. null where there is none. */
  pid: number | null;
  /** Its nsfs files. */
  files: string[];
}

export interface Discovery {
  namespaces: ReadonlyMap<number, KnownNamespace>;
  /** That of PID 1; null where /proc does not tell. */
  host: number | null;
}

/**
 * Looks at every process and every mount. Not found are namespaces that nothing but an open descriptor, a socket or a
 * single thread of a process keeps alive.
 *
 * @throws Error where /proc cannot be read
 * @param own the namespace of this thread
 * @param before what was found the last time
 */
export function discoverNamespaces(own: number, before: Discovery['namespaces'], root = '/proc'): Discovery {
  const namespaces = new Map<number, KnownNamespace>();
  const add = (number: number, unnumbered: boolean): KnownNamespace => {
    let known = namespaces.get(number);
    if (known === undefined) {
      known = { number, unnumbered, pid: null, files: [] };
      namespaces.set(number, known);
    }
    return known;
  };
  const place = (known: KnownNamespace, pid: number): void => {
    if (known.pid === null || before.get(known.number)?.pid === pid) known.pid = pid;
  };
  let host: number | null = null;

  add(own, false);
  for (const { namespace, file } of namespaceMounts(fs.readFileSync(`${root}/self/mountinfo`, 'utf8'))) {
    add(namespace, false).files.push(file);
  }
  const refused: number[] = [];
  for (const pid of listPids(root)) {
    const number = namespaceOf(pid, root);
    if (number === null) {
      refused.push(pid);
      continue;
    }
    place(add(number, false), pid);
    if (pid === 1) host = number;
  }
  if (refused.length === 0) return { namespaces, host };

  // Whose link may not be read can still be told apart by /proc/PID/net, which everybody may read.
  const byTables = new Map<number, KnownNamespace>();
  for (const known of namespaces.values()) {
    if (known.pid === null) continue;
    const tables = tablesOf(known.pid, root);
    // Unless it has left since.
    if (tables !== null && namespaceOf(known.pid, root) === known.number) byTables.set(tables, known);
  }
  for (const pid of refused) {
    const tables = tablesOf(pid, root);
    if (tables === null) continue; // it has ended
    let known = byTables.get(tables);
    if (known === undefined) {
      known = add(tables, true);
      byTables.set(tables, known);
    }
    if (known.unnumbered) place(known, pid);
    if (pid === 1) host = known.number;
  }
  return { namespaces, host };
}

/** The number of the network namespace that a process is in; null where it has ended or this may not be read. */
export function namespaceOf(process: number | string, root = '/proc'): number | null {
  const link = readLinkAt(-1, `${root}/${process}/ns/net`);
  const number =
    link === null ? undefined : /^net:\[(\d{1,10})\]$/.exec(Buffer.from(link).toString('latin1'))?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * A number that tells the network namespaces of processes apart without any privilege: the inode number of
 * /proc/PID/net/dev, of which each namespace has its own. null where the process has ended.
 */
export function tablesOf(process: number | string, root = '/proc'): number | null {
  try {
    return fs.statSync(`${root}/${process}/net/dev`, { throwIfNoEntry: false })?.ino ?? null;
  } catch {
    return null; // EINVAL: a process that is ending; EACCES: /proc is mounted with hidepid
  }
}

function listPids(root: string): number[] {
  return fs
    .readdirSync(root)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
