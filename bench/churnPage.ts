/** A page that believes nothing: it checks every message of the engine against the ones before. */
import type { Channel } from '../shared/channel';
import type { Diff, EngineStatus, SnapshotChunk } from '../shared/contract';
import type { SocketRow } from '../shared/socket';
import { Subscriber } from '../shared/subscriber';
import type { Listener } from '../shared/subscriber';

/** How many readings the message of a socket's end may come late. */
const LATE_READINGS = 2;
/** More of a kind say nothing new. */
const MOST_VIOLATIONS = 50;

export class ChurnPage implements Listener {
  readonly rows = new Map<string, SocketRow>();
  /** What was wrong, in a sentence each. */
  readonly violations: string[] = [];
  readings = 0;
  /** TCP and UDP full sockets that left the table. */
  vanished = 0;
  /** Those whose destroy event did not come. */
  untold = 0;
  /** Sockets that no reading saw, told of by their destroy event. */
  shortLived = 0;
  status: EngineStatus | null = null;

  private readonly subscriber: Subscriber;
  /** Vanished sockets whose event may still come, with the number of the reading that lacked them. */
  private readonly awaited = new Map<string, number>();
  private waiting: (() => void)[] = [];

  constructor(channel: Channel) {
    this.subscriber = new Subscriber(channel, this);
  }

  welcome(): void {
    // It says nothing of sockets.
  }

  details(): void {
    this.report('It sent details that nobody asked for.');
  }

  names(): void {
    this.report('It sent names that nobody asked for.');
  }

  log(): void {
    this.report('It sent a log that nobody asked for.');
  }

  refused(message: string): void {
    this.report(`It refused: ${message}`);
  }

  snapshot({ first, last, rows, status }: SnapshotChunk): void {
    if (first) this.rows.clear();
    for (const row of rows) this.add(row);
    if (last) this.endReading(status);
  }

  diff({ added, changed, moved, removed, ended, status }: Diff): void {
    const told = new Set(ended.map(({ id }) => id));
    for (const id of removed) this.remove(id, told);
    for (const row of added) this.add(row);
    for (const row of changed) {
      if (!this.rows.has(row.id)) this.report(`${row.id} changed, but is not in the table.`);
      this.rows.set(row.id, row);
    }
    for (const one of moved) {
      const row = this.rows.get(one.id);
      if (row === undefined) this.report(`${one.id} moved, but is not in the table.`);
      else this.rows.set(one.id, { ...row, ...one });
    }
    for (const id of told) {
      const isKnown = this.awaited.delete(id) || removed.includes(id);
      if (!isKnown) this.shortLived++;
    }
    this.endReading(status);
  }

  /** Asks for a reading now, and resolves when one has come. */
  async refresh(): Promise<void> {
    const came = new Promise<void>((resolve) => this.waiting.push(resolve));
    this.subscriber.send({ type: 'refresh' });
    await came;
  }

  report(violation: string): void {
    if (this.violations.length < MOST_VIOLATIONS)
      this.violations.push(`reading ${this.readings}: ${violation}`);
  }

  private add(row: SocketRow): void {
    if (this.rows.has(row.id)) this.report(`${row.id} is listed twice.`);
    this.rows.set(row.id, row);
  }

  private remove(id: string, told: ReadonlySet<string>): void {
    const row = this.rows.get(id);
    if (row === undefined) return this.report(`${id} was removed, but is not in the table.`);
    this.rows.delete(id);
    if (!isFullSocket(row)) return;
    this.vanished++;
    // The event may have come while the row still stood there as another, lesser one.
    if (row.destroyedAt === null && !told.has(id)) this.awaited.set(id, this.readings);
  }

  private endReading(status: EngineStatus): void {
    this.status = status;
    this.readings++;
    if (status.endpoints !== this.rows.size) {
      this.report(`the engine has ${status.endpoints} rows, the page ${this.rows.size}.`);
    }
    for (const problem of status.problems) this.report(problem.message);
    for (const [id, reading] of this.awaited) {
      if (this.readings - reading <= LATE_READINGS) continue;
      this.awaited.delete(id);
      this.untold++;
      if (this.untold > status.missedEvents) {
        this.report(`${id} ended without an event, and ${status.missedEvents} are counted as missed.`);
      }
    }
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/**
 * Whether the kernel tells of this socket's end: TIME_WAIT, orphans in FIN_WAIT_2 and connections that have only been asked
 * for are lesser things than sockets, and have no event.
 */
function isFullSocket({ state, inode }: SocketRow): boolean {
  if (state === 'TIME_WAIT' || state === 'SYN_RECV') return false;
  return state !== 'FIN_WAIT_2' || inode !== null;
}
