/** Who holds a socket: on real processes that share, hand over and close sockets, die, and take over PIDs. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { Holders } from '../../shared/socketTable';
import { copyDescriptor, Crew, endProcess, startTimeOf, trueHolders } from './fixtures/descriptors';
import type { Descriptor, DescriptorActor } from './fixtures/descriptors';
import { eventually, needsLinux, needsOwnNetwork, needsRoot } from './fixtures/needs';
import { NOBODY, Stage, unprivileged } from './fixtures/stage';
import { InetTable } from './inetDiag';
import { OwnerIndex } from './ownerIndex';
import type { IndexLimits } from './ownerIndex';
import { ProcessReader } from './processes';
import { SockDiag } from './sockDiag';

const UDP = new InetTable('udp4');

let stage: Stage;
let crew: Crew;
const indexes: OwnerIndex[] = [];
const diag = new SockDiag(0);

beforeAll(() => {
  if (process.platform === 'linux') stage = new Stage();
});
afterAll(async () => {
  diag.close();
  await stage?.end();
});
beforeEach((context) => {
  needsLinux(context);
  crew = new Crew();
});
afterEach(async () => {
  for (const index of indexes.splice(0)) index.close();
  await crew?.end();
});

function newIndex(limits: Partial<IndexLimits> = {}, reader = new ProcessReader()): OwnerIndex {
  const index = new OwnerIndex(reader, '/proc', limits);
  indexes.push(index);
  return index;
}

/** Reads the UDP sockets and their holders, by inode number. */
function update(index: OwnerIndex, privileged = true): { holders: Map<number, Holders>; complete: boolean } {
  const table = new SocketTable();
  diag.dump(UDP, 'udp4', false, table);
  const lookup = index.update(table, privileged);
  const rows = Array.from({ length: table.length }, (_, row) => row);
  return {
    holders: new Map(rows.map((row) => [table.columns.inode[row]!, lookup.holdersOf(row)])),
    complete: lookup.complete,
  };
}

function holdersOf(index: OwnerIndex, { inode }: Descriptor): Holders {
  const holders = update(index).holders.get(inode);
  if (holders === undefined) throw new Error(`No socket has the inode number ${inode}.`);
  return holders;
}

const pidsOf = (index: OwnerIndex, socket: Descriptor): number[] =>
  holdersOf(index, socket).map(({ pid }) => pid);

/** The directories of others that this process has open; each comes with one file. */
const openDirectories = (): number => fs.readdirSync('/proc/self/fd').length / 2;

describe('a shared socket', () => {
  it('has all its holders, the oldest first, and the same list for as long as they are the same', async () => {
    const [parent] = await crew.start(1);
    const socket = await parent!.one('udp');
    const index = newIndex();
    expect(pidsOf(index, socket)).toEqual([parent!.pid]);
    const [first, second] = await parent!.all(
      ['spawn', socket.fd, 'sleep', ['1000']],
      ['spawn', socket.fd, 'sleep', ['1000']],
    );
    const holders = holdersOf(index, socket);
    expect(holders[0]).toMatchObject({ pid: parent!.pid, startKey: startTimeOf(parent!.pid) });
    expect(new Set(holders.map(({ pid }) => pid))).toEqual(new Set([parent!.pid, first, second]));
    expect(holdersOf(index, socket)).toBe(holders);
    // Other descriptors come and go, also of the same socket.
    const [, copy] = await parent!.all(['file'], ['dup', socket.fd]);
    expect(holdersOf(index, socket)).toBe(holders);
    await parent!.one('close', copy.fd);
    expect(holdersOf(index, socket)).toBe(holders);

    await parent!.one('close', socket.fd);
    expect(new Set(pidsOf(index, socket))).toEqual(new Set([first, second]));
    endProcess(second);
    await eventually(() => expect(trueHolders([second]).size).toBe(0));
    expect(pidsOf(index, socket)).toEqual([first]);
  });

  it('is held for as long as one of several descriptors is open', async () => {
    const [actor] = await crew.start(1);
    const index = newIndex();
    const socket = await actor!.one('udp');
    const copy = await actor!.one('dup', socket.fd);
    const holders = holdersOf(index, socket);
    expect(holders.map(({ pid }) => pid)).toEqual([actor!.pid]);
    expect(index.linksOf(socket.inode).map(({ descriptor }) => descriptor)).toEqual([socket.fd, copy.fd]);
    await actor!.one('close', socket.fd);
    expect(holdersOf(index, socket)).toBe(holders);
    expect(index.linksOf(socket.inode).map(({ descriptor }) => descriptor)).toEqual([copy.fd]);
    expect(index.linksOf(1)).toEqual([]);
  });
});

