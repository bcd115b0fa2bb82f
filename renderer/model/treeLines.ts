import { addressClass } from '../../shared/rowFacts';
import type { LiveRow } from '../../shared/rowFacts';
import { Offsets, socketLine } from './lines';
import type { Entry, Layout, Line } from './lines';
import { compareBy, NO_SLOT, SortedList } from './sortedList';
import type { Ordering, Place } from './sortedList';

/** Where one socket stands. */
interface Node extends Place {
  entry: Entry;
  /** {@link placingOf} the row that it came with; one that is held may have got another since */
  placing: string;
  bucket: string | null;
  /** The listener below which it stands, or null where it stands on its own */
  home: Branch | null;
  /** Listeners come first: they are what one looks for here */
  rank: 0 | 1;
  /** What it has accepted, as of the lines: they are read also between an update's slices, when the listener may have gone */
  own: Branch | undefined;
}

/** What one listener has accepted. It outlives the listener's place, so that nobody below moves when the listener does. */
interface Branch {
  id: string;
  /** null once the listener is gone */
  listener: Entry | null;
  children: SortedList<Node>;
  count: number;
}

/** All sockets of one local port that may have to do with each other. */
interface Bucket {
  listeners: Set<Entry>;
  connections: Set<Entry>;
  /** What its listeners were when its connections were last placed; null where that was not for all of them at once */
  placedBy: string | null;
}

/** Accepted connections below the listener that accepted them; everything else on its own. */
export class TreeLines implements Layout {
  private readonly top: SortedList<Node>;
  private readonly branches = new Map<string, Branch>();
  private readonly buckets = new Map<string, Bucket>();
  /** Those in which a listener has come, gone or changed */
  private readonly unsure = new Set<string>();
  private readonly touched = new Set<Branch>();
  private readonly offsets = new Offsets();
  private changed = false;

  constructor(
    private readonly entries: Ordering<Entry>,
    private collapsed: ReadonlySet<string>,
  ) {
    this.top = new SortedList(this.nodes);
  }

  get length(): number {
    return this.offsets.length;
  }

  at(index: number): Line | undefined {
    if (index < 0 || index >= this.offsets.length) return undefined;
    const block = this.offsets.blockOf(index);
    const node = this.top.at(block)!;
    const child = index - this.offsets.startOf(block) - 1;
    if (child < 0) return this.topLine(node, block);
    const { children } = node.own!;
    return socketLine(children.at(child)!.entry, {
      depth: 1,
      position: child + 1,
      setSize: children.length,
    });
  }

  indexOf(entry: Entry): number {
    const node = entry.node as Node;
    const { home } = node;
    if (home !== null && this.collapsed.has(home.id)) return -1;
    const topNode = home === null ? node : (home.listener?.node as Node | undefined);
    const block = topNode === undefined ? -1 : this.top.indexOf(topNode);
    if (block < 0) return -1;
    if (home === null) return this.offsets.startOf(block);
    const child = home.children.indexOf(node);
    return child < 0 ? -1 : this.offsets.startOf(block) + 1 + child;
  }

  indexOfGroup(): number {
    return -1;
  }

  *sockets(): Iterable<Entry> {
    for (const { entry, own } of this.top) {
      yield entry;
      for (const child of own?.children ?? []) yield child.entry;
    }
  }

  *gathered(line: Line): Iterable<Entry> {
    for (const { entry } of this.branches.get(line.id)?.children ?? []) yield entry;
  }

  parent(line: Line): Line | undefined {
    const listener = line.kind === 'socket' ? (line.entry.node as Node).home?.listener : null;
    if (listener == null) return undefined;
    const node = listener.node as Node;
    return this.topLine(node, this.top.indexOf(node));
  }

  compare(a: Entry, b: Entry): number {
    const [x, y] = [a.node as Node, b.node as Node];
    if (x.home === y.home) return compareBy(this.nodes, x, y);
    const [p, q] = [x.home?.listener ?? a, y.home?.listener ?? b];
    // A listener stands above its own.
    if (p === q) return p === a ? -1 : 1;
    return compareBy(this.nodes, p.node as Node, q.node as Node);
  }

