import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseRuntime, findElectron, needsNoSandbox } from './runtime.mjs';

describe('chooseRuntime', () => {
  const desktop = {
    env: { DISPLAY: ':0' },
    platform: 'linux',
    executable: '/electron',
    downloadFailedLately: false,
  };
  const choose = (facts) => chooseRuntime({ ...desktop, ...facts });

  test('Electron where it is at hand and there is a display', () => {
    expect(choose({})).toEqual({ use: 'electron' });
    expect(choose({ env: { WAYLAND_DISPLAY: 'wayland-0' } })).toEqual({ use: 'electron' });
    expect(choose({ env: {}, platform: 'win32' })).toEqual({ use: 'electron' });
  });

  test('a download where it is not at hand', () => {
    expect(choose({ executable: undefined })).toEqual({ use: 'download' });
    expect(choose({ executable: undefined, env: {}, platform: 'win32' })).toEqual({ use: 'download' });
  });

  test('the browser without a display, and no download for nothing', () => {
    for (const executable of ['/electron', undefined]) {
      expect(choose({ env: {}, executable })).toMatchObject({
        use: 'browser',
        because: expect.stringContaining('no display'),
      });
      expect(choose({ env: { DISPLAY: '' }, executable }).use).toBe('browser');
    }
  });

  test('the browser when asked for, whatever is there', () => {
    expect(choose({ forced: 'browser' }).use).toBe('browser');
    expect(choose({ forced: 'browser', executable: undefined }).use).toBe('browser');
  });

  test('a failed download is not repeated at every start, unless Electron is asked for', () => {
    const facts = { executable: undefined, downloadFailedLately: true };
    expect(choose(facts).use).toBe('browser');
    expect(choose({ ...facts, forced: 'electron' })).toEqual({ use: 'download' });
    expect(choose({ downloadFailedLately: true })).toEqual({ use: 'electron' });
  });

  test('a forced Electron fails without a display and names a remedy', () => {
    const choice = choose({ forced: 'electron', env: {} });
    expect(choice.use).toBe('nothing');
    expect(choice.because).toContain('DISPLAY');
    expect(choice.remedy).toContain('--electron');
  });
});

describe('findElectron', () => {
  const find = ({ override, installed, present, platform = 'linux' }) =>
    findElectron({
      env: override ? { ELECTRON_OVERRIDE_DIST_PATH: override } : {},
      platform,
      installed,
      isExecutable: (path) => present.includes(path),
    });
  const override = join('/opt', 'runtime');

  test('the override comes first', () => {
    const present = [join(override, 'electron'), '/dist/electron'];
    expect(find({ override, installed: '/dist/electron', present })).toEqual({ executable: present[0] });
  });

  test('the override holds electron.exe on Windows', () => {
    const present = [join(override, 'electron'), join(override, 'electron.exe')];
    expect(find({ override, present, platform: 'win32' })).toEqual({ executable: present[1] });
  });

  test('an override that leads nowhere is named, and the installed one used', () => {
    const found = find({ override, installed: '/dist/electron', present: ['/dist/electron'] });
    expect(found.executable).toBe('/dist/electron');
    expect(found.overrideProblem).toContain(override);
  });

  test('the installed one, if its file is really there', () => {
    expect(find({ installed: '/dist/electron', present: ['/dist/electron'] }).executable).toBe(
      '/dist/electron',
    );
    expect(find({ installed: '/dist/electron', present: [] }).executable).toBeUndefined();
    expect(find({ installed: undefined, present: [] })).toEqual({
      executable: undefined,
      overrideProblem: undefined,
    });
  });
});

test('only root on Linux goes without the sandbox', () => {
  expect(needsNoSandbox({ platform: 'linux', uid: 0 })).toBe(true);
  expect(needsNoSandbox({ platform: 'linux', uid: 1000 })).toBe(false);
  expect(needsNoSandbox({ platform: 'win32', uid: undefined })).toBe(false);
});
