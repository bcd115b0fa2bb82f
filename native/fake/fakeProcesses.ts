/** The invented processes: those of the sockets, and what they run under. */
import { SHIELDED } from '../../shared/abilities';
import type { ProcessAction, ProcessIdentity } from '../../shared/orders';
import type { Attempt, ProcessEntry } from '../backend';
import { BOOT } from './inventor';
import type { Inventor } from './inventor';
import { PROGRAMS } from './scenarios';

/** The user that the "unprivileged" demonstration runs as. */
export const OWN_UID = 1000;

interface FakeProcess extends ProcessEntry {
  uid: number;
}

/** A desktop, and the program that is looked at. */
const SESSION: readonly (readonly [pid: number, parent: number | null, uid: number, path: string])[] = [
  [1, null, 0, '/usr/lib/systemd/systemd'],
  [641, 1, 0, '/usr/bin/containerd-shim-runc-v2'],
  [1380, 1, OWN_UID, '/usr/lib/systemd/systemd'],
  [1402, 1380, OWN_UID, '/usr/bin/gnome-shell'],
  [1544, 1402, OWN_UID, '/usr/bin/bash'],
  [1530, 1544, OWN_UID, '/usr/bin/npm'],
  [1620, 1402, OWN_UID, '/opt/SocketScope/socketscope'],
];
const OWN_PID = 1620;

export class FakeProcesses {
  private readonly suspended = new Set<number>();
  private readonly ended = new Set<number>();

  constructor(
    private readonly inventor: Inventor,
    private readonly unprivileged: boolean,
  ) {}

  list(): FakeProcess[] {
    // They began one after the other, a minute before what they have started.
    const session = SESSION.map(([pid, parentPid, uid, path], i) => ({
      ...{ pid, parentPid, uid, path, startedAt: BOOT - 60_000 + 1000 * i },
      ...{ name: path.slice(path.lastIndexOf('/') + 1), user: userName(uid) },
    })).filter(({ pid }) => !this.ended.has(pid));
    const workers = this.inventor.living().map(({ process, program: { uid, user } }) => ({
      ...{ pid: process.pid, startedAt: process.startedAt!, parentPid: process.parentPid },
      ...{ name: process.name, path: process.path, uid, user },
    }));
    const all = [...session, ...workers].sort((a, b) => a.pid - b.pid);
    const pids = new Set(all.map(({ pid }) => pid));
    // Init takes in what has lost its parent.
    return all.map((process) => ({
      ...process,
      parentPid: process.parentPid === null || pids.has(process.parentPid) ? process.parentPid : 1,
    }));
  }

  ancestors(): ProcessIdentity[] {
    const all = this.list();
    const found: ProcessIdentity[] = [];
    for (let pid: number | null = OWN_PID; pid !== null;) {
      const process = all.find((each) => each.pid === pid);
      if (process === undefined) break;
      found.push({ pid, startedAt: process.startedAt });
      pid = process.parentPid;
    }
    return found;
  }

  /** What a kernel would say. A process that ends is in no list afterwards. */
  act({ pid, startedAt }: ProcessIdentity, action: ProcessAction): Attempt {
    const process = this.list().find((each) => each.pid === pid && each.startedAt === startedAt);
    if (process === undefined) return { outcome: 'gone', message: null };
    if (pid === 1 && (action === 'kill' || action === 'suspend')) {
      return { outcome: 'refused', message: SHIELDED };
    }
    if (this.unprivileged && process.uid !== OWN_UID) {
      const message = `It belongs to ${process.user}: ending it needs CAP_KILL. Run SocketScope as root (EPERM).`;
      return { outcome: 'refused', message };
    }
    switch (action) {
      case 'suspend':
        this.suspended.add(pid);
        break;
      case 'resume':
        this.suspended.delete(pid);
        break;
      case 'terminate':
        if (pid === 1 || this.suspended.has(pid)) {
          const why = pid === 1 ? 'and is still running' : 'but is suspended: it will end when it is resumed';
          return { outcome: 'failed', message: `Was asked to end, ${why}.` };
        }
        this.end(pid);
        break;
      case 'kill':
        this.end(pid);
        break;
    }
    return { outcome: 'done', message: null };
  }

  private end(pid: number): void {
    this.ended.add(pid);
    this.suspended.delete(pid);
    this.inventor.end(pid);
  }
}

export function userName(uid: number): string | null {
  return PROGRAMS.find((program) => program.uid === uid)?.user ?? null;
}
