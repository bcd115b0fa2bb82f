import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { declined } from '../../remote/ends';
import type { WindowsElevation } from './elevationByWindows';
import { elevationOf, elsewhere } from './elsewhere';

const never = new AbortController().signal;
const elevated = { kind: 'elevated', namespaces: true } as const;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-elsewhere-'));
  // As an installed one lies there, but for the folder for temporary files, where everybody may write.
  for (const name of ['socketscope-elevated', 'socketscope', 'koffi.node'])
    fs.writeFileSync(path.join(folder, name), '', { mode: 0o755 });
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A program in pkexec's place, which writes down how it was called and says no. */
function pkexec(): string {
  const file = path.join(folder, 'pkexec');
  fs.writeFileSync(
    file,
    `#!/bin/sh\necho "$*" >'${folder}/called'; echo "$SSH_ASKPASS_REQUIRE" >'${folder}/asking'\nexit 126\n`,
    { mode: 0o755 },
  );
  return file;
}
const called = (): string | null =>
  fs.existsSync(path.join(folder, 'called'))
    ? fs.readFileSync(path.join(folder, 'called'), 'utf8').trim()
    : null;

const wrapper = (): string => path.join(folder, 'socketscope-elevated');

describe('the installed program', () => {
  beforeEach(({ skip }) => skip(process.platform === 'win32', 'needs POSIX'));

  it('is started with more rights where it really lies', async () => {
    const env = { SOCKETSCOPE_PKEXEC: pkexec() };
    const start = elsewhere(
      { kind: 'wrapper', wrapper: '/some/link', program: null },
      env,
      (link) => `/really${link}`,
    );
    await expect(start(elevated, true, never)).rejects.toThrow('said no');
    expect(called()).toBe('--disable-internal-agent /really/some/link --namespaces');
  });

  it('is not started where it is not root’s alone', async () => {
    const start = elsewhere(
      { kind: 'wrapper', wrapper: wrapper(), program: null },
      { SOCKETSCOPE_PKEXEC: pkexec() },
    );
    await expect(start(elevated, true, never)).rejects.toThrow('must belong to root');
    expect(called()).toBeNull();
  });
});

describe('elsewhere', () => {
  beforeEach(({ skip }) => skip(process.platform === 'win32', 'needs POSIX'));

  it('starts a checkout’s program by its whole path', async () => {
    const node = path.join(folder, 'node');
    fs.writeFileSync(node, '', { mode: 0o755 });
    const env = { SOCKETSCOPE_PKEXEC: pkexec(), PATH: `relative:${folder}` };
    const start = elsewhere(
      { kind: 'wrapper', wrapper: '/checkout/wrapper', program: ['node', 'main.js'] },
      env,
    );
    await expect(start({ kind: 'elevated', namespaces: false }, true, never)).rejects.toThrow('said no');
    expect(called()).toBe(`--disable-internal-agent /checkout/wrapper -- ${node} main.js`);
  });

  it('has no more rights to offer where main names no program', async () => {
    await expect(elsewhere(null, {})(elevated, true, never)).rejects.toThrow('cannot be given more rights');
    await expect(
      elsewhere({ kind: 'wrapper', wrapper: '/w', program: ['/p'] }, { PATH: folder })(elevated, true, never),
    ).rejects.toThrow('neither pkexec nor sudo');
  });

  it('takes no option for a host, whoever asks', async () => {
    const start = elsewhere(null, { SOCKETSCOPE_SSH: pkexec() });
    const host = '-oProxyCommand=id';
    await expect(start({ kind: 'remote', host }, true, never)).rejects.toThrow(/^Refused/);
    expect(called()).toBeNull();
  });

  it('lets ssh ask only where somebody is there to answer', async () => {
    const start = elsewhere(null, { SOCKETSCOPE_SSH: pkexec() });
    await expect(start({ kind: 'remote', host: 'server' }, false, never)).rejects.toThrow();
    expect(called()).toContain('BatchMode=yes');
    await expect(start({ kind: 'remote', host: 'server' }, true, never)).rejects.toThrow();
    expect(called()).not.toContain('BatchMode');
  });
});

