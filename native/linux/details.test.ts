import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FactValue, SocketDetails } from '../../shared/details';
import { PROTOCOLS } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { OptionSetting } from './fixtures/optionSocket';
import { asUser, closeDescriptor, optionSocket } from './fixtures/optionSocket';
import { eventually, needsLinux, needsRoot, needsSs } from './fixtures/needs';
import { NOBODY, Stage } from './fixtures/stage';
import type { Actor, Opened } from './fixtures/stage';
import { LinuxBackend } from './linuxBackend';
import { SockDiag } from './sockDiag';

let stage: Stage;
let server: Actor;
let client: Actor;
let backend: LinuxBackend;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client] = await Promise.all([stage.actor(), stage.actor()]);
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  backend = new LinuxBackend();
});
afterEach(() => backend?.dispose());

/** One reading with its holders, as the engine takes it. */
function read(own: LinuxBackend = backend): SocketTable {
  const table = new SocketTable();
  const options = {
    protocols: ['tcp', 'udp', 'unix', 'netlink'] as const,
    bound: true,
    namespaces: false,
    commandLines: false,
  };
  for (const source of own.sources(options)) own.readTable(source, options, table);
  const owners = own.readOwners(table);
  for (let row = 0; row < table.length; row++) table.holders[row] = owners.holdersOf(row);
  return table;
}

function rowOf(table: SocketTable, localPort: number, remotePort = 0): number {
  for (let row = 0; row < table.length; row++) {
    const { columns } = table;
    if (columns.localPort[row] === localPort && columns.remotePort[row] === remotePort) return row;
  }
  throw new Error(`no socket from ${localPort} to ${remotePort}`);
}

function look(localPort: number, remotePort = 0): SocketDetails {
  const table = read();
  return backend.details(table, rowOf(table, localPort, remotePort))!;
}

/** The facts of some groups, by name. */
function facts(details: SocketDetails, ...groups: string[]): Record<string, FactValue> {
  return Object.fromEntries(
    details.groups
      .filter(({ name }) => groups.length === 0 || groups.includes(name))
      .flatMap((group) => group.facts.map(({ name, value }) => [name, value])),
  );
}

function noteOf(details: SocketDetails, group: string): string | null | undefined {
  return details.groups.find(({ name }) => name === group)?.note;
}

interface Pair {
  listener: Opened;
  near: Opened;
  far: number;
}

async function connect(host = '127.0.0.1', reads = true): Promise<Pair> {
  const listener = await server.do('listen', { host, reads });
  const near = await client.do('connect', { host, port: listener.port });
  const far = await server.do('accepted', { handle: listener.handle, port: near.port });
  return { listener, near, far };
}

