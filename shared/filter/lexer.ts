/** From the filter's text to tokens. Every character belongs to a token or is white space between two. */
import { findField, unknownField } from './fields';
import { OPERATORS } from './syntax';
import type { Operator, Value } from './syntax';
import type { FilterError } from './types';

export interface LexedValue extends Omit<Value, 'operator'> {
  operator: Operator | null;
}

export type Token =
  | { kind: 'open' | 'close' | 'or' | 'and' | 'not'; from: number; to: number }
  | { kind: 'word'; value: Value; from: number; to: number }
  /** `values` begin where the cursor is behind `field:`. `field` is null where there is none of that name. */
  | {
      kind: 'field';
      field: string | null;
      values: LexedValue[];
      valuesFrom: number;
      from: number;
      to: number;
    };

const SPACE = /\s/;
/** What ends a bare word; the second of two && does so too. */
const DELIMITER = /[\s()"|]/;
const NAME = /[a-z][\w-]*/iy;
const KEYWORDS = new Map([
  ['or', 'or'],
  ['and', 'and'],
  ['not', 'not'],
] as const) as ReadonlyMap<string, 'or' | 'and' | 'not'>;

/** A term's value cannot be read any other way than as words: an address, an endpoint, a URL, a drive. */
function looksLikeAddress(word: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(word) ||
    /^[0-9a-f]{1,4}(:[0-9a-f.*]*)+(%\S*)?(\/\d*)?$/i.test(word) ||
    /^localhost:/i.test(word) ||
    /^[a-z]:/i.test(word)
  );
}

export class Lexer {
  readonly tokens: Token[] = [];
  readonly errors: FilterError[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  run(): this {
    for (;;) {
      this.skipSpace();
      if (this.at >= this.text.length) return this;
      this.tokens.push(this.token());
    }
  }

  private token(): Token {
    const from = this.at;
    const char = this.text[from]!;
    if (char === '(' || char === ')') return this.symbol(char === '(' ? 'open' : 'close', 1);
    if (char === '|') return this.symbol('or', this.text[from + 1] === '|' ? 2 : 1);
    if (this.text.startsWith('&&', from)) return this.symbol('and', 2);
    if ((char === '-' || char === '!') && this.beginsTerm(from + 1)) return this.symbol('not', 1);
    const field = this.fieldName();
    if (field !== null) return this.fieldTerm(field.name, field.end);
    const value = this.value(DELIMITER);
    const keyword = value.kind === 'bare' ? KEYWORDS.get(value.text.toLowerCase()) : undefined;
    if (keyword !== undefined) return { kind: keyword, from, to: this.at };
    return { kind: 'word', value: { ...value, operator: null }, from, to: this.at };
  }

  private symbol(kind: 'open' | 'close' | 'or' | 'and' | 'not', length: number): Token {
    const from = this.at;
    this.at += length;
    return { kind, from, to: this.at };
  }

  private skipSpace(): void {
    while (this.at < this.text.length && SPACE.test(this.text[this.at]!)) this.at++;
  }

  private beginsTerm(at: number): boolean {
    const char = this.text[at];
    return char !== undefined && !SPACE.test(char) && char !== ')' && char !== '|';
  }

  /** The name of a field with a colon or an operator behind it; `name` is null where it is no field and should be. */
  private fieldName(): { name: string | null; end: number } | null {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.text)?.[0];
    if (name === undefined) return null;
    const end = this.at + name.length;
    const field = findField(name)?.name ?? null;
    if (field !== null) {
      if (this.text[end] === ':') return { name: field, end: end + 1 };
      return this.operatorAt(end) === null ? null : { name: field, end };
    }
    if (
      this.text[end] !== ':' ||
      looksLikeAddress(this.text.slice(this.at, this.endOfBare(this.at, DELIMITER)))
    )
      return null;
    this.errors.push({ from: this.at, to: end, message: unknownField(name) });
    return { name: null, end: end + 1 };
  }

  private operatorAt(at: number): Operator | null {
    return OPERATORS.find((operator) => this.text.startsWith(operator, at)) ?? null;
  }

  private fieldTerm(field: string | null, valuesFrom: number): Token {
    const from = this.at;
    const values: LexedValue[] = [];
    this.at = valuesFrom;
    for (;;) {
      const start = this.at;
      const operator = this.operator();
      const ended = this.at >= this.text.length || (this.text[this.at] !== '"' && this.isDelimiter(this.at));
      if (ended || this.text[this.at] === ',') this.missing(from, start, field !== null);
      else values.push({ ...this.value(/[\s()"|,]/), operator, from: start, to: this.at });
      if (this.text[this.at] !== ',') break;
      this.at++;
      this.skipSpace();
    }
    return { kind: 'field', field, values, valuesFrom, from, to: this.at };
  }

  /** White space may follow an operator, unless what follows could be read as another one. */
  private operator(): Operator | null {
    const operator = this.operatorAt(this.at);
    if (operator === null) return null;
    this.at += operator.length;
    const behind = this.at;
    this.skipSpace();
    if (this.at > behind && this.operatorAt(this.at) !== null) this.at = behind;
    return operator;
  }

  private missing(from: number, to: number, report: boolean): void {
    if (!report) return;
    const what = this.text.slice(from, to).trimEnd();
    this.errors.push({ from, to: from + what.length, message: `A value is missing after “${what}”.` });
  }

  private isDelimiter(at: number): boolean {
    return DELIMITER.test(this.text[at]!) || this.text.startsWith('&&', at);
  }

  private endOfBare(from: number, delimiter: RegExp): number {
    let end = from;
    while (end < this.text.length && !delimiter.test(this.text[end]!) && !this.text.startsWith('&&', end))
      end++;
    return end;
  }

  private value(delimiter: RegExp): Omit<Value, 'operator'> {
    const from = this.at;
    if (this.text[from] === '"') return this.quoted();
    const regex = this.text[from] === '/' ? this.regexEnd(from + 1, delimiter) : -1;
    if (regex >= 0) {
      this.at = regex + 1;
      const text = this.text.slice(from + 1, regex).replaceAll('\\/', '/');
      return { kind: 'regex', text, from, to: this.at };
    }
    // At least one character: a lone - or ! is a word.
    this.at = Math.max(from + 1, this.endOfBare(from, delimiter));
    return { kind: 'bare', text: this.text.slice(from, this.at), from, to: this.at };
  }

  /** A quote inside is written twice: paths of Windows keep their backslashes. */
  private quoted(): Omit<Value, 'operator'> {
    const from = this.at;
    let end = from + 1;
    for (;;) {
      end = this.text.indexOf('"', end);
      if (end < 0 || this.text[end + 1] !== '"') break;
      end += 2;
    }
    const closed = end >= 0;
    if (!closed) this.errors.push({ from, to: this.text.length, message: 'This quote is never closed.' });
    const to = closed ? end : this.text.length;
    this.at = closed ? end + 1 : to;
    return { kind: 'quoted', text: this.text.slice(from + 1, to).replaceAll('""', '"'), from, to: this.at };
  }

  /** The closing slash; -1 where the text is a path: its next slash does not end a word. */
  private regexEnd(from: number, delimiter: RegExp): number {
    for (let at = from; at < this.text.length; at++) {
      if (this.text[at] === '\\') at++;
      else if (this.text[at] === '/') {
        const next = this.text[at + 1];
        const ends = next === undefined || delimiter.test(next) || this.text.startsWith('&&', at + 1);
        return ends && at > from ? at : -1;
      }
    }
    return -1;
  }
}
