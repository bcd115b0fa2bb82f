import { describe, expect, it, vi } from 'vitest';
import { texts } from '.';
import { isPseudoWanted, pseudo, pseudoText } from './pseudo';

type Found = { path: string; text: string };

/** Every text of a part of the catalogue; functions are given numbers, or what else they can do with. */
function textsOf(part: unknown, path = ''): Found[] {
  if (typeof part === 'string') return [{ path, text: part }];
  if (typeof part === 'function') {
    const make = part as (...values: unknown[]) => unknown;
    for (const value of [2, 'x', ['x']]) {
      try {
        return textsOf(make(...new Array<unknown>(6).fill(value)), `${path}()`);
      } catch {
        // wants values of another kind
      }
    }
    throw new Error(`${path} could not be called`);
  }
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, inner]) => textsOf(inner, `${path}.${name}`));
}

const ALL = textsOf(texts);

describe('the catalogue of texts', () => {
  it('has no text that is missing or made of what is missing', () => {
    expect(ALL.length).toBeGreaterThan(80);
    // A function that looks its value up in a table was given one that is not there.
    const odd = ALL.filter(({ path, text }) => !path.includes('()') && /undefined|NaN|\[object/.test(text));
    expect(odd).toEqual([]);
  });

  it('has no text with spaces before or behind it', () => {
    expect(ALL.filter(({ text }) => text !== text.trim())).toEqual([]);
  });

  it('becomes, in the pseudo-locale, bracketed and accented throughout', () => {
    const changed = textsOf(pseudo(texts));
    expect(changed.map(({ path }) => path)).toEqual(ALL.map(({ path }) => path));
    for (const [i, { path, text }] of changed.entries()) expect(text, path).toBe(pseudoText(ALL[i]!.text));
    expect(changed.filter(({ text }) => text !== '' && !/^⟦.*⟧$/s.test(text))).toEqual([]);
  });
});

describe('the pseudo-locale', () => {
  it('keeps what is no text', () => {
    const made = pseudo({
      count: 7,
      none: null,
      words: ['One'],
      of: (n: number) => `${n} rows`,
      pattern: /x/,
    });
    expect(made).toMatchObject({ count: 7, none: null, words: ['⟦Öñé⟧'], pattern: /x/ });
    expect(made.of(3)).toBe('⟦3 röwš⟧');
  });

  it('is asked for by the page’s address', () => {
    expect(isPseudoWanted()).toBe(false);
    for (const [search, wanted] of [
      ['?pseudo', true],
      ['?a=1&pseudo=1', true],
      ['?pseudonym', false],
      ['', false],
    ] as const) {
      vi.stubGlobal('location', { search });
      expect(isPseudoWanted(), search).toBe(wanted);
    }
    vi.unstubAllGlobals();
  });
});
