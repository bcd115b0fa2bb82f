import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import koffi from 'koffi';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReadingOptions, SocketRow, TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { insideNamespace } from './enterNamespace';
import { eventually, needsOwnNetwork } from './fixtures/needs';
import { NamedNamespaces } from './fixtures/netns';
import { NOBODY, Stage, unprivileged } from './fixtures/stage';
import type { Actor } from './fixtures/stage';
import { inet6Interface } from './interfaceNames';
import { interfaceName } from './libc';
import { LinuxBackend } from './linuxBackend';
import { namespaceOf, tablesOf } from './namespaceDiscovery';
import { NamespaceGone, Namespaces } from './namespaces';

let stage: Stage;
let netns: NamedNamespaces;
let backend: LinuxBackend;
/** A namespace that stays, and a process in it. */
let blue: string;
let blueNumber: number;
let inBlue: Actor;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  if (!stage.isolated) return;
  netns = new NamedNamespaces(stage);
  blue = netns.add('blue');
  blueNumber = netns.number(blue);
  inBlue = await stage.actor({ executable: netns.node(blue) });
});
afterAll(async () => {
  await stage?.end();
  netns?.end();
});
beforeEach((context) => {
  needsOwnNetwork(context, stage);
  backend = new LinuxBackend();
});
afterEach(() => backend?.dispose());

const READING: ReadingOptions = {
  protocols: ['tcp', 'udp'],
  bound: false,
  namespaces: true,
  commandLines: false,
};

interface Reading {
  table: SocketTable;
  rows: SocketRow[];
  /** What could not be read, and why. */
  problems: { table: TableName; namespace: number; error: NativeError }[];
}

/** Reads the sockets as the engine does; `only` leaves others' namespaces alone, which come and go. */
function readSockets(
  from: LinuxBackend = backend,
  only: (namespace: number) => boolean = () => true,
): Pick<Reading, 'table' | 'problems'> {
  const table = new SocketTable();
  const problems: Reading['problems'] = [];
  for (const source of from.sources(READING)) {
    if (!only(source.namespace)) continue;
    try {
      from.readTable(source, READING, table);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      problems.push({ ...source, error });
    }
  }
  return { table, problems };
}

/** And their owners. */
function read(from: LinuxBackend = backend, only?: (namespace: number) => boolean): Reading {
  const { table, problems } = readSockets(from, only);
  const owners = from.readOwners(table);
  for (let row = 0; row < table.length; row++) table.holders[row] = owners.holdersOf(row);
  return { table, problems, rows: Array.from({ length: table.length }, (_, row) => table.row(row, from)) };
}

/** The sockets of one process. */
const of = ({ rows }: Reading, { pid }: Actor): SocketRow[] => rows.filter((row) => row.pid === pid);
const rowOf = ({ rows }: Reading, id: string): number => rows.findIndex((row) => row.id === id);
const CLONE_NEWNET = 0x40000000; // linux/sched.h
/** How many sockets and namespaces this process holds open. */
function open(): number {
  const links = fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // that of readdir itself
    }
  });
  return links.filter((link) => /^socket:|netns|^net:|ns\/net$/.test(link)).length;
}
const here = (): number => namespaceOf('thread-self')!;

/** Makes a control group, in whichever hierarchy there is; null where none may be written. */
function makeGroup(name: string): string | null {
  for (const root of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/pids']) {
    if (!fs.existsSync(`${root}/cgroup.procs`)) continue;
    try {
      fs.mkdirSync(`${root}/${name}`);
      return `${root}/${name}`;
    } catch {
      continue;
    }
  }
  return null;
}

function found(): Namespaces {
  const namespaces = new Namespaces();
  namespaces.refresh();
  return namespaces;
}

