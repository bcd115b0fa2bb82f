/** The wrapper that runs as root for a moment, and what puts it where polkit looks. The way through it: electron/engine-host/elevation.test.ts. */
import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const read = (file: string): string => fs.readFileSync(path.join(here, file), 'utf8');

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-wrapper-'));
  fs.chmodSync(folder, 0o755);
  for (const name of ['installed', 'checkout']) {
    fs.mkdirSync(path.join(folder, name));
    fs.copyFileSync(path.join(here, 'socketscope-elevated'), path.join(folder, name, 'socketscope-elevated'));
  }
  // The program, as far as it matters here: it says how it was called.
  fs.writeFileSync(
    path.join(folder, 'installed', 'socketscope'),
    '#!/bin/sh\necho "program $*"; id -u; grep CapBnd /proc/self/status; env\n',
    { mode: 0o755 },
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function run(where: string, env: Record<string, string>, ...args: string[]): SpawnSyncReturns<string> {
  const wrapper = path.join(folder, where, 'socketscope-elevated');
  return spawnSync(wrapper, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', ...env } });
}

describe('socketscope-elevated', () => {
  beforeEach(({ skip }) => {
    skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'needs root on Linux');
    skip(spawnSync('setpriv', ['--version']).status !== 0, 'needs setpriv (util-linux)');
  });

  it.each([
    '',
    '0',
    '00',
    '065534',
    '-1',
    '65534 ',
    ' 65534',
    '65534\n0',
    'root',
    'nobody',
    '0x10',
    '99999999999',
    '4242424242',
  ])('runs nothing for the user %j', (uid) => {
    const { status, stdout, stderr } = run('installed', { PKEXEC_UID: uid });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^socketscope-elevated: (no ordinary user|there is no user)/);
  });

  it('runs nothing where nobody has asked', () => {
    expect(run('installed', {}).status).toBe(3);
  });

  it.each<Record<string, string>>([
    { PKEXEC_UID: '65534' },
    { SUDO_UID: '65534' },
    { PKEXEC_UID: '65534', SUDO_UID: '1' },
  ])('runs the installed program for who asked: %j', (env) => {
    const { status, stdout } = run('installed', {
      ...env,
      LD_DEBUG: 'none',
      NODE_OPTIONS: '--require /tmp/x',
    });
    expect(status).toBe(0);
    const [called, uid, bounds, ...environment] = stdout.trim().split('\n');
    expect([called, uid]).toEqual(['program engine --stdio', '65534']);
    expect(Number(`0x${bounds!.split(/\s+/)[1]}`)).toBe((1 << 12) | (1 << 19) | (1 << 2) | (1 << 5));
    const names = environment.map((line) => line.split('=')[0]!);
    expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).sort()).toEqual([
      'HOME',
      'LOGNAME',
      'PATH',
      'USER',
    ]);
  });

  it.each([
    ['--', '/bin/sh', '-c', 'id'],
    ['/bin/sh'],
    ['--namespaces', '--', '/bin/sh'],
    ['--namespaces', 'x'],
    ['--demo', 'idle'],
  ])('lets nobody choose what an installed one runs: %j %j', (...args) => {
    const { status, stdout, stderr } = run('installed', { PKEXEC_UID: '65534' }, ...args);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('takes no arguments');
  });

  it('finds its program where it really lies, whatever link it was called by', () => {
    const elsewhere = path.join(folder, 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.writeFileSync(path.join(elsewhere, 'socketscope'), '#!/bin/sh\necho hijacked\n', { mode: 0o755 });
    fs.symlinkSync(path.join(folder, 'installed', 'socketscope-elevated'), path.join(elsewhere, 'link'));
    const { stdout } = spawnSync(path.join(elsewhere, 'link'), {
      encoding: 'utf8',
      env: { PKEXEC_UID: '65534', PATH: '/usr/bin:/bin' },
    });
    expect(stdout).toMatch(/^program engine --stdio/);
  });

  it('does not run without being root', () => {
    const args = [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      path.join(folder, 'installed', 'socketscope-elevated'),
    ];
    const { status, stderr } = spawnSync('setpriv', args, {
      encoding: 'utf8',
      env: { PKEXEC_UID: '65534', PATH: '/usr/bin:/bin' },
    });
    expect(status).toBe(3);
    expect(stderr).toContain('must be started by pkexec or sudo');
  });

  it('runs what it is told in a checkout only', () => {
    const { stdout } = run('checkout', { PKEXEC_UID: '65534' }, '--', '/bin/echo', 'hello');
    expect(stdout).toBe('hello engine --stdio\n');
    expect(run('checkout', { PKEXEC_UID: '65534' }).stderr).toMatch(/there is no .*\/checkout\/socketscope/);
  });
});

describe('the packages', () => {
  const configuration = fs.readFileSync(path.join(here, '../../electron-builder.yml'), 'utf8');
  const policy = read('io.github.socketscope.policy');
  const product = /^productName: (.*)$/m.exec(configuration)![1]!;

  it('put the wrapper where polkit’s policy names it, and the policy where polkit looks', () => {
    const installed = `/opt/${product}/resources/bin/socketscope-elevated`;
    expect(policy).toContain(`<annotate key="org.freedesktop.policykit.exec.path">${installed}</annotate>`);
    expect(configuration).toMatch(/- from: dist\/program\/bin\n\s+to: bin\n/);
    const mapping =
      'packaging/linux/io.github.socketscope.policy=/usr/share/polkit-1/actions/io.github.socketscope.policy';
    expect(configuration.split(mapping)).toHaveLength(3); // deb and rpm
  });

  it('ask for an administrator’s password each time, and say what for', () => {
    for (const place of ['any', 'inactive', 'active'])
      expect(policy).toContain(`<allow_${place}>auth_admin</allow_${place}>`);
    expect(policy).not.toMatch(/auth_admin_keep|>yes<|auth_self|allow_gui/);
    const message = /<message>(.*)<\/message>/.exec(policy)![1]!;
    expect(message).toContain('sockets of every user');
    const rights = [...read('socketscope-elevated').matchAll(/,\+([a-z_]+)/g)].map(([, name]) => name!);
    expect(rights).toHaveLength(5);
    for (const right of rights) expect(message).toContain(`CAP_${right.toUpperCase()}`);
  });

  it('install the command line program under its own name', () => {
    expect(read('launcher.sh')).toContain(`exec /opt/${product}/resources/bin/socketscope "$@"`);
    expect(configuration).toContain('executableName: socketscope-desktop');
  });
});
