import { describe, expect, test } from 'vitest';
import { chosenSteps } from './checks.mjs';
import { browserCandidates } from './prerequisites.mjs';
import { parseStart } from './start.mjs';

describe('parseStart', () => {
  test('takes its own flags and passes on the rest', () => {
    expect(parseStart(['--demo', 'churn', '--browser'])).toEqual({
      forced: 'browser',
      rest: ['--demo', 'churn'],
    });
    expect(parseStart(['--', '--electron'])).toEqual({ forced: 'electron', rest: [] });
    expect(parseStart([])).toEqual({ forced: undefined, rest: [] });
  });

  test('refuses both at once', () =>
    expect(() => parseStart(['--browser', '--electron'])).toThrow(/exclude/));
});

describe('chosenSteps', () => {
  test('all in order, or those asked for in the same order', () => {
    expect(chosenSteps([])).toEqual(['format', 'types', 'lint', 'unit', 'windows', 'e2e']);
    expect(chosenSteps(['--only=e2e,types'])).toEqual(['types', 'e2e']);
  });

  test.each([['--only=unti'], ['--only='], ['unit']])('refuses %s', (arg) => {
    expect(() => chosenSteps([arg])).toThrow(/no part/);
  });
});

describe('browserCandidates', () => {
  test('Linux: what PATH offers before other folders, Chromium before Chrome', () => {
    const found = browserCandidates({ env: { PATH: '/home/me/bin' }, platform: 'linux' });
    expect(found[0]).toBe('/home/me/bin/chromium');
    expect(found.indexOf('/usr/bin/chromium')).toBeLessThan(found.indexOf('/home/me/bin/google-chrome'));
    expect(found).toContain('/opt/google/chrome/google-chrome');
  });

  test('Windows: Chrome and Edge', () => {
    const found = browserCandidates({ env: { ProgramFiles: 'C:\\Program Files' }, platform: 'win32' });
    expect(found).toEqual([
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    ]);
  });
});
