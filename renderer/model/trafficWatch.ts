/** Which sockets' traffic the system is to count for this page, where it counts only what it is told to. */
import type { Filter } from '../../shared/filter';
import { MAX_WATCHED } from '../../shared/contract';
import type { PageMessage } from '../../shared/contract';
import type { SocketRow } from '../../shared/socket';
import { COUNTED_COLUMNS } from './columns';
import type { ColumnId } from './columns';

/** ms at least between two messages: scrolling brings other rows many times a second, and each counts for some readings */
const PAUSE = 250;

/** What the page shows, as far as it decides what is to be counted. */
export interface Looked {
  /** The columns on screen */
  columns: Iterable<ColumnId>;
  sortedBy: ColumnId;
  filter: Pick<Filter, 'dependsOnTraffic'>;
  /** The rows on screen, those shown by the filter, and all of them */
  visible: Iterable<SocketRow>;
  shown: Iterable<SocketRow>;
  all: Iterable<SocketRow>;
}

/** The system counts the traffic of TCP connections only. */
const isCounted = ({ protocol, remoteAddress }: SocketRow): boolean =>
  protocol === 'tcp' && remoteAddress !== null;

/**
 * The sockets whose traffic is looked at: those on screen while a column shows it; where rows are sorted by it or filtered
 * by it, all that this decides about, as far as there is room.
 */
export function lookedAt({ columns, sortedBy, filter, visible, shown, all }: Looked): string[] {
  const sources = [
    ...([...columns].some((id) => COUNTED_COLUMNS.has(id)) ? [visible] : []),
    ...(COUNTED_COLUMNS.has(sortedBy) ? [shown] : []),
    ...(filter.dependsOnTraffic ? [all] : []),
  ];
  const ids = new Set<string>();
  for (const rows of sources) {
    for (const row of rows) {
      // One is left for the socket whose properties are open.
      if (ids.size === MAX_WATCHED - 1) return [...ids];
      if (isCounted(row)) ids.add(row.id);
    }
  }
  return [...ids];
}

export class TrafficWatch {
  private isOn = false;
  private shown: readonly string[] = [];
  private inspected: string | null = null;
  /** What the engine was told last */
  private told: ReadonlySet<string> = new Set();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sentAt = -Infinity;

  constructor(
    private readonly send: (message: PageMessage) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Another wire serves, and its engine has been told nothing yet. */
  connected(counted: 'always' | 'watched' | 'never'): void {
    this.isOn = counted === 'watched';
    this.told = new Set();
    this.ask();
  }

  /** Whether it is of use to say what is looked at. */
  get isWanted(): boolean {
    return this.isOn;
  }

  /** These are looked at in the grid, in place of those before; at most one less than {@link MAX_WATCHED}. */
  show(ids: readonly string[]): void {
    this.shown = ids;
    this.ask();
  }

  /** This one's properties are open. */
  inspect(id: string | null): void {
    if (id === this.inspected) return;
    this.inspected = id;
    this.ask();
  }

  private ask(): void {
    if (!this.isOn || this.timer !== null || isSame(this.told, this.wanted())) return;
    const wait = PAUSE - (this.now() - this.sentAt);
    if (wait <= 0) this.tell();
    else {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.tell();
      }, wait);
    }
  }

  private tell(): void {
    const wanted = this.wanted();
    if (!this.isOn || isSame(this.told, wanted)) return;
    this.told = wanted;
    this.sentAt = this.now();
    this.send({ type: 'watch', ids: [...wanted] });
  }

  private wanted(): Set<string> {
    return new Set(this.inspected === null ? this.shown : [this.inspected, ...this.shown]);
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const id of a) if (!b.has(id)) return false;
  return true;
}
