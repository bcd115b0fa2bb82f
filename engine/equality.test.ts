/**
 * Every family and state, at rest and under churn, as root, as an ordinary user and with CAP_NET_ADMIN only: what the
 * engine and the command line say is what `ss` says, socket by socket and in both directions, and so are the owners.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../cli/fixtures/builtProgram';
import { trueHolders } from '../native/linux/fixtures/descriptors';
import { eventually, needsLinux, needsOwnNetwork, needsSs } from '../native/linux/fixtures/needs';
import { asksTheKernel, SS_MISSING, SS_PROTOCOLS, ssOfEveryFamily } from '../native/linux/fixtures/ss';
import type { SsRow } from '../native/linux/fixtures/ss';
import { CAPABILITIES, cookieOf, NOBODY, Stage } from '../native/linux/fixtures/stage';
import type { Actor } from '../native/linux/fixtures/stage';
import { LinuxBackend } from '../native/linux/linuxBackend';
import { PROTOCOLS } from '../shared/socket';
import type { Protocol, SocketRow, SocketState } from '../shared/socket';
import { EverySocket } from './fixtures/everySocket';
import { Readings } from './readings';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
/** Each churner has a user of its own: the kernel names the user, so that a wrong process is known at once. */
const CHURN_USERS = [NOBODY, NOBODY - 1, NOBODY - 2];
/** In a round in which something moved nothing can be said: there are more, up to so many. */
const MOST_ROUNDS = 40;
const QUIET_ROUNDS = 6;

let stage: Stage;
let scene: EverySocket;
let churners: Actor[];
let backend: LinuxBackend;
let readings: Readings;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  if (!stage.isolated || SS_MISSING) return;
  scene = new EverySocket(stage);
  await scene.open();
  churners = await Promise.all(CHURN_USERS.map((uid) => stage.actor({ uid })));
  backend = new LinuxBackend();
  readings = new Readings(backend);
}, 60_000);

afterAll(async () => {
  backend?.dispose();
  scene?.end();
  await stage?.end();
});

beforeEach((context) => {
  needsLinux(context);
  needsOwnNetwork(context, stage);
  needsSs(context);
});

/** A row and the processes that hold it now: not those that once did. */
interface Listed {
  row: SocketRow;
  pids: number[];
}

const EVERYTHING = { protocols: PROTOCOLS, bound: true, namespaces: false, commandLines: false };

/** One reading by the engine in this process; it remembers the one before, as it does in a running program. */
function read(): Listed[] {
  readings.take(EVERYTHING, Date.now());
  expect(readings.reader.problems().filter(({ table }) => !isUnlisted(table))).toEqual([]);
  const { table } = readings;
  return Array.from({ length: table.length }, (_, index) => {
    const row = table.row(index, backend);
    const pids = row.owner === 'known' ? table.holders[index]!.map(({ pid }) => pid) : [];
    return { row, pids: pids.sort((a, b) => a - b) };
  }).filter(({ row }) => !asksTheKernel(row));
}

/** Families that a kernel may have and yet be unable to list; other programs on the machine may use them. */
const isUnlisted = (table: string): boolean => ['vsock', 'xdp', 'tipc'].includes(table);

function ss(prefix: readonly string[] = []): SsRow[] {
  return ssOfEveryFamily(stage.file('ss'), prefix);
}

/** What ends by itself, after a minute: the only thing that may happen while every process stands still. */
const EXPIRES: readonly (SocketState | null)[] = ['TIME_WAIT', 'FIN_WAIT_2'];

/** What of a socket is compared: all that `ss` tells of its protocol. */
type Facts = Omit<SsRow, 'pids' | 'receiveQueue' | 'sendQueue'>;

/** The protocols of which ss tells cookie, inode and user. It has those from NETLINK_SOCK_DIAG. */
function detailed(witness: readonly SsRow[]): Set<Protocol> {
  return new Set(witness.filter(({ cookie }) => cookie !== '').map(({ protocol }) => protocol));
}

