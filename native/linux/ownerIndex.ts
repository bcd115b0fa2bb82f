import { NOBODY } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import type { OwnerLookup } from '../backend';
import { descriptorLimit, findGaps, includes } from './descriptors';
import { countsDescriptors, FdDirectory } from './fdDirectory';
import { HeldSocket, Holder } from './holder';
import type { Link } from './holder';
import { ListedSockets } from './listedSockets';
import { CLOSED, REFUSED, statSize } from './procCalls';
import type { ProcessReader } from './processes';
import { SearchPlan } from './searchPlan';

/**
 * Sockets whose descriptors are looked at again in each reading although nothing says that they changed: all of them on
 * small machines, a round of all in some readings on large ones.
 */
const CHECKED_LINKS = 256;
/** Each process is looked through once in so many readings, although nothing says that it has changed. */
const PROCESS_ROUND = 32;
/** After so many that are still free there is little use in going on: a new descriptor takes the lowest free number. */
const MOST_MISSES = 4;
/** Descriptors of sockets that are not listed any more that are read in each reading. */
const UNLISTED_LINKS = 512;
/** Descriptors that are read in each reading of processes without a listed socket. */
const STRANGE_DESCRIPTORS = 2048;
/** Readings after which a socket that was never listed is taken to be of a kind that is not read. */
const LONG_KNOWN = 8;
/** Of the descriptors this process may have: how many it keeps open for others' directories, each with one file. */
const DIRECTORY_SHARE = 0.25;
const NO_DESCRIPTORS = new Int32Array(0);

/** What bounds the index; other values are for tests. */
export interface IndexLimits {
  /** sockets whose descriptors are checked in each reading */
  checkedLinks: number;
  /** readings in which each process is looked through once */
  processRound: number;
  /** processes whose directory is kept open */
  directories: number;
}

/**
 * Knows which process holds which socket, and keeps up with a busy machine without reading every descriptor again
 * (Linux links the two only in /proc/PID/fd). In each reading
 *
 * 1. descriptors whose socket has gone are read again: the next socket usually took their number;
 * 2. of processes that are new, or have more or fewer descriptors than is known of, the lowest free numbers are read, which a
 *    new descriptor takes, and where that does not add up, all that are no known socket (at once where they hold a listed
 *    one, else as many as there is time for);
 * 3. where a holder is missing, the free numbers of processes that closed a socket are read: the next one took the lowest;
 * 4. all processes are looked through so where a socket stays without holder for a second reading;
 * 5. what may have changed hands is checked: sockets that got another holder or were not listed before;
 * 6. a share of all known descriptors and of all processes is checked, because a process may have closed one and opened
 *    another.
 *
 * Owner-true: everything is read through directories that stay with their process ({@link FdDirectory}), so nothing is
 * credited to one that took over a PID; and what a row is told was read after the row itself.
 */
export class OwnerIndex {
  private readonly sockets = new Map<number, HeldSocket>();
  private readonly holders = new Map<number, Holder>();
  /** Processes without sockets: their number of descriptors. */
  private readonly others = new Map<number, number>();
  private readonly unreadable = new Set<number>();
  private readonly searches = new SearchPlan();
  /** Sockets of which not everything known was read lately. */
  private readonly doubtful = new Set<HeldSocket>();
  /** Sockets that have lost their last known holder in this reading. */
  private readonly orphans = new Set<HeldSocket>();
  private readonly counted: boolean;
  private readonly limits: IndexLimits;
  private directories = 0;
  private readonly listed = new ListedSockets();
  /** Processes that have closed a socket since the reading before, and whose descriptors have not been listed since. */
  private readonly active = new Set<Holder>();
  /** Descriptors of sockets that are not listed any more, or not yet: they are closed before one hears of it. */
  private readonly unlisted = new Set<Link>();
  /** Descriptors found in this reading, of sockets that it had not listed by then. */
  private fresh: Link[] = [];
  /** Processes that have more or fewer descriptors than before, but none of a socket that is listed: those to be read next. */
  private readonly strangers = new Set<Holder>();
  private reading = 0;
  private checkAt = 0;

  constructor(
    private readonly processes: ProcessReader,
    private readonly root = '/proc',
    limits: Partial<IndexLimits> = {},
  ) {
    this.counted = countsDescriptors(root);
    this.limits = {
      ...{ checkedLinks: CHECKED_LINKS, processRound: PROCESS_ROUND },
      directories: Math.floor(DIRECTORY_SHARE * descriptorLimit()),
      ...limits,
    };
  }

