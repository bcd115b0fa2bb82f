import { describe, expect, it } from 'vitest';
import { errnoError, errnoName } from './errno';

describe('errnoName', () => {
  it.each([
    [1, 'EPERM'],
    [2, 'ENOENT'],
    // Two names for one number in Node's table: the kernel's own is told.
    [11, 'EAGAIN'],
    [95, 'EOPNOTSUPP'],
    [105, 'ENOBUFS'],
    [524, 'ENOTSUPP'], // not in Node's table
    [9999, 'errno 9999'],
  ])('%i is %s', (code, name) => {
    expect(errnoName(code)).toBe(name);
  });
});

describe('errnoError', () => {
  it('holds the call, the number, its name and a sentence for a person', () => {
    const error = errnoError('dump(tcp4)', 11);
    expect(error).toMatchObject({
      call: 'dump(tcp4)',
      code: 11,
      codeName: 'EAGAIN',
      explanation: 'The kernel did not answer in time; it is asked again.',
    });
    expect(error.message).toBe('dump(tcp4): EAGAIN. The kernel did not answer in time; it is asked again.');
  });

  it('has a sentence for every number', () => {
    for (const code of [1, 2, 12, 13, 23, 24, 93, 97, 105, 9999]) {
      expect(errnoError('recv', code).explanation, String(code)).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("takes the caller's sentence where it knows better", () => {
    expect(errnoError('recv', 1, 'Ask again.').message).toBe('recv: EPERM. Ask again.');
  });
});
