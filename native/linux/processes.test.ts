import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../../shared/socket';
import { FakeProc } from './fixtures/fakeProc';
import { eventually, needsLinux } from './fixtures/needs';
import { Stage } from './fixtures/stage';
import { fullName, parseStat, ProcessReader } from './processes';

describe('parseStat', () => {
  const fields = (start: string): string =>
    `S 7 ${Array.from({ length: 17 }, (_, i) => i).join(' ')} ${start} 1 2\n`;

  it.each(['node', 'a b', '(sd-pam)', 'a) S 1 (b', 'tmux: server', ')', '(', '', 'two\nlines', 'ünï'])(
    'finds the parent and the start time behind the name "%s"',
    (comm) => {
      expect(parseStat(`40 (${comm}) ${fields('123456')}`)).toEqual({
        comm,
        state: 'S',
        startTicks: '123456',
        parentPid: 7,
      });
    },
  );

  it('keeps a start time that is too large for a number', () => {
    expect(parseStat(`40 (x) ${fields('18446744073709551615')}`)?.startTicks).toBe('18446744073709551615');
  });

  it.each([
    '',
    'x',
    '40 (x',
    '40 x)',
    ')(',
    '40 (x) S 1 2',
    `40 (x) ${fields('-1')}`,
    `40 (x) ${fields('')}`,
  ])('gives null for "%s"', (text) => {
    expect(parseStat(text)).toBeNull();
  });
});

describe('fullName', () => {
  it.each<[comm: string, exe: string | null, name: string]>([
    ['node', '/usr/bin/node', 'node'],
    ['systemd-resolve', '/usr/lib/systemd/systemd-resolved', 'systemd-resolved'],
    ['systemd-resolve', '/usr/lib/systemd/systemd-resolved (deleted)', 'systemd-resolved'],
    ['systemd-resolve', null, 'systemd-resolve'],
    // Short enough to be whole: the executable's name is another matter.
    ['node', '/usr/bin/node-20', 'node'],
    // Named otherwise than its executable: a script, a thread's name
    ['gnome-terminal-', '/usr/bin/python3.11', 'gnome-terminal-'],
    ['exactly-15-char', '/opt/exactly-15-char', 'exactly-15-char'],
    // 15 bytes are not 15 characters, and the cut may go through one.
    ['日本語日本', '/opt/日本語日本語', '日本語日本語'],
    ['a日本語日\ufffd', '/opt/a日本語日本語', 'a日本語日本語'],
    ['größer', '/opt/größerer', 'größer'],
  ])('%s of %s is %s', (comm, exe, name) => {
    expect(fullName(comm, exe)).toBe(name);
  });
});