  /**
   * Brings the index up to date with `table`, which has just been read.
   * @param privileged whether this process may look into every other
   */
  update(table: SocketTable, privileged: boolean): OwnerLookup {
    this.reading++;
    let unknown = this.find(table);
    this.readVacated();
    this.readUnlisted();
    const pids = this.processes.list();
    this.readProcesses(pids);
    unknown = this.stillUnknown(table, unknown);
    if (this.searches.hasNews(inodesOf(table, unknown))) this.readActive();
    this.active.clear();
    unknown = this.stillUnknown(table, unknown);
    this.readStrangers(this.searches.hasNews(inodesOf(table, unknown)) ? Infinity : STRANGE_DESCRIPTORS);
    unknown = this.stillUnknown(table, unknown);
    const isSmall = this.sockets.size <= this.limits.checkedLinks;
    if (this.searches.isDue(inodesOf(table, unknown), this.reading, isSmall)) this.readEverything();
    this.check();
    this.forgetOrphans();
    unknown = this.stillUnknown(table, unknown);
    this.searches.plan(inodesOf(table, unknown), this.reading);
    this.keepUnlisted();
    const { listed } = this;
    return {
      // With hidepid (man 5 proc) other users’ processes are not even listed; an empty list means that /proc cannot be read.
      complete: privileged && pids.length > 0 && this.unreadable.size === 0,
      holdersOf: (row) => listed.at(row)?.holders ?? NOBODY,
    };
  }

  /** The processes that hold the socket with this inode number, with their descriptors, as last read. */
  linksOf(inode: number): HeldSocket['links'] {
    return this.sockets.get(inode)?.links ?? [];
  }

  close(): void {
    for (const pid of this.holders.keys()) this.drop(pid);
    this.forgetOrphans();
  }

  /** Looks up every row's inode. Returns the rows of sockets that somebody holds, but nobody is known to. */
  private find(table: SocketTable): number[] {
    const { sockets, doubtful, reading } = this;
    const meet = (socket: HeldSocket): void => {
      if (socket.seen < reading - 1) doubtful.add(socket);
      socket.seen = reading;
    };
    return this.listed.find(table, (inode) => sockets.get(inode), meet);
  }

  /** Gives the rows whose sockets have been found meanwhile to them; returns the others. */
  private stillUnknown(table: SocketTable, unknown: readonly number[]): number[] {
    const { inode } = table.columns;
    return unknown.filter((row) => {
      const socket = this.sockets.get(inode[row]!);
      if (socket === undefined || socket.links.length === 0) return true;
      socket.seen = this.reading;
      this.listed.set(row, socket);
      return false;
    });
  }

  /** Reads the descriptors whose sockets the reading before listed and this one does not. */
  private readVacated(): void {
    for (const socket of this.listed.missed()) {
      if (socket.seen === this.reading) continue;
      for (const link of socket.links) {
        // What has left the tables need not be closed: a connection that was reset is there until its process notices.
        if (this.readDescriptor(link.holder, link.descriptor)) this.active.add(link.holder);
        else this.unlisted.add(link);
      }
    }
  }

  /** What was found after the tables were read may be closed before they are read again. */
  private keepUnlisted(): void {
    for (const link of this.fresh) {
      const socket = link.holder.sockets.get(link.descriptor);
      if (socket !== undefined && socket.seen !== this.reading) this.unlisted.add(link);
    }
    this.fresh = [];
  }

  /** Reads descriptors of sockets that were listed, but are no more; of many, some in each reading. */
  private readUnlisted(): void {
    let left = UNLISTED_LINKS;
    for (const link of this.unlisted) {
      const { holder, descriptor, since } = link;
      const socket = holder.sockets.get(descriptor);
      this.unlisted.delete(link);
      // Of a kind that is not read, if it was never listed.
      const isOther = socket?.seen === 0 && since + 1 < this.reading;
      if (isOther || socket?.seen === this.reading) continue;
      if (socket === undefined || this.readDescriptor(holder, descriptor)) this.active.add(holder);
      else this.unlisted.add(link); // behind all others
      if (--left === 0) return;
    }
  }

  /** A process that closed a socket and opened another has as many descriptors as before. */
  private readActive(): void {
    for (const holder of this.active) {
      let misses = 0;
      for (const descriptor of [...holder.gaps].sort((a, b) => a - b)) {
        misses = this.readDescriptor(holder, descriptor) ? 0 : misses + 1;
        if (misses === MOST_MISSES) break;
      }
    }
  }

  /** Reads the numbers that a process has most likely opened, until it has as many descriptors as it says. */
  private readOpened(holder: Holder, count: number): void {
    if (holder.count >= count) return;
    for (const descriptor of [...holder.gaps].sort((a, b) => a - b)) {
      this.readDescriptor(holder, descriptor);
      if (holder.count === count) return;
    }
  }

