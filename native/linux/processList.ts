/** Which processes there are, and which of them this one runs under. */
import type { ProcessIdentity } from '../../shared/orders';
import type { ProcessEntry } from '../backend';
import type { ProcessReader } from './processes';

/** Every process that is visible, by PID; none where the time of the boot is not known. @param user the name of a user's number */
export function listProcesses(reader: ProcessReader, user: (uid: number) => string | null): ProcessEntry[] {
  return reader.list().flatMap((pid) => {
    const uid = reader.userOf(pid);
    const now = reader.now(pid);
    if (now === null || now.startedAt === null) return []; // ended since
    const { startedAt, parentPid, name, path } = now;
    return [
      { pid, startedAt, parentPid, name, path, user: uid === null ? null : (user(uid) ?? String(uid)) },
    ];
  });
}

/** This process, its parent, and so on up to the first one that can be seen. */
export function listAncestors(reader: ProcessReader, pid: number = process.pid): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (let at: number | null = pid; at !== null;) {
    const now = reader.now(at);
    const child = found.at(-1);
    // A parent is older than its child: what is younger has taken over the PID of one that ended meanwhile.
    if (now === null || now.startedAt === null) break;
    if (child !== undefined && now.startedAt > child.startedAt) break;
    found.push({ pid: at, startedAt: now.startedAt });
    at = now.parentPid;
  }
  return found;
}
