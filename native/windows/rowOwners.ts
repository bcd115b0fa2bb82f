import type { MainTable, ProcessInfo } from '../../shared/socket';
import { NOBODY, UNKNOWN } from '../../shared/socketTable';
import type { Holders, SocketTable } from '../../shared/socketTable';
import type { OwnerLookup } from '../backend';
import { beganAfter } from './creationTimes';
import { serviceOf } from './services';
import { ROW_LAYOUTS, TABLE_LAYOUTS } from './tableLayouts';

/** What is asked about processes; the PIDs of one reading. */
export interface KnownProcesses {
  /** Null where there is no such process */
  of(pid: number): ProcessInfo | null;
  withService(process: ProcessInfo, service: string): ProcessInfo;
  /** Whether every process is known; else one that is not may be there all the same */
  readonly complete: boolean;
}

/** The services that a process hosts, as far as the service manager tells. */
export interface HostedServices {
  /** @param startedAt of the process, ms since 1970 */
  ofPid(pid: number, startedAt: number | null): readonly string[];
}

/** What opened a socket, out of its row in the system's table: a service, or something else; null where nobody says. */
export interface SocketModules {
  of(name: MainTable, row: Uint8Array): string | null;
}

/** Where the rows of one table lie: in the SocketTable they were read into, and as bytes. */
interface Place {
  start: number;
  count: number;
}

const OWNER_MODULE = 'owner-module';

/** Clocks are read at different moments, and rounded: ms by which a process may seem to be younger than its socket */
const SLACK_MS = 1000;

/**
 * Who holds each socket: the process that the table names. Where that hosts services (svchost.exe), the one that opened the
 * socket, asked for once in its life.
 */
export class RowOwners {
  private readonly places = new Map<MainTable, Place>();
  /** The modules, by identity; null where it could not be told */
  private known = new Map<number, string | null>();
  /** PIDs that no process has, by this reading: each costs a question */
  private readonly absent = new Set<number>();
  /** One array for each process, as holders are compared by reference */
  private readonly holders = new WeakMap<ProcessInfo, Holders>();

  constructor(
    private readonly processes: KnownProcesses,
    private readonly hosted: HostedServices,
    private readonly modules: SocketModules,
    /** The bytes of a row as the last call filled them in */
    private readonly rowBytes: (name: MainTable, index: number) => Uint8Array,
  ) {}

  /** Forgets where the rows of a table are: it is read anew, which may fail. */
  forget(name: MainTable): void {
    this.places.delete(name);
  }

  /** Notes where the rows of a table have come to, which has just been read. */
  note(name: MainTable, start: number, count: number): void {
    this.places.set(name, { start, count });
  }

  /** The holders of the sockets of a reading. The bytes of its tables must still be there. */
  lookup(table: SocketTable): OwnerLookup {
    const before = this.known;
    this.known = new Map();
    this.absent.clear();
    const { processes } = this;
    return {
      // Asked for where somebody is missing only: then it takes a list of all processes.
      get complete() {
        return processes.complete;
      },
      holdersOf: (row) => {
        const process = this.processOf(table, row);
        if (process === null) return NOBODY;
        const service = this.serviceOf(table, row, process, before);
        return this.alone(service === null ? process : this.processes.withService(process, service));
      },
    };
  }

  /** The process that the table names; null where it names none, or the PID is by now that of a process that came later. */
  private processOf(table: SocketTable, row: number): ProcessInfo | null {
    const { tablePid, createdAt } = table.columns;
    const pid = tablePid[row]!;
    if (pid === UNKNOWN || this.absent.has(pid)) return null;
    const process = this.processes.of(pid);
    if (process === null) {
      this.absent.add(pid);
      return null;
    }
    if (process.startedAt === null || Number.isNaN(createdAt[row]!)) return process;
    return beganAfter(process.startedAt, createdAt[row]! + SLACK_MS) ? null : process;
  }

  private serviceOf(
    table: SocketTable,
    row: number,
    { pid, startedAt }: ProcessInfo,
    before: ReadonlyMap<number, string | null>,
  ): string | null {
    const { idHigh, idLow } = table.columns;
    const hosted = this.hosted.ofPid(pid, startedAt);
    if (hosted.length < 2) return hosted[0] ?? null;
    const id = idHigh[row]! * 2 ** 32 + idLow[row]!;
    let module = this.known.has(id) ? this.known.get(id) : before.get(id);
    const bytes = module === undefined ? this.bytesOf(table, row) : null;
    if (bytes !== null) module = this.modules.of(table.tableOf(row) as MainTable, bytes);
    if (module !== undefined) this.known.set(id, module);
    // Else nothing says which: they are all the process's, and none is told to be the socket's.
    return serviceOf(hosted, module ?? null);
  }

  /** Null of a bound endpoint, and of a row that is not where it was read to (listed twice, or kept from a reading before). */
  private bytesOf(table: SocketTable, row: number): Uint8Array | null {
    const name = table.tableOf(row) as MainTable;
    const place = this.places.get(name);
    const index = place === undefined ? -1 : row - place.start;
    if (place === undefined || index < 0 || index >= place.count) return null;
    const bytes = this.rowBytes(name, index);
    // A reading that failed leaves a smaller buffer behind.
    if (bytes.length < TABLE_LAYOUTS[name][OWNER_MODULE].rowSize) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const { pid, localPort } = ROW_LAYOUTS[name];
    const isSame =
      view.getUint32(pid, true) === table.columns.tablePid[row] &&
      view.getUint16(localPort, false) === table.columns.localPort[row];
    return isSame ? bytes : null;
  }

  private alone(process: ProcessInfo): Holders {
    let holders = this.holders.get(process);
    if (holders === undefined) {
      holders = [process];
      this.holders.set(process, holders);
    }
    return holders;
  }
}
