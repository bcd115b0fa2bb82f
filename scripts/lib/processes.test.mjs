import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { end, exitOf, launch, run } from './processes.mjs';

const node = (program, options) => launch(process.execPath, ['-e', program], options);

/** Linux: whether the process has ended, collected by its parent or not yet. */
const isGone = (pid) => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

test('an exit code is passed on, a signal is told as 128 + n, a missing program as 127', async () => {
  expect(await run(process.execPath, ['-e', 'process.exit(7)'])).toBe(7);
  expect(await exitOf(node('process.kill(process.pid, "SIGKILL")'))).toBe(128 + 9);
  expect(await run('no-such-program-anywhere', [])).toBe(127);
});

test('a child that ignores signals is ended, and what it started in a group of its own', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux tells the descendants of a process');
  const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  const child = node(
    `const { spawn } = require('node:child_process');
     const grandchild = spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { detached: true, stdio: 'ignore' });
     ${stubborn} console.log(grandchild.pid);`,
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = exitOf(child);
  const grandchild = Number(await once(child.stdout, 'data'));
  expect(isGone(grandchild)).toBe(false);

  await end([child]);

  expect(await exit).toBe(128 + 9);
  await vi.waitFor(() => expect(isGone(grandchild)).toBe(true));
});

test('what a child leaves behind in its group ends with it', async (context) => {
  if (process.platform !== 'linux') context.skip('looks at processes through /proc');
  const child = node(
    `const { spawn } = require('node:child_process');
     const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
     console.log(left.pid); left.unref();`,
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = exitOf(child);
  const left = Number(await once(child.stdout, 'data'));

  expect(await exit).toBe(0);
  await vi.waitFor(() => expect(isGone(left)).toBe(true));
});