function factsOf(row: SocketRow, withDetails: ReadonlySet<Protocol>): Facts {
  const { protocol, family, type, state, localAddress, localPort, remoteAddress, remotePort } = row;
  const details = withDetails.has(protocol);
  return {
    ...{ protocol, family, state, localAddress, localPort, remoteAddress },
    type: protocol === 'netlink' ? null : type,
    remotePort: protocol === 'raw' ? null : remotePort,
    cookie: details ? cookieOf(row) : '',
    inode: details || protocol === 'unix' ? (row.inode ?? 0) : null,
    uid: details && !hasLostUser(row) ? (row.uid ?? 0) : 0,
  };
}

/** ss names no user of these; SocketScope says whose it was, where it has seen the socket alive. */
function hasLostUser({ owner, state }: SocketRow): boolean {
  return owner === 'inherited' && EXPIRES.includes(state);
}

function text(facts: Facts): string {
  const { protocol, family, type, state, localAddress, localPort, remoteAddress, remotePort } = facts;
  const kind = `${protocol}${family ?? ''} ${type ?? '-'} ${state ?? '-'}`;
  const ends = `${localAddress} ${localPort ?? '-'} > ${remoteAddress ?? '*'} ${remotePort ?? '-'}`;
  return `${kind} ${ends} uid ${facts.uid} ino ${facts.inode ?? '-'} sk ${facts.cookie}`;
}

/** ss lists a netlink socket that is in a multicast group twice, and tells nobody's processes. */
function textsOf(witness: readonly SsRow[], owners: (row: SsRow) => string = () => ''): string[] {
  const texts = witness.map((row) => `${text(row)}${row.protocol === 'netlink' ? '' : owners(row)}`);
  const netlink = new Set(texts.filter((line) => line.startsWith('netlink')));
  return [...texts.filter((line) => !line.startsWith('netlink')), ...netlink].sort();
}

/** The rows that ss would list, too. */
function comparable<Item extends { row: SocketRow }>(listed: readonly Item[]): Item[] {
  return listed.filter(
    ({ row }) => SS_PROTOCOLS.some((name) => name === row.protocol) && row.state !== 'BOUND',
  );
}

function textsOfRows(
  listed: readonly Listed[],
  withDetails: ReadonlySet<Protocol>,
  owners: (listed: Listed) => string = () => '',
): string[] {
  return comparable(listed)
    .map(
      (each) => text(factsOf(each.row, withDetails)) + (each.row.protocol === 'netlink' ? '' : owners(each)),
    )
    .sort();
}

const byPids = ({ pids }: { pids: readonly number[] }): string => ` pids ${pids.join(',')}`;

/**
 * ss, ours and ss again, in a moment in which nothing moves: null where something did. What has expired between the two is
 * left out, here and there.
 */
function between(use: () => Listed[], prefix: readonly string[] = []): [Listed[], SsRow[]] | null {
  const before = ss(prefix);
  const listed = use();
  const after = ss(prefix);
  const left = new Set(after.map(identity));
  const expired = new Set(
    before.filter((row) => EXPIRES.includes(row.state) && !left.has(identity(row))).map(identity),
  );
  const stable = before.filter((row) => !expired.has(identity(row)));
  if (JSON.stringify(textsOf(stable, byPids)) !== JSON.stringify(textsOf(after, byPids))) return null;
  const withDetails = detailed(before);
  return [listed.filter(({ row }) => !expired.has(identity(factsOf(row, withDetails)))), stable];
}

const everyPid = (): number[] => fs.readdirSync('/proc').map(Number).filter(Number.isInteger);

