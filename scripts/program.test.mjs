// The single executable is made, and works without Node, without packages, and as whoever.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const onWindows = process.platform === 'win32';
let folder;
let program;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'socketscope-sea-'));
  // It tries its product out as well, and fails where that does not work.
  execFileSync(process.execPath, [path.join(root, 'scripts/program.mjs'), folder], { stdio: 'pipe' });
  program = path.join(folder, 'bin', onWindows ? 'socketscope.exe' : 'socketscope');
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args, input = '') => spawnSync(program, args, { encoding: 'utf8', env: {}, cwd: folder, input });

describe('the single executable', () => {
  it('knows its version', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    expect(run(['--version']).stdout).toBe(`${version}\n`);
  });

  it('lists sockets', () => {
    const { status, stdout, stderr } = run(['list', '--json', '--demo', 'idle']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toHaveLength(20);
  });

  it.skipIf(process.platform !== 'linux')('reads the system’s own, by the library beside it', () => {
    const { status, stdout, stderr } = run(['list', '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Array.isArray(JSON.parse(stdout))).toBe(true);
  });

  it('is an engine', () => {
    const { status, stdout } = run(['engine', '--stdio', '--demo', 'idle']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ from: 'engine', program: expect.any(String) });
  });
});