describe('finding', () => {
  it('names its own first, and each once', () => {
    const all = found().all();
    expect(all[0]).toBe(here());
    expect(new Set(all).size).toBe(all.length);
  });

  it('knows a namespace without any process by its name, whatever that holds', () => {
    const name = netns.add('a b\\040c\tü');
    const namespaces = found();
    expect(namespaces.all()).toContain(netns.number(name));
    expect(namespaces.name(netns.number(name))).toBe(name);
    netns.delete(name);
  });

  it('knows one without a name by a process in it', async () => {
    const actor = await stage.actor({ executable: netns.nodeUnshared() });
    const number = namespaceOf(actor.pid)!;
    expect(number).not.toBe(here());
    const namespaces = found();
    expect(namespaces.all()).toContain(number);
    expect(namespaces.name(number)).toBe(`net:[${number}]`);
    await actor.kill();
    namespaces.refresh();
    expect(namespaces.all()).not.toContain(number);
    // What has just ended is still named as it was.
    expect(namespaces.name(number)).toBe(`net:[${number}]`);
  });

  it('calls that of PID 1 the host', () => {
    const namespaces = found();
    const hosts = namespaces.all().filter((number) => namespaces.name(number) === 'host');
    expect(hosts).toHaveLength(1);
    // Who may not read the number of PID 1 can still compare its tables.
    namespaces.enter(hosts[0]!, () => expect(tablesOf('thread-self')).toBe(tablesOf(1)));
  });

  it('knows a container by the control group of a process in it', async ({ skip }) => {
    const group = makeGroup(`docker-${'4f5e6d7c8b9a'.padEnd(64, '0')}.scope`);
    skip(group === null, 'needs a control group file system that may be written');
    const actor = await stage.actor({ executable: netns.nodeUnshared() });
    try {
      fs.writeFileSync(`${group}/cgroup.procs`, String(actor.pid));
      const namespaces = found();
      const number = namespaceOf(actor.pid)!;
      expect(namespaces.name(number)).toBe('docker 4f5e6d7c8b9a');
      // Control groups may be read by everybody.
      const tables = tablesOf(actor.pid)!;
      expect(unprivileged(() => found().name(tables))).toBe('docker 4f5e6d7c8b9a');
      // A name that a person gave goes first.
      netns.run('netns', 'attach', `attached ${process.pid}`, String(actor.pid));
      namespaces.refresh();
      expect(namespaces.name(number)).toBe(`attached ${process.pid}`);
    } finally {
      await actor.kill();
      netns.run('netns', 'delete', `attached ${process.pid}`);
      await eventually(() => fs.rmdirSync(group!));
    }
  });

  it('names its own without having looked for others', () => {
    expect(new Namespaces().name(here())).toBe(`net:[${here()}]`);
  });

  it('tells namespaces apart whose numbers it may not read', () => {
    const number = namespaceOf(inBlue.pid)!;
    const tables = tablesOf(inBlue.pid)!;
    expect(number).toBe(blueNumber);
    expect(tables).not.toBe(tablesOf('thread-self'));
    unprivileged(() => {
      expect(namespaceOf(inBlue.pid)).toBeNull();
      const namespaces = found();
      expect(namespaces.all()).toContain(tables);
      expect(namespaces.name(tables)).toBe(`net of process ${inBlue.pid}`);
      expect(namespaces.all().map((each) => namespaces.name(each))).toContain('host');
      expect(namespaces.hasTables(tables)).toBe(true);
      expect(namespaces.canEnter(tables)).toBe(false);
    });
  });
});

