import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { errorMeaning, errorText } from './errorCodes';
import { factText } from './factText';

describe('errorText', () => {
  it('says name, number and sentence, each system in its own numbers', () => {
    expect(errorText('linux', 111)).toBe(
      'ECONNREFUSED (111): The other side refused the connection: nothing listens there.',
    );
    expect(errorText('windows', 5)).toBe('ERROR_ACCESS_DENIED (5): It needs an administrator’s rights.');
    expect(errorText('windows', 111)).toBe('error 111');
    expect(errorText('linux', 0)).toBe('none');
  });

  it('is how a fact that is an error is shown', () => {
    expect(factText({ value: 104, unit: 'errno' })).toBe(
      'ECONNRESET (104): The other side reset the connection.',
    );
    expect(factText({ value: 10_061, unit: 'windows-error' })).toMatch(/^WSAECONNREFUSED \(10061\): /);
  });

  // Node has the numbers from the C library's header.
  it.runIf(process.platform === 'linux')('has the numbers of this system under their names', () => {
    const numbers = Object.entries(os.constants.errno);
    const known = numbers.filter(([, code]) => errorMeaning('linux', code) !== null);
    expect(known.length).toBeGreaterThan(30);
    for (const [, code] of known) {
      const names = numbers.filter(([, other]) => other === code).map(([name]) => name);
      expect(names).toContain(errorMeaning('linux', code)?.name);
    }
  });
});
