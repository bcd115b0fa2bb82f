import type { ProcessInfo } from '../../shared/socket';
import { NOBODY } from '../../shared/socketTable';
import type { Holders } from '../../shared/socketTable';
import type { FdDirectory, Program } from './fdDirectory';

const INIT = 1;

/** A process that holds sockets. */
export class Holder {
  /** The list of just this one, by reference: what most sockets' holders are. */
  alone: Holders;
  /** Its sockets by descriptor. */
  readonly sockets = new Map<number, HeldSocket>();
  /** Numbers that were free when last looked at, and that a new descriptor may have taken since. */
  readonly gaps = new Set<number>();

  constructor(
    readonly pid: number,
    /** Open for as long as the process is known; null where there are too many processes to keep one for each. */
    readonly directory: FdDirectory | null,
    public process: ProcessInfo,
    /** What {@link FdDirectory.program} said when it was described. */
    public program: Program,
    /** How many descriptors of any kind it had when they were last listed. */
    public count: number,
  ) {
    this.alone = [process];
  }

  /** It has become another program, or renamed itself. */
  become(process: ProcessInfo, program: Program): void {
    this.program = program;
    if (process === this.process) return;
    this.process = process;
    this.alone = [process];
    for (const socket of this.sockets.values()) socket.forgetHolders();
  }
}

/** One descriptor of a process. */
export interface Link {
  readonly holder: Holder;
  readonly descriptor: number;
  /** The reading that found it. */
  readonly since: number;
}

/** A socket that at least one process holds, by its inode number. */
export class HeldSocket {
  /** The reading that last listed it. */
  seen = 0;
  links: Link[] = [];
  private known: Holders = NOBODY;
  private isKnown = true;

  constructor(readonly inode: number) {}

  addLink(link: Link): void {
    // Most have one, and a list that grows takes room for seventeen.
    this.links = this.links.length === 0 ? [link] : [...this.links, link];
    this.isKnown = false;
  }

  removeLink(holder: Holder, descriptor: number): void {
    this.links = this.links.filter((link) => link.holder !== holder || link.descriptor !== descriptor);
    this.isKnown = false;
  }

  forgetHolders(): void {
    this.isKnown = false;
  }

  /** The processes that hold it, the primary first. The same list for as long as they are the same. */
  get holders(): Holders {
    if (this.isKnown) return this.known;
    this.isKnown = true;
    const first = this.links[0]?.holder;
    if (first === undefined) return (this.known = NOBODY);
    if (this.links.every(({ holder }) => holder === first)) return (this.known = first.alone);
    const all = [...new Set(this.links.map(({ holder }) => holder.process))];
    all.sort((a, b) => (isPrimary(a, b) ? -1 : 1));
    const isSame = all.length === this.known.length && all.every((process, i) => process === this.known[i]);
    return isSame ? this.known : (this.known = all);
  }
}

/**
 * Of several holders (forked servers) the oldest is the primary, but not init where it merely hands a listening socket to
 * a service.
 */
function isPrimary(candidate: ProcessInfo, other: ProcessInfo): boolean {
  if ((candidate.pid === INIT) !== (other.pid === INIT)) return other.pid === INIT;
  const [a, b] = [BigInt(candidate.startKey), BigInt(other.startKey)];
  return a === b ? candidate.pid < other.pid : a < b;
}