describe('a socket that is handed over', () => {
  it('is held by both, then by the receiver', async () => {
    const [giver, receiver] = await crew.start(2);
    const socket = await giver!.one('udp');
    const index = newIndex();
    expect(pidsOf(index, socket)).toEqual([giver!.pid]);
    await giver!.one('give', socket.fd, receiver!.pid);
    await receiver!.one('take');
    expect(new Set(pidsOf(index, socket))).toEqual(new Set([giver!.pid, receiver!.pid]));
    await giver!.one('close', socket.fd);
    expect(pidsOf(index, socket)).toEqual([receiver!.pid]);
  });

  /** Afterwards each has as many descriptors as before. */
  async function handOverBalanced(
    giver: DescriptorActor,
    receiver: DescriptorActor,
    socket: Descriptor,
    spare: Descriptor,
  ): Promise<void> {
    const before = [await giver.one('count'), await receiver.one('count')];
    await giver.one('give', socket.fd, receiver.pid);
    await receiver.all(['take'], ['close', spare.fd]);
    // The giver's file takes the number of the socket.
    const [, file] = await giver.all(['close', socket.fd], ['file']);
    expect(file.fd).toBe(socket.fd);
    expect([await giver.one('count'), await receiver.one('count')]).toEqual(before);
  }

  it('is never the giver’s, though neither has more or fewer descriptors than before', async () => {
    const [giver, receiver] = await crew.start(2);
    const socket = await giver!.one('udp');
    const spare = await receiver!.one('file');
    const index = newIndex({ processRound: Infinity });
    expect(pidsOf(index, socket)).toEqual([giver!.pid]);
    await handOverBalanced(giver!, receiver!, socket, spare);
    expect([[], [receiver!.pid]]).toContainEqual(pidsOf(index, socket));
    expect(pidsOf(index, socket)).toEqual([receiver!.pid]);
  });

  it('is not the giver’s among more sockets than are checked, where the receiver has one descriptor more', async () => {
    const [giver, receiver] = await crew.start(2);
    const socket = await giver!.one('udp');
    const index = newIndex({ checkedLinks: 0, processRound: Infinity });
    update(index);
    expect(pidsOf(index, socket)).toEqual([giver!.pid]);
    await giver!.one('give', socket.fd, receiver!.pid);
    await giver!.all(['close', socket.fd], ['file']);
    await receiver!.one('take');
    expect(pidsOf(index, socket)).toEqual([receiver!.pid]);
  });

  it('is found within a round of readings among more sockets than are checked', async () => {
    const [giver, receiver] = await crew.start(2);
    const socket = await giver!.one('udp');
    const spare = await receiver!.one('file');
    const index = newIndex({ checkedLinks: 0, processRound: 4 });
    update(index);
    expect(pidsOf(index, socket)).toEqual([giver!.pid]);
    await handOverBalanced(giver!, receiver!, socket, spare);
    for (let reading = 0; reading < 3; reading++) update(index);
    expect(pidsOf(index, socket)).toEqual([receiver!.pid]);
  });

  it('is nobody’s while it is in flight, and looked for less and less often', async () => {
    const [giver, receiver] = await crew.start(2);
    const socket = await giver!.one('udp');
    const spare = await receiver!.one('file');
    const index = newIndex({ processRound: Infinity });
    expect(pidsOf(index, socket)).toEqual([giver!.pid]);
    await giver!.all(['give', socket.fd, receiver!.pid], ['close', socket.fd]);
    // Found to be held by nobody; then searched in the next reading, and two and four readings later.
    for (let reading = 0; reading < 4; reading++) expect(pidsOf(index, socket)).toEqual([]);
    await receiver!.all(['take'], ['close', spare.fd]);
    const found = Array.from({ length: 4 }, () => pidsOf(index, socket));
    expect(found).toEqual([[], [], [], [receiver!.pid]]);
  });
});

