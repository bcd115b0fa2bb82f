/** Network namespaces that are kept alive by a file: those of `ip netns`, of Docker, of `unshare --net=FILE`. */
import path from 'node:path';

/** One nsfs file of a network namespace. */
export interface NamespaceMount {
  /** The inode number of the namespace. */
  namespace: number;
  /** Where its file is mounted. */
  file: string;
}

/** Where `ip netns` puts its names (man 8 ip-netns). */
const NAMED = ['/run/netns', '/var/run/netns'];
/**
 * Of a line in /proc/PID/mountinfo (man 5 proc): mount ID, parent ID, device, root, mount point. The root of an nsfs mount
 * is the namespace's own name. A blank in a path is written as \040.
 */
const NAMESPACE_LINE = /^\d+ \d+ \S+ net:\[(\d{1,10})\] ([^ \n]+) /gm;

/** The network namespaces among these mounts, in the order in which they were mounted. */
export function namespaceMounts(mountinfo: string): NamespaceMount[] {
  return Array.from(mountinfo.matchAll(NAMESPACE_LINE), ([, number, point]) => ({
    namespace: Number(number),
    file: unescapeOctal(point!),
  }));
}

/** The name that `ip netns` has for this file; null where it is none of its files. */
export function netnsName(file: string): string | null {
  return NAMED.includes(path.posix.dirname(file)) ? path.posix.basename(file) : null;
}

/** Blank, tab, newline and backslash are written as three octal digits (mangle_path, fs/seq_file.c). */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