describe('a connection', () => {
  it('agrees with ss in every number', async (context) => {
    needsSs(context);
    const { listener, near, far } = await connect();
    await client.do('write', { handle: near.handle, bytes: 300_000 });
    await server.do('received', { handle: far, bytes: 300_000 });
    await server.do('write', { handle: far, bytes: 5000 });
    await client.do('received', { handle: near.handle, bytes: 5000 });
    const filter = `sport = :${near.port} and dport = :${listener.port}`;
    await eventually(() => {
      const before = ss(filter);
      const told = facts(look(near.port, listener.port));
      const table = read();
      const row = table.row(rowOf(table, near.port, listener.port), backend);
      // Delayed ACKs still come in: what two witnesses saw must have been the same before and after.
      expect(ss(filter).stable).toBe(before.stable);
      const number = (pattern: RegExp): number => Number(pattern.exec(before.text)?.[1] ?? 0);
      const us = (ms: number): number => Math.round(ms * 1000);
      expect([row.segmentsSent, row.segmentsReceived]).toEqual([
        number(/ segs_out:(\d+)/),
        number(/ segs_in:(\d+)/),
      ]);
      expect(told).toMatchObject({
        rtt: us(number(/ rtt:([\d.]+)\//)),
        rttVariance: us(number(/ rtt:[\d.]+\/([\d.]+)/)),
        minRtt: us(number(/ minrtt:([\d.]+)/)),
        rto: us(number(/ rto:(\d+)/)),
        sendMss: number(/ mss:(\d+)/),
        receiveMss: number(/ rcvmss:(\d+)/),
        advertisedMss: number(/ advmss:(\d+)/),
        pathMtu: number(/ pmtu:(\d+)/),
        congestionWindow: number(/ cwnd:(\d+)/),
        bytesSentWithRetransmissions: number(/ bytes_sent:(\d+)/),
        bytesAcked: number(/ bytes_acked:(\d+)/),
        bytesReceived: number(/ bytes_received:(\d+)/),
        segmentsOut: number(/ segs_out:(\d+)/),
        segmentsIn: number(/ segs_in:(\d+)/),
        dataSegmentsOut: number(/ data_segs_out:(\d+)/),
        dataSegmentsIn: number(/ data_segs_in:(\d+)/),
        delivered: number(/ delivered:(\d+)/),
        sendWindow: number(/ snd_wnd:(\d+)/),
        receiveSpace: number(/ rcv_space:(\d+)/),
        receiveThreshold: number(/ rcv_ssthresh:(\d+)/),
        sendScale: number(/ wscale:(\d+),/),
        receiveScale: number(/ wscale:\d+,(\d+)/),
        appLimited: before.text.includes(' app_limited'),
        timestamps: / ts /.test(before.text),
        sack: / sack /.test(before.text),
        receiveMemory: number(/skmem:\(r(\d+)/),
        receiveLimit: number(/,rb(\d+)/),
        sendLimit: number(/,tb(\d+)/),
        optionMemory: number(/,o(\d+)/),
        drops: number(/,d(\d+)\)/),
        inode: number(/ ino:(\d+)/),
      });
      // ss gives rates in bits a second.
      expect(Math.round(Number(told['pacingRate']) * 8)).toBe(number(/ pacing_rate (\d+)bps/));
      const algorithm = / (?:sack|ts) (\w+) wscale/.exec(before.text)?.[1];
      expect(told['congestionControl']).toBe(algorithm);
    });
  });

  /** What ss says of one socket, and of it what does not change with the time of day. */
  function ss(filter: string): { text: string; stable: string } {
    const text = execFileSync('ss', ['-tienmOH', filter], { encoding: 'utf8' }).replace(/\s+/g, ' ');
    return { text, stable: text.replace(/(last\w+|timer|busy)[: ]\S+/g, '') };
  }

  it('names who holds it, under which descriptors', async () => {
    const { listener, near } = await connect('::1');
    const { holders } = look(near.port, listener.port);
    expect(holders).toHaveLength(1);
    const [holder] = holders;
    expect(holder).toMatchObject({ pid: client.pid, parentPid: process.pid, uid: process.geteuid!() });
    expect(holder!.user).toBe(execFileSync('id', ['-nu'], { encoding: 'utf8' }).trim());
    expect(holder!.descriptors).toHaveLength(1);
    const inode = facts(look(near.port, listener.port), 'state')['inode'];
    expect(fs.readlinkSync(`/proc/${client.pid}/fd/${holder!.descriptors[0]}`)).toBe(
      `socket:[${String(inode)}]`,
    );
  });

  it('tells the timer that is running', async () => {
    const { listener, near, far } = await connect('127.0.0.1', false);
    expect(facts(look(near.port, listener.port), 'state')).toMatchObject({ timer: 'none' });
    // Nobody reads: the window closes and is probed.
    await client.do('flood', { handle: near.handle, bytes: 20_000_000 });
    await eventually(() => {
      expect(facts(look(near.port, listener.port), 'state')).toMatchObject({
        timer: 'zero-window probe',
        timerExpires: expect.any(Number),
      });
    });
    const told = facts(look(near.port, listener.port));
    expect(told['sendQueue']).toBeGreaterThan(0);
    expect(told['notSentBytes']).toBeGreaterThan(0);
    await server.do('reset', { handle: far });
  });

  it('in TIME_WAIT has a timer, and neither options nor owner', async () => {
    const { listener, near, far } = await connect();
    read(); // its cookie is its own from now on
    await client.do('shutdown', { handle: near.handle });
    await server.do('ending', { handle: far });
    await server.do('close', { handle: far });
    const details = await eventually(() => {
      const now = look(near.port, listener.port);
      expect(facts(now, 'state')).toMatchObject({ state: 'Time Wait', timer: 'TIME_WAIT' });
      return now;
    });
    const { timerExpires } = facts(details, 'state');
    expect(timerExpires).toBeGreaterThan(0);
    expect(timerExpires).toBeLessThanOrEqual(60_000);
    // Of the network only its mark, and that only for those with CAP_NET_ADMIN.
    expect(details.groups.map(({ name }) => name).filter((name) => name !== 'network')).toEqual(['state']);
    expect(details.holders).toEqual([]);
  });

  it('that has ended is null, also when another one has its endpoints', async () => {
    const { listener, near, far } = await connect();
    const stale = read();
    const row = rowOf(stale, near.port, listener.port);
    expect(backend.details(stale, row)).not.toBeNull();
    await client.do('reset', { handle: near.handle });
    await server.do('ending', { handle: far });
    expect(backend.details(stale, row)).toBeNull();
    await client.do('connect', { host: '127.0.0.1', port: listener.port, localPort: near.port });
    expect(backend.details(stale, row)).toBeNull();
    expect(look(near.port, listener.port)).not.toBeNull();
  });
});

describe('other sockets', () => {
  it('a listener tells who waits and how many may', async () => {
    const { port } = await server.do('listen', { host: '127.0.0.1', backlog: 7 });
    server.freeze();
    try {
      const waiting = net.connect({ port, host: '127.0.0.1' });
      await new Promise((resolve) => waiting.once('connect', resolve));
      const details = look(port);
      expect(facts(details, 'queues')).toEqual({ backlogWaiting: 1, backlogLimit: 7 });
      expect(facts(details)).not.toHaveProperty('rtt');
      const far = look(port, (waiting.address() as net.AddressInfo).port);
      expect(noteOf(far, 'options')).toBe(
        'No process has a descriptor of this socket, so its options cannot be read.',
      );
      waiting.destroy();
    } finally {
      server.thaw();
    }
  });

  it('listeners that share a port are told apart', async () => {
    const [first, { port }] = await stage.listener('reusePort', 1);
    const [second] = await stage.listener('reusePort', 1, port);
    const table = read();
    const rows = Array.from({ length: table.length }, (_, row) => row).filter(
      (row) => table.columns.localPort[row] === port && table.columns.remotePort[row] === 0,
    );
    const told = rows.map((row) => backend.details(table, row)!);
    expect(told.map(({ holders }) => holders[0]!.pid).sort()).toEqual([first.pid, second.pid].sort());
    for (const [i, details] of told.entries()) {
      expect(facts(details, 'state')['inode']).toBe(table.columns.inode[rows[i]!]);
      expect(facts(details, 'options')).toMatchObject({ reusePort: true });
    }
  });

  it('one for which the kernel answers with another socket, as for raw ones, is not taken for gone', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => client.do('udp', { host: '127.0.0.1' })));
    const table = read();
    const asked = SockDiag.prototype.get;
    vi.spyOn(SockDiag.prototype, 'get').mockImplementation(function (
      this: SockDiag,
      inet,
      of,
      _row,
      ...rest
    ) {
      return asked.call(this, inet, of, rowOf(table, other!.port), ...rest);
    });
    try {
      const row = rowOf(table, one!.port);
      expect(facts(backend.details(table, row)!, 'state')['inode']).toBe(table.columns.inode[row]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it.each([
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['0.0.0.0', undefined],
    ['127.0.0.1', 'connected'],
    ['::1', 'connected'],
  ])('UDP on %s, %s', async (host, connected) => {
    const peer = await server.do('udp', { host: host.includes(':') ? '::1' : '127.0.0.1' });
    const to = { host: host.includes(':') ? '::1' : '127.0.0.1', port: peer.port };
    const udp = await client.do('udp', { host, ...(connected === undefined ? {} : { peer: to }) });
    const remotePort = connected === undefined ? 0 : peer.port;
    const table = read();
    const asked = vi.spyOn(SockDiag.prototype, 'ask');
    const details = backend.details(table, rowOf(table, udp.port, remotePort))!;
    expect(asked).not.toHaveBeenCalled(); // found at once, not by a dump
    asked.mockRestore();
    expect(facts(details, 'state')).toMatchObject({
      state: connected === undefined ? 'unconnected' : 'Established',
    });
    expect(facts(details, 'memory')['receiveLimit']).toBeGreaterThan(0);
    expect(facts(details, 'options')).toMatchObject({ receiveBuffer: expect.any(Number) });
    expect(details.holders[0]).toMatchObject({ pid: client.pid });
  });

  it('UNIX: peer, queues and memory', async () => {
    const file = stage.file('unix.sock');
    const listening = net.createServer({ pauseOnConnect: true }).listen(file);
    await new Promise((resolve) => listening.once('listening', resolve));
    const near = net.connect(file);
    await new Promise((resolve) => near.write(Buffer.alloc(1000), resolve));
    await eventually(() => {
      const table = read();
      const rows = Array.from({ length: table.length }, (_, row) => row).filter(
        (row) => table.localNames[row] === file,
      );
      const told = rows.map((row) => facts(backend.details(table, row)!));
      const listener = told.find(({ state }) => state === 'Listen')!;
      expect(listener).toMatchObject({ type: 'stream', backlogLimit: 511, fileInode: fs.statSync(file).ino });
      const accepted = told.find(({ state }) => state === 'Established')!;
      expect(accepted).toMatchObject({
        receiveQueue: 1000,
        peerInode: expect.any(Number),
        passCredentials: false,
      });
      expect(accepted['receiveLimit']).toBeGreaterThan(0);
    });
    near.destroy();
    listening.close();
  });

  it('Netlink and others: what the row has', () => {
    const table = read();
    const row = Array.from({ length: table.length }, (_, i) => i).find(
      (i) => PROTOCOLS[table.columns.protocol[i]!] === 'netlink',
    )!;
    expect(backend.details(table, row)).toMatchObject({ groups: expect.any(Array) });
  });
});

describe('live options', () => {
  beforeEach(needsRoot);

  /** An actor that holds a socket with these options, on its descriptor 4. */
  async function holding(
    type: 'tcp' | 'udp',
    port: number,
    settings: readonly OptionSetting[],
    options: { uid?: number; executable?: string } = {},
  ): Promise<Actor> {
    const fd = optionSocket(type, port, settings);
    try {
      return await stage.actor({ ...options, fd });
    } finally {
      closeDescriptor(fd);
    }
  }

  it('of TCP are those that were set', async () => {
    const { port } = await server.do('listen', { host: '127.0.0.1' });
    const actor = await holding('tcp', port, [
      [1, 13, 1, 7], // SO_LINGER
      [1, 9, 1], // SO_KEEPALIVE
      [1, 8, 40_000], // SO_RCVBUF
      [1, 7, 50_000], // SO_SNDBUF
      [1, 20, 3, 0, 500_000, 0], // SO_RCVTIMEO: 3.5 s
      [1, 36, 0xabc], // SO_MARK
      [6, 1, 1], // TCP_NODELAY
      [6, 4, 90], // TCP_KEEPIDLE
      [6, 5, 11], // TCP_KEEPINTVL
      [6, 6, 4], // TCP_KEEPCNT
      [6, 18, 12_345], // TCP_USER_TIMEOUT
      [6, 25, 16_384], // TCP_NOTSENT_LOWAT
      [0, 2, 77], // IP_TTL
      [0, 1, 0x10], // IP_TOS, which sets a priority, too
      [1, 12, 5], // SO_PRIORITY
      [0, 10, 0], // IP_MTU_DISCOVER
      [0, 15, 1], // IP_FREEBIND
    ]);
    const local = portOf(actor.pid, 4);
    const details = look(local, port);
    expect(details.holders[0]).toMatchObject({ pid: actor.pid, descriptors: [4] });
    expect(facts(details)).toMatchObject({
      ...{ linger: 7000, keepalive: true, receiveBuffer: 80_000, sendBuffer: 100_000, receiveTimeout: 3500 },
      ...{ sendTimeout: 'none', priority: 5, mark: '0xabc', noDelay: true, cork: false },
      ...{ keepaliveIdle: 90_000, keepaliveInterval: 11_000, keepaliveCount: 4, userTimeout: 12_345 },
      ...{ notSentLowWater: 16_384, ttl: 77, tos: '0x10', dscp: 4, mtuDiscovery: 'never', freebind: true },
      ...{ reuseAddress: false, transparent: false, timer: 'keepalive' },
    });
    for (const { note } of details.groups) expect(note).toBeNull();
  });

  it('of UDP are those that were set', async () => {
    const port = 40_321;
    const actor = await holding('udp', port, [
      [1, 6, 1], // SO_BROADCAST
      [1, 2, 1], // SO_REUSEADDR
      [1, 29, 1], // SO_TIMESTAMP
      [0, 33, 9], // IP_MULTICAST_TTL
      [0, 11, 1], // IP_RECVERR
    ]);
    const details = look(port);
    expect(details.holders[0]).toMatchObject({ pid: actor.pid });
    expect(facts(details)).toMatchObject({
      ...{
        broadcast: true,
        reuseAddress: true,
        receiveTimestamps: true,
        multicastTtl: 9,
        receiveErrors: true,
      },
    });
    expect(facts(details)).not.toHaveProperty('noDelay');
  });

  it('are read without touching the socket: nothing is closed, read or left behind', async () => {
    const { listener, near, far } = await connect();
    const open = (): number => fs.readdirSync('/proc/self/fd').length;
    const table = read();
    const row = rowOf(table, near.port, listener.port);
    backend.details(table, row);
    const before = open();
    for (let i = 0; i < 50; i++) backend.details(table, row);
    expect(open()).toBe(before);
    await client.do('write', { handle: near.handle, bytes: 10 });
    expect(await server.do('received', { handle: far, bytes: 10 })).toBe(10);
    // The FIN comes as soon as its own process closes.
    await client.do('close', { handle: near.handle });
    expect(await server.do('ending', { handle: far })).toBe('end');
  });

  it('of root’s socket are not for others, who are told why', async () => {
    const { listener, near } = await connect();
    const details = asUser(NOBODY, () => {
      const own = new LinuxBackend();
      try {
        const table = read(own);
        return own.details(table, rowOf(table, near.port, listener.port))!;
      } finally {
        own.dispose();
      }
    });
    expect(details.holders).toEqual([]);
    expect(noteOf(details, 'options')).toBe(
      'No visible process holds this socket. Run SocketScope as root to read its options.',
    );
    expect(facts(details)).toHaveProperty('congestionWindow'); // the kernel tells everybody
  });

  it('of a known holder that may not be traced come with a note that names it', async () => {
    const { listener, near } = await connect();
    const table = read();
    const row = rowOf(table, near.port, listener.port);
    const details = asUser(NOBODY, () => {
      const own = new LinuxBackend();
      try {
        own.readOwners(new SocketTable());
        return own.details(table, row)!;
      } finally {
        own.dispose();
      }
    });
    expect(details.holders[0]).toMatchObject({ pid: client.pid, descriptors: [] });
    expect(noteOf(details, 'options')).toBe(
      `The options of process ${client.pid} may not be read (EPERM): it belongs to root. Run SocketScope as root.`,
    );
  });

  it('of one’s own process are read without privileges, but not of one that protects itself', async () => {
    const { port } = await server.do('listen', { host: '127.0.0.1' });
    const plain = await holding('tcp', port, [[6, 1, 1]], { uid: NOBODY });
    // A program that its user may run but not read is not dumpable (PR_SET_DUMPABLE 0, man 5 proc).
    const sealed = stage.file('sealed');
    fs.copyFileSync(process.execPath, sealed, fs.constants.COPYFILE_FICLONE);
    fs.chmodSync(sealed, 0o711);
    const secret = await holding('tcp', port, [[6, 1, 1]], { uid: NOBODY, executable: sealed });
    const table = read();
    const rows = [plain, secret].map(({ pid }) => rowOf(table, portOf(pid, 4), port));
    const [open, closed] = asUser(NOBODY, () => {
      const own = new LinuxBackend();
      try {
        own.readOwners(new SocketTable());
        return rows.map((row) => own.details(table, row)!);
      } finally {
        own.dispose();
      }
    }) as [SocketDetails, SocketDetails];
    if (yamaScope() === 0) {
      expect(facts(open)).toMatchObject({ noDelay: true });
      expect(noteOf(closed, 'options')).toBe(
        `The options of process ${secret.pid} may not be read (EPERM): ` +
          'it protects itself from being looked into (PR_SET_DUMPABLE). Run SocketScope as root.',
      );
    } else {
      expect(noteOf(open, 'options')).toContain('kernel.yama.ptrace_scope');
    }
    // Root may.
    expect(facts(backend.details(table, rows[1]!)!)).toMatchObject({ noDelay: true });
  });

  function yamaScope(): number {
    try {
      return Number(fs.readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8'));
    } catch {
      return 0;
    }
  }

  /** The local port of the socket behind a descriptor. */
  function portOf(pid: number, descriptor: number): number {
    const inode = Number(/\d+/.exec(fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`))![0]);
    const table = read();
    const row = table.columns.inode.indexOf(inode);
    return table.columns.localPort[row]!;
  }
});

describe('the control group', () => {
  it('of a socket is found by its id', async (context) => {
    needsRoot(context);
    const mount = fs
      .readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .find((line) => line.includes(' - cgroup2 '))
      ?.split(' ')[4];
    const folder = path.join(mount ?? '/nowhere', `socketscope-test-${process.pid}.service`);
    try {
      fs.mkdirSync(folder);
    } catch {
      context.skip('needs a writable unified cgroup hierarchy');
    }
    let actor: Actor | null = null;
    try {
      actor = await stage.actor();
      fs.writeFileSync(path.join(folder, 'cgroup.procs'), String(actor.pid));
      const { port } = await actor.do('listen', { host: '127.0.0.1' });
      const details = look(port);
      const name = path.basename(folder);
      expect(facts(details, 'cgroup')).toEqual({
        cgroupId: fs.statSync(folder).ino,
        cgroupPath: `/${name}`,
        unit: name,
      });
      expect(details.holders[0]).toMatchObject({ unit: name, container: null });
    } finally {
      await actor?.kill();
      await eventually(() => fs.rmdirSync(folder));
    }
  });
});