describe('a descriptor', () => {
  it('that has become another socket is that one’s', async () => {
    const [actor, keeper] = await crew.start(2);
    const old = await actor!.one('udp');
    await actor!.one('give', old.fd, keeper!.pid);
    await keeper!.one('take');
    const index = newIndex();
    expect(new Set(pidsOf(index, old))).toEqual(new Set([actor!.pid, keeper!.pid]));
    const [, young] = await actor!.all(['close', old.fd], ['udp']);
    expect(young.fd).toBe(old.fd);
    const { holders } = update(index);
    expect(holders.get(old.inode)!.map(({ pid }) => pid)).toEqual([keeper!.pid]);
    expect(holders.get(young.inode)!.map(({ pid }) => pid)).toEqual([actor!.pid]);
  });

  it('that has become a file is nobody’s socket', async () => {
    const [actor, keeper] = await crew.start(2);
    const socket = await actor!.one('udp');
    await actor!.one('give', socket.fd, keeper!.pid);
    await keeper!.one('take');
    const index = newIndex();
    update(index);
    const [, file] = await actor!.all(['close', socket.fd], ['file']);
    expect(file.fd).toBe(socket.fd);
    expect(pidsOf(index, socket)).toEqual([keeper!.pid]);
  });

  it('that was closed is that of a new socket, at once or in the next reading', async () => {
    const [actor] = await crew.start(1);
    const [old, spare] = await actor!.all(['udp'], ['file']);
    for (const checkedLinks of [1_000_000, 0]) {
      const index = newIndex({ checkedLinks, processRound: Infinity });
      update(index);
      update(index);
      // A file makes place for a socket, with no socket gone: only a search can tell.
      const [, socket] = await actor!.all(['close', spare.fd], ['udp']);
      const first = pidsOf(index, socket);
      expect(first).toEqual(checkedLinks === 0 ? [] : [actor!.pid]);
      expect(pidsOf(index, socket)).toEqual([actor!.pid]);
      const [, again] = await actor!.all(['close', socket.fd], ['file']);
      expect(again.fd).toBe(spare.fd);
    }
    expect(old.fd).not.toBe(spare.fd);
  });

  it('of a socket that was not listed for a while is checked before it is believed', async () => {
    const [actor, keeper] = await crew.start(2);
    const socket = await actor!.one('udp');
    const spare = await keeper!.one('file');
    const index = newIndex({ checkedLinks: 0, processRound: Infinity });
    update(index);
    expect(pidsOf(index, socket)).toEqual([actor!.pid]);
    index.update(new SocketTable(), true);
    index.update(new SocketTable(), true);
    // Handed over, and neither has more or fewer descriptors.
    await actor!.one('give', socket.fd, keeper!.pid);
    await keeper!.all(['take'], ['close', spare.fd]);
    await actor!.all(['close', socket.fd], ['file']);
    expect(pidsOf(index, socket)).toEqual([]);
    expect(pidsOf(index, socket)).toEqual([keeper!.pid]);
  });
});

