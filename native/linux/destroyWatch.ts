import type { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { DestroyEvents } from './destroyEvents';
import type { Namespaces } from './namespaces';
import { ReplyBuffer } from './netlink';

/** The destroy events of every network namespace that is read. */
export class DestroyWatch {
  private readonly watched = new Map<number, DestroyEvents>();
  /** Those that cannot be watched; their sockets end with the next dump, as those of other protocols do. */
  private readonly refused = new Set<number>();
  private readonly reply = new ReplyBuffer();
  /** Missed in namespaces that are not watched any more. */
  private missedBefore = 0;

  constructor(private readonly namespaces: Namespaces) {}

  /** Watches exactly these. */
  watch(namespaces: readonly number[]): void {
    for (const [namespace, events] of this.watched)
      if (!namespaces.includes(namespace)) this.leave(namespace, events);
    for (const namespace of this.refused) if (!namespaces.includes(namespace)) this.refused.delete(namespace);
    for (const namespace of namespaces) {
      if (this.watched.has(namespace) || this.refused.has(namespace)) continue;
      try {
        const enter = <Result>(use: () => Result): Result => this.namespaces.enter(namespace, use);
        this.watched.set(namespace, new DestroyEvents(namespace, enter, this.reply));
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        this.refused.add(namespace);
      }
    }
  }

  /** Appends the events since the last call. Returns how many were missed, in all. */
  take(into: SocketTable): number {
    let missed = this.missedBefore;
    for (const events of this.watched.values()) {
      events.take(into);
      missed += events.missed;
    }
    return missed;
  }

  close(): void {
    this.watch([]);
  }

  private leave(namespace: number, events: DestroyEvents): void {
    this.missedBefore += events.missed;
    events.close();
    this.watched.delete(namespace);
  }
}