  add(entry: Entry): void {
    const role = roleOf(entry.row);
    if (role === null) {
      this.place(entry, null, null);
      return;
    }
    const key = bucketKey(entry.row);
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = { listeners: new Set(), connections: new Set(), placedBy: '' };
      this.buckets.set(key, bucket);
    }
    bucket[role].add(entry);
    if (role === 'connections') {
      if (this.unsure.has(key)) bucket.placedBy = null;
      this.place(entry, key, this.homeOf(entry.row, bucket));
      return;
    }
    this.place(entry, key, null);
    this.unsure.add(key);
    const branch = this.branches.get(entry.row.id);
    if (branch !== undefined) branch.listener = entry;
  }

  bury(entry: Entry): void {
    const node = entry.node as Node;
    this.remove(node);
    entry.dead = true;
    const branch = this.branches.get(entry.row.id);
    if (branch?.listener === entry) branch.listener = null;
    if (node.bucket === null) return;
    const bucket = this.buckets.get(node.bucket)!;
    if (bucket.listeners.delete(entry)) this.unsure.add(node.bucket);
    bucket.connections.delete(entry);
    if (bucket.listeners.size + bucket.connections.size === 0) this.buckets.delete(node.bucket);
  }

  stays(entry: Entry, row: LiveRow): boolean {
    return (entry.node as Node).placing === placingOf(row);
  }

  updating(): void {
    // The line shows the entry's row, whichever it is.
  }

  updated(): void {
    // As above.
  }

  settle(): void {
    for (const key of this.unsure) this.rehome(key);
    this.unsure.clear();
    for (const branch of this.touched) {
      branch.children.settle();
      if (branch.count === 0) this.branches.delete(branch.id);
    }
    this.touched.clear();
    if (!this.changed) return;
    this.changed = false;
    this.top.settle();
    this.measure();
  }

  reset(entries: Iterable<Entry>): void {
    this.branches.clear();
    this.buckets.clear();
    this.unsure.clear();
    this.touched.clear();
    this.top.reset([]);
    this.changed = true;
    for (const entry of entries) this.add(entry);
    this.settle();
  }

  retain(): boolean {
    return false;
  }

  fold(collapsed: ReadonlySet<string>): void {
    this.collapsed = collapsed;
    this.measure();
  }

  /** Looks anew for the listener of each connection of a port, where its listeners are not what they were. */
  private rehome(key: string): void {
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return;
    const placedBy = [...bucket.listeners].map(({ row }) => `${row.id} ${placingOf(row)}`).sort();
    if (bucket.placedBy === placedBy.join('\n')) return;
    bucket.placedBy = placedBy.join('\n');
    for (const entry of bucket.connections) {
      const node = entry.node as Node;
      const home = this.homeOf(entry.row, bucket);
      if (home === node.home) continue;
      this.remove(node);
      this.place(entry, key, home);
    }
  }

  private homeOf(row: LiveRow, { listeners }: Bucket): Branch | null {
    let best: Entry | null = null;
    for (const listener of listeners) {
      if (covers(listener.row, row) && (best === null || isBetter(listener.row, best.row, row)))
        best = listener;
    }
    if (best === null) return null;
    const { id } = best.row;
    let branch = this.branches.get(id);
    if (branch === undefined) {
      branch = { id, listener: best, children: new SortedList(this.nodes), count: 0 };
      this.branches.set(id, branch);
    }
    return branch;
  }

  private place(entry: Entry, bucket: string | null, home: Branch | null): void {
    const rank = roleOf(entry.row) === 'listeners' ? 0 : 1;
    const node: Node = {
      entry,
      placing: placingOf(entry.row),
      bucket,
      home,
      rank,
      own: undefined,
      dead: false,
      slot: NO_SLOT,
    };
    entry.node = node;
    this.changed = true;
    if (home === null) this.top.add(node);
    else {
      home.children.add(node);
      home.count++;
      this.touched.add(home);
    }
  }

  private remove(node: Node): void {
    this.changed = true;
    if (node.home === null) this.top.bury(node);
    else {
      node.home.children.bury(node);
      node.home.count--;
      this.touched.add(node.home);
    }
  }

  private topLine({ entry, own }: Node, index: number): Line {
    const count = own?.children.length ?? 0;
    const collapsed = count > 0 && this.collapsed.has(entry.row.id);
    return socketLine(entry, { depth: 0, count, collapsed, position: index + 1, setSize: this.top.length });
  }

  private branchOf(entry: Entry): Branch | undefined {
    const branch = this.branches.get(entry.row.id);
    return branch?.listener === entry ? branch : undefined;
  }

  private measure(): void {
    this.offsets.rebuild(this.top.length, (i) => {
      const node = this.top.at(i)!;
      node.own = this.branchOf(node.entry);
      return this.collapsed.has(node.entry.row.id) ? 1 : 1 + (node.own?.children.length ?? 0);
    });
  }

  /** What comes at the end while the rows are kept still (`tail`) comes there whatever it is. */
  private readonly nodes: Ordering<Node, number> = {
    keyOf: ({ entry, rank }) => (entry.tail === 0 ? rank : Number.MAX_VALUE),
    compareKeys: (a, b) => a - b,
    compareTies: (a, b) => compareBy(this.entries, a.entry, b.entry),
  };
}

function roleOf({ direction, localPort }: LiveRow): 'listeners' | 'connections' | null {
  if (localPort === null || direction === null || direction === 'outbound') return null;
  return direction === 'listen' ? 'listeners' : 'connections';
}

function bucketKey({ namespace, protocol, localPort }: LiveRow): string {
  return `${namespace ?? ''} ${protocol} ${localPort}`;
}

/** Everything that decides where a row stands in the tree, apart from the order. */
function placingOf(row: LiveRow): string {
  const role = roleOf(row);
  if (role === null) return '';
  return `${role} ${bucketKey(row)} ${row.localAddress} ${row.family} ${row.dualStack} ${row.pid}`;
}

function isWildcard({ localAddress }: LiveRow): boolean {
  return addressClass(localAddress) === 'wildcard';
}

/** Whether a listener may have accepted a connection of its port. */
function covers(listener: LiveRow, connection: LiveRow): boolean {
  if (listener.localAddress === connection.localAddress) return true;
  if (!isWildcard(listener)) return false;
  return listener.family === connection.family || (listener.family === 6 && listener.dualStack === true);
}

/** Of several listeners, the one with the connection's very address did it; then one of its own process; then any, always the same. */
function isBetter(a: LiveRow, b: LiveRow, connection: LiveRow): boolean {
  const rank = (listener: LiveRow): number =>
    (listener.localAddress === connection.localAddress ? 2 : 0) + (listener.pid === connection.pid ? 1 : 0);
  return rank(a) === rank(b) ? a.id < b.id : rank(a) > rank(b);
}
