import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteArguments } from './quoting';

/** What CommandLineToArgvW makes of everything behind the program's name, rule by rule of its documentation. */
function split(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let isQuoted = false;
  for (let at = 0; at < text.length;) {
    if (!isQuoted && (text[at] === ' ' || text[at] === '\t')) {
      if (word !== null) words.push(word);
      word = null;
      at++;
      continue;
    }
    word ??= '';
    let slashes = 0;
    while (text[at + slashes] === '\\') slashes++;
    at += slashes;
    if (text[at] !== '"') {
      word += '\\'.repeat(slashes);
      if (slashes === 0) word += text[at++]!;
      continue;
    }
    word += '\\'.repeat(slashes >> 1);
    if (slashes % 2 === 1) word += '"';
    else isQuoted = !isQuoted;
    at++;
  }
  if (word !== null) words.push(word);
  return words;
}

describe('quoteArguments', () => {
  it.each<[string[], string]>([
    [['engine', '--pipe', 'x'], 'engine --pipe x'],
    [[String.raw`C:\Program Files\a.js`], String.raw`"C:\Program Files\a.js"`],
    [[String.raw`C:\with space` + '\\'], String.raw`"C:\with space\\"`],
    [[String.raw`C:\plain` + '\\'], 'C:\\plain\\'],
    [['say "hi"'], String.raw`"say \"hi\""`],
    [[String.raw`\"`], String.raw`"\\\""`],
    [['', 'a'], '"" a'],
    [[], ''],
  ])('writes %j as %s', (args, text) => {
    expect(quoteArguments(args)).toBe(text);
  });

  it('is undone by the rules that Windows splits by', () => {
    const awkward = fc.string({
      unit: fc.constantFrom('\\', '"', ' ', '\t', 'a', '\n', 'ä', '\ud83d', '%', "'"),
    });
    const argument = fc.oneof(awkward, fc.string()).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (args) => {
        expect(split(quoteArguments(args))).toEqual(args);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses what would cut the text off', () => {
    expect(() => quoteArguments(['a\0b'])).toThrow('NUL');
  });
});
