/** The descriptors of one process, /proc/PID/fd (man 5 proc), read through one open directory. */
import {
  closeFd,
  directoryEntries,
  fileIs,
  linkIs,
  openDirectory,
  openFileAt,
  REFUSED,
  readFileNow,
  readLinkAt,
  readSocketLink,
  statSize,
} from './procCalls';

/** What a process runs: any bytes, as Latin-1. */
export interface Program {
  /** Its executable; empty where it has none, or it may not be seen. */
  exe: string;
  /** Its short name (comm), with the line end that /proc adds. */
  name: string;
}

/** Why a process's descriptors cannot be read. `limit`: this process has no free descriptor to read them with. */
export type OpenFailure = 'ended' | 'unreadable' | 'limit';

/**
 * Stays with the process it was opened for: once that has ended every call says so, also when its PID is another
 * process's by then. What one reads through it is therefore never credited to the wrong process.
 */
export class FdDirectory {
  /** Its short name, kept open once it was read. */
  private comm = -1;

  private constructor(private fd: number) {}

  static open(root: string, pid: number): FdDirectory | OpenFailure {
    const result = openDirectory(`${root}/${pid}/fd`);
    return typeof result === 'number' ? new FdDirectory(result) : result;
  }

  /** How many descriptors the process has open; null where it has ended. Kernels before 6.2 say 0 in either case. */
  count(): number | null {
    return statSize(this.fd, '');
  }

  /** The numbers of its open descriptors, ascending; none where it has ended. Valid until the next directory is listed. */
  list(): Int32Array {
    return directoryEntries(this.fd);
  }

  /**
   * The inode number of the socket behind a descriptor; 0 where it is no socket, CLOSED where it is not open or the process
   * has ended, REFUSED where this process may not look.
   */
  socketInode(descriptor: number): number {
    return readSocketLink(this.fd, descriptor);
  }

  /**
   * Its executable and its short name: what changes when it becomes another program or renames itself. Null where it has
   * ended, on every kernel.
   */
  program(): Program | null {
    const exe = latin1(readLinkAt(this.fd, '../exe')) ?? '';
    if (this.comm < 0) this.comm = openFileAt(this.fd, '../comm');
    const name = latin1(readFileNow(this.comm));
    return name === null ? null : { exe, name };
  }

  /** Whether it still is this program; null where it has ended. */
  isStill({ exe, name }: Program): boolean | null {
    const isSame = this.isNamed(name);
    return isSame === null ? null : isSame && linkIs(this.fd, '../exe', exe);
  }

  /** Whether it still has this short name; null where it has ended. */
  isNamed(name: string): boolean | null {
    return fileIs(this.comm, name);
  }

  close(): void {
    closeFd(this.fd);
    if (this.comm >= 0) closeFd(this.comm);
    this.fd = this.comm = -1; // the numbers are soon another directory's
  }
}

function latin1(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}

/** The numbers under which a process holds a socket, ascending, or why they cannot be had. */
export function descriptorsOf(pid: number, inode: number, root: string = '/proc'): number[] | OpenFailure {
  const directory = FdDirectory.open(root, pid);
  if (!(directory instanceof FdDirectory)) return directory;
  try {
    const all = [...directory.list()];
    const inodes = all.map((descriptor) => directory.socketInode(descriptor));
    if (inodes.includes(REFUSED)) return 'unreadable';
    return all.filter((_, i) => inodes[i] === inode);
  } finally {
    directory.close();
  }
}

/** Whether this kernel counts descriptors (since Linux 6.2). */
export function countsDescriptors(root: string): boolean {
  return (statSize(-1, `${root}/self/fd`) ?? 0) > 0;
}
