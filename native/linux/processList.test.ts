import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeProc } from './fixtures/fakeProc';
import { needsLinux } from './fixtures/needs';
import { ProcessReader } from './processes';
import { listAncestors, listProcesses } from './processList';

beforeEach(needsLinux);

const root = (uid: number): string | null => (uid === 0 ? 'root' : null);

describe('listProcesses', () => {
  it('has every process once, by PID, with its parent and its user', async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(child, 'spawn');
    try {
      const all = listProcesses(new ProcessReader(), () => 'somebody');
      const pids = all.map(({ pid }) => pid);
      expect(pids).toEqual([...new Set(pids)].sort((a, b) => a - b));
      expect(all.find(({ pid }) => pid === process.pid)).toMatchObject({
        ...{ parentPid: process.ppid, path: process.execPath, user: 'somebody' },
        startedAt: expect.any(Number),
      });
      expect(all.find(({ pid }) => pid === child.pid)).toMatchObject({
        parentPid: process.pid,
        name: 'sleep',
      });
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('gives a user’s number where it has no name', () => {
    const proc = new FakeProc();
    try {
      proc.set(40, { status: 'Name:\tx\nUid:\t1\t4711\t3\t4\n' });
      expect(listProcesses(new ProcessReader(proc.root), root)).toMatchObject([{ pid: 40, user: '4711' }]);
    } finally {
      proc.end();
    }
  });
});

describe('listAncestors', () => {
  it('begins with the process itself and ends with the first one that is visible', () => {
    const found = listAncestors(new ProcessReader());
    expect(found.slice(0, 2).map(({ pid }) => pid)).toEqual([process.pid, process.ppid]);
    expect(found.at(-1)!.pid).toBe(1);
    const reader = new ProcessReader();
    for (const { pid, startedAt } of found) expect(reader.now(pid)!.startedAt).toBe(startedAt);
  });

  it('does not take a younger process for a parent, which has only got its PID', () => {
    const reader = new ProcessReader();
    const made: Record<number, [parent: number | null, startedAt: number]> = {
      ...{ 9: [8, 900], 8: [7, 800], 7: [6, 950], 6: [null, 1] },
    };
    reader.now = (pid) => ({
      ...{ pid, parentPid: made[pid]![0], startedAt: made[pid]![1] },
      ...{ state: 'S', name: 'x', path: null },
    });
    expect(listAncestors(reader, 9).map(({ pid }) => pid)).toEqual([9, 8]);
    made[7]![1] = 700;
    expect(listAncestors(reader, 9).map(({ pid }) => pid)).toEqual([9, 8, 7, 6]);
  });
});
