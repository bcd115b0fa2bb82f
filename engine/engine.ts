import type { SocketBackend } from '../native';
import type { Channel } from '../shared/channel';
import { DEFAULT_INTERVAL, PROTOCOL_VERSION } from '../shared/contract';
import type { EngineStatus, Progress, Welcome } from '../shared/contract';
import type { SocketDetails } from '../shared/details';
import type { ActionReport, Order, Origin, Preparation, ProcessIdentity } from '../shared/orders';
import { NO_CHANGES } from '../shared/publisher';
import type { Services } from '../shared/services';
import { DEFAULT_READING } from '../shared/socket';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';
import { Acting } from './acting';
import type { ActionRecord } from './actionLog';
import type { Clock } from './clock';
import { CommandLineCache } from './commandLineCache';
import { keepHeapSmall } from './heap';
import { HostNames } from './hostNames';
import { Pages } from './pages';
import { Readings } from './readings';
import { countStates } from './stateCounts';
import { Unread } from './unread';

export interface EngineOptions {
  backend: SocketBackend;
  clock: Clock;
  hostname: string;
  /** Tells this run of the engine from another one. */
  engineId: string;
  /** Where actions are recorded */
  log: ActionRecord;
  /** What tells the way by which the user came in: SSH_CONNECTION and the like */
  environment?: NodeJS.ProcessEnv;
}

/**
 * Reads the OS's tables at an interval, joins owners, compares with the reading before, and publishes the difference to
 * every page. Acts only on request of its host, never of a page.
 */
export class Engine {
  private readonly readings: Readings;
  private readonly unread: Unread;
  private readonly pages: Pages;
  private readonly lines: CommandLineCache;
  private readonly acting: Acting;
  private status: EngineStatus | null = null;
  private intervalMs: number = DEFAULT_INTERVAL;
  private paused = false;
  private reading: ReadingOptions = DEFAULT_READING;
  private cancelTimer: (() => void) | null = null;

  constructor(private readonly options: EngineOptions) {
    const { backend, clock, hostname, log } = options;
    const readings = new Readings(backend);
    this.readings = readings;
    this.unread = new Unread(backend);
    this.lines = new CommandLineCache((process) => backend.commandLine(process));
    const hosts = new HostNames((address, signal) => backend.reverse(address, signal), clock);
    this.pages = new Pages(
      {
        welcome: () => this.welcome(),
        status: () => this.statusNow(),
        get table() {
          return readings.table;
        },
        toRow: (table, row) => this.toRow(table, row),
        refresh: () => {
          readings.reader.retryNow();
          this.poll();
        },
        setPolling: (intervalMs, paused) => this.setPolling(intervalMs, paused),
        setReading: (reading) => this.setReading(reading),
        details: (id) => this.details(id),
        watch: (ids) => this.watch(ids),
        log: (before) => log.page(before),
      },
      hosts,
    );
    this.acting = new Acting({
      ...{ backend, clock, hostname, log, environment: options.environment ?? {} },
      poll: () => this.poll(),
      get table() {
        return readings.table;
      },
      problems: () => this.tableProblems,
      find: (ids) => this.find(ids),
      unread: (ids) => this.unread.among(ids, this.reading),
    });
  }