describe('ProcessReader on a made-up /proc', () => {
  beforeEach(needsLinux);

  let proc: FakeProc;
  let reader: ProcessReader;
  beforeEach(() => {
    proc = new FakeProc();
    reader = new ProcessReader(proc.root);
  });
  afterEach(() => proc.end());

  it('lists PIDs as numbers, ascending, and nothing else', () => {
    for (const pid of [1000, 9, 200]) proc.set(pid);
    for (const name of ['self', '12a', 'net', '-1', '0x10']) fs.mkdirSync(proc.file(name));
    expect(reader.list()).toEqual([9, 200, 1000]);
  });

  it('knows nothing of a process that is gone, or another one by now', () => {
    proc.set(40, { start: 500, cmdline: 'a\0b\0' });
    const process = reader.describe(40, '500')!;
    expect(reader.commandLine(process)).toBe('a b');
    expect(reader.describe(40, '499')).toBeNull();
    proc.set(40, { start: 501, cmdline: 'someone else’s' });
    expect(reader.describe(40, '500')).toBeNull();
    expect(reader.commandLine(process)).toBeNull();
    proc.remove(40);
    expect(reader.startKey(40)).toBeNull();
    expect(reader.describe(40, '501')).toBeNull();
    expect(reader.commandLine(process)).toBeNull();
  });

  it('knows unit, container, parent and user', () => {
    const id = '4f5e6d7c8b9a'.padEnd(64, '0');
    proc.set(40, {
      parent: 9,
      status: 'Name:\tx\nUid:\t1000\t33\t33\t33\nGid:\t0\t0\t0\t0\n',
      cgroup: `0::/system.slice/docker-${id}.scope\n`,
    });
    const process = reader.describe(40, '100')!;
    expect(process).toMatchObject({ unit: `docker-${id}.scope`, container: 'docker 4f5e6d7c8b9a' });
    // the effective user is whose rights it has
    expect(reader.story(process)).toEqual({
      parentPid: 9,
      uid: 33,
      cgroup: `/system.slice/docker-${id}.scope`,
    });
    proc.set(40, { start: 101 });
    expect(reader.story(process)).toBeNull(); // another one
    expect(reader.story(reader.describe(40, '101')!)).toEqual({ parentPid: null, uid: null, cgroup: null });
  });

  it('names the parent, as it was when the process was first seen', () => {
    proc.set(1, { comm: 'systemd', start: 1 });
    proc.set(9, { comm: 'bash', start: 50 });
    proc.set(40, { parent: 9, start: 100 });
    const process = reader.describe(40, '100');
    expect(process).toMatchObject({ parentPid: 9, parentName: 'bash' });
    // It has ended since, and another process took the child in: the same object, so that no row changes.
    proc.remove(9);
    proc.set(40, { parent: 1, start: 100 });
    expect(reader.describe(40, '100')).toBe(process);
    // Another program in the same process is looked at anew.
    proc.set(40, { parent: 1, start: 100, exe: '/bin/other' });
    expect(reader.describe(40, '100')).toMatchObject({ parentPid: 1, parentName: 'systemd' });
  });

  it('gives a parent its whole name', () => {
    proc.set(9, { comm: 'containerd-shim', start: 50, exe: '/usr/bin/containerd-shim-runc-v2' });
    proc.set(40, { parent: 9, start: 100 });
    expect(reader.describe(40, '100')).toMatchObject({ parentName: 'containerd-shim-runc-v2' });
  });

  it('does not take a younger process that got the PID for the parent', () => {
    proc.set(9, { comm: 'imposter', start: 101 });
    proc.set(40, { parent: 9, start: 100 });
    expect(reader.describe(40, '100')).toMatchObject({ parentPid: 9, parentName: null });
    proc.set(41, { parent: 8, start: 100 });
    expect(reader.describe(41, '100')).toMatchObject({ parentPid: 8, parentName: null });
    proc.set(42, { parent: 0, start: 100 });
    expect(reader.describe(42, '100')).toMatchObject({ parentPid: null, parentName: null });
  });

  it('reads the control group once, and again when it starts another program', () => {
    proc.set(40, { exe: '/bin/sh', cgroup: '0::/system.slice/a.service\n' });
    expect(reader.describe(40, '100')).toMatchObject({ unit: 'a.service' });
    proc.set(40, { exe: '/bin/sh', cgroup: '0::/system.slice/b.service\n' });
    expect(reader.describe(40, '100')).toMatchObject({ unit: 'a.service' });
    proc.set(40, { exe: '/usr/sbin/nginx', cgroup: '0::/system.slice/b.service\n' });
    expect(reader.describe(40, '100')).toMatchObject({ unit: 'b.service' });
  });

  it('joins arguments by spaces; kernel threads and zombies have none', () => {
    const line = (cmdline: string): string | null => {
      proc.set(40, { cmdline });
      return reader.commandLine(reader.describe(40, '100')!);
    };
    expect(line('/bin/sh\0-c\0echo "a b"\0')).toBe('/bin/sh -c echo "a b"');
    expect(line('nginx: master process')).toBe('nginx: master process');
    expect(line('')).toBeNull();
  });

  it('follows a process that renames itself or starts another program', () => {
    proc.set(40, { comm: 'sh', exe: '/bin/sh' });
    const before = reader.describe(40, '100');
    proc.set(40, { comm: 'nginx', exe: '/usr/sbin/nginx' });
    expect(reader.describe(40, '100')).toMatchObject({ name: 'nginx', path: '/usr/sbin/nginx' });
    expect(before).toMatchObject({ name: 'sh', path: '/bin/sh' }); // what was published stays as it was
  });

  it('does not know when processes started where the boot time cannot be read', () => {
    proc.end();
    proc = new FakeProc(null);
    proc.set(40);
    expect(new ProcessReader(proc.root).describe(40, '100')).toMatchObject({ startedAt: null });
  });

  it('forgets processes that have ended', () => {
    proc.set(40);
    const first = reader.describe(40, '100');
    expect(reader.describe(40, '100')).toBe(first);
    reader.forgetOthers(new Set([41]));
    expect(reader.describe(40, '100')).not.toBe(first);
  });
});

