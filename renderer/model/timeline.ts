import type { SocketRow, SocketState } from '../../shared/socket';

/** A line of the timeline; `at` in ms since 1970-01-01 UTC. */
export type TimelineEvent =
  /** The OS tells when it was made. */
  | { kind: 'created'; at: number }
  /** The first reading that had it. */
  | { kind: 'seen'; at: number }
  /** From here on nothing is missed that a reading saw. */
  | { kind: 'watched'; at: number; state: SocketState | null }
  | { kind: 'state'; at: number; from: SocketState | null; to: SocketState | null }
  | { kind: 'owner'; at: number; pid: number | null; name: string | null }
  /** The OS told of its end. */
  | { kind: 'destroyed'; at: number }
  /** The first reading without it. */
  | { kind: 'ended'; at: number };

/** The oldest go first; what is known of the beginning comes from the row and stays. */
const MOST = 200;

/** What happened to one socket while it was watched, and what its row tells of the time before. */
export class Timeline {
  private readonly watched: TimelineEvent;
  private changes: TimelineEvent[] = [];
  private endedAt: number | null = null;

  /** @param at ms since 1970-01-01 UTC of the reading that the row is of */
  constructor(
    at: number,
    private row: SocketRow,
  ) {
    this.watched = { kind: 'watched', at, state: row.state };
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  /** What a later reading says. */
  update(at: number, row: SocketRow): void {
    const { row: before } = this;
    this.endedAt = null; // there it is
    if (row === before) return;
    if (row.state !== before.state) this.push({ kind: 'state', at, from: before.state, to: row.state });
    if (row.pid !== before.pid || row.processStartedAt !== before.processStartedAt) {
      this.push({ kind: 'owner', at, pid: row.pid, name: row.processName });
    }
    this.row = row;
  }

  /** A reading no longer has it. */
  end(at: number): void {
    this.endedAt ??= at;
  }

  /** In the order of time; of the same moment, in the order in which things happen. */
  events(): TimelineEvent[] {
    const { createdAt, firstSeenAt, destroyedAt } = this.row;
    const known: TimelineEvent[] = [
      ...(createdAt === null ? [] : [{ kind: 'created', at: createdAt } as const]),
      { kind: 'seen', at: firstSeenAt },
      this.watched,
      ...this.changes,
      ...(destroyedAt === null ? [] : [{ kind: 'destroyed', at: destroyedAt } as const]),
      ...(this.endedAt === null ? [] : [{ kind: 'ended', at: this.endedAt } as const]),
    ];
    return known.sort((a, b) => a.at - b.at);
  }

  private push(event: TimelineEvent): void {
    this.changes.push(event);
    if (this.changes.length > MOST) this.changes.shift();
  }
}