describe('entering', () => {
  it('moves this thread there and back', () => {
    const namespaces = found();
    const before = open();
    const home = here();
    expect(namespaces.enter(blueNumber, here)).toBe(blueNumber);
    expect(here()).toBe(home);
    expect(() =>
      namespaces.enter(blueNumber, () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(here()).toBe(home);
    expect(open()).toBe(before);
  });

  it('stays out of its own', () => {
    const [own] = found().all();
    // Without a privilege there is no setns.
    expect(unprivileged(() => found().enter(own!, here))).toBe(own);
  });

  it('says which privilege it takes', () => {
    const before = open();
    unprivileged(() => {
      const namespaces = found();
      // A file under /run/netns may be opened by everybody.
      expect(() => namespaces.enter(blueNumber, here)).toThrow(
        'setns(CLONE_NEWNET): EPERM. Looking into another network namespace needs CAP_SYS_ADMIN: run SocketScope as root.',
      );
      expect(namespaces.canEnter(blueNumber)).toBe(false);
    });
    expect(open()).toBe(before);
  });

  it('knows a namespace that has gone', () => {
    const name = netns.add('short');
    const number = netns.number(name);
    const namespaces = found();
    expect(namespaces.canEnter(number)).toBe(true);
    netns.delete(name);
    expect(() => namespaces.enter(number, here)).toThrow(NamespaceGone);
    expect(() => namespaces.readTables(number, () => 1)).toThrow(NamespaceGone);
  });

  it('finds another process where the one it knew has left', async () => {
    const name = netns.add('shared');
    const number = netns.number(name);
    const actors = [
      await stage.actor({ executable: netns.node(name) }),
      await stage.actor({ executable: netns.node(name) }),
      await stage.actor({ executable: netns.node(name) }),
    ].sort((a, b) => a.pid - b.pid);
    const namespaces = found();
    netns.delete(name); // now the processes alone keep it alive
    const folders: string[] = [];
    const leave = (folder: string): string => {
      folders.push(folder);
      const pid = Number(folder.split('/')[2]);
      // The first ends while its tables are being read.
      if (folders.length === 1) {
        process.kill(pid, 'SIGKILL');
        while (namespaceOf(pid) !== null) execFileSync('sleep', ['0.01']);
      }
      return folder;
    };
    expect(namespaces.readTables(number, leave)).toBe(folders[1]);
    expect(folders).toHaveLength(2);
    expect(folders.map((folder) => Number(folder.split('/')[2]))).toEqual(
      actors.slice(0, 2).map(({ pid }) => pid),
    );
    // And the second before it is entered.
    await actors[1]!.kill();
    expect(namespaces.enter(number, here)).toBe(number);
    await Promise.all(actors.map((actor) => actor.kill()));
    expect(() => namespaces.readTables(number, () => 1)).toThrow(NamespaceGone);
  });

  it('never enters another namespace than the one meant', async () => {
    const name = netns.add('left');
    const number = netns.number(name);
    const move = `read line; exec nsenter --net='/run/netns/${blue}' sleep 60`;
    const mover = spawn('ip', ['netns', 'exec', name, 'sh', '-c', move], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    try {
      await eventually(() => expect(namespaceOf(mover.pid!)).toBe(number));
      const namespaces = found();
      netns.delete(name);
      expect(namespaces.enter(number, here)).toBe(number); // the process keeps it alive
      mover.stdin.end('go\n');
      await eventually(() => expect(namespaceOf(mover.pid!)).toBe(blueNumber));
      expect(() => namespaces.enter(number, here)).toThrow(NamespaceGone);
      expect(() => namespaces.readTables(number, () => 1)).toThrow(NamespaceGone);
    } finally {
      mover.kill('SIGKILL');
    }
  });

  it('ends the process where there is no way back', () => {
    const said: string[] = [];
    const write = vi.spyOn(fs, 'writeSync').mockImplementation((_fd, text) => said.push(text));
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    const setns = koffi.load(null).func('int setns(int, int)') as (fd: number, type: number) => number;
    const home = fs.openSync('/proc/thread-self/ns/net', 'r');
    const blueFile = fs.openSync(`/run/netns/${blue}`, 'r');
    try {
      expect(() => insideNamespace(blueFile, () => process.seteuid!(NOBODY))).toThrow('exit 71');
      expect(exit).toHaveBeenCalledOnce();
      expect(said.join('')).toMatch(/^SocketScope ends: it cannot leave another network namespace\. .*EPERM/);
    } finally {
      exit.mockRestore();
      write.mockRestore();
      process.seteuid!(0);
      expect(setns(home, CLONE_NEWNET)).toBe(0);
      fs.closeSync(home);
      fs.closeSync(blueFile);
    }
    expect(here()).not.toBe(blueNumber);
  });
});

describe('reading all namespaces', () => {
  it('shows sockets, owners and names of each', async () => {
    const unshared = await stage.actor({ executable: netns.nodeUnshared() });
    const near = await stage.actor();
    const { port } = await inBlue.do('listen', { host: '127.0.0.1' });
    await inBlue.do('connect', { host: '127.0.0.1', port });
    await unshared.do('udp', { host: '::1' });
    await near.do('udp', { host: '127.0.0.1' });
    const reading = read();
    expect(reading.problems).toEqual([]);
    const inside = of(reading, inBlue);
    expect(new Set(inside.map((row) => row.namespace))).toEqual(new Set([blue]));
    expect(inside.map((row) => row.state).sort()).toEqual(['ESTABLISHED', 'ESTABLISHED', 'LISTEN']);
    for (const row of inside) expect(row.id).toMatch(new RegExp(`^${blueNumber}\\.[0-9a-f]{8}-[0-9a-f]+$`));
    const number = namespaceOf(unshared.pid)!;
    expect(of(reading, unshared)).toEqual([
      expect.objectContaining({ namespace: `net:[${number}]`, protocol: 'udp', family: 6 }),
    ]);
    expect(of(reading, near)).toEqual([expect.objectContaining({ namespace: `net:[${here()}]` })]);
    // Without the switch there is only this one.
    const sources = backend.sources({ ...READING, namespaces: false });
    expect(new Set(sources.map(({ namespace }) => namespace))).toEqual(new Set([here()]));
    await Promise.all([unshared.kill(), near.kill()]);
  });

  it('keeps equal endpoints of two namespaces apart, and closes the one meant', async () => {
    const red = netns.add('red');
    const inRed = await stage.actor({ executable: netns.node(red) });
    const listener = await inBlue.do('udp', { host: '127.0.0.1' });
    const other = await inRed.do('udp', { host: '127.0.0.1', port: listener.port });
    const reading = read();
    const same = reading.rows.filter((row) => row.localPort === listener.port && row.protocol === 'udp');
    expect(same.map((row) => [row.namespace, row.pid]).sort()).toEqual(
      [
        [blue, inBlue.pid],
        [red, inRed.pid],
      ].sort(),
    );
    expect(new Set(same.map((row) => row.id)).size).toBe(2);
    // By an id, as printed by one process and given to another.
    const fresh = new LinuxBackend();
    try {
      const { id } = same.find((row) => row.namespace === red)!;
      const again = read(fresh);
      expect(fresh.close(again.table, rowOf(again, id))).toEqual({ outcome: 'closed', message: null });
    } finally {
      fresh.dispose();
    }
    expect(await inRed.do('ending', { handle: other.handle })).toBe('ECONNABORTED');
    const sender = await inBlue.do('udp', { host: '127.0.0.1' });
    await inBlue.do('send', { handle: sender.handle, host: '127.0.0.1', port: listener.port, bytes: 10 });
    expect(await inBlue.do('received', { handle: listener.handle, bytes: 10 })).toBe(10);
    await inRed.kill();
    netns.delete(red);
  });

  it('names interfaces as the namespace of the socket does', async () => {
    const red = netns.add('zones');
    netns.run('-n', red, 'link', 'add', 'inside0', 'type', 'veth', 'peer', 'name', 'inside1');
    for (const end of ['inside0', 'inside1']) {
      netns.run('-n', red, 'addr', 'add', 'fe80::77/64', 'dev', end, 'nodad');
      netns.run('-n', red, 'link', 'set', end, 'up');
    }
    const inRed = await stage.actor({ executable: netns.node(red) });
    const number = netns.number(red);
    await inRed.do('udp', { host: 'fe80::77%inside1' });
    const reading = read();
    expect(of(reading, inRed)).toEqual([expect.objectContaining({ localAddress: 'fe80::77%inside1' })]);
    const index = found().enter(number, () => {
      const names = [1, 2, 3, 4, 5].map((each) => interfaceName(each));
      return names.indexOf('inside1') + 1;
    });
    expect(backend.interface(index, number)).toBe('inside1');
    expect(backend.interface(index, blueNumber)).not.toBe('inside1');
    expect(backend.interface(1, blueNumber)).toBe('lo');
    // Who may not go in reads it from a table.
    const tables = tablesOf(inRed.pid)!;
    unprivileged(() => {
      const own = new LinuxBackend();
      own.sources(READING);
      expect(own.interface(index, tables)).toBe('inside1');
      expect(own.interface(77, tables)).toBe('77');
      own.dispose();
    });
    await inRed.kill();
    netns.delete(red);
    expect(new LinuxBackend().interface(index, number)).toBe(String(index));
  });
});

describe('without the privilege to enter', () => {
  it('shows the sockets of other namespaces all the same', async () => {
    const own = await stage.actor({ executable: netns.node(blue, 'nobody') });
    const { port } = await inBlue.do('listen', { host: '127.0.0.1' });
    await own.do('connect', { host: '127.0.0.1', port });
    const udp = await own.do('udp', { host: '::1' });
    const privileged = read().rows.filter((row) => row.namespace === blue);
    // Its own process tells the number of the namespace, another's its tables only.
    const red = netns.add('foreign');
    const foreign = await stage.actor({ executable: netns.node(red) });
    const far = await foreign.do('udp', { host: '127.0.0.1' });
    unprivileged(() => {
      const mine = new LinuxBackend();
      const reading = read(mine);
      const inside = reading.rows.filter((row) => row.namespace === blue);
      const shape = (row: SocketRow): string =>
        [row.protocol, row.family, row.state, row.localAddress, row.localPort, row.remotePort, row.uid].join(
          ' ',
        );
      expect(inside.map(shape).sort()).toEqual(privileged.map(shape).sort());
      expect(new Set(inside.map((row) => row.id)).size).toBe(inside.length);
      expect(inside.find((row) => row.localPort === udp.port)).toMatchObject({ pid: own.pid, uid: NOBODY });
      const outside = reading.rows.filter((row) => row.namespace === `net of process ${foreign.pid}`);
      expect(outside).toEqual([expect.objectContaining({ localPort: far.port, pid: null, uid: 0 })]);
      // That the one called so is the one seen cannot be known: it is said that there is one more.
      const named = [blueNumber, netns.number(red)];
      const problems = reading.problems.filter(({ namespace }) => named.includes(namespace));
      expect(problems.map(({ namespace }) => mine.namespace(namespace))).toEqual([red]);
      const message =
        'Closing a socket of another network namespace needs CAP_SYS_ADMIN. Run SocketScope as root (EPERM).';
      for (const { id } of [...inside, ...outside]) {
        expect(mine.close(reading.table, rowOf(reading, id))).toEqual({ outcome: 'refused', message });
      }
      mine.dispose();
    });
    await Promise.all([own.kill(), foreign.kill()]);
    netns.delete(red);
  });

  it('says once of a namespace that there is no way in', () => {
    const empty = netns.add('empty');
    const number = netns.number(empty);
    unprivileged(() => {
      const mine = new LinuxBackend();
      const { problems } = readSockets(mine);
      const [problem, ...others] = problems.filter(({ namespace }) => namespace === number);
      expect(others).toEqual([]);
      expect(mine.namespace(problem!.namespace)).toBe(empty);
      expect(problem!.error.message).toMatch(
        /EPERM\. Looking into another network namespace needs CAP_SYS_ADMIN/,
      );
      mine.dispose();
    });
    netns.delete(empty);
  });
});

describe('namespaces that come and go', () => {
  it('are read from the next reading on, and let go of with the first that lacks them', async () => {
    const name = netns.add('guest');
    const number = netns.number(name);
    const only = (namespace: number): boolean => namespace === number;
    // A pair of interfaces shows whether the kernel has done away with the namespace: one goes with the other.
    netns.run('link', 'add', 'witness', 'type', 'veth', 'peer', 'name', 'far', 'netns', name);
    const witness = (): boolean => netns.run('-o', 'link').includes('witness@');
    const actor = await stage.actor({ executable: netns.node(name) });
    await actor.do('udp', { host: '127.0.0.1' });
    const before = open();
    expect(of(read(backend, only), actor)).toEqual([expect.objectContaining({ namespace: name })]);
    expect(open()).toBe(before + 1);

    await actor.kill();
    const after = open(); // without the channel to the actor
    netns.delete(name);
    expect(witness()).toBe(true); // our diag socket keeps it alive
    const sources = backend.sources(READING);
    expect(sources.map(({ namespace }) => namespace)).not.toContain(number);
    expect(open()).toBe(after - 1);
    await eventually(() => expect(witness()).toBe(false));
    expect(backend.namespace(number)).toBe(name);
  });

  it('may end between being found and being read', () => {
    const name = netns.add('brief');
    const number = netns.number(name);
    const sources = backend.sources(READING).filter(({ namespace }) => namespace === number);
    expect(sources).toHaveLength(4);
    netns.delete(name);
    const table = new SocketTable();
    for (const source of sources) backend.readTable(source, READING, table);
    expect(table.length).toBe(0);
  });

  it('leave nothing to close', async () => {
    const name = netns.add('closing');
    const actor = await stage.actor({ executable: netns.node(name) });
    const { port } = await actor.do('listen', { host: '127.0.0.1' });
    const reading = read();
    const row = reading.rows.findIndex(({ localPort, pid }) => localPort === port && pid === actor.pid);
    await actor.kill();
    netns.delete(name);
    backend.sources(READING);
    expect(backend.close(reading.table, row)).toEqual({ outcome: 'gone', message: null });
  });

  it('may take over a name, with sockets of their own', async () => {
    const name = netns.add('again');
    const first = await stage.actor({ executable: netns.node(name) });
    const { port } = await first.do('udp', { host: '127.0.0.1' });
    const old = of(read(), first);
    await first.kill();
    netns.delete(name);
    expect(netns.add('again')).toBe(name);
    const second = await stage.actor({ executable: netns.node(name) });
    await second.do('udp', { host: '127.0.0.1', port });
    const reading = read();
    expect(of(reading, second)).toEqual([expect.objectContaining({ namespace: name, localPort: port })]);
    expect(rowOf(reading, old[0]!.id)).toBe(-1);
    await second.kill();
    netns.delete(name);
  });

  it('leave no descriptor behind, however many', () => {
    const before = open();
    let held = 0;
    for (let turn = 0; turn < 20; turn++) {
      const name = netns.add(`turn ${turn}`);
      const number = netns.number(name);
      readSockets(backend, (namespace) => namespace === number);
      if (open() === before + 1) held++;
      netns.delete(name);
    }
    expect(held).toBe(20);
    readSockets(backend, () => false);
    expect(open()).toBe(before);
  });
});

describe('inet6Interface', () => {
  const TEXT = [
    '00000000000000000000000000000001 01 80 10 80       lo',
    'fe8000000000000000000000000000aa 1f 40 20 80    veth0',
    '',
  ].join('\n');

  it.each([
    [1, 'lo'],
    [31, 'veth0'],
    [2, null],
  ])('finds %i', (index, name) => {
    expect(inet6Interface(TEXT, index)).toBe(name);
  });
});
