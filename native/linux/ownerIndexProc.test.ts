/** Who holds a socket, on a /proc made of plain files: it counts no descriptors, as kernels before 6.2. */
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { OwnerLookup } from '../backend';
import { FakeProc } from './fixtures/fakeProc';
import { needsLinux } from './fixtures/needs';
import { unprivileged } from './fixtures/stage';
import { OwnerIndex } from './ownerIndex';
import { ProcessReader } from './processes';

beforeEach(needsLinux);

let proc: FakeProc;
beforeEach(() => {
  proc = new FakeProc();
});
afterEach(() => proc.end());

/** Rows of one socket each, by inode: the whole of the tests. */
const INODES = [0, 1, 2, 3, 12, 7001, 7002, 7003];

function scanHolders(reader: ProcessReader, privileged: boolean, root: string): OwnerLookup {
  return update(new OwnerIndex(reader, root), privileged);
}

function update(index: OwnerIndex, privileged = true): OwnerLookup {
  const table = new SocketTable();
  for (const inode of INODES) table.columns.inode[table.append()] = inode;
  return index.update(table, privileged);
}

const scan = (privileged = true): OwnerLookup =>
  scanHolders(new ProcessReader(proc.root), privileged, proc.root);

/** The holder of the socket with this inode. */
function holder(lookup: OwnerLookup, inode: number): ProcessInfo | null {
  return lookup.holdersOf(INODES.indexOf(inode))[0] ?? null;
}

/** A reader under which the world changes before a process is described. */
class RacingReader extends ProcessReader {
  constructor(
    root: string,
    private readonly pid: number,
    private readonly happens: () => void,
  ) {
    super(root);
  }

  override read(pid: number, startKey: string | null = null): ProcessInfo | null {
    if (pid === this.pid) this.happens();
    return super.read(pid, startKey);
  }
}

