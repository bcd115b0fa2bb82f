/** Counting the traffic of the connections that somebody looks at. */
import { PROTOCOLS, SOCKET_STATES, stateCode } from '../../shared/socket';
import type { SocketState } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { ConnectionStatistics, DATA_ROD } from './estats';
import type { Kind } from './estats';
import type { Libraries } from './libraries';
import { MIB_TCP_STATES } from './tables';
import { TCP6_ENTRY, tcp6Entry, TCP_ENTRY, tcpEntry } from './tcpEntry';
import { ERROR_NOT_FOUND } from './windowsError';

const TCP = PROTOCOLS.indexOf('tcp');
/** In which there is traffic, or has been: the others have no counters. */
const COUNTED_STATES: readonly SocketState[] = [
  ...(['ESTABLISHED', 'FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSE_WAIT', 'CLOSING', 'LAST_ACK'] as const),
];
const COUNTED: ReadonlySet<number> = new Set(COUNTED_STATES.map(stateCode));

/** A connection that is counted. */
interface Watched {
  readonly family: 4 | 6;
  /** What Windows is told that is meant */
  entry: Uint8Array;
  /** The same with the scope ids the other way round, as long as it is not known which one Windows takes */
  other: Uint8Array | null;
  /** What was switched on here, and is to be switched off */
  readonly on: Set<Kind>;
  /** The last reading that it was asked for in */
  reading: number;
}

/**
 * Has Windows count the connections of the rows that are given each time, and of no others. What was counted already by somebody else's
 * wish stays so afterwards.
 *
 * A counter says what has passed **since it was switched on**, not since the connection began: whoever shows it must say so. One
 * that was switched off and on may go on where it was or begin at 0; Windows does not say.
 */
export class TrafficCounters {
  /** By the number of the row, which takes in the create time: endpoints that are used again are another connection. */
  private readonly watched = new Map<number, Watched>();
  private readonly statistics: ConnectionStatistics;
  private reading = 0;
  /** What is switched on stays on for as long as the connection lives, also when this program is gone. */
  private readonly onExit = (): void => this.stop();
  private awaitsExit = false;

  constructor(libraries: Libraries) {
    this.statistics = new ConnectionStatistics(libraries);
  }

  /** How many connections are watched now. */
  get size(): number {
    return this.watched.size;
  }

  /**
   * Fills in what has been counted of these rows, and switches counting on for those that are new and off for those that are not
   * given any more. Columns of what cannot be counted (no connection, gone, refused) are left unknown.
   */
  count(table: SocketTable, rows: readonly number[]): void {
    this.reading++;
    const counted = rows.filter((row) => isCounted(table, row));
    for (const row of counted) this.note(table, row);
    // First those that left: endpoints that are used again are not to be switched off behind the new connection's back.
    for (const [id, connection] of this.watched) if (connection.reading !== this.reading) this.end(id);
    if (counted.length > 0 && !this.awaitsExit) {
      process.once('exit', this.onExit);
      this.awaitsExit = true;
    }
    for (const row of counted) this.fill(table, row, this.watched.get(numberOf(table, row))!);
  }

  /** Switches off all that was switched on; also done when the program ends without a word. */
  stop(): void {
    process.off('exit', this.onExit);
    this.awaitsExit = false;
    for (const id of this.watched.keys()) this.end(id);
  }

  private note(table: SocketTable, row: number): void {
    const id = numberOf(table, row);
    const connection = this.watched.get(id) ?? watch(table, row);
    connection.reading = this.reading;
    this.watched.set(id, connection);
  }

  private fill(table: SocketTable, row: number, connection: Watched): void {
    const { statistics } = this;
    const c = table.columns;
    setState(connection, mibState(c.state[row]!));
    if (this.read(connection, 'data')) {
      c.bytesSent[row] = statistics.counter(DATA_ROD.DataBytesOut);
      c.bytesReceived[row] = statistics.counter(DATA_ROD.DataBytesIn);
      c.segmentsSent[row] = statistics.counter(DATA_ROD.SegsOut);
      c.segmentsReceived[row] = statistics.counter(DATA_ROD.SegsIn);
    }
    if (this.read(connection, 'path')) {
      c.retransmits[row] = statistics.retransmits();
      c.rtt[row] = statistics.roundTrip();
    }
  }

  /** Reads what has been counted, and has it counted where it is not. Also where somebody else has switched it off. */
  private read(connection: Watched, kind: Kind): boolean {
    const { statistics } = this;
    const { family, on } = connection;
    if (!this.find(connection, kind)) return false;
    if (statistics.isCounting) return true;
    if (statistics.collect(family, connection.entry, kind, true) !== 0) return false;
    on.add(kind);
    return statistics.read(family, connection.entry, kind) === 0;
  }

  /** Reads, and learns which way round Windows takes scope ids. */
  private find(connection: Watched, kind: Kind): boolean {
    const { statistics } = this;
    const { family, other } = connection;
    const code = statistics.read(family, connection.entry, kind);
    if (code !== ERROR_NOT_FOUND || other === null) return code === 0;
    if (statistics.read(family, other, kind) !== 0) return false;
    connection.entry = other;
    connection.other = null;
    return true;
  }

  private end(id: number): void {
    const { family, entry, on } = this.watched.get(id)!;
    // One that has ended in the meantime is not found any more, and nothing is to be switched off.
    for (const kind of on) this.statistics.collect(family, entry, kind, false);
    this.watched.delete(id);
  }
}

function isCounted({ columns: { protocol, state } }: SocketTable, row: number): boolean {
  return protocol[row] === TCP && COUNTED.has(state[row]!);
}

/** The number of a row; exact, since they are given from 1 on. */
function numberOf({ columns: { idHigh, idLow } }: SocketTable, row: number): number {
  return idHigh[row]! * 2 ** 32 + idLow[row]!;
}

function watch(table: SocketTable, row: number): Watched {
  const { family, interfaceIndex } = table.columns;
  const common = { on: new Set<Kind>(), reading: 0 };
  if (family[row] === 4) return { ...common, family: 4, entry: tcpEntry(table, row, 0), other: null };
  return {
    ...common,
    family: 6,
    entry: tcp6Entry(table, row, 0, false),
    other: interfaceIndex[row] === 0 ? null : tcp6Entry(table, row, 0, true),
  };
}

/** The state that Windows is told is the one that it has just told. */
function setState({ family, entry, other }: Watched, state: number): void {
  const offset = family === 4 ? TCP_ENTRY.state : TCP6_ENTRY.state;
  entry[offset] = state;
  if (other !== null) other[offset] = state;
}

function mibState(code: number): number {
  return MIB_TCP_STATES.indexOf(SOCKET_STATES[code - 1]!) + 1;
}
