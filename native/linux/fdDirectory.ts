/** The descriptors of one process, /proc/PID/fd (man 5 proc), read through one open directory. */
import {
  closeFd,
  directoryEntries,
  openDirectory,
  readFileAt,
  readLinkAt,
  readSocketLink,
  statSize,
} from './procCalls';

/** Why a process's descriptors cannot be read. `limit`: this process has no free descriptor to read them with. */
export type OpenFailure = 'ended' | 'unreadable' | 'limit';

/**
 * Stays with the process it was opened for: once that has ended every call says so, also when its PID is another
 * process's by then. What one reads through it is therefore never credited to the wrong process.
 */
export class FdDirectory {
  private constructor(private fd: number) {}

  static open(root: string, pid: number): FdDirectory | OpenFailure {
    const result = openDirectory(`${root}/${pid}/fd`);
    return typeof result === 'number' ? new FdDirectory(result) : result;
  }

  /** How many descriptors the process has open; null where it has ended. Kernels before 6.2 say 0 in either case. */
  count(): number | null {
    return statSize(this.fd, '');
  }

  /** The numbers of its open descriptors; none where it has ended. */
  list(): number[] {
    return directoryEntries(this.fd);
  }

  /**
   * The inode number of the socket behind a descriptor; 0 where it is closed or no socket, or the process has ended; -1
   * where this process may not look.
   */
  socketInode(descriptor: number): number {
    return readSocketLink(this.fd, descriptor);
  }

  /**
   * Its executable and its short name: what changes when it becomes another program or renames itself. Null where it has
   * ended, on every kernel.
   */
  program(): string | null {
    const exe = readLinkAt(this.fd, '../exe');
    const path = exe === null ? '' : Buffer.from(exe).toString('latin1');
    const name = readFileAt(this.fd, '../comm');
    return name === null ? null : `${path} ${name}`;
  }

  close(): void {
    closeFd(this.fd);
    this.fd = -1; // the number is soon another directory's
  }
}

/** Whether this kernel counts descriptors (since Linux 6.2). */
export function countsDescriptors(root: string): boolean {
  return (statSize(-1, `${root}/self/fd`) ?? 0) > 0;
}
