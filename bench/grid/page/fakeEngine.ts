/** An engine in the page itself. It keeps numbers, not rows: what the page's heap holds is the page's. */
import { ALWAYS_COUNTED } from '../../../shared/abilities';
import type { Rights } from '../../../shared/abilities';
import type { Channel } from '../../../shared/channel';
import { PROTOCOL_VERSION } from '../../../shared/contract';
import type { EngineMessage, EngineStatus, PageMessage } from '../../../shared/contract';
import { seededRandom } from '../../../shared/random';
import { DEFAULT_READING, MAIN_TABLES } from '../../../shared/socket';
import type { MovedRow, SocketRow, SocketState } from '../../../shared/socket';

/** As the engine's Publisher has it */
const CHUNK_ROWS = 2000;
const PROGRAMS = ['nginx', 'postgres', 'redis-server', 'sshd', 'node', 'prometheus', 'curl', 'firefox'];
const STATES: SocketState[] = [
  'ESTABLISHED',
  'ESTABLISHED',
  'ESTABLISHED',
  'CLOSE_WAIT',
  'TIME_WAIT',
  'FIN_WAIT_2',
];

const ALL = { reach: 'all', why: null } as const;
const RIGHTS: Rights = {
  ...{ uid: 0, reset: ALL, finish: ALL, signal: ALL, suspend: true, couldElevate: false, resets: 'sockets' },
  namespace: { own: null, why: null },
};

/** Of the rows that an update is about: most only move their counters. */
const SHARES = { changed: 0.6, state: 0.1, replaced: 0.3 };

export class FakeEngine implements Channel {
  private listener: (message: unknown) => void = () => undefined;
  private readonly random = seededRandom(7);
  private readonly generations: Uint32Array;
  private readonly states: Uint8Array;
  private readonly sent: Float64Array;
  private readonly received: Float64Array;
  private seq = 0;
  private nextRow = 0;
  private readAt = 1_700_000_000_000;
  private acknowledged: () => void = () => undefined;

  constructor(private readonly rows: number) {
    this.generations = new Uint32Array(rows);
    this.states = new Uint8Array(rows);
    this.sent = new Float64Array(rows);
    this.received = new Float64Array(rows);
    for (let slot = 0; slot < rows; slot++) this.renew(slot);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
  }

  onClose(): void {
    // It stays for as long as the page.
  }

  close(): void {
    this.listener = () => undefined;
  }

  send(message: unknown): void {
    const { type, ...rest } = message as PageMessage;
    if (type === 'hello') setTimeout(() => this.welcome());
    if (type !== 'ack' || (rest as { seq: number }).seq !== this.seq) return;
    if (this.nextRow < this.rows) setTimeout(() => this.chunk());
    else this.acknowledged();
  }

  /** Resolves once the page has applied the update. */
  tick(churn: number): Promise<void> {
    const count = Math.round(this.rows * churn);
    const changed: SocketRow[] = [];
    const moved: MovedRow[] = [];
    const added: SocketRow[] = [];
    const removed: string[] = [];
    const seen = new Set<number>();
    while (seen.size < count) {
      const slot = Math.floor(this.random() * this.rows);
      if (seen.has(slot)) continue;
      seen.add(slot);
      const share = seen.size / count;
      if (share > 1 - SHARES.replaced) {
        removed.push(this.id(slot));
        this.renew(slot);
        added.push(this.row(slot));
        continue;
      }
      this.sent[slot]! += Math.floor(this.random() * 5000);
      this.received[slot]! += Math.floor(this.random() * 50_000);
      if (share >= SHARES.state) moved.push(this.moved(slot));
      else {
        this.states[slot] = Math.floor(this.random() * STATES.length);
        changed.push(this.row(slot));
      }
    }
    this.readAt += 1000;
    const done = this.untilAcknowledged();
    this.say({
      ...{ type: 'diff', seq: ++this.seq, added, changed, moved, removed, ended: [] },
      status: this.status(),
    });
    return done;
  }

  /** Resolves once the page has everything. */
  untilAcknowledged(): Promise<void> {
    return new Promise((resolve) => {
      this.acknowledged = resolve;
    });
  }

  private welcome(): void {
    this.say({
      ...{ type: 'welcome', version: PROTOCOL_VERSION, hostname: 'bench', backend: 'bench', demo: true },
      ...{ engineId: 'bench', missingPrivilege: null, rights: RIGHTS, services: {}, traffic: ALWAYS_COUNTED },
    });
    this.chunk();
  }

  private chunk(): void {
    const from = this.nextRow;
    const to = Math.min(from + CHUNK_ROWS, this.rows);
    this.nextRow = to;
    const rows = Array.from({ length: to - from }, (_, i) => this.row(from + i));
    const [first, last] = [from === 0, to === this.rows];
    this.say({ type: 'snapshot', seq: ++this.seq, first, last, rows, status: this.status() });
  }

  private say(message: EngineMessage): void {
    this.listener(message);
  }

  private renew(slot: number): void {
    this.generations[slot]!++;
    this.states[slot] = Math.floor(this.random() * STATES.length);
    this.sent[slot] = Math.floor(this.random() * 1e7);
    this.received[slot] = Math.floor(this.random() * 1e8);
  }

  private id(slot: number): string {
    return `4026531840.${slot.toString(16)}-${this.generations[slot]!.toString(16)}`;
  }

  private row(slot: number): SocketRow {
    const hash = Math.imul(slot + this.generations[slot]! * 31, 0x9e3779b1) >>> 0;
    const program = hash % PROGRAMS.length;
    const name = PROGRAMS[program]!;
    // Property by property: objects that are put together otherwise take more memory than a message's.
    return {
      id: this.id(slot),
      protocol: 'tcp',
      family: 4,
      type: 'stream',
      state: STATES[this.states[slot]!]!,
      localAddress: `10.0.${program}.5`,
      localPort: 1024 + (hash % 60_000),
      remoteAddress: `198.51.${(hash >> 8) & 255}.${(hash >> 16) & 255}`,
      remotePort: 443,
      dualStack: null,
      namespace: 'host',
      pid: 800 + (hash % 200),
      processName: name,
      processPath: `/usr/bin/${name}`,
      processStartedAt: 1_690_000_000_000,
      unit: null,
      container: null,
      user: 'root',
      uid: 0,
      owner: 'known',
      holders: 1,
      inode: slot,
      createdAt: null,
      firstSeenAt: this.readAt,
      destroyedAt: null,
      bytesSent: this.sent[slot]!,
      bytesReceived: this.received[slot]!,
      receiveQueue: 0,
      sendQueue: 0,
      rtt: 12,
      retransmits: 0,
      segmentsSent: 0,
      segmentsReceived: 0,
      direction: 'outbound',
      interface: 'eth0',
      parentPid: 1,
      parentName: 'systemd',
      commandLine: null,
      program: null,
    };
  }

  private moved(slot: number): MovedRow {
    return {
      id: this.id(slot),
      bytesSent: this.sent[slot]!,
      bytesReceived: this.received[slot]!,
      receiveQueue: 0,
      sendQueue: 0,
      rtt: 12,
      retransmits: 0,
      segmentsSent: 0,
      segmentsReceived: 0,
    };
  }

  private status(): EngineStatus {
    return {
      ...{ readAt: this.readAt, tookMs: 1, endpoints: this.rows, established: 0, listening: 0, timeWait: 0 },
      ...{
        closeWait: 0,
        hiddenOwners: 0,
        problems: [],
        reading: DEFAULT_READING,
        available: [...MAIN_TABLES],
      },
      ...{ missedEvents: 0, intervalMs: 1000, paused: false },
    };
  }
}