  /** Takes the first reading and goes on at the interval. */
  start(): void {
    keepHeapSmall();
    this.options.backend.watchDestroyed();
    this.poll();
  }

  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }

  /** Says what is read from now on. */
  choose(reading: ReadingOptions): void {
    this.reading = reading;
  }

  /** Reads the tables now. Returns every row, in no particular order. */
  snapshot(reading: ReadingOptions = DEFAULT_READING): SocketRow[] {
    this.reading = reading;
    this.poll();
    const { table } = this.readings;
    return Array.from({ length: table.length }, (_, row) => this.toRow(table, row));
  }

  /** Names of ports. */
  get services(): Services {
    return this.options.backend.services();
  }

  get tableProblems(): EngineStatus['problems'] {
    return this.readings.reader.problems();
  }

  /** Serves a page until its channel closes. What it sends is checked; an action is refused. */
  serve(channel: Channel): void {
    this.pages.serve(channel);
  }

  /** The rows of those of these sockets that exist, read anew. */
  locate(ids: readonly string[]): SocketRow[] {
    this.poll();
    const { table } = this.readings;
    return [...this.find(ids).values()].map((row) => this.toRow(table, row));
  }

  /** Everything there is to know of this socket now; null where it has ended, or never was in what is read. */
  details(id: string): SocketDetails | null {
    const row = this.find([id]).get(id);
    return row === undefined ? null : this.options.backend.details(this.readings.table, row);
  }

  /** See {@link Acting.prepare}. For hosts only: no page gets here. */
  prepare(order: Order): Preparation {
    return this.acting.prepare(order);
  }

  /** See {@link Acting.act}. For hosts only, once the user has agreed. */
  act(
    order: Order,
    origin: Origin,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<ActionReport> {
    return this.acting.act(order, origin, onProgress, signal);
  }

  /** See {@link Acting.program}. For hosts only. */
  program(process: ProcessIdentity): string | null {
    return this.acting.program(process);
  }

  dispose(): void {
    this.stop();
    this.acting.dispose();
    this.options.backend.dispose();
  }

  private setPolling(intervalMs: number, paused: boolean): void {
    this.intervalMs = intervalMs;
    this.paused = paused;
    if (!paused) {
      this.poll();
      return;
    }
    this.stop();
    this.pages.publish(NO_CHANGES, this.statusNow());
  }

  private setReading(reading: ReadingOptions): void {
    const isOtherText = reading.commandLines !== this.reading.commandLines;
    this.reading = reading;
    this.poll();
    // The sockets are the same, so that no comparison of readings finds what is new about them.
    if (isOtherText) this.pages.tellAllAnew();
  }

  private watch(ids: ReadonlySet<string>): void {
    this.readings.watch(ids);
    // Nothing is read now that would tell the system so.
    if (this.paused) this.readings.countNow();
  }

  private welcome(): Welcome {
    const { backend, hostname, engineId } = this.options;
    return {
      type: 'welcome',
      version: PROTOCOL_VERSION,
      hostname,
      backend: backend.name,
      demo: backend.demo,
      engineId,
      missingPrivilege: backend.missingPrivilege(),
      rights: backend.rights(),
      traffic: backend.traffic(),
      services: backend.services(),
    };
  }

  private statusNow(): EngineStatus {
    if (this.status === null) this.poll();
    return { ...this.status!, intervalMs: this.intervalMs, paused: this.paused };
  }

  private poll(): void {
    this.cancelTimer?.();
    const { clock } = this.options;
    const startedAt = clock.now();
    this.unread.note(this.reading);
    this.readings.take(this.reading, startedAt);
    this.status = this.summarise(startedAt, clock.now() - startedAt);
    this.publish();
    if (!this.paused) {
      const spent = clock.now() - startedAt;
      this.cancelTimer = clock.after(Math.max(this.intervalMs - spent, this.intervalMs / 4), () =>
        this.poll(),
      );
    }
  }

  private publish(): void {
    if (this.pages.isEmpty) return;
    const { table, before, ended } = this.readings;
    const diff = this.readings.diff();
    this.pages.publish(
      {
        added: diff.added.map((row) => this.toRow(table, row)),
        changed: diff.changed.map((row) => this.toRow(table, row)),
        moved: diff.moved.map((row) => table.moved(row, this.options.backend)),
        removed: diff.removed.map((row) => this.idOf(before, row)),
        ended: Array.from({ length: ended.length }, (_, row) => this.toRow(ended, row)),
      },
      this.status!,
    );
  }

  private summarise(readAt: number, tookMs: number): EngineStatus {
    const { table } = this.readings;
    return {
      ...{ readAt, tookMs, endpoints: table.length },
      ...countStates(table),
      hiddenOwners: this.readings.hiddenOwners,
      problems: this.tableProblems,
      reading: this.reading,
      available: this.options.backend.tables,
      missedEvents: this.readings.missedEvents,
      intervalMs: this.intervalMs,
      paused: this.paused,
    };
  }

  private toRow(table: SocketTable, row: number): SocketRow {
    return table.row(row, this.options.backend, this.reading.commandLines ? this.lines.of : undefined);
  }

  private idOf(table: SocketTable, row: number): string {
    const { idHigh, idLow, namespace } = table.columns;
    return this.options.backend.id(idHigh[row]!, idLow[row]!, namespace[row]!);
  }

  private find(ids: readonly string[]): Map<string, number> {
    const wanted = new Set(ids);
    const found = new Map<string, number>();
    const { table } = this.readings;
    for (let row = 0; row < table.length; row++) {
      const id = this.idOf(table, row);
      if (wanted.has(id)) found.set(id, row);
    }
    return found;
  }
}
