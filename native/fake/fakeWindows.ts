/** The demonstration of a Windows machine: its programs and services, what can be done there, and how traffic is counted. */
import { reasonByKind } from '../../shared/abilities';
import type { Rights, Traffic } from '../../shared/abilities';
import type { SocketDetails } from '../../shared/details';
import type { ProcessAction, ProcessIdentity, SocketAction } from '../../shared/orders';
import { PROTOCOLS, protocolOf, SOCKET_TYPES, stateCode } from '../../shared/socket';
import type { Family, ReadingOptions } from '../../shared/socket';
import { NOBODY } from '../../shared/socketTable';
import type { Holders, SocketTable } from '../../shared/socketTable';
import type { Attempt, OwnerLookup, ProcessEntry, TableSource } from '../backend';
import { readGroups } from '../windows/details';
import { FakeBackend } from './fakeBackend';
import { RULES } from './scenarios';
import { WindowsInventor } from './windowsInventor';
import type { WindowsSocket, WindowsTraffic } from './windowsInventor';
import { LINK, OWN_ADDRESSES, OWN_PID, WINDOWS_INTERFACES, WINDOWS_PROGRAMS } from './windowsMachine';
import type { WindowsProgram } from './windowsMachine';

const RULE = RULES.windows;
const COUNTED: readonly (keyof WindowsTraffic)[] = [
  ...(['bytesSent', 'bytesReceived', 'segmentsSent', 'segmentsReceived', 'rtt', 'retransmits'] as const),
];
const ALL = { reach: 'all', why: null } as const;
const NO_FINISH =
  'Windows closes no connection in order for somebody else: only its own process can. It can be reset.';
const NO_RESET6 =
  'Resetting IPv6 connections is switched off: Windows has no documented call for it. End the process instead.';
const { loopback4, loopback6, lan4, global6, link6 } = OWN_ADDRESSES;
/** By the number of the interface */
const OWN: readonly (readonly [index: number, own: readonly Uint8Array[]])[] = [
  [1, [loopback4, loopback6]],
  [LINK, [lan4, global6, link6]],
];

export class FakeWindows extends FakeBackend {
  private readonly own = new WindowsInventor();
  private living: WindowsSocket[];
  private alive: readonly WindowsProgram[] = WINDOWS_PROGRAMS;
  private readonly holders = new Map<WindowsProgram, Holders>();
  private rounds = 0;
  /** Sockets that are counted, by serial */
  private counted: ReadonlySet<number> = new Set();

  constructor() {
    super('windows');
    this.living = this.own.waiting();
    this.fill();
  }

  override readTable({ table: name }: TableSource, _options: ReadingOptions, into: SocketTable): void {
    if (name === this.tables[0] && this.rounds++ > 0) this.passTime();
    for (const socket of this.living) if (socket.table === name) append(socket, into);
  }

  override readOwners(table: SocketTable): OwnerLookup {
    const bySerial = new Map(this.living.map((socket) => [socket.serial, socket]));
    return {
      complete: true,
      holdersOf: (row) => {
        const socket = bySerial.get(table.columns.idLow[row]!);
        // What is left of a connection is nobody's any more.
        return socket === undefined || socket.state === 'TIME_WAIT' ? NOBODY : this.holdersBy(socket.owner);
      },
    };
  }

  override traffic(): Traffic {
    return { counted: 'watched', why: null };
  }

  override watchTraffic(table: SocketTable, rows: readonly number[]): void {
    const { columns } = table;
    const before = this.counted;
    this.counted = new Set(rows.map((row) => columns.idLow[row]!));
    const bySerial = new Map(this.living.map((socket) => [socket.serial, socket]));
    for (const row of rows) {
      const socket = bySerial.get(columns.idLow[row]!);
      if (socket?.remote == null || socket.state === 'TIME_WAIT' || socket.state === 'SYN_SENT') continue;
      if (!before.has(socket.serial)) begin(socket.traffic);
      for (const name of COUNTED) columns[name][row] = socket.traffic[name];
    }
  }

  override details(table: SocketTable, row: number): SocketDetails | null {
    const socket = this.living.find(({ serial }) => serial === table.columns.idLow[row]);
    if (socket === undefined) return null;
    return {
      groups: readGroups(this, this.traffic(), null, table, row),
      holders: table.holders[row]!.map((process) => ({
        ...process,
        user: process.user ?? null,
        ...{ uid: null, descriptors: [] },
      })),
    };
  }

  override close(table: SocketTable, row: number, action: SocketAction): Attempt {
    const index = this.living.findIndex(({ serial }) => serial === table.columns.idLow[row]);
    const socket = this.living[index];
    if (socket === undefined) return { outcome: 'gone', message: null };
    const why = reasonAgainst(socket, action);
    if (why !== null) return { outcome: 'refused', message: why };
    this.living.splice(index, 1);
    return { outcome: 'done', message: null };
  }

