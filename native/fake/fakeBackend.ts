import { MAIN_TABLES, OWNERS, PROTOCOLS, protocolOf, SOCKET_TYPES, stateCode } from '../../shared/socket';
import type { ProcessInfo, ReadingOptions, SocketState, TableName } from '../../shared/socket';
import { NOBODY, UNKNOWN } from '../../shared/socketTable';
import type { Holders, SocketTable } from '../../shared/socketTable';
import { seededRandom } from '../../shared/random';
import type { SocketDetails } from '../../shared/details';
import type { CloseAttempt, OwnerLookup, SocketBackend, TableSource } from '../backend';
import { NativeError } from '../nativeError';
import { fakeDetails } from './fakeDetails';
import { PROGRAMS, RULES } from './scenarios';
import type { FakeProgram, Scenario, ScenarioRules } from './scenarios';

interface FakeSocket {
  serial: number;
  table: TableName;
  state: SocketState | null;
  local: Uint8Array;
  localPort: number;
  remote: Uint8Array | null;
  remotePort: number;
  holders: Holders;
  uid: number;
  sent: number;
  received: number;
}

/** The moment all invented processes started: 2026-01-05 08:00 UTC. */
const BOOT = Date.UTC(2026, 0, 5, 8);
/** The user that the "unprivileged" demonstration runs as. */
const OWN_UID = 1000;
const STATES: readonly SocketState[] = [
  ...new Array<SocketState>(14).fill('ESTABLISHED'),
  'TIME_WAIT',
  'TIME_WAIT',
  'CLOSE_WAIT',
  'FIN_WAIT_2',
  'SYN_SENT',
];

/** Invented sockets: for demonstrations, pictures, and what a real kernel cannot be made to do. */
export class FakeBackend implements SocketBackend {
  readonly name: string;
  readonly demo = true;
  readonly tables: readonly TableName[] = MAIN_TABLES;
  private readonly rules: ScenarioRules;
  private readonly random = seededRandom(20_260_105);
  private readonly processes = new Map<FakeProgram, Holders[]>();
  private sockets: FakeSocket[] = [];
  private serial = 0;
  private readings = 0;

