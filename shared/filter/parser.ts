/** From tokens to a tree: `or` binds least, terms side by side must all fit, `-`, `!` and `not` bind most. */
import { Lexer } from './lexer';
import type { Token } from './lexer';
import type { Node, Value } from './syntax';
import type { FilterError } from './types';

/** Longer texts take too long at every keystroke, and nobody types them. */
export const LONGEST_FILTER = 4000;
const DEEPEST = 100;

export interface Parsed {
  /** What is right of it; null where that is nothing. */
  root: Node | null;
  errors: FilterError[];
  tokens: readonly Token[];
}

/** Never throws. */
export function parse(text: string): Parsed {
  const lexer = new Lexer(text.slice(0, LONGEST_FILTER)).run();
  const { tokens, errors } = lexer;
  if (text.length > LONGEST_FILTER) {
    const message = `A filter has at most ${LONGEST_FILTER} characters; the rest is ignored.`;
    errors.push({ from: LONGEST_FILTER, to: text.length, message });
  }
  const root = new Parser(tokens, errors).run();
  return { root, errors, tokens };
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly errors: FilterError[],
  ) {}

  run(): Node | null {
    const parts = [this.alternatives()];
    for (let close = this.take('close'); close !== null; close = this.take('close')) {
      this.error(close, 'Nothing is open that this could close.');
      parts.push(this.alternatives());
    }
    return join(
      'and',
      parts.filter((part) => part !== null),
    );
  }

  private error({ from, to }: { from: number; to: number }, message: string): void {
    this.errors.push({ from, to, message });
  }

  private take(...kinds: Token['kind'][]): Token | null {
    const token = this.tokens[this.at];
    if (token === undefined || !kinds.includes(token.kind)) return null;
    this.at++;
    return token;
  }

  private alternatives(): Node | null {
    const items: Node[] = [];
    for (let or: Token | null = null; ;) {
      const { node, empty } = this.sequence();
      const next = this.take('or');
      if (empty && (or ?? next) !== null) this.error((or ?? next)!, 'A term is missing beside this “or”.');
      if (node !== null) items.push(node);
      if (next === null) return join('or', items);
      or = next;
    }
  }

  /** `empty`: there is no term at all, not even a wrong one. */
  private sequence(): { node: Node | null; empty: boolean } {
    const items: Node[] = [];
    let terms = 0;
    for (;;) {
      const and = this.take('and');
      const before = this.at;
      const node = this.negated();
      const found = this.at > before;
      if (and !== null && (!found || terms === 0)) this.error(and, 'A term is missing beside this “and”.');
      if (node !== null) items.push(node);
      if (found) terms++;
      else if (and === null) return { node: join('and', items), empty: terms === 0 };
    }
  }

  private negated(): Node | null {
    let last: Token | null = null;
    let negative = false;
    for (let not = this.take('not'); not !== null; not = this.take('not')) {
      negative = !negative;
      last = not;
    }
    const before = this.at;
    const node = this.atom();
    if (last !== null && this.at === before) this.error(last, 'The term that this negates is missing.');
    return node !== null && negative ? negate(node) : node;
  }

  private atom(): Node | null {
    const token = this.take('word', 'field', 'open');
    if (token?.kind === 'word') return this.word(token.value);
    if (token?.kind === 'field') return this.field(token);
    return token === null ? null : this.group(token);
  }

  private word(value: Value): Node | null {
    if (value.text !== '') return { kind: 'word', value };
    // An open quote at the end has been complained of.
    if (value.to - value.from > 1) this.error(value, 'There is nothing in the quotes.');
    return null;
  }

  /** `field:!=a,b` is `-field:=a,=b`. */
  private field({ field, values, from, to }: Extract<Token, { kind: 'field' }>): Node | null {
    const unequal = values[0]?.operator === '!=';
    const plain: Value[] = [];
    for (const value of values) {
      const { operator } = value;
      if (operator !== '!=') plain.push({ ...value, operator: unequal ? (operator ?? '=') : operator });
      else if (unequal) plain.push({ ...value, operator: '=' });
      else this.error(value, 'In a list, != stands before the first value and counts for all.');
    }
    if (field === null || plain.length === 0) return null;
    const node: Node = { kind: 'field', field, values: plain, from, to };
    return unequal ? negate(node) : node;
  }

  private group(open: Token): Node | null {
    if (this.depth === DEEPEST) {
      this.error(open, `Parentheses go ${DEEPEST} deep at most.`);
      return null;
    }
    this.depth++;
    const before = this.at;
    const node = this.alternatives();
    this.depth--;
    const empty = this.at === before;
    const close = this.take('close');
    if (close === null) this.error(open, 'This parenthesis is never closed.');
    else if (empty) this.error({ from: open.from, to: close.to }, 'There is nothing in the parentheses.');
    return node;
  }
}

function negate(item: Node): Node {
  return item.kind === 'not' ? item.item : { kind: 'not', item };
}

/** Flat: what is joined in the same way within it becomes part of it. */
function join(kind: 'and' | 'or', nodes: readonly Node[]): Node | null {
  const items = nodes.flatMap((node) => (node.kind === kind ? node.items : [node]));
  return items.length > 1 ? { kind, items } : (items[0] ?? null);
}