describe('at rest, as root', () => {
  beforeAll(() => scene?.endSome());

  it('there is every state of TCP, for IPv4, IPv6 and both, and every family', async () => {
    const states = [
      ...['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT', 'CLOSE_WAIT'],
      ...['LAST_ACK', 'LISTEN', 'CLOSING', 'BOUND'],
    ];
    await eventually(() => {
      const rows = read().map(({ row }) => row);
      const mapped = (row: SocketRow): boolean =>
        [row.localAddress, row.remoteAddress].some((address) => address?.startsWith('::ffff:') === true);
      const statesOf = (of: (row: SocketRow) => boolean): unknown[] => [
        ...new Set(rows.filter((row) => row.protocol === 'tcp' && of(row)).map(({ state }) => state)),
      ];
      expect(statesOf((row) => row.family === 4).sort()).toEqual([...states].sort());
      expect(statesOf((row) => row.family === 6 && !mapped(row)).sort()).toEqual([...states].sort());
      const ofMapped = states.filter((state) => state !== 'BOUND');
      expect(statesOf(mapped).sort()).toEqual([...ofMapped].sort());
      // FIN_WAIT_1 and FIN_WAIT_2 with a file and without
      for (const state of ['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSE_WAIT']) {
        const files = rows.filter((row) => row.state === state).map((row) => row.inode !== null);
        expect(new Set(files)).toEqual(new Set([true, false]));
      }
      const families = new Set(rows.map((row) => `${row.protocol}${row.family ?? ''}`));
      const optional = [
        ...(scene.hasUdpLite ? ['udplite4', 'udplite6'] : []),
        ...(scene.hasMptcp ? ['mptcp4', 'mptcp6'] : []),
      ];
      expect([...families].sort()).toEqual(
        [
          ...['tcp4', 'tcp6', 'udp4', 'udp6', 'raw4', 'raw6', 'icmp4', 'icmp6', 'unix', 'packet', 'netlink'],
          ...optional,
        ].sort(),
      );
      const types = new Set(rows.filter((row) => row.protocol === 'unix').map(({ type }) => type));
      expect(types).toEqual(new Set(['stream', 'dgram', 'seqpacket']));
    });
  });

  it('every socket is what ss says, and held by all whom ss names', async () => {
    await eventually(() => {
      const [mine, theirs] = between(read) ?? [[], []];
      expect(theirs.length).toBeGreaterThan(100);
      expect(textsOfRows(mine, detailed(theirs), byPids)).toEqual(textsOf(theirs, byPids));
      // Of several processes, too
      expect(mine.filter(({ pids }) => pids.length > 1).length).toBeGreaterThanOrEqual(2);
    });
  });

  it('what ss does not list is what /proc/net says, and what was opened', () => {
    const rows = read().map(({ row }) => row);
    for (const protocol of ['udplite', 'icmp'] as const) {
      const mine = rows.filter((row) => row.protocol === protocol);
      const inodes = [4, 6].flatMap((family) => inodesOfProcNet(`${protocol}${family === 4 ? '' : '6'}`));
      expect(mine.map((row) => row.inode).sort()).toEqual(inodes.sort());
    }
    const bound = rows.filter((row) => row.state === 'BOUND' && row.protocol === 'tcp');
    expect(bound.map((row) => row.inode!).sort()).toEqual([...scene.bound].sort());
  });

  it('every owner is in /proc, and all that are there are owners', () => {
    const listed = read();
    const truth = trueHolders(everyPid());
    let held = 0;
    for (const { row, pids } of listed) {
      const what = text(factsOf(row, new Set(PROTOCOLS)));
      const holders = row.inode === null ? [] : pidsOf(truth.get(row.inode) ?? []);
      expect(`${what}: ${pids.join()}`).toBe(`${what}: ${holders.join()}`);
      if (pids.length > 0) held++;
      // The kernel's own netlink sockets have port 0 and no process; whether one was overlooked, is not known of all.
      else if (row.protocol === 'netlink') expect([row.localPort, row.inode === null]).toEqual([0, false]);
      else expect(`${what}: ${row.owner}`).toMatch(/: (none|unaccepted|inherited)$/);
    }
    expect(held).toBeGreaterThan(100);
  });
});

/** `PID start-time` of each holder → the PIDs in order */
function pidsOf(holders: readonly string[]): number[] {
  return holders.map((holder) => Number(holder.split(' ')[0])).sort((a, b) => a - b);
}