  /**
   * Reads so many descriptors of processes that hold sockets, but none that is listed. On most machines that is all of them;
   * where containers do much that is not looked at, it takes turns.
   */
  private readStrangers(descriptors: number): void {
    let left = descriptors;
    for (const holder of this.strangers) {
      if (left <= 0) return;
      left -= holder.sockets.size;
      this.strangers.delete(holder);
      if (this.holders.get(holder.pid) === holder) this.readProcess(holder.pid, true);
    }
  }

  private readProcesses(pids: readonly number[]): void {
    const alive = new Set(pids);
    for (const pid of this.holders.keys()) if (!alive.has(pid)) this.drop(pid);
    for (const pid of this.others.keys()) if (!alive.has(pid)) this.others.delete(pid);
    for (const pid of this.unreadable) if (!alive.has(pid)) this.unreadable.delete(pid);
    this.processes.forgetOthers(alive);
    for (const pid of pids) this.readProcess(pid, (pid + this.reading) % this.limits.processRound === 0);
  }

  /** Forgets the sockets that nobody else has taken over. One that is still listed is looked for in the next reading. */
  private forgetOrphans(): void {
    const { reading } = this;
    for (const { inode, links, seen } of this.orphans) {
      if (links.length > 0) continue;
      this.sockets.delete(inode);
      if (seen === reading) this.searches.soon(inode, reading);
    }
    this.orphans.clear();
  }

  private readEverything(): void {
    for (const pid of [...this.holders.keys(), ...this.others.keys()]) this.readProcess(pid, true);
  }

  /** Reads the doubtful and some more known descriptors again, and goes on from there in the next reading. */
  private check(): void {
    const { listed, doubtful } = this;
    for (const socket of doubtful) this.checkLinks(socket);
    doubtful.clear();
    for (let i = Math.min(this.limits.checkedLinks, listed.length); i > 0; i--) {
      if (this.checkAt >= listed.length) this.checkAt = 0;
      const socket = listed.at(this.checkAt++);
      if (socket !== null) this.checkLinks(socket);
    }
  }

  private checkLinks({ links }: HeldSocket): void {
    for (const { holder, descriptor } of links) {
      // One that was exchanged may not be the only one.
      if (this.readDescriptor(holder, descriptor)) holder.count = -1;
    }
  }

  /** Reads what is new in one process; with `anyway` also where its number of descriptors is the same. */
  private readProcess(pid: number, anyway: boolean): void {
    const holder = this.holders.get(pid);
    if (holder === undefined) {
      const known = this.others.get(pid);
      if (known !== undefined && this.counted && (!anyway || known === 0)) {
        if (statSize(-1, `${this.root}/${pid}/fd`) === known) return;
      }
      return this.open(pid);
    }
    const count = holder.directory?.count() ?? null;
    const changed = count !== holder.count || !this.counted;
    // Ended, and another process may have its PID by now; or too many to keep each one's directory open.
    if (
      holder.directory === null ||
      count === null ||
      !this.isSameProgram(holder, holder.directory, changed || anyway)
    )
      return this.open(pid);
    if (changed && !anyway && !this.holdsListed(holder)) this.strangers.add(holder);
    else if (changed || anyway) {
      if (!anyway && this.counted) this.readOpened(holder, count);
      if (anyway || holder.count !== count) this.readDescriptors(holder, holder.directory, count, anyway);
    }
  }

  /** Reads a process by its PID: one that is new, had no sockets, or whose directory is not kept. */
  private open(pid: number): void {
    this.others.delete(pid);
    this.unreadable.delete(pid);
    const directory = FdDirectory.open(this.root, pid);
    if (typeof directory === 'string') {
      this.drop(pid);
      if (directory !== 'ended') this.unreadable.add(pid);
      return;
    }
    const count = directory.count();
    const open = count === 0 && this.counted ? NO_DESCRIPTORS : directory.list();
    const inodes = Array.from(open, (descriptor) => directory.socketInode(descriptor));
    if (inodes.includes(REFUSED)) this.unreadable.add(pid);
    const hasSockets = inodes.some((inode) => inode > 0);
    const holder = hasSockets ? this.holderOf(pid, directory, count ?? -1) : null;
    if (holder?.directory !== directory) directory.close();
    if (holder === null) {
      this.drop(pid);
      if (!hasSockets && count !== null && !this.unreadable.has(pid)) this.others.set(pid, count);
      return;
    }
    for (const descriptor of holder.sockets.keys()) {
      if (!includes(open, descriptor)) this.assign(holder, descriptor, 0);
    }
    for (let i = 0; i < open.length; i++) this.assign(holder, open[i]!, Math.max(0, inodes[i]!));
    findGaps(open, holder.gaps);
  }

