/** Invents sockets one by one: always the same ones, in the same order. */
import { seededRandom } from '../../shared/random';
import type { AddressClass } from '../../shared/rowFacts';
import type { ProcessInfo, SocketState, TableName } from '../../shared/socket';
import type { Holders } from '../../shared/socketTable';
import { inventEndpoints } from './fakeNetwork';
import { PROGRAMS } from './scenarios';
import type { FakeProgram } from './scenarios';

export interface FakeSocket {
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
  /** The interface of link-local addresses, by number; else 0 */
  zone: number;
  /** ms; NaN where there is none */
  rtt: number;
  retransmits: number;
  receiveQueue: number;
  sendQueue: number;
}

/** The moment all invented processes started: 2026-01-05 08:00 UTC. */
export const BOOT = Date.UTC(2026, 0, 5, 8);
/** Usual round-trip times, in ms. */
const ROUND_TRIPS: Partial<Record<AddressClass, number>> = {
  ...{ loopback: 0.04, 'link-local': 0.3, private: 0.8, public: 40 },
};
const STATES: readonly SocketState[] = [
  ...new Array<SocketState>(14).fill('ESTABLISHED'),
  'TIME_WAIT',
  'TIME_WAIT',
  'CLOSE_WAIT',
  'FIN_WAIT_2',
  'SYN_SENT',
];

/** What the one end of a connection sees while the other one is in this state. */
const OTHER_ENDS: Partial<Record<SocketState, SocketState>> = {
  CLOSE_WAIT: 'FIN_WAIT_2',
  FIN_WAIT_2: 'CLOSE_WAIT',
};

/** Whose the other end of a connection within this machine is. */
const CLIENT = PROGRAMS.find(({ name }) => name === 'node')!;

export class Inventor {
  readonly random = seededRandom(20_260_105);
  /** Of what was added to the invention later: the rest stays as it was. */
  private readonly traits = seededRandom(4711);
  /** The other end of a connection within this machine, which is to be listed next. */
  private peer: FakeSocket | null = null;
  /** Programs that serve IPv6 */
  private readonly dual = new Set<FakeProgram>();
  private readonly processes = new Map<FakeProgram, Holders[]>();
  /** Programs that have a process left */
  private alive: readonly FakeProgram[] = PROGRAMS;
  private serial = 0;

  /** The socket that a program serves its port with. */
  listener(program: FakeProgram): FakeSocket {
    const table: TableName =
      program.port === 53 || program.port === 323 ? 'udp4' : this.random() < 0.3 ? 'tcp6' : 'tcp4';
    if (table === 'tcp6') this.dual.add(program);
    return {
      ...this.blank(program, table),
      // Of a listener: how many wait to be accepted, and how many may.
      ...(table === 'udp4' ? {} : { receiveQueue: program.weight > 20 ? 3 : 0, sendQueue: 511 }),
      holders: this.workersOf(program).flat(), // forked after it was opened, they share it
      state: table === 'udp4' ? null : 'LISTEN',
      local: new Uint8Array(table === 'tcp6' ? 16 : 4),
      localPort: program.port,
    };
  }

