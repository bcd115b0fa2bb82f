import type { DetailsReply } from '../../shared/contract';
import type { SocketDetails } from '../../shared/details';
import type { SocketRow } from '../../shared/socket';
import { findNeighbours } from './neighbours';
import type { Neighbours } from './neighbours';
import { OpenDetails } from './openDetails';
import type { DetailsState } from './openDetails';
import { Watches } from './watches';
import type { ReadingTime, Watch } from './watches';

/** ms that the keyboard must rest on a row before the pane turns to it: arrow keys stay fast. */
const REST_MS = 150;
/** ms between two looks through all rows, which is work where they are 100,000 */
const SCAN_MS = 3000;

/** What the inspector needs of the page. */
export interface InspectorSurroundings {
  /** Asks the engine for a socket's details. */
  ask(id: string): void;
  /** What is open has changed. */
  changed(state: DetailsState | null): void;
  entry(id: string): { row: SocketRow; mark: string | null } | undefined;
  rows(): Iterable<SocketRow>;
  /** The row that the keyboard is on. */
  focused(): string | null;
  /** ms, from whenever */
  now(): number;
}

/** The socket that is looked at: its details, its history and timeline, its neighbours. Follows the keyboard in the grid. */
export class Inspector {
  private state: DetailsState | null = null;
  private readonly details: OpenDetails;
  private readonly watches = new Watches();
  /** Of the reading that was taken in last */
  private time: ReadingTime | null = null;
  private lastFocused: string | null = null;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private scan: { id: string; peerInode: number | null; at: number; found: Neighbours } | null = null;

  private readonly listeners = new Set<() => void>();
  private versionNumber = 0;

  constructor(private readonly page: InspectorSurroundings) {
    this.details = new OpenDetails(
      (id) => page.ask(id),
      (state) => this.become(state),
    );
  }

  /** Changes with each reading. For useSyncExternalStore. */
  readonly version = (): number => this.versionNumber;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get id(): string | null {
    return this.details.id;
  }

  open(row: SocketRow): void {
    clearTimeout(this.resting);
    if (this.time !== null) this.watches.begin(row, this.time);
    this.details.open(row);
  }

  close(): void {
    clearTimeout(this.resting);
    this.details.close();
  }

  /** What was looked at was another machine's: its sockets may have the same ids. */
  forget(): void {
    this.close();
    this.watches.clear();
    this.scan = null;
  }

  /** A reading has been taken in as a whole. */
  updated({ readAt, intervalMs }: ReadingTime): void {
    this.time = { readAt, intervalMs };
    this.watches.update(this.time, (id) => {
      const entry = this.page.entry(id);
      return entry && { row: entry.row, ended: entry.mark === 'ended' };
    });
    if (this.id !== null) this.details.updated(this.page.entry(this.id)?.row);
    this.versionNumber++;
    for (const listener of this.listeners) listener();
  }

  answered(reply: DetailsReply): void {
    this.details.answered(reply);
  }

  reconnected(): void {
    this.details.reconnected();
  }

  /** The keyboard may be on another row: the pane turns to it where it is open, once the keyboard rests. */
  focusMoved(): void {
    const focused = this.page.focused();
    const before = this.lastFocused;
    if (focused === before) return;
    this.lastFocused = focused;
    clearTimeout(this.resting);
    if (this.id === null || focused === null) return;
    // The row has gone from under the keyboard: nobody asked for the next one, and what is shown says how it ended.
    if (before !== null && this.page.entry(before) === undefined) return;
    this.resting = setTimeout(() => {
      const row = this.page.entry(focused)?.row;
      if (this.id !== null && row !== undefined) this.open(row);
    }, REST_MS);
  }

  /** What is remembered of a socket that was opened. */
  watch(id: string): Watch | undefined {
    return this.watches.get(id);
  }

  /** Of the open socket, as of the last look through all rows: at most some seconds ago. */
  neighbours(): Neighbours {
    const { state } = this;
    if (state === null) return { process: [], processTotal: 0, peer: null };
    const { row, details } = state;
    const now = this.page.now();
    const peerInode = peerInodeOf(details);
    const { scan } = this;
    const peerIsGone = scan?.found.peer != null && this.page.entry(scan.found.peer) === undefined;
    if (
      scan === null ||
      scan.id !== row.id ||
      scan.peerInode !== peerInode ||
      now - scan.at >= SCAN_MS ||
      peerIsGone
    ) {
      const found = findNeighbours(row, this.page.rows(), peerInode);
      this.scan = { id: row.id, peerInode, at: now, found };
      return found;
    }
    return scan.found;
  }

  private become(state: DetailsState | null): void {
    if (state?.ended === true && this.time !== null) this.watches.end(state.id, this.time.readAt);
    this.state = state;
    this.page.changed(state);
  }
}

/** The kernel tells the peer of a UNIX socket when it is asked for its details. */
function peerInodeOf(details: SocketDetails | null): number | null {
  const value = details?.groups.flatMap(({ facts }) => facts).find(({ name }) => name === 'peerInode')?.value;
  return typeof value === 'number' ? value : null;
}
