import { ALWAYS_COUNTED, reasonByKind } from '../../shared/abilities';
import type { Rights, Traffic } from '../../shared/abilities';
import type { ProcessAction, ProcessIdentity, SocketAction } from '../../shared/orders';
import { MAIN_TABLES, OWNERS, PROTOCOLS, protocolOf, SOCKET_TYPES, stateCode } from '../../shared/socket';
import type { Family, ProcessInfo, ReadingOptions, TableName } from '../../shared/socket';
import { NOBODY, UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import type { Services } from '../../shared/services';
import type { SocketDetails } from '../../shared/details';
import type { Attempt, OwnerLookup, ProcessEntry, SocketBackend, TableSource } from '../backend';
import { Privileges } from '../linux/privileges';
import { NativeError } from '../nativeError';
import { fakeDetails, segmentsOf } from './fakeDetails';
import { FakeProcesses, OWN_UID, userName } from './fakeProcesses';
import { FAKE_SERVICES, fakeInterface, fakeNames, INTERFACES } from './fakeNetwork';
import { Inventor } from './inventor';
import type { FakeSocket } from './inventor';
import { PROGRAMS, RULES } from './scenarios';
import type { Scenario, ScenarioRules } from './scenarios';

const EVERYTHING = 'CapEff: 1ffffffffff';
/** A user of Ubuntu, where Yama keeps everybody out of other processes */
const USER = [`CapBnd: 1ffffffffff`, OWN_UID, 1] as const;

/** Invented sockets: for demonstrations, pictures, and what a real kernel cannot be made to do. */
export class FakeBackend implements SocketBackend {
  readonly name: string;
  readonly demo = true;
  readonly tellsEnds: boolean = false;
  readonly tables: readonly TableName[] = MAIN_TABLES;
  private readonly rules: ScenarioRules;
  private readonly inventor = new Inventor();
  private readonly processList: FakeProcesses;
  private readonly privileges: Privileges;
  private sockets: FakeSocket[] = [];
  private readings = 0;

  constructor(scenario: Scenario) {
    this.name = `demonstration "${scenario}"`;
    this.rules = RULES[scenario];
    const { unprivileged } = this.rules;
    this.processList = new FakeProcesses(this.inventor, unprivileged);
    this.privileges = unprivileged ? new Privileges(...USER) : new Privileges(EVERYTHING, 0, 0);
    const programs = PROGRAMS.filter((program) => program.port !== 0);
    for (let i = 0; this.sockets.length < this.rules.sockets; i++) {
      this.sockets.push(
        i < programs.length ? this.inventor.listener(programs[i]!) : this.inventor.connection(),
      );
    }
  }

  sources({ protocols }: ReadingOptions): TableSource[] {
    return this.tables
      .filter((table) => protocols.includes(protocolOf(table)))
      .map((table) => ({ table, namespace: 0 }));
  }

  readTable({ table: name }: TableSource, _options: ReadingOptions, into: SocketTable): void {
    // The world moves on once per reading: before its first table.
    if (name === this.tables[0] && this.readings++ > 0) this.advance();
    if (this.rules.failing && name === 'tcp6') {
      throw new NativeError(
        'dump(tcp6)',
        105,
        'ENOBUFS',
        'The kernel had no room for its answer; it is asked again.',
      );
    }
    for (const socket of this.sockets) if (socket.table === name) this.append(socket, into);
  }

  readOwners(table: SocketTable): OwnerLookup {
    const bySerial = new Map(this.sockets.map((socket) => [socket.serial, socket]));
    const hides = (socket: FakeSocket): boolean => this.rules.unprivileged && socket.uid !== OWN_UID;
    return {
      complete: !this.rules.unprivileged,
      holdersOf: (row) => {
        const socket = bySerial.get(table.columns.idLow[row]!);
        // As in a real kernel: without an inode there is no file, and so nobody who holds it.
        const held = socket !== undefined && table.columns.inode[row] !== 0 && !hides(socket);
        return held ? socket.holders : NOBODY;
      },
    };
  }

  watchDestroyed(): void {}

  takeDestroyed(_into: SocketTable): number {
    return 0;
  }

  details(table: SocketTable, row: number): SocketDetails | null {
    const exists = this.sockets.some((socket) => socket.serial === table.columns.idLow[row]);
    return exists ? fakeDetails(table, row, (uid) => this.user(uid)) : null;
  }

  traffic(): Traffic {
    return ALWAYS_COUNTED;
  }

  watchTraffic(_table: SocketTable, _rows: readonly number[]): void {
    // The kernel counts everything by itself.
  }

  commandLine(process: ProcessInfo): string | null {
    return `${process.path} --password=hunter2`;
  }

  close(table: SocketTable, row: number, action: SocketAction): Attempt {
    const index = this.sockets.findIndex((socket) => socket.serial === table.columns.idLow[row]);
    const socket = this.sockets[index];
    if (socket === undefined) return { outcome: 'gone', message: null };
    const unfit = reasonByKind(action, protocolOf(socket.table), socket.state);
    if (unfit !== null) return { outcome: 'refused', message: unfit };
    const right = this.rights()[action];
    if (right.why !== null) return { outcome: 'refused', message: right.why };
    // The other side closes as well, at once.
    if (action === 'finish' && socket.state === 'ESTABLISHED') socket.state = 'TIME_WAIT';
    else this.sockets.splice(index, 1);
    return { outcome: 'done', message: null };
  }

  act(
    process: ProcessIdentity,
    action: ProcessAction,
    _patienceMs: number,
    signal: AbortSignal,
  ): Promise<Attempt> {
    if (signal.aborted) return Promise.resolve({ outcome: 'stopped', message: null });
    const attempt = this.processList.act(process, action);
    if (attempt.outcome === 'done' && (action === 'terminate' || action === 'kill')) this.end(process.pid);
    return Promise.resolve(attempt);
  }

  processes(): ProcessEntry[] {
    return this.processList.list().map(({ pid, startedAt, parentPid, name, path, user }) => {
      return { pid, startedAt, parentPid, name, path, user };
    });
  }

  ancestors(): ProcessIdentity[] {
    return this.processList.ancestors();
  }

  variables(_process: ProcessIdentity, _names: readonly string[]): Record<string, string> {
    return {};
  }

  rights(): Rights {
    return this.privileges.rights({ own: null, why: null });
  }

  missingPrivilege(): string | null {
    return this.privileges.missing();
  }

  id(high: number, low: number): string {
    return `demo-${high.toString(16)}${low.toString(16)}`;
  }

  user(uid: number): string | null {
    return userName(uid);
  }

  interface(index: number): string {
    return INTERFACES[index - 1] ?? String(index);
  }

  interfaceOf(bytes: Uint8Array, offset: number, family: Family): string | null {
    return fakeInterface(bytes, offset, family);
  }

  services(): Services {
    return FAKE_SERVICES;
  }

  reverse(address: string): Promise<readonly string[]> {
    return Promise.resolve(fakeNames(address));
  }

  namespace(): string | null {
    return null;
  }

  dispose(): void {
    this.sockets = [];
  }

  /** A process has ended, and what nobody else holds with it. */
  private end(pid: number): void {
    const isIts = (socket: FakeSocket): boolean => socket.holders.some((process) => process.pid === pid);
    for (const socket of this.sockets.filter(isIts))
      socket.holders = socket.holders.filter((process) => process.pid !== pid);
    this.sockets = this.sockets.filter(({ holders, state }) => holders.length > 0 || state === 'TIME_WAIT');
  }

  private advance(): void {
    const { churn, traffic } = this.rules;
    const { inventor } = this;
    for (const socket of this.sockets) {
      if (socket.state === 'ESTABLISHED' && inventor.random() < traffic) inventor.move(socket);
      const ends = inventor.random() < churn / 2;
      if (ends && socket.state === 'ESTABLISHED' && socket.table.startsWith('tcp'))
        socket.state = 'TIME_WAIT';
    }
    const ending = (socket: FakeSocket): boolean => socket.remote !== null && inventor.random() < churn;
    this.sockets = this.sockets.filter((socket) => !ending(socket));
    if (inventor.isDeserted) return;
    while (this.sockets.length < this.rules.sockets) this.sockets.push(inventor.connection());
  }

  private append(socket: FakeSocket, into: SocketTable): void {
    const row = into.append();
    const c = into.columns;
    const ended = socket.state === 'TIME_WAIT';
    c.idLow[row] = socket.serial;
    c.protocol[row] = PROTOCOLS.indexOf(socket.table.startsWith('tcp') ? 'tcp' : 'udp');
    c.family[row] = socket.table.endsWith('4') ? 4 : 6;
    c.type[row] = SOCKET_TYPES.indexOf(c.protocol[row] === 0 ? 'stream' : 'dgram');
    c.state[row] = stateCode(socket.state);
    c.localPort[row] = socket.localPort;
    if (socket.table === 'tcp6' && socket.state === 'LISTEN') c.dualStack[row] = 2;
    into.addresses.set(socket.local, 32 * row);
    if (socket.remote !== null) {
      c.hasRemote[row] = 1;
      c.remotePort[row] = socket.remotePort;
      into.addresses.set(socket.remote, 32 * row + 16);
    }
    c.uid[row] = ended ? UNKNOWN : socket.uid;
    c.inode[row] = ended ? 0 : 100_000 + socket.serial;
    c.owner[row] = OWNERS.indexOf('none');
    c.interfaceIndex[row] = socket.zone;
    c.receiveQueue[row] = ended ? 0 : socket.receiveQueue;
    c.sendQueue[row] = ended ? 0 : socket.sendQueue;
    if (c.protocol[row] === 0 && socket.state !== 'LISTEN') {
      c.bytesSent[row] = socket.sent;
      c.bytesReceived[row] = socket.received;
      c.rtt[row] = socket.rtt;
      c.retransmits[row] = socket.retransmits;
      c.segmentsSent[row] = segmentsOf(socket.sent);
      c.segmentsReceived[row] = segmentsOf(socket.received);
    }
  }
}