/** The inode numbers in /proc/net/udplite and the like; in this thread's network namespace. */
function inodesOfProcNet(name: string): number[] {
  const file = `/proc/thread-self/net/${name}`;
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => Number(line.trim().split(/\s+/)[9]));
}

/** What is compared of a socket that may change its state and its peer meanwhile. */
function identity(facts: Facts): string {
  if (facts.cookie !== '') return `${facts.protocol}${facts.family ?? ''} ${facts.cookie}`;
  return facts.inode === null ? text(facts) : `${facts.protocol} ${facts.inode}`;
}

/**
 * While sockets come and go: what is in both lists of ss is listed here, in the same state where it has not changed; and
 * what is in none of them has come and gone in between, so that it is a churner's.
 */
function expectConsistent(
  listed: readonly Listed[],
  before: readonly SsRow[],
  after: readonly SsRow[],
  ports: ReadonlySet<number>,
): void {
  const withDetails = detailed(before);
  const mine = new Map(
    comparable(listed).map((each) => [identity(factsOf(each.row, withDetails)), each] as const),
  );
  const first = new Map(before.map((row) => [identity(row), row]));
  const second = new Map(after.map((row) => [identity(row), row]));
  for (const [key, was] of first) {
    const is = second.get(key);
    if (is === undefined) continue;
    const each = mine.get(key);
    if (each === undefined) throw new Error(`only ss lists ${text(was)}`);
    if (is.state === was.state) expect(`${key} ${each.row.state}`).toBe(`${key} ${was.state}`);
  }
  for (const [key, { row }] of mine) {
    if (first.has(key) || second.has(key)) continue;
    const isChurn =
      CHURN_USERS.includes(row.uid ?? 0) || ports.has(row.localPort!) || ports.has(row.remotePort!);
    if (!isChurn) throw new Error(`ss does not list ${text(factsOf(row, withDetails))}`);
  }
}

/** Whether every owner of a churner's socket is the process of the user that the kernel names. Returns how many were named. */
function expectNoWrongOwner(listed: readonly Listed[], ports: ReadonlySet<number>): number {
  let named = 0;
  for (const { row, pids } of listed) {
    if (!ports.has(row.localPort!) && !ports.has(row.remotePort!)) continue;
    if (pids.length === 0) continue;
    named++;
    expect(`${row.id} ${pids.join()}`).toBe(`${row.id} ${churners[CHURN_USERS.indexOf(row.uid!)]?.pid}`);
  }
  return named;
}