describe('an index of owners', () => {
  it('names the process that holds a socket', () => {
    proc.set(40, {
      comm: 'nginx',
      start: 500,
      fds: ['/dev/null', 7001, 'pipe:[12]', 7002],
      exe: '/usr/sbin/nginx',
    });
    proc.set(41, { comm: 'sshd', start: 600, fds: [7003] });
    const lookup = scan();
    expect(lookup.complete).toBe(true);
    expect(holder(lookup, 7001)).toEqual({
      pid: 40,
      startKey: '500',
      startedAt: 1_700_000_005_000,
      name: 'nginx',
      path: '/usr/sbin/nginx',
      unit: null,
      container: null,
      parentPid: null,
      parentName: null,
    });
    expect(holder(lookup, 7002)?.pid).toBe(40);
    expect(holder(lookup, 7003)).toMatchObject({ pid: 41, name: 'sshd', path: null });
    expect(holder(lookup, 12)).toBeNull(); // a pipe
    expect(holder(lookup, 0)).toBeNull();
  });

  it('passes over what is no socket', () => {
    proc.set(40, {
      fds: ['/tmp/socket:[1]', '/memfd:socket:[2]', 'anon_inode:[eventfd]', 'pipe:[3]', '/'],
    });
    const lookup = scan();
    for (const inode of [0, 1, 2, 3]) expect(holder(lookup, inode)).toBeNull();
  });

  it('names the oldest of several holders, whatever its PID', () => {
    proc.set(900, { start: 100, fds: [7001] }); // the parent, before the PIDs began anew
    proc.set(40, { start: 2000, fds: [7001] });
    proc.set(41, { start: 99_999_999_999, fds: [7001] });
    expect(holder(scan(), 7001)?.pid).toBe(900);
    // Compared as numbers: "2000" < "300" as text
    proc.set(42, { start: 300, fds: [7002] });
    proc.set(39, { start: 2000, fds: [7002] });
    expect(holder(scan(), 7002)?.pid).toBe(42);
  });

  it('names init only where nobody else holds the socket it passed on', () => {
    proc.set(1, { comm: 'systemd', start: 1, fds: [7001, 7002] });
    proc.set(50, { comm: 'service', start: 5000, fds: [7001] });
    proc.set(51, { comm: 'worker', start: 6000, fds: [7001] });
    expect(holder(scan(), 7001)).toMatchObject({ pid: 50, name: 'service' });
    expect(holder(scan(), 7002)).toMatchObject({ pid: 1 });
  });

  it('does not describe the new holder of a PID as the old one in the next scan', () => {
    const reader = new ProcessReader(proc.root);
    proc.set(40, { comm: 'same', start: 500, fds: [7001] });
    const first = holder(scanHolders(reader, true, proc.root), 7001);
    proc.set(40, { comm: 'same', start: 501, fds: [7001] });
    const second = holder(scanHolders(reader, true, proc.root), 7001);
    expect([first?.startKey, second?.startKey]).toEqual(['500', '501']);
  });

  it('gives the same object for the same process, so that readings can be compared', () => {
    const reader = new ProcessReader(proc.root);
    proc.set(40, { start: 500, fds: [7001] });
    const first = holder(scanHolders(reader, true, proc.root), 7001);
    expect(first).not.toBeNull();
    expect(holder(scanHolders(reader, true, proc.root), 7001)).toBe(first);
  });

  it('follows a process from reading to reading', () => {
    proc.set(40, { start: 500, fds: [7001] });
    proc.set(41, { start: 600, fds: ['/dev/null'] });
    const index = new OwnerIndex(new ProcessReader(proc.root), proc.root);
    const holders = (inode: number): number[] =>
      update(index)
        .holdersOf(INODES.indexOf(inode))
        .map(({ pid }) => pid);
    expect(holders(7001)).toEqual([40]);
    fs.symlinkSync('socket:[7001]', proc.file(41, 'fd/1'));
    fs.symlinkSync('socket:[7002]', proc.file(41, 'fd/2'));
    expect(holders(7001)).toEqual([40, 41]);
    expect(holders(7002)).toEqual([41]);
    fs.unlinkSync(proc.file(40, 'fd/0'));
    expect(holders(7001)).toEqual([41]);
    // Its PID is another process’s.
    proc.set(41, { start: 601, fds: [7003] });
    expect(holders(7001)).toEqual([]);
    expect(holders(7003)).toEqual([41]);
    proc.remove(41);
    expect(holders(7003)).toEqual([]);
    index.close();
  });

  it.each<[string, () => void]>([
    ['is gone before its descriptors are read', () => proc.remove(40)],
    ['has closed its descriptors', () => proc.set(40, { start: 500 })],
  ])('is complete where a process %s', (_, happens) => {
    proc.set(40, { start: 500, fds: [7001] });
    proc.set(41, { fds: [7002] });
    const lookup = scanHolders(new RacingReader(proc.root, 40, happens), true, proc.root);
    expect(lookup.complete).toBe(true);
    expect(holder(lookup, 7001)).toBeNull();
    expect(holder(lookup, 7002)?.pid).toBe(41);
  });

  it.each(['', '40', '40 (x', '40 x) S 1 2 3', '40 (x) S 1 2 3', '40 (x) S' + ' y'.repeat(30), ') ('])(
    'credits nobody where the kernel says "%s" of a process',
    (stat) => {
      proc.set(40, { stat, fds: [7001] });
      proc.set(41, { fds: [7002] });
      const lookup = scan();
      expect(holder(lookup, 7001)).toBeNull();
      expect(holder(lookup, 7002)?.pid).toBe(41);
    },
  );

  it.each(['list', 'links'] as const)(
    'is incomplete where it may not see the %s of descriptors, and goes on',
    (what) => {
      proc.set(40, { fds: [7001] });
      proc.set(41, { fds: [7002] });
      proc.lock(40, what);
      const lookup = unprivileged(() => scan());
      expect(lookup.complete).toBe(false);
      expect(holder(lookup, 7001)).toBeNull();
      expect(holder(lookup, 7002)?.pid).toBe(41);
    },
  );

  it('is incomplete without the privilege to see every process: some may not even be listed', () => {
    proc.set(40, { fds: [7001] });
    const lookup = scan(false);
    expect(lookup.complete).toBe(false);
    expect(holder(lookup, 7001)?.pid).toBe(40);
  });

  it('is incomplete where it cannot read /proc at all', () => {
    const lookup = scanHolders(new ProcessReader(proc.file('nowhere')), true, proc.file('nowhere'));
    expect(lookup.complete).toBe(false);
  });

  it('is incomplete where the descriptors of a process cannot be read, for whatever reason', () => {
    proc.set(40, { fds: [7001] });
    proc.set(41, {});
    proc.breakDescriptors(41);
    expect(scan().complete).toBe(false);
  });
});