  /** The holder that the process behind an open directory is; null where it has ended, or become another program meanwhile. */
  private holderOf(pid: number, directory: FdDirectory, count: number): Holder | null {
    const program = directory.program();
    const process = this.processes.read(pid);
    // Still there: so the PID was its own all the while, also when its files were read by number.
    if (process === null || program === null || directory.isStill(program) !== true) return null;
    const old = this.holders.get(pid);
    const keeps = this.directories < this.limits.directories;
    if (old?.process === process && old.directory === null && !keeps) return old;
    this.drop(pid);
    const holder = new Holder(pid, keeps ? directory : null, process, program, count);
    this.holders.set(pid, holder);
    if (keeps) this.directories++;
    return holder;
  }

  /** Whether it is; describes the process anew where it has become another program. */
  private isSameProgram(holder: Holder, directory: FdDirectory, thoroughly: boolean): boolean {
    // Another program nearly always has another name, or has closed some descriptors.
    const looksSame = thoroughly ? directory.isStill(holder.program) : directory.isNamed(holder.program.name);
    if (looksSame === true) return true;
    const program = directory.program();
    const process = this.processes.describe(holder.pid, holder.process.startKey);
    if (process === null || program === null || directory.isStill(program) !== true) return false;
    holder.become(process, program);
    return true;
  }

  /** Reads the descriptors of a process that are not known to be a socket which is listed now. */
  private readDescriptors(holder: Holder, directory: FdDirectory, count: number, anyway: boolean): void {
    const open = directory.list();
    for (const descriptor of holder.sockets.keys()) {
      if (!includes(open, descriptor)) this.assign(holder, descriptor, 0);
    }
    for (const descriptor of open) {
      if (!this.isTrusted(holder, descriptor, anyway)) this.readDescriptor(holder, descriptor);
    }
    holder.count = count;
    findGaps(open, holder.gaps);
    this.active.delete(holder);
    if (holder.sockets.size > 0) return;
    this.drop(holder.pid);
    this.others.set(holder.pid, count);
  }

  private holdsListed(holder: Holder): boolean {
    for (const { seen } of holder.sockets.values()) if (seen !== 0 && seen + 1 >= this.reading) return true;
    return false;
  }

  /** Whether a descriptor is a socket that is listed now, or has long been one of a kind that is not read. */
  private isTrusted(holder: Holder, descriptor: number, anyway: boolean): boolean {
    const socket = holder.sockets.get(descriptor);
    if (socket === undefined) return false;
    if (socket.seen === this.reading) return true;
    if (socket.seen !== 0 || anyway) return false;
    return socket.links.some((link) => link.holder === holder && link.since + LONG_KNOWN < this.reading);
  }

  /** Returns whether it was another socket, or is none any more. */
  private readDescriptor(holder: Holder, descriptor: number): boolean {
    if (holder.directory === null) return false; // read anew in every reading
    const inode = holder.directory.socketInode(descriptor);
    // The numbers that are known to be free or to be sockets add up to what the process says it has open.
    if (inode !== CLOSED && holder.gaps.delete(descriptor)) holder.count++;
    if (inode === CLOSED && holder.sockets.has(descriptor)) {
      holder.gaps.add(descriptor);
      holder.count--;
    }
    return this.assign(holder, descriptor, Math.max(0, inode));
  }

  /** Says which socket a descriptor is; 0 for none. Returns whether that is news. */
  private assign(holder: Holder, descriptor: number, inode: number): boolean {
    const old = holder.sockets.get(descriptor);
    if ((old?.inode ?? 0) === inode) return false;
    if (old !== undefined) {
      old.removeLink(holder, descriptor);
      if (old.links.length === 0) this.orphans.add(old);
      holder.sockets.delete(descriptor);
    }
    if (inode === 0) return true;
    let socket = this.sockets.get(inode);
    if (socket === undefined) {
      socket = new HeldSocket(inode);
      this.sockets.set(inode, socket);
    } else this.doubtful.add(socket); // one holder more, or one that took over from another
    const link = { holder, descriptor, since: this.reading };
    socket.addLink(link);
    if (socket.seen !== this.reading) this.fresh.push(link);
    holder.sockets.set(descriptor, socket);
    return true;
  }

  private drop(pid: number): void {
    const holder = this.holders.get(pid);
    if (holder === undefined) return;
    for (const descriptor of holder.sockets.keys()) this.assign(holder, descriptor, 0);
    for (const link of this.unlisted) if (link.holder === holder) this.unlisted.delete(link);
    if (holder.directory !== null) {
      holder.directory.close();
      this.directories--;
    }
    this.holders.delete(pid);
    this.active.delete(holder);
  }
}

function inodesOf({ columns }: SocketTable, rows: readonly number[]): number[] {
  return rows.map((row) => columns.inode[row]!);
}
