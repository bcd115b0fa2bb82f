import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from './text';

describe('plainText', () => {
  it('leaves names in every language as they are', () => {
    for (const name of ['nginx', 'Ünïcode café', '进程', 'می‌خواهم', '👩‍💻', 'a b?'])
      expect(plainText(name)).toBe(name);
  });

  it.each([
    ['nginx\nroot', 'nginx?root', 'a second line'],
    ['a\r\tb', 'a??b', 'a cursor that goes back'],
    ['\x1b[2J\x9b2J', '?[2J?2J', 'what a terminal obeys'],
    ['a\u2028b\u2029c', 'a?b?c', 'the other line ends'],
    ['evil\u202Egnp.exe', 'evil?gnp.exe', 'right-to-left override'],
    ['\u2066a\u2069\u200F\u061C', '?a???', 'isolates and marks'],
    ['ng\u200Binx\uFEFF', 'ng?inx?', 'what nobody can see'],
  ])('%j becomes %j: %s', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  it('never leaves a control character, and keeps the length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = plainText(text);
        expect(plain).toHaveLength(text.length);
        expect(plain).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
      }),
      { numRuns: 500 },
    );
  });
});