describe('ProcessReader on the real /proc', () => {
  beforeEach(needsLinux);

  let stage: Stage;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    if (process.platform === 'linux') stage = new Stage();
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await stage?.end();
  });

  const describeNow = (pid: number): ProcessInfo | null => {
    const reader = new ProcessReader();
    return reader.describe(pid, reader.startKey(pid)!);
  };

  it('tells when a process started', async () => {
    const before = Date.now();
    const { pid } = await stage.actor();
    const { startedAt } = describeNow(pid)!;
    // The kernel gives the boot time in whole seconds.
    expect(startedAt).toBeGreaterThan(before - 5000);
    expect(startedAt).toBeLessThan(Date.now() + 5000);
  });

  it('agrees with ps on when processes started', ({ skip }) => {
    let text = '';
    try {
      text = execFileSync('ps', ['-o', 'lstart=', '-p', '1'], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
      });
    } catch {
      skip('needs ps (procps)');
    }
    expect(Math.abs(describeNow(1)!.startedAt! - Date.parse(text))).toBeLessThan(5000);
  });

  it('tells processes apart that follow each other', async () => {
    const first = await stage.actor();
    const key = new ProcessReader().startKey(first.pid);
    await first.kill();
    expect(new ProcessReader().startKey(first.pid)).not.toBe(key);
  });

  it.each([
    'a program with a rather long name',
    'odd (name) x',
    'a) S 1 (b',
    'two\nlines',
    'ünïcödé-ünïcödé',
    'a日本語日本語',
  ])('names the program "%s" in full', async (name) => {
    const executable = stage.executable(name);
    const { pid } = await stage.actor({ executable });
    expect(describeNow(pid)).toMatchObject({ pid, name, path: executable });
  });

  it('names a process as it calls itself', async () => {
    const actor = await stage.actor();
    await actor.do('rename', { name: 'x) R (1' });
    expect(describeNow(actor.pid)).toMatchObject({
      name: 'x) R (1',
      path: fs.realpathSync(process.execPath),
    });
    expect(new ProcessReader().startKey(actor.pid)).toMatch(/^\d+$/);
  });

  it('names a program whose file has been replaced', async () => {
    const name = 'a-program-that-is-deleted';
    const executable = stage.executable(name);
    const { pid } = await stage.actor({ executable });
    fs.rmSync(executable);
    expect(describeNow(pid)).toMatchObject({ name });
  });

  it('follows a script that ends in exec of a program of the same name', async () => {
    // As /usr/bin/firefox does: a shell first, then /usr/lib/firefox/firefox, under one name and start time.
    const script = stage.file('bin/same-name');
    fs.mkdirSync(stage.file('bin'));
    fs.mkdirSync(stage.file('lib'));
    const program = stage.executable('lib/same-name');
    fs.writeFileSync(script, `#!/bin/sh\nread go\nexec '${program}' -e 'setInterval(() => 0, 1000)'\n`, {
      mode: 0o755,
    });
    const child = spawn(script, { stdio: ['pipe', 'ignore', 'ignore'] });
    children.push(child);
    await once(child, 'spawn');
    const pid = child.pid!;
    const reader = new ProcessReader();
    const look = (): ProcessInfo | null => reader.describe(pid, reader.startKey(pid)!);
    await eventually(() => expect(look()).toMatchObject({ name: 'same-name' }));
    const before = look();
    child.stdin.write('go\n');
    await eventually(() => expect(fs.readlinkSync(`/proc/${pid}/exe`)).toBe(program));
    expect(look()).toMatchObject({ path: program, startKey: before!.startKey });
    expect(before!.path).not.toBe(program);
  });

  it('reads the command line of another process', async () => {
    const { pid } = await stage.actor();
    expect(new ProcessReader().commandLine(describeNow(pid)!)).toBe(
      `${process.execPath} ${stage.file('actor.mjs')}`,
    );
  });

  it('tells the variables that a process was started with, of that very process', async () => {
    const child = spawn('/bin/sh', ['-c', 'echo ready; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22', EMPTY: '', EQUALS: 'a=b\nc=d', SECRET: 'hunter2' },
    });
    children.push(child);
    await once(child.stdout, 'data');
    const reader = new ProcessReader();
    const { startedAt } = reader.now(child.pid!)!;
    const ask = (at: number): Record<string, string> =>
      reader.variables({ pid: child.pid!, startedAt: at }, ['SSH_CONNECTION', 'EMPTY', 'EQUALS', 'ABSENT']);
    expect(ask(startedAt!)).toEqual({
      ...{ SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22', EMPTY: '', EQUALS: 'a=b\nc=d' },
    });
    expect(ask(startedAt! + 10)).toEqual({});
    const end = once(child, 'exit');
    child.kill('SIGKILL');
    await end;
    expect(ask(startedAt!)).toEqual({});
    expect(new ProcessReader('/nowhere').variables({ pid: 1, startedAt: 0 }, ['PATH'])).toEqual({});
  });

  it('names no path of a kernel thread', ({ skip }) => {
    const reader = new ProcessReader();
    const thread = reader
      .list()
      .map((pid) => describeNow(pid))
      .find((info) => info?.name === 'kthreadd');
    skip(thread == null, 'needs to see kernel threads');
    expect(thread).toMatchObject({ path: null });
    expect(reader.commandLine(thread!)).toBeNull();
  });
});
