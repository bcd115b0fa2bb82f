import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the driver can be loaded before any package is installed: it is what installs them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'socketscope-bare-'));
  try {
    cpSync('scripts', join(folder, 'scripts'), { recursive: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'help'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage:');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