  constructor(scenario: Scenario) {
    this.name = `demonstration "${scenario}"`;
    this.rules = RULES[scenario];
    const programs = PROGRAMS.filter((program) => program.port !== 0);
    for (let i = 0; this.sockets.length < this.rules.sockets; i++) {
      this.sockets.push(i < programs.length ? this.listener(programs[i]!) : this.connection());
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

  commandLine(process: ProcessInfo): string | null {
    return `${process.path} --password=hunter2`;
  }

  close(table: SocketTable, row: number): CloseAttempt {
    const index = this.sockets.findIndex((socket) => socket.serial === table.columns.idLow[row]);
    if (index < 0) return { outcome: 'gone', message: null };
    if (this.rules.unprivileged) {
      return {
        outcome: 'refused',
        message: 'Closing a connection needs CAP_NET_ADMIN. Run SocketScope as root (EPERM).',
      };
    }
    this.sockets.splice(index, 1);
    return { outcome: 'closed', message: null };
  }

  missingPrivilege(): string | null {
    return this.rules.unprivileged
      ? 'Without root, SocketScope cannot see other users’ processes or close connections.'
      : null;
  }

  id(high: number, low: number): string {
    return `demo-${high.toString(16)}${low.toString(16)}`;
  }

  user(uid: number): string | null {
    return PROGRAMS.find((program) => program.uid === uid)?.user ?? null;
  }

  interface(index: number): string {
    return `eth${index}`;
  }

  namespace(): string | null {
    return null;
  }

  dispose(): void {
    this.sockets = [];
  }

  private advance(): void {
    const { churn, traffic } = this.rules;
    for (const socket of this.sockets) {
      if (socket.state === 'ESTABLISHED' && this.random() < traffic) {
        socket.sent += Math.floor(this.random() * 9000);
        socket.received += Math.floor(this.random() * 60_000);
      }
      const ends = this.random() < churn / 2;
      if (ends && socket.state === 'ESTABLISHED' && socket.table.startsWith('tcp'))
        socket.state = 'TIME_WAIT';
    }
    const ending = (socket: FakeSocket): boolean => socket.remote !== null && this.random() < churn;
    this.sockets = this.sockets.filter((socket) => !ending(socket));
    while (this.sockets.length < this.rules.sockets) this.sockets.push(this.connection());
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
    c.receiveQueue[row] = c.sendQueue[row] = 0;
    if (c.protocol[row] === 0 && socket.state !== 'LISTEN') {
      c.bytesSent[row] = socket.sent;
      c.bytesReceived[row] = socket.received;
    }
  }

  private listener(program: FakeProgram): FakeSocket {
    const table =
      program.port === 53 || program.port === 323 ? 'udp4' : this.random() < 0.3 ? 'tcp6' : 'tcp4';
    return {
      ...this.blank(program, table),
      holders: this.workersOf(program).flat(), // forked after it was opened, they share it
      state: table === 'udp4' ? null : 'LISTEN',
      local: new Uint8Array(table === 'tcp6' ? 16 : 4),
      localPort: program.port,
    };
  }

  private connection(): FakeSocket {
    const program = this.pick();
    const six = this.random() < 0.25;
    const datagram = this.random() < 0.08;
    const socket = this.blank(program, `${datagram ? 'udp' : 'tcp'}${six ? 6 : 4}`);
    const served = program.port !== 0 && this.random() < 0.7;
    const ephemeral = 32_768 + Math.floor(this.random() * 28_000);
    socket.state = datagram ? 'ESTABLISHED' : STATES[Math.floor(this.random() * STATES.length)]!;
    // Documentation addresses (RFC 5737, RFC 3849), so that no picture shows anybody's.
    socket.local = six ? documentation6(1) : Uint8Array.of(192, 0, 2, 10);
    socket.remote = six ? documentation6(this.random() * 0xffff) : this.remote4();
    // Who is still calling has been served nothing yet, and serves nobody.
    const calling = socket.state === 'SYN_SENT';
    const inbound = served && !calling;
    socket.localPort = inbound ? program.port : ephemeral;
    socket.remotePort = inbound ? ephemeral : this.random() < 0.8 ? 443 : 5432;
    socket.sent = calling ? 0 : Math.floor(this.random() ** 6 * 4e8);
    socket.received = calling ? 0 : Math.floor(this.random() ** 5 * 9e8);
    return socket;
  }

  private remote4(): Uint8Array {
    const network = this.random() < 0.5 ? [198, 51, 100] : [203, 0, 113];
    return Uint8Array.of(...network, 1 + Math.floor(this.random() * 254));
  }

  private blank(program: FakeProgram, table: TableName): FakeSocket {
    const serial = ++this.serial;
    return {
      serial,
      table,
      state: null,
      local: new Uint8Array(4),
      localPort: 0,
      remote: null,
      remotePort: 0,
      holders: this.holdersOf(program),
      uid: program.uid,
      sent: 0,
      received: 0,
    };
  }

  private pick(): FakeProgram {
    const total = PROGRAMS.reduce((sum, program) => sum + program.weight, 0);
    let at = this.random() * total;
    return PROGRAMS.find((program) => (at -= program.weight) < 0) ?? PROGRAMS[0]!;
  }

  /** One of the worker processes of a program. */
  private holdersOf(program: FakeProgram): Holders {
    const workers = this.workersOf(program);
    return workers[Math.floor(this.random() * workers.length)]!;
  }

  /** Four of a busy program, one of the others; each as the only holder of its connections. */
  private workersOf(program: FakeProgram): Holders[] {
    const workers =
      this.processes.get(program) ??
      Array.from({ length: program.weight > 9 ? 4 : 1 }, (_, index) => [
        {
          pid: 700 + 97 * PROGRAMS.indexOf(program) + 3 * index,
          startKey: String(index),
          startedAt: BOOT + 1000 * index,
          name: program.name,
          path: program.path,
          unit: null,
          container: null,
        },
      ]);
    this.processes.set(program, workers);
    return workers;
  }
}

function documentation6(host: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([0x20, 0x01, 0x0d, 0xb8]);
  bytes[14] = host >> 8;
  bytes[15] = host & 0xff;
  return bytes;
}