  override async act(
    { pid, startedAt }: ProcessIdentity,
    action: ProcessAction,
    _patienceMs: number,
    signal: AbortSignal,
  ): Promise<Attempt> {
    if (signal.aborted) return { outcome: 'stopped', message: null };
    if (!this.alive.some((each) => each.pid === pid && each.startedAt === startedAt))
      return { outcome: 'gone', message: null };
    if (pid === 4)
      return { outcome: 'refused', message: 'This is the system itself: Windows lets nobody act on it.' };
    if (action === 'suspend' || action === 'resume')
      return { outcome: 'refused', message: 'This system cannot suspend processes.' };
    this.alive = this.alive.filter((each) => each.pid !== pid);
    this.living = this.living.filter(({ owner, state }) => owner.pid !== pid || state === 'TIME_WAIT');
    return { outcome: 'done', message: null };
  }

  override processes(): ProcessEntry[] {
    return this.alive.map(({ pid, startedAt, parentPid, name, path, user }) => {
      return { pid, startedAt: startedAt!, parentPid, name, path, user };
    });
  }

  override ancestors(): ProcessIdentity[] {
    return this.alive
      .filter(({ pid }) => pid === OWN_PID || pid === 5120)
      .map(({ pid, startedAt }) => ({ pid, startedAt: startedAt! }))
      .reverse();
  }

  override rights(): Rights {
    return {
      ...{ uid: null, reset: ALL, reset6: { reach: 'none', why: NO_RESET6 }, resets: 'connections' },
      ...{ finish: { reach: 'none', why: NO_FINISH }, signal: ALL, suspend: false, couldElevate: false },
      namespace: { own: null, why: null },
    };
  }

  override missingPrivilege(): string | null {
    return null;
  }

  /** Windows has no numbers of users. */
  override user(): string | null {
    return null;
  }

  override interface(index: number): string {
    return WINDOWS_INTERFACES.get(index) ?? String(index);
  }

  override interfaceOf(bytes: Uint8Array, offset: number, family: Family): string | null {
    const address = Buffer.from(bytes.subarray(offset, offset + (family === 4 ? 4 : 16)));
    const found = OWN.find(([, own]) => own.some((each) => address.equals(each)));
    return found === undefined ? null : this.interface(found[0]);
  }

  override dispose(): void {
    this.living = [];
  }

  private holdersBy(owner: WindowsProgram): Holders {
    let holders = this.holders.get(owner);
    if (holders === undefined) this.holders.set(owner, (holders = [owner]));
    return holders;
  }

  private passTime(): void {
    const { own } = this;
    for (const socket of this.living) {
      if (socket.state === 'ESTABLISHED' && own.random() < RULE.traffic) own.move(socket);
      if (socket.state === 'ESTABLISHED' && own.random() < RULE.churn / 2) socket.state = 'TIME_WAIT';
    }
    this.living = this.living.filter(({ remote }) => remote === null || own.random() >= RULE.churn);
    this.fill();
  }

  private fill(): void {
    while (this.living.length < RULE.sockets) {
      const socket = this.own.connection();
      // A program that has ended connects to nothing any more.
      if (this.alive.includes(socket.owner)) this.living.push(socket);
      else if (!this.alive.some(({ weight }) => weight > 0)) return;
    }
  }
}

function reasonAgainst({ table, state }: WindowsSocket, action: SocketAction): string | null {
  const byKind = reasonByKind(action, protocolOf(table), state, 'connections');
  if (byKind !== null) return byKind;
  if (action === 'finish') return NO_FINISH;
  return table === 'tcp6' ? NO_RESET6 : null;
}

/** Windows counts from when it is told to. */
function begin(traffic: WindowsTraffic): void {
  traffic.bytesSent = traffic.bytesReceived = traffic.segmentsSent = traffic.segmentsReceived = 0;
  traffic.retransmits = 0;
}

function append(socket: WindowsSocket, into: SocketTable): void {
  const row = into.append();
  const c = into.columns;
  c.idLow[row] = socket.serial;
  c.protocol[row] = PROTOCOLS.indexOf(socket.table.startsWith('tcp') ? 'tcp' : 'udp');
  c.family[row] = socket.table.endsWith('4') ? 4 : 6;
  c.type[row] = SOCKET_TYPES.indexOf(c.protocol[row] === 0 ? 'stream' : 'dgram');
  c.state[row] = stateCode(socket.state);
  c.localPort[row] = socket.localPort;
  into.addresses.set(socket.local, 32 * row);
  if (socket.remote !== null) {
    c.hasRemote[row] = 1;
    c.remotePort[row] = socket.remotePort;
    into.addresses.set(socket.remote, 32 * row + 16);
  }
  c.interfaceIndex[row] = socket.zone;
  c.createdAt[row] = socket.createdAt;
  if (socket.state !== 'TIME_WAIT') c.tablePid[row] = socket.owner.pid;
}
