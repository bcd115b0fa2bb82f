/** The pages that an engine serves: what they may ask, and what each is told. Nothing here acts on anything. */
import { NativeError } from '../native';
import type { Channel } from '../shared/channel';
import { ContractError, pageMessage, parse, PROTOCOL_VERSION } from '../shared/contract';
import type { EngineStatus, LogReply, PageMessage, Welcome } from '../shared/contract';
import type { SocketDetails } from '../shared/details';
import { Publisher } from '../shared/publisher';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';
import type { HostNames } from './hostNames';

/** What pages ask of the engine. */
export interface PageSource {
  welcome(): Welcome;
  /** As of the last reading, which is taken where there is none yet */
  status(): EngineStatus;
  /** The rows as last read */
  readonly table: SocketTable;
  toRow(table: SocketTable, row: number): SocketRow;
  refresh(): void;
  setPolling(intervalMs: number, paused: boolean): void;
  setReading(reading: ReadingOptions): void;
  details(id: string): SocketDetails | null;
  /** The sockets whose traffic one of the pages shows, whenever they have changed */
  watch(ids: ReadonlySet<string>): void;
  log(before: number | null): Omit<LogReply, 'type'>;
}

type Changes = Parameters<Publisher['publish']>[0];

export class Pages {
  private readonly publishers = new Set<Publisher>();
  /** Pages that are to be told all rows anew as soon as they have answered. */
  private readonly outdated = new Set<Publisher>();
  /** The sockets whose traffic a page shows; of pages that show some */
  private readonly watched = new Map<Publisher, readonly string[]>();

  constructor(
    private readonly source: PageSource,
    private readonly hosts: HostNames,
  ) {}

  get isEmpty(): boolean {
    return this.publishers.size === 0;
  }

  /** Serves a page until its channel closes. What it sends is checked; an action is refused. */
  serve(channel: Channel): void {
    const publisher = new Publisher(channel);
    this.publishers.add(publisher);
    const names = this.hosts.reader((found) => channel.send({ type: 'names', names: found }));
    channel.onClose(() => {
      this.publishers.delete(publisher);
      this.outdated.delete(publisher);
      this.watch(publisher, []);
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

  publish(changes: Changes, status: EngineStatus): void {
    for (const publisher of this.publishers) publisher.publish(changes, status);
  }

  /** Has every page told all rows: they are the same sockets, but there is something new to say of each. */
  tellAllAnew(): void {
    for (const publisher of this.publishers) this.tellAnew(publisher);
  }

  private receive(
    message: Exclude<PageMessage, { type: 'resolve' }>,
    channel: Channel,
    publisher: Publisher,
  ): void {
    const { source } = this;
    switch (message.type) {
      case 'hello':
        if (message.version !== PROTOCOL_VERSION) {
          throw new ContractError(
            `This page speaks version ${message.version} of the protocol, the engine version ${PROTOCOL_VERSION}. Reload the page.`,
          );
        }
        channel.send(source.welcome());
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
        source.refresh();
        break;
      case 'polling':
        source.setPolling(message.intervalMs, message.paused);
        break;
      case 'reading':
        source.setReading(message.reading);
        break;
      case 'details':
        channel.send({ type: 'details', id: message.id, details: source.details(message.id) });
        break;
      case 'watch':
        this.watch(publisher, message.ids);
        break;
      case 'log':
        channel.send({ type: 'log', ...source.log(message.before) } satisfies LogReply);
        break;
    }
  }

  private watch(publisher: Publisher, ids: readonly string[]): void {
    const had = this.watched.delete(publisher);
    if (ids.length > 0) this.watched.set(publisher, ids);
    else if (!had) return;
    this.source.watch(new Set([...this.watched.values()].flat()));
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
    const { source } = this;
    const status = source.status(); // takes the first reading where there is none yet
    // A copy, since the table is another one before the last chunk is sent; its rows are made when they are.
    const table = source.table.copy();
    publisher.snapshot(
      {
        length: table.length,
        slice: (start, end) =>
          rowNumbers(start, Math.min(end, table.length)).map((row) => source.toRow(table, row)),
      },
      status,
    );
  }
}

function rowNumbers(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
