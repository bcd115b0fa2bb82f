/** The icons of programs, where the shell has them: asked for processes on screen, and there when they come. */
import type { ProcessIdentity } from '../../shared/orders';
import type { SocketRow } from '../../shared/socket';

/** Processes whose icons are kept; those that were wanted longest ago are forgotten */
const MOST = 2000;
/** ms after which a process that had no icon is asked about anew: the engine, or the shell, may have been too busy to find it */
const AGAIN = 60_000;
/** Questions under way at once */
const AT_ONCE = 4;

/** Data URL; null where there is none. @throws Error where it cannot be had now */
export type AskForIcon = (process: ProcessIdentity) => Promise<string | null>;

type Owned = Pick<SocketRow, 'pid' | 'processStartedAt'>;

interface Known {
  /** Null: there is none, or none has come yet */
  icon: string | null;
  /** From when on it may be asked for once more; Infinity while it is there, or asked for */
  again: number;
}

export class Icons {
  /** By process; those wanted last at the end */
  private readonly known = new Map<string, Known>();
  private waiting: { key: string; process: ProcessIdentity }[] = [];
  private asking = 0;
  /** Changes when what was asked is another machine's, or another engine's */
  private generation = 0;
  private readonly listeners = new Set<() => void>();

  /** @param ask null where the shell has no icons */
  constructor(
    private readonly ask: AskForIcon | null,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The icon of a row's process, as far as it has come. */
  of(row: Owned): string | null {
    const key = keyOf(row);
    return key === null ? null : (this.known.get(key)?.icon ?? null);
  }

  /** The processes of these rows are on screen, in place of those before. */
  want(rows: Iterable<Owned>): void {
    if (this.ask === null) return;
    // What has been scrolled away need not be asked for any more.
    for (const { key } of this.waiting) this.known.delete(key);
    this.waiting = [];
    for (const row of rows) {
      const key = keyOf(row);
      if (key === null) continue;
      const known = this.known.get(key);
      const isAsked = known === undefined || this.now() >= known.again;
      this.remember(key, isAsked ? { icon: null, again: Infinity } : known);
      if (!isAsked) continue;
      this.waiting.push({ key, process: { pid: row.pid!, startedAt: row.processStartedAt! } });
    }
    this.next();
  }

  /** Another engine serves: what it may see, and whose processes those are, is another matter. */
  forget(): void {
    this.generation++;
    this.waiting = [];
    this.known.clear();
  }

  private next(): void {
    while (this.asking < AT_ONCE && this.waiting.length > 0) {
      const { key, process } = this.waiting.shift()!;
      this.asking++;
      void this.fetch(key, process, this.generation);
    }
  }

  private async fetch(key: string, process: ProcessIdentity, generation: number): Promise<void> {
    const icon = await this.ask!(process).catch(() => null);
    this.asking--;
    if (generation === this.generation) {
      this.remember(key, { icon, again: icon === null ? this.now() + AGAIN : Infinity });
      if (icon !== null) for (const listener of this.listeners) listener();
    }
    this.next();
  }

  private remember(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value!);
  }
}

function keyOf({ pid, processStartedAt }: Owned): string | null {
  return pid === null || processStartedAt === null ? null : `${pid} ${processStartedAt}`;
}