async function startChurn(): Promise<Set<number>> {
  const ports = await Promise.all(churners.map((churner) => churner.do('churn', { unix: true })));
  return new Set(ports.flat());
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('under churn, as root', () => {
  let ports: Set<number>;

  beforeAll(async () => {
    if (churners === undefined) return;
    read();
    ports = await startChurn();
  });

  it('nothing that stays is missing, nothing is invented, and no owner is wrong', async () => {
    let named = 0;
    for (let round = 0; round < 8; round++) {
      const before = ss();
      const listed = read();
      const after = ss();
      expectConsistent(listed, before, after, ports);
      named += expectNoWrongOwner(listed, ports);
      await pause(10);
    }
    expect(named).toBeGreaterThan(20);
  }, 60_000);

  it('is what ss says at whatever moment the churn is stopped, owners included', async () => {
    let rounds = 0;
    let blanks = 0;
    for (let round = 0; rounds < QUIET_ROUNDS && round < MOST_ROUNDS; round++) {
      for (const churner of churners) churner.thaw();
      await pause(20 + 40 * (round % 4));
      await Promise.all(churners.map((churner) => churner.halt()));
      const quiet = between(read);
      if (quiet === null) continue;
      rounds++;
      const [mine, theirs] = quiet;
      const withDetails = detailed(theirs);
      expect(textsOfRows(mine, withDetails)).toEqual(textsOf(theirs));
      // An owner may be blank for one reading; what is named is right, and whole.
      const witness = new Map(theirs.map((row) => [identity(row), row.pids]));
      const blank = comparable(mine).filter(({ row, pids }) => {
        if (row.protocol === 'netlink') return false;
        const named = witness.get(identity(factsOf(row, withDetails)))!;
        if (pids.length > 0) expect([row.id, ...pids]).toEqual([row.id, ...named]);
        return pids.length < named.length;
      });
      blanks += blank.length;
      if (blank.length === 0) continue;
      const again = between(read);
      if (again !== null)
        expect(textsOfRows(again[0], withDetails, byPids)).toEqual(textsOf(again[1], byPids));
    }
    expect(rounds).toBe(QUIET_ROUNDS);
    // Blank is the exception.
    expect(blanks).toBeLessThan(20 * QUIET_ROUNDS);
  }, 60_000);

  afterAll(async () => {
    for (const churner of churners ?? []) {
      churner.thaw();
      await churner.do('calm', {});
    }
  });
});

/** Starts a program as nobody, without any capability or with just these (man 1 setpriv). */
function asNobody(capabilities: string): string[] {
  return [
    ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
    ...['inh', 'ambient'].map((set) => `--${set}-caps=${capabilities}`),
    `--bounding-set=${capabilities}`,
  ];
}

describe.each([
  { who: 'an ordinary user', capabilities: '-all', mask: 0 },
  { who: 'CAP_NET_ADMIN only', capabilities: '-all,+net_admin', mask: CAPABILITIES.NET_ADMIN },
])('the built program as $who', ({ capabilities, mask }) => {
  const prefix = asNobody(capabilities);
  let program: string;

  beforeAll(async () => {
    if (churners === undefined) return;
    // In a folder that every user may read, with what it loads at run time.
    const folder = stage.file(`program-${mask}`);
    program = await buildProgram(folder);
    for (const name of ['koffi', '@koromix']) {
      const from = path.join(REPOSITORY, 'node_modules', name);
      if (fs.existsSync(from))
        fs.cpSync(from, path.join(folder, 'node_modules', name), { recursive: true, dereference: true });
    }
    makeReadable(folder);
    await scene.endSome();
  }, 60_000);

  beforeEach(({ skip }) => {
    skip(spawnSync('setpriv', ['--version']).status !== 0, 'needs setpriv (util-linux)');
  });

  /** Runs it as this user, in this network; into files, because a pipe is a socket itself. */
  function run([file, ...args]: readonly string[]): string {
    const out = fs.openSync(stage.file('out'), 'w+');
    const errors = fs.openSync(stage.file('errors'), 'w+');
    try {
      const [first, ...rest] = prefix;
      const { status } = spawnSync(first!, [...rest, file!, ...args], {
        cwd: '/',
        stdio: ['ignore', out, errors],
      });
      const problems = fs.readFileSync(stage.file('errors'), 'utf8');
      // Somebody else on this machine may use a family that this kernel cannot list.
      expect(problems.replaceAll(/^socketscope: .*\b(vsock_diag|xsk_diag)\b.*\n/gm, '')).toBe('');
      expect(status).toBe(problems === '' ? 0 : 4);
      return fs.readFileSync(stage.file('out'), 'utf8');
    } finally {
      fs.closeSync(out);
      fs.closeSync(errors);
    }
  }

  function list(): SocketRow[] {
    const output = run([stage.node(NOBODY), program, 'list', '--json', '--all', '--bound']);
    return (JSON.parse(output) as SocketRow[]).filter((row) => !asksTheKernel(row));
  }

  /** It prints the primary holder, and how many there are. */
  const listed = (): Listed[] =>
    list().map((row) => ({ row, pids: row.owner === 'known' ? [row.pid!] : [] }));

  const byNumber = (count: number): string => ` holders ${count}`;

  function expectSame(rows: readonly Listed[], theirs: readonly SsRow[]): void {
    const withDetails = detailed(theirs);
    expect(textsOfRows(rows, withDetails, ({ row }) => byNumber(row.holders))).toEqual(
      textsOf(theirs, ({ pids }) => byNumber(pids.length)),
    );
    const holders = new Map(theirs.map((row) => [identity(row), row.pids]));
    for (const { row, pids } of comparable(rows)) {
      if (row.protocol === 'netlink' || pids.length === 0) continue;
      expect(holders.get(identity(factsOf(row, withDetails)))).toContain(pids[0]);
    }
  }

  /** The kernel's own ends of netlink have an inode, but are held by nobody. */
  function isHeld({ inode, protocol, localPort }: SocketRow): boolean {
    return inode !== null && !(protocol === 'netlink' && localPort === 0);
  }

  /** Against /proc as root sees it: one's own processes are named, and of the others it is said that they are hidden. */
  function expectOwnOwnersOnly(rows: readonly Listed[]): void {
    const truth = trueHolders(everyPid());
    const counts = { known: 0, hidden: 0, partly: 0 };
    for (const { row, pids } of rows) {
      const all = row.inode === null ? [] : pidsOf(truth.get(row.inode) ?? []);
      const visible = all.filter((pid) => userOf(pid) === NOBODY);
      const what = `${row.id} ${row.protocol} ${row.localAddress}`;
      expect(`${what}: ${row.holders}`).toBe(`${what}: ${visible.length}`);
      if (visible.length > 0) {
        expect(visible).toContain(row.pid);
        expect(row.owner).toBe('known');
        counts.known++;
        if (visible.length < all.length) counts.partly++;
      } else {
        expect(`${what}: ${row.owner} ${row.pid}`).toBe(
          `${what}: ${isHeld(row) ? 'hidden' : row.owner} null`,
        );
        if (isHeld(row)) counts.hidden++;
        else expect(['none', 'unaccepted']).toContain(row.owner);
      }
      expect(pids.length).toBe(Math.min(1, visible.length));
    }
    expect(counts.known).toBeGreaterThan(20);
    expect(counts.hidden).toBeGreaterThan(20);
    // Held by one of one's own and by another one
    expect(counts.partly).toBeGreaterThanOrEqual(1);
  }

  it('has these capabilities and no other', () => {
    const status = run(['grep', '^CapEff:', '/proc/self/status']);
    expect(Number.parseInt(status.split(/\s+/)[1]!, 16)).toBe(mask);
  });

  it('lists what ss lists for the same user; names its own processes and hides no other behind them', async () => {
    await eventually(() => {
      const quiet = between(listed, prefix);
      expect(quiet).not.toBeNull();
      const [rows, theirs] = quiet!;
      expect(theirs.length).toBeGreaterThan(100);
      expectSame(rows, theirs);
      expectOwnOwnersOnly(rows);
      const bound = rows.filter(({ row }) => row.state === 'BOUND' && row.protocol === 'tcp');
      expect(bound.map(({ row }) => row.inode!).sort()).toEqual([...scene.bound].sort());
    });
  }, 60_000);

  it('misses, invents and mistakes nothing while sockets come and go', async () => {
    const ports = await startChurn();
    for (let round = 0; round < 2; round++) {
      const before = ss(prefix);
      const rows = listed();
      const after = ss(prefix);
      expectConsistent(rows, before, after, ports);
      expectNoWrongOwner(rows, ports);
    }
    // Stopped in the midst of it
    await Promise.all(churners.map((churner) => churner.halt()));
    await eventually(() => {
      const quiet = between(listed, prefix);
      expect(quiet).not.toBeNull();
      expectSame(...quiet!);
      expectOwnOwnersOnly(quiet![0]);
    });
    for (const churner of churners) {
      churner.thaw();
      await churner.do('calm', {});
    }
  }, 60_000);
});

/** The effective user of a process; null where it has ended. */
function userOf(pid: number): number | null {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)![1]);
  } catch {
    return null;
  }
}

/** Lets every user read a folder and what is in it, whatever this user's umask is. */
function makeReadable(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(file);
    else fs.chmodSync(file, 0o755);
  }
}