describe('a process', () => {
  it('that becomes another program is described as that one, with the same start time', async () => {
    const [actor] = await crew.start(1);
    const socket = await actor!.one('udp');
    const pid = await actor!.one('spawn', socket.fd, 'sh', ['-c', 'read x; exec sleep 1000']);
    await actor!.one('close', socket.fd);
    const index = newIndex();
    const [shell] = holdersOf(index, socket);
    expect(shell).toMatchObject({ pid, name: 'sh', path: fs.realpathSync('/bin/sh') });
    await actor!.one('type', pid, '\n');
    await eventually(() => expect(fs.readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'));
    const after = holdersOf(index, socket);
    expect(after).toEqual([{ ...shell, name: 'sleep', path: fs.readlinkSync(`/proc/${pid}/exe`) }]);
    expect(holdersOf(index, socket)).toBe(after);
  });

  it('that renames itself has its new name', async () => {
    const [actor] = await crew.start(1);
    const socket = await actor!.one('udp');
    const index = newIndex();
    const before = holdersOf(index, socket);
    await actor!.one('rename', 'a new name');
    expect(holdersOf(index, socket)).toEqual([{ ...before[0], name: 'a new name' }]);
  });

  it('that has ended holds nothing, and costs nothing', async () => {
    const [keeper] = await crew.start(1);
    const socket = await keeper!.one('udp');
    // Others on this machine come and go.
    class OurReader extends ProcessReader {
      override list(): number[] {
        const ours = new Set(crew.pids());
        return super.list().filter((pid) => ours.has(pid));
      }
    }
    const index = newIndex({}, new OurReader());
    expect(pidsOf(index, socket)).toEqual([keeper!.pid]);
    const directories = openDirectories();
    for (let round = 0; round < 3; round++) {
      const pids: number[] = [];
      for (let i = 0; i < 8; i++) pids.push(await keeper!.one('spawn', socket.fd, 'sleep', ['1000']));
      expect(new Set(pidsOf(index, socket))).toEqual(new Set([keeper!.pid, ...pids]));
      expect(openDirectories()).toBe(directories + 8);
      for (const pid of pids) endProcess(pid);
      await eventually(() => expect(trueHolders(pids).size).toBe(0));
      expect(pidsOf(index, socket)).toEqual([keeper!.pid]);
      expect(openDirectories()).toBe(directories);
    }
    index.close();
    expect(openDirectories()).toBe(directories - 1);
  });

  it('whose directory there is no room to keep open is read all the same', async () => {
    const [one, two, three] = await crew.start(3);
    const index = newIndex({ directories: 1 });
    const sockets = [await one!.one('udp'), await two!.one('udp'), await three!.one('udp')];
    const { holders } = update(index);
    const expected = [one!, two!, three!].map(({ pid }) => [pid]);
    const listed = (all: Map<number, Holders>): Holders[] => sockets.map(({ inode }) => all.get(inode)!);
    expect(listed(holders).map((list) => list.map(({ pid }) => pid))).toEqual(expected);
    // By reference: nothing has changed.
    for (const [i, list] of listed(update(index).holders).entries()) expect(list).toBe(listed(holders)[i]);
    // One socket changes hands, another makes place for a file, the third dies with its process.
    await one!.one('give', sockets[0]!.fd, two!.pid);
    await two!.all(['take'], ['give', sockets[1]!.fd, one!.pid], ['close', sockets[1]!.fd], ['file']);
    await one!.one('take');
    await one!.one('close', sockets[0]!.fd);
    const child = await three!.one('spawn', sockets[2]!.fd, 'sleep', ['1000']);
    await three!.kill();
    expect(pidsOf(index, sockets[0]!)).toEqual([two!.pid]);
    expect(pidsOf(index, sockets[1]!)).toEqual([one!.pid]);
    expect(pidsOf(index, sockets[2]!)).toEqual([child]);
  });
});

describe('a PID that is used again', () => {
  beforeEach((context) => {
    needsRoot(context);
    needsOwnNetwork(context, stage);
  });

  /** Starts a program that nobody waits for but init, with `fd` as its standard input; under this PID where it is free. */
  function startOrphan(fd: number, wanted: number | null): number {
    const choose = wanted === null ? '' : `echo ${wanted - 1} > /proc/sys/kernel/ns_last_pid; `;
    const script = `${choose}sleep 1000 <&4 4<&- >&- & echo $!`;
    const pid = Number(
      execFileSync('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'ignore', fd] }),
    );
    crew.started.add(pid);
    return pid;
  }

  /** Ends the process and starts another one in its place; null where the kernel gave the PID to somebody else. */
  function replace(pid: number, fd: number): boolean {
    endProcess(pid);
    const patience = Date.now() + 5000;
    while (fs.existsSync(`/proc/${pid}`)) {
      if (Date.now() > patience) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
    return startOrphan(fd, pid) === pid;
  }

  /** A socket that an actor holds, and that this process can pass on: its own descriptor of it. */
  async function borrow(actor: DescriptorActor): Promise<[Descriptor, fd: number]> {
    const socket = await actor.one('udp');
    return [socket, copyDescriptor(actor.pid, socket.fd)];
  }

  it('between two readings: neither is taken for the other', async () => {
    const [keeper] = await crew.start(1);
    const [old, oldFd] = await borrow(keeper!);
    const [young, youngFd] = await borrow(keeper!);
    const index = newIndex();
    for (let attempt = 0; ; attempt++) {
      const pid = startOrphan(oldFd, null);
      const victim = holdersOf(index, old).find((holder) => holder.pid === pid)!;
      expect(victim.startKey).toBe(startTimeOf(pid));
      if (!replace(pid, youngFd)) {
        expect(attempt).toBeLessThan(20);
        continue;
      }
      const { holders } = update(index);
      expect(holders.get(old.inode)!.map((holder) => holder.pid)).not.toContain(pid);
      const newcomer = holders.get(young.inode)!.find((holder) => holder.pid === pid);
      expect(newcomer?.startKey).toBe(startTimeOf(pid));
      break;
    }
    fs.closeSync(oldFd);
    fs.closeSync(youngFd);
  });

  it.each(['before', 'after'] as const)('in the middle of a reading, %s it is described', async (moment) => {
    const [keeper] = await crew.start(1);
    const [old, oldFd] = await borrow(keeper!);
    const [young, youngFd] = await borrow(keeper!);
    class RacingReader extends ProcessReader {
      victim: number | null = null;
      replaced = false;
      private race(pid: number): void {
        if (pid !== this.victim) return;
        this.victim = null;
        this.replaced = replace(pid, youngFd);
      }
      override read(pid: number, startKey: string | null = null): ProcessInfo | null {
        if (moment === 'before') this.race(pid);
        const process = super.read(pid, startKey);
        if (moment === 'after') this.race(pid);
        return process;
      }
    }
    const reader = new RacingReader();
    const index = newIndex({}, reader);
    for (let attempt = 0; ; attempt++) {
      expect(attempt).toBeLessThan(20);
      update(index);
      const pid = (reader.victim = startOrphan(oldFd, null));
      const during = update(index).holders;
      expect(reader.victim).toBeNull();
      if (!reader.replaced) continue;
      // The socket of the dead is not the newcomer’s, nor the other way round; blank is allowed for now.
      expect(during.get(old.inode)!.map((holder) => holder.pid)).not.toContain(pid);
      for (const holder of during.get(young.inode)!)
        if (holder.pid === pid) expect(holder.startKey).toBe(startTimeOf(pid));
      const after = update(index).holders;
      expect(after.get(old.inode)!.map((holder) => holder.pid)).not.toContain(pid);
      expect(after.get(young.inode)!.find((holder) => holder.pid === pid)?.startKey).toBe(startTimeOf(pid));
      break;
    }
    fs.closeSync(oldFd);
    fs.closeSync(youngFd);
  });
});

describe('without privileges', () => {
  it('finds the holders it may see, and says that there are others', async (context) => {
    needsRoot(context);
    const [own, other] = await Promise.all([stage.actor({ uid: NOBODY }), stage.actor()]);
    const ownPort = (await own.do('udp', { host: '127.0.0.1' })).port;
    const otherPort = (await other.do('udp', { host: '127.0.0.1' })).port;
    const lookUp = (privileged: boolean): Record<string, unknown> => {
      const table = new SocketTable();
      diag.dump(UDP, 'udp4', false, table);
      const index = new OwnerIndex(new ProcessReader());
      const { complete, holdersOf } = index.update(table, privileged);
      const of = (port: number): number[] =>
        holdersOf(table.columns.localPort.indexOf(port)).map(({ pid }) => pid);
      const found = { complete, own: of(ownPort), other: of(otherPort) };
      index.close();
      return found;
    };
    const expected = { complete: false, own: [own.pid], other: [] };
    expect(unprivileged(() => lookUp(false))).toEqual(expected);
    // Also where it believes to have them.
    expect(unprivileged(() => lookUp(true))).toEqual(expected);
    expect(lookUp(true)).toMatchObject({ own: [own.pid], other: [other.pid] });
  });
});
