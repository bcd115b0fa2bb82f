import { NativeError } from '../native';
import type { SocketBackend } from '../native';
import { goneResult, socketLabel } from '../shared/actions';
import type { CloseResult } from '../shared/actions';
import type { Channel } from '../shared/channel';
import { ContractError, DEFAULT_INTERVAL, pageMessage, parse, PROTOCOL_VERSION } from '../shared/contract';
import type { EngineStatus, PageMessage, Welcome } from '../shared/contract';
import type { SocketDetails } from '../shared/details';
import { NO_CHANGES, Publisher } from '../shared/publisher';
import type { Services } from '../shared/services';
import { DEFAULT_READING, PROTOCOLS, stateCode, tableTitle } from '../shared/socket';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';
import type { Clock } from './clock';
import { CommandLineCache } from './commandLineCache';
import { keepHeapSmall } from './heap';
import { HostNames } from './hostNames';
import { Readings } from './readings';

const TCP = PROTOCOLS.indexOf('tcp');

export interface EngineOptions {
  backend: SocketBackend;
  clock: Clock;
  hostname: string;
  /** Tells this run of the engine from another one. */
  engineId: string;
}

/**
 * Reads the OS's tables at an interval, joins owners, compares with the reading before, and publishes the difference to
 * every page. Acts only on request of its host, never of a page.
 */
export class Engine {
  private readonly readings: Readings;
  private readonly publishers = new Set<Publisher>();
  /** Pages that are to be told all rows anew as soon as they have answered. */
  private readonly outdated = new Set<Publisher>();
  private readonly hosts: HostNames;
  private readonly lines: CommandLineCache;
  private status: EngineStatus | null = null;
  private intervalMs: number = DEFAULT_INTERVAL;
  private paused = false;
  private reading: ReadingOptions = DEFAULT_READING;
  private cancelTimer: (() => void) | null = null;

  constructor(private readonly options: EngineOptions) {
    const { backend, clock } = options;
    this.readings = new Readings(backend);
    this.hosts = new HostNames((address, signal) => backend.reverse(address, signal), clock);
    this.lines = new CommandLineCache((process) => backend.commandLine(process));
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
    return this.rows();
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
    const publisher = new Publisher(channel);
    this.publishers.add(publisher);
    const names = this.hosts.reader((found) => channel.send({ type: 'names', names: found }));
    channel.onClose(() => {
      this.publishers.delete(publisher);
      this.outdated.delete(publisher);
      names.leave();
    });
    channel.onMessage((message) => {
      try {
        const query = parse(pageMessage, message);
        if (query.type === 'resolve') names.ask(query.addresses);
        else this.receive(query, channel, publisher);
      } catch (error) {
        if (!(error instanceof ContractError || error instanceof NativeError)) throw error;
        channel.send({ type: 'refused', message: error.message });
      }
    });
  }

  /** Says which of these sockets exist, and what they are. */
  describe(ids: readonly string[]): { rows: SocketRow[]; gone: string[] } {
    this.poll();
    const { table } = this.readings;
    const found = this.find(ids);
    const rows = [...found.values()].map((row) => this.toRow(table, row));
    return { rows, gone: [...new Set(ids)].filter((id) => !found.has(id)) };
  }

  /**
   * Closes exactly these sockets: the tables are read anew, each id looked up, and its identity handed to the kernel.
   * An id that is not in the tables closes nothing.
   */
  close(ids: readonly string[]): CloseResult[] {
    this.poll();
    const { table } = this.readings;
    const { backend } = this.options;
    const found = this.find(ids);
    const results = [...new Set(ids)].map((id): CloseResult => {
      const row = found.get(id);
      if (row === undefined) return this.missing(id);
      const label = socketLabel(table.row(row, backend));
      try {
        return { id, label, ...backend.close(table, row) };
      } catch (error) {
        return {
          id,
          label,
          outcome: 'failed',
          message: error instanceof Error ? error.message : String(error),
        };
      }
    });
    this.poll();
    return results;
  }

  /** An id that is in no table is gone; where a table could not be read, nobody knows. */
  private missing(id: string): CloseResult {
    const [problem] = this.readings.reader.problems();
    if (problem === undefined) return goneResult(id);
    const message = `Not found, but ${tableTitle(problem.table)} could not be read: ${problem.message}`;
    return { id, outcome: 'failed', label: id, message };
  }

  /** Everything there is to know of this socket now; null where it has ended, or never was in what is read. */
  details(id: string): SocketDetails | null {
    const row = this.find([id]).get(id);
    return row === undefined ? null : this.options.backend.details(this.readings.table, row);
  }