describe('ssh’s questions', () => {
  beforeEach(({ skip }) => skip(process.platform === 'win32', 'needs POSIX'));

  it.each([
    [{}, ''],
    [{ SSH_ASKPASS: '/usr/bin/ask' }, 'prefer'],
    [{ SSH_ASKPASS: '/usr/bin/ask', SSH_ASKPASS_REQUIRE: 'never' }, 'never'],
  ])('with %j are asked in a window: %j', async (given, asking) => {
    const start = elsewhere(null, { ...given, SOCKETSCOPE_SSH: pkexec() });
    await expect(start({ kind: 'remote', host: 'server' }, true, never)).rejects.toThrow();
    expect(fs.readFileSync(path.join(folder, 'asking'), 'utf8').trim()).toBe(asking);
  });
});

describe('Windows’ way', () => {
  /** Everything of Windows: it says where programs lie, and starts none. */
  function windows(): { called: [string, readonly string[]][]; way: WindowsElevation } {
    const called: [string, readonly string[]][] = [];
    const start: WindowsElevation['start'] = (program, args) => {
      called.push([program, args]);
      return Promise.reject(declined());
    };
    return { called, way: { whereInstalled: (program) => `${program} really`, start } };
  }
  const told = ['engine', '--pipe', expect.any(String), '--nonce', expect.any(String)];
  const pathOf = (name: string): string => path.join(folder, name);

  it('starts the installed program where it really lies', async () => {
    const { called, way } = windows();
    const start = elsewhere({ kind: 'runAs', program: 'P', script: null }, {}, undefined, { ...way, pathOf });
    await expect(start(elevated, true, never)).rejects.toThrow('said no');
    expect(called).toEqual([['P really', told]]);
  });

  it('starts none that is not the administrators’ alone', async () => {
    const { called, way } = windows();
    const whereInstalled = (): never => {
      throw new Error('must lie in Program Files');
    };
    const start = elsewhere({ kind: 'runAs', program: 'P', script: null }, {}, undefined, {
      ...way,
      whereInstalled,
    });
    await expect(start(elevated, true, never)).rejects.toThrow('must lie in Program Files');
    expect(called).toEqual([]);
  });

  it('starts a checkout’s program by Node’s whole path', async () => {
    const node = path.join(folder, 'node.exe');
    fs.writeFileSync(node, '', { mode: 0o755 });
    const { called, way } = windows();
    const elevation = { kind: 'runAs', program: 'node.exe', script: 'main.js' } as const;
    const start = elsewhere(elevation, { PATH: folder }, undefined, { ...way, pathOf });
    await expect(start(elevated, true, never)).rejects.toThrow('said no');
    expect(called).toEqual([[node, ['main.js', ...told]]]);
  });
});

describe('elevationOf', () => {
  it('reads Windows’ way as well', () => {
    const installed = { kind: 'runAs', program: 'C:\\s.exe', script: null };
    expect(elevationOf(['--run-as=C:\\s.exe'])).toEqual(installed);
    expect(elevationOf(['--run-as=C:\\n.exe', '--script=C:\\m.js'])).toEqual({
      kind: 'runAs',
      program: 'C:\\n.exe',
      script: 'C:\\m.js',
    });
  });

  it('reads what main has put on the command line', () => {
    expect(elevationOf(['node', 'engine.js', '--demo=idle'])).toBeNull();
    expect(elevationOf(['node', 'engine.js', '--wrapper=/w=x'])).toEqual({
      kind: 'wrapper',
      wrapper: '/w=x',
      program: null,
    });
    expect(elevationOf(['--wrapper=/w', '--program=["/n","a b"]'])).toEqual({
      kind: 'wrapper',
      wrapper: '/w',
      program: ['/n', 'a b'],
    });
  });
});
