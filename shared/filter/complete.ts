/** What may stand at the cursor. */
import { FILTER_FIELDS, findField } from './fields';
import { Lexer } from './lexer';
import type { Token } from './lexer';
import { LONGEST_FILTER } from './parser';
import { quote } from './print';
import type { Completion, Completions } from './types';

const MOST = 60;
/** Fields whose values are offered before their name is typed. */
const OFFERED = ['state', 'is', 'protocol'];

/**
 * Fields at the start of a word, values behind `field:`; the likeliest first, 60 at most. `values` gives what rows have in
 * a field (its proper name), for those whose values are not known beforehand.
 */
export function completions(
  text: string,
  cursor: number,
  values: (field: string) => Iterable<string>,
): Completions {
  const { tokens } = new Lexer(text.slice(0, LONGEST_FILTER)).run();
  const token = tokens.find(({ from, to }) => from < cursor && cursor <= to);
  const nothing = { from: cursor, to: cursor, items: [] };
  switch (token?.kind) {
    case 'field':
      return cursor < token.valuesFrom
        ? words(text, cursor, token.from, token.valuesFrom)
        : (valuesAt(text, cursor, token, values) ?? nothing);
    case 'word':
      return token.value.kind === 'bare' ? words(text, cursor, token.from, token.to) : nothing;
    case 'or':
    case 'and':
    case 'not':
      return /^[a-z]/i.test(text.slice(token.from)) ? nothing : words(text, cursor, cursor, cursor);
    case 'close':
      return nothing;
    case 'open':
    case undefined:
      return words(text, cursor, cursor, cursor);
  }
}

function words(text: string, cursor: number, from: number, to: number): Completions {
  const typed = text.slice(from, cursor);
  const fields = FILTER_FIELDS.map(({ name, aliases, description }) => ({
    item: { insert: `${name}:`, label: `${name}:`, detail: description },
    names: [name, ...aliases],
  }));
  const choices = OFFERED.flatMap((name) => choicesOf(name, `${name}:`));
  return { from, to, items: ranked(typed, typed.length < 2 ? fields : [...fields, ...choices]) };
}

interface Candidate {
  item: Completion;
  names: readonly string[];
}

function choicesOf(name: string, prefix: string): Candidate[] {
  const field = findField(name);
  if (field?.kind !== 'choice') return [];
  return field.choices.map((choice) => ({
    item: { insert: prefix + choice.name, label: prefix + choice.name, detail: choice.description },
    names: [choice.name, ...choice.aliases],
  }));
}

function valuesAt(
  text: string,
  cursor: number,
  token: Extract<Token, { kind: 'field' }>,
  values: (field: string) => Iterable<string>,
): Completions | null {
  const field = token.field === null ? null : findField(token.field);
  if (field === null) return null;
  const value = token.values.find(({ from, to }) => from <= cursor && cursor <= to);
  const sign = value === undefined ? '' : (/^[<>=!]*\s*/.exec(text.slice(value.from, value.to))?.[0] ?? '');
  const from = value === undefined ? cursor : value.from + (value.operator === null ? 0 : sign.length);
  if (value?.kind === 'regex' || from > cursor) return null;
  const typed = text.slice(from, cursor).replace(/^"/, '');
  const given = field.kind === 'choice' ? choicesOf(field.name, '') : valuesOf(field.name, values);
  return { from, to: value?.to ?? cursor, items: ranked(typed, given) };
}

function valuesOf(name: string, values: (field: string) => Iterable<string>): Candidate[] {
  const plain = (label: string): Candidate => ({
    item: { insert: quote(label), label, detail: '' },
    names: [label],
  });
  const unknown = {
    item: { insert: 'none', label: 'none', detail: 'Not known, or there is none' },
    names: ['none'],
  };
  return [...Array.from(new Set(values(name)), plain), unknown];
}

/** Those that begin with what was typed before those that have it elsewhere, else in the given order. */
function ranked(typed: string, candidates: readonly Candidate[]): Completion[] {
  const word = typed.toLowerCase();
  const first: Completion[] = [];
  const then: Completion[] = [];
  for (const { item, names } of candidates) {
    const lower = names.map((name) => name.toLowerCase());
    if (lower.some((name) => name.startsWith(word))) first.push(item);
    else if (lower.some((name) => name.includes(word))) then.push(item);
  }
  return [...first, ...then].slice(0, MOST);
}