  connection(): FakeSocket {
    const { peer } = this;
    this.peer = null;
    if (peer !== null) return peer;
    const program = this.pick();
    let six = this.random() < 0.25;
    const datagram = this.random() < 0.08;
    const socket = this.blank(program, `${datagram ? 'udp' : 'tcp'}${six ? 6 : 4}`);
    const served = program.port !== 0 && this.random() < 0.7;
    const ephemeral = 32_768 + Math.floor(this.random() * 28_000);
    socket.state = datagram ? 'ESTABLISHED' : STATES[Math.floor(this.random() * STATES.length)]!;
    // Who is still calling has been served nothing yet, and serves nobody.
    const calling = socket.state === 'SYN_SENT';
    const inbound = served && !calling && !datagram;
    if (inbound && six && !this.dual.has(program)) {
      six = false; // nobody listens there
      socket.table = 'tcp4';
    }
    const ends = inventEndpoints(six ? 6 : 4, inbound, this.traits);
    socket.local = ends.local;
    socket.remote = ends.remote;
    socket.zone = ends.zone;
    socket.localPort = inbound ? program.port : ephemeral;
    socket.remotePort = inbound ? ephemeral : this.random() < 0.8 ? 443 : 5432;
    socket.sent = calling ? 0 : Math.floor(this.random() ** 6 * 4e8);
    socket.received = calling ? 0 : Math.floor(this.random() ** 5 * 9e8);
    if (!datagram && !calling) {
      socket.rtt = microseconds(ROUND_TRIPS[ends.kind]! * (0.5 + 3 * this.traits() ** 3));
      socket.retransmits = this.traits() < 0.25 ? Math.floor(this.traits() ** 3 * 40) : 0;
    }
    if (socket.state === 'CLOSE_WAIT') socket.receiveQueue = 1 + Math.floor(this.traits() * 4000);
    // Of a connection that is over for both the other end is gone.
    if (ends.kind === 'loopback' && socket.state !== 'TIME_WAIT' && this.alive.includes(CLIENT))
      this.peer = this.otherEnd(socket);
    return socket;
  }

  /** The client of a connection within this machine. */
  private otherEnd(socket: FakeSocket): FakeSocket {
    return {
      ...socket,
      ...this.blank(CLIENT, socket.table),
      ...{ state: OTHER_ENDS[socket.state!] ?? 'ESTABLISHED', rtt: socket.rtt },
      ...{ local: socket.remote!, localPort: socket.remotePort },
      ...{ remote: socket.local, remotePort: socket.localPort },
      ...{ sent: socket.received, received: socket.sent },
    };
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
      zone: 0,
      rtt: NaN,
      retransmits: 0,
      receiveQueue: 0,
      sendQueue: 0,
    };
  }

  private pick(): FakeProgram {
    const { alive } = this;
    const total = alive.reduce((sum, program) => sum + program.weight, 0);
    let at = this.random() * total;
    return alive.find((program) => (at -= program.weight) < 0) ?? alive[0]!;
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
          unit: program.unit,
          container: program.container,
          // The workers are the first one's children.
          parentPid: index === 0 ? program.parent[0] : 700 + 97 * PROGRAMS.indexOf(program),
          parentName: index === 0 ? program.parent[1] : program.name,
        },
      ]);
    this.processes.set(program, workers);
    return workers;
  }

  /** Whether there is nobody left to open sockets. */
  get isDeserted(): boolean {
    return this.alive.length === 0;
  }

  /** Every process that is left, with its program. */
  living(): { process: ProcessInfo; program: FakeProgram }[] {
    return PROGRAMS.flatMap((program) =>
      this.workersOf(program)
        .flat()
        .map((process) => ({ process, program })),
    );
  }

  /** Lets a process end: no socket will be its own any more. */
  end(pid: number): void {
    for (const program of PROGRAMS) {
      const left = this.workersOf(program).filter(([process]) => process!.pid !== pid);
      this.processes.set(program, left);
    }
    this.alive = PROGRAMS.filter((program) => this.workersOf(program).length > 0);
    if (this.peer?.holders.some((process) => process.pid === pid) === true) this.peer = null;
  }

  /** Lets a connection carry something. */
  move(socket: FakeSocket): void {
    socket.sent += Math.floor(this.random() * 9000);
    socket.received += Math.floor(this.random() * 60_000);
    socket.rtt = microseconds(socket.rtt * (0.85 + 0.3 * this.traits()));
    if (this.traits() < 0.03) socket.retransmits++;
    socket.sendQueue = this.traits() < 0.06 ? Math.floor(this.traits() * 64_000) : 0;
    socket.receiveQueue = this.traits() < 0.04 ? Math.floor(this.traits() * 16_000) : 0;
  }
}

function microseconds(ms: number): number {
  return Math.round(1000 * ms) / 1000;
}
