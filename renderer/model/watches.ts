import type { SocketRow } from '../../shared/socket';
import { History } from './history';
import { Timeline } from './timeline';

/** What is remembered of a socket that somebody looked at. */
export interface Watch {
  history: History;
  timeline: Timeline;
}

/** A reading: when it was (ms since 1970-01-01 UTC), and how far readings are apart (ms). */
export interface ReadingTime {
  readAt: number;
  intervalMs: number;
}

/** Sockets that are remembered; the one that was looked at longest ago is forgotten first. */
const MOST = 8;

/** The last few sockets that were looked at. Each update costs so many look-ups, however many sockets there are. */
export class Watches {
  private readonly watches = new Map<string, Watch>();

  get(id: string): Watch | undefined {
    return this.watches.get(id);
  }

  /** Begins to watch, or goes on; this one is now the last to be forgotten. */
  begin(row: SocketRow, time: ReadingTime): Watch {
    const watch = this.watches.get(row.id) ?? begun(row, time);
    this.watches.delete(row.id);
    this.watches.set(row.id, watch);
    const [oldest] = this.watches.keys();
    if (this.watches.size > MOST && oldest !== undefined) this.watches.delete(oldest);
    return watch;
  }

  clear(): void {
    this.watches.clear();
  }

  /**
   * A reading has come.
   * @param find the row as that reading has it, and whether it has ended; undefined where it is no longer listed
   */
  update(time: ReadingTime, find: (id: string) => { row: SocketRow; ended: boolean } | undefined): void {
    for (const [id, { history, timeline }] of this.watches) {
      const found = find(id);
      if (found === undefined || (found.ended && timeline.ended)) continue;
      timeline.update(time.readAt, found.row);
      history.add(time.readAt, found.row, time.intervalMs);
      if (found.ended) timeline.end(time.readAt);
    }
  }

  /** It is known from elsewhere that a socket has ended. */
  end(id: string, at: number): void {
    this.watches.get(id)?.timeline.end(at);
  }
}

function begun(row: SocketRow, { readAt, intervalMs }: ReadingTime): Watch {
  const watch = { history: new History(), timeline: new Timeline(readAt, row) };
  watch.history.add(readAt, row, intervalMs);
  return watch;
}
