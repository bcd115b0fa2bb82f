/** What text has to be like: a part of it, all of it, wildcards, a regular expression. Case never counts. */
import { RE2JS } from 're2js';
import { Invalid } from './invalid';
import type { Value } from './syntax';
import type { Range } from './types';

export interface Pattern {
  test: (text: string) => boolean;
  /** Where it is in a text, in order and without overlaps */
  find: (text: string) => Range[];
}

/** The engine's time grows with the length of pattern times text: long patterns would be felt at each row. */
export const LONGEST_REGEX = 500;

/** Lower case, each UTF-16 unit in its place: what toLowerCase() makes longer stays as it is. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from({ length: text.length }, (_, i) => {
    const unit = text[i]!.toLowerCase();
    return unit.length === 1 ? unit : text[i]!;
  }).join('');
}

export function hasWildcards({ kind, text, operator }: Value): boolean {
  return kind === 'bare' && operator === null && /[*?]/.test(text);
}

/** `whole`: plain text and wildcards have to fit from end to end. Throws {@link Invalid}. */
export function patternOf(value: Value, whole: { text: boolean; wildcards: boolean }): Pattern {
  if (value.kind === 'regex') return regexPattern(value.text);
  const text = fold(value.text);
  if (text === '') throw new Invalid('There is nothing in the quotes.');
  if (hasWildcards(value)) return wildcardPattern(text, whole.wildcards);
  return value.operator === '=' || whole.text ? exactPattern(text) : partPattern(text);
}

function partPattern(part: string): Pattern {
  return {
    test: (text) => fold(text).includes(part),
    find(text) {
      const folded = fold(text);
      const found: Range[] = [];
      for (let at = folded.indexOf(part); at >= 0; at = folded.indexOf(part, at + part.length))
        found.push([at, at + part.length]);
      return found;
    },
  };
}

function exactPattern(all: string): Pattern {
  const test = (text: string): boolean => text.length === all.length && fold(text) === all;
  return { test, find: (text) => wholly(text, test(text)) };
}

/** All of a text, or nothing. */
export function wholly(text: string, fits: boolean): Range[] {
  return fits && text !== '' ? [[0, text.length]] : [];
}

function wildcardPattern(glob: string, whole: boolean): Pattern {
  const padded = whole ? glob : `*${glob}*`;
  const test = (text: string): boolean => fits(fold(text), padded);
  if (whole) return { test, find: (text) => wholly(text, test(text)) };
  const inner = glob.replaceAll(/^\*+|\*+$/g, '');
  if (inner === '') return { test, find: () => [] };
  let regex: RE2JS | null = null;
  return {
    test,
    find(text) {
      regex ??= RE2JS.compile(
        Array.from(inner)
          .map((char) => (char === '*' ? '.*?' : char === '?' ? '.' : RE2JS.quote(char)))
          .join(''),
        RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL,
      );
      return matches(regex, text);
    },
  };
}

/** `*` is any text, `?` any character. Goes back to the last star only: its time is at most length times length. */
function fits(text: string, glob: string): boolean {
  let at = 0;
  let here = 0;
  let star = -1;
  let from = 0;
  while (at < text.length) {
    if (glob[here] === '*') {
      star = here++;
      from = at;
    } else if (here < glob.length && (glob[here] === '?' || glob[here] === text[at])) {
      here++;
      at++;
    } else if (star >= 0) {
      here = star + 1;
      at = ++from;
    } else return false;
  }
  while (glob[here] === '*') here++;
  return here === glob.length;
}

function regexPattern(source: string): Pattern {
  if (source.length > LONGEST_REGEX)
    throw new Invalid(`A regular expression has at most ${LONGEST_REGEX} characters.`);
  const regex = compileRegex(source);
  return { test: (text) => regex.test(text), find: (text) => matches(regex, text) };
}

/** `^` and `$` are the ends of a line too: a row's texts are lines to a free word. */
function compileRegex(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error))
      .replace(/^error parsing regexp: /, '')
      // The flags are not the user's.
      .replace(/: `(\(\?[a-z]+\))+/, ': `');
    throw new Invalid(`This is no regular expression (RE2): ${reason}.`);
  }
}

function matches(regex: RE2JS, text: string): Range[] {
  const found: Range[] = [];
  const matcher = regex.matcher(text);
  while (matcher.find()) {
    const [from, to] = [matcher.start(), matcher.end()];
    if (to > from) found.push([from, to]);
  }
  return found;
}

const MOST_REMEMBERED = 20_000;

/** Names of processes, users and units come again and again: each is looked at once. */
export function remembered(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  let last: string | null = null;
  let answer = false;
  return (text) => {
    if (text === last) return answer;
    let fits = known.get(text);
    if (fits === undefined) {
      fits = test(text);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(text, fits);
    }
    last = text;
    answer = fits;
    return fits;
  };
}
