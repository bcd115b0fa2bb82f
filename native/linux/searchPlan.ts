/** Readings between two searches for the same socket: 2, 4, 8 … up to this many. */
const LONGEST_PATIENCE = 64;

interface Search {
  /** the reading at which it is due, the pause after it in readings, and the last reading that listed the socket */
  at: number;
  patience: number;
  seen: number;
}

/**
 * When to look through every process for sockets that have no known holder, by inode number. Some have none (the kernel's own,
 * or one of a process that may not be looked into), so the search for those is repeated less and less often.
 */
export class SearchPlan {
  private readonly searches = new Map<number, Search>();

  /** Whether one of these has not been searched for yet. */
  hasNews(inodes: readonly number[]): boolean {
    return inodes.some((inode) => !this.searches.has(inode));
  }

  /** Whether one of these asks for a search in this reading: a new one if `atOnce`, else in the reading after. */
  isDue(inodes: readonly number[], reading: number, atOnce: boolean): boolean {
    return inodes.some((inode) => {
      const search = this.searches.get(inode);
      return search === undefined ? atOnce : search.at <= reading;
    });
  }

  /** These were not found in this reading; what else was searched for has been, or has gone. */
  plan(inodes: readonly number[], reading: number): void {
    for (const inode of inodes) {
      const search = this.searches.get(inode);
      if (search === undefined) {
        this.soon(inode, reading);
        continue;
      }
      search.seen = reading;
      if (search.at > reading) continue;
      search.patience = Math.min(2 * search.patience, LONGEST_PATIENCE);
      search.at = reading + search.patience;
    }
    for (const [inode, { seen }] of this.searches) if (seen !== reading) this.searches.delete(inode);
  }

  /** This one is to be searched for in the next reading. */
  soon(inode: number, reading: number): void {
    this.searches.set(inode, { at: reading + 1, patience: 1, seen: reading });
  }
}