  dispose(): void {
    this.stop();
    this.options.backend.dispose();
  }

  private receive(
    message: Exclude<PageMessage, { type: 'resolve' }>,
    channel: Channel,
    publisher: Publisher,
  ): void {
    switch (message.type) {
      case 'hello':
        if (message.version !== PROTOCOL_VERSION) {
          throw new ContractError(
            `This page speaks version ${message.version} of the protocol, the engine version ${PROTOCOL_VERSION}. Reload the page.`,
          );
        }
        channel.send(this.welcome());
        this.sendSnapshot(publisher);
        break;
      case 'resync':
        this.sendSnapshot(publisher);
        break;
      case 'ack':
        publisher.acknowledge(message.seq);
        if (this.outdated.has(publisher)) this.tellAnew(publisher);
        break;
      case 'refresh':
        this.readings.reader.retryNow();
        this.poll();
        break;
      case 'polling':
        this.intervalMs = message.intervalMs;
        this.paused = message.paused;
        if (this.paused) this.announce();
        else this.poll();
        break;
      case 'reading':
        this.read(message.reading);
        break;
      case 'details':
        channel.send({ type: 'details', id: message.id, details: this.details(message.id) });
        break;
    }
  }

  private read(reading: ReadingOptions): void {
    const isOtherText = reading.commandLines !== this.reading.commandLines;
    this.reading = reading;
    this.poll();
    // The sockets are the same, so that no comparison of readings finds what is new about them.
    if (isOtherText) for (const publisher of this.publishers) this.tellAnew(publisher);
  }

  private tellAnew(publisher: Publisher): void {
    if (!publisher.isSubscribed) return;
    if (publisher.startingOver) {
      this.outdated.add(publisher);
    } else {
      this.outdated.delete(publisher);
      this.sendSnapshot(publisher);
    }
  }

  private sendSnapshot(publisher: Publisher): void {
    if (publisher.startingOver) return; // a page that keeps asking gets no queue of snapshots
    const status = this.statusNow(); // takes the first reading where there is none yet
    // A copy, since the table is another one before the last chunk is sent; its rows are made when they are.
    const table = this.readings.table.copy();
    publisher.snapshot(
      {
        length: table.length,
        slice: (start, end) =>
          rowNumbers(start, Math.min(end, table.length)).map((row) => this.toRow(table, row)),
      },
      status,
    );
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
      services: backend.services(),
    };
  }

  private statusNow(): EngineStatus {
    if (this.status === null) this.poll();
    return { ...this.status!, intervalMs: this.intervalMs, paused: this.paused };
  }

  /** Tells every page of a new status, without a reading. */
  private announce(): void {
    this.stop();
    for (const publisher of this.publishers) publisher.publish(NO_CHANGES, this.statusNow());
  }

  private poll(): void {
    this.cancelTimer?.();
    const { clock } = this.options;
    const startedAt = clock.now();
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
    if (this.publishers.size === 0) return;
    const { table, before, ended } = this.readings;
    const diff = this.readings.diff();
    const changes = {
      added: diff.added.map((row) => this.toRow(table, row)),
      changed: diff.changed.map((row) => this.toRow(table, row)),
      removed: diff.removed.map((row) => this.idOf(before, row)),
      ended: Array.from({ length: ended.length }, (_, row) => this.toRow(ended, row)),
    };
    for (const publisher of this.publishers) publisher.publish(changes, this.status!);
  }

  private summarise(readAt: number, tookMs: number): EngineStatus {
    const { table } = this.readings;
    // TCP's: a UNIX socket listens too, and a UDP socket can be connected, but no administrator means those.
    const byState = new Uint32Array(256);
    for (let row = 0; row < table.length; row++) {
      if (table.columns.protocol[row] === TCP) byState[table.columns.state[row]!]!++;
    }
    return {
      readAt,
      tookMs,
      endpoints: table.length,
      established: byState[stateCode('ESTABLISHED')]!,
      listening: byState[stateCode('LISTEN')]!,
      timeWait: byState[stateCode('TIME_WAIT')]!,
      closeWait: byState[stateCode('CLOSE_WAIT')]!,
      hiddenOwners: this.readings.hiddenOwners,
      problems: this.readings.reader.problems(),
      reading: this.reading,
      available: this.options.backend.tables,
      missedEvents: this.readings.missedEvents,
      intervalMs: this.intervalMs,
      paused: this.paused,
    };
  }

  private rows(): SocketRow[] {
    const { table } = this.readings;
    return Array.from({ length: table.length }, (_, row) => this.toRow(table, row));
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

function rowNumbers(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
