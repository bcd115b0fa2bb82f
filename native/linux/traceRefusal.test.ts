import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { needsRoot } from './fixtures/needs';
import { NOBODY } from './fixtures/stage';
import { isDumpable, traceRefusal, yamaScope } from './traceRefusal';
import type { TraceFacts } from './traceRefusal';

const OWN: TraceFacts = {
  ...{ uid: 1000, user: 'anna', dumpable: true, mayTrace: false, ownUid: 1000, scope: 0 },
};

describe('traceRefusal', () => {
  it.each<[Partial<TraceFacts>, string]>([
    [{ uid: 0, user: 'root' }, 'it belongs to root. Run SocketScope as root.'],
    [{ uid: 4711, user: null }, 'it belongs to user 4711. Run SocketScope as root.'],
    [{ uid: 0, user: 'root', scope: 1 }, 'it belongs to root. Run SocketScope as root.'],
    [{ scope: 1 }, 'Yama allows it to root only (kernel.yama.ptrace_scope = 1). Run SocketScope as root.'],
    [{ scope: 2 }, 'Yama allows it to root only (kernel.yama.ptrace_scope = 2). Run SocketScope as root.'],
    [
      { scope: 3, mayTrace: true },
      'Yama forbids it to everybody until the next boot (kernel.yama.ptrace_scope = 3).',
    ],
    [{ mayTrace: true }, 'a security module or a user namespace forbids it even to root.'],
    [
      { dumpable: false },
      'it protects itself from being looked into (PR_SET_DUMPABLE). Run SocketScope as root.',
    ],
    [
      { uid: null, user: null, dumpable: null },
      'it protects itself from being looked into (PR_SET_DUMPABLE). Run SocketScope as root.',
    ],
    [{}, 'it has privileges or groups that SocketScope lacks. Run SocketScope as root.'],
  ])('of %j', (facts, text) => {
    expect(traceRefusal({ ...OWN, ...facts })).toBe(text);
  });
});

describe('yamaScope', () => {
  it('is what the kernel says, and 0 where it has no Yama', () => {
    const file = path.join(os.tmpdir(), `socketscope-yama-${process.pid}`);
    fs.writeFileSync(file, '2\n');
    expect(yamaScope(file)).toBe(2);
    fs.rmSync(file);
    expect(yamaScope(file)).toBe(0);
  });
});

describe('isDumpable', () => {
  it('tells a process that protects itself from one that does not', async (context) => {
    needsRoot(context);
    const python = '/usr/bin/python3';
    context.skip(!fs.existsSync(python), 'needs python3');
    for (const dumpable of [1, 0]) {
      const script = `import ctypes, time
ctypes.CDLL(None).prctl(4, ${dumpable}, 0, 0, 0) # PR_SET_DUMPABLE
print('ready', flush=True)
time.sleep(600)`;
      const child = spawn(python, ['-c', script], { uid: NOBODY, gid: NOBODY, cwd: '/' });
      await once(child.stdout, 'data');
      expect(isDumpable(child.pid!, NOBODY)).toBe(dumpable === 1);
      child.kill('SIGKILL');
    }
  });

  it('is not known of root’s own, nor of what has ended', () => {
    expect(isDumpable(1, 0)).toBeNull();
    expect(isDumpable(0x7fff_ffff, 1000)).toBeNull();
    expect(isDumpable(1, null)).toBeNull();
  });
});
