/** Adding terms to a filter: what a context menu does. */
import { RE2JS } from 're2js';
import { hasUnseen } from '../text';
import { fromCurrPorts } from './currports';
import { findField } from './fields';
import { parse } from './parser';
import { print, quote } from './print';
import type { Node } from './syntax';

/**
 * The filter with one more term that rows have to fit (or, `negated`, not to): exactly this value; null is "none".
 * The opposite term is taken out, and a term that is there is not put in twice.
 */
export function withTerm(typed: string, field: string, value: string | null, negated: boolean): string {
  const text = fromCurrPorts(typed) ?? typed;
  const isText = findField(field)?.kind === 'text';
  const exactly =
    value === null ? 'none' : hasUnseen(value) ? spelledOut(value) : (isText ? '=' : '') + quote(value);
  const sought = `${field}:${exactly}`;
  const term = parse(negated ? `-${sought}` : sought).root;
  const { root, errors } = parse(text);
  if (term === null) return text;
  const added = print(term);
  const opposite = print(term.kind === 'not' ? term.item : { kind: 'not', item: term });
  const present: readonly Node[] = root === null ? [] : root.kind === 'and' ? root.items : [root];
  const printed = present.map((item) => print(item));
  if (printed.includes(added)) return text;
  // What is right is kept as it was typed, where nothing has to be taken out of it.
  if (errors.length === 0 && root?.kind !== 'or' && !printed.includes(opposite))
    return `${text.trim()} ${added}`.trim();
  const kept = present.filter((_, i) => printed[i] !== opposite);
  return print({ kind: 'and', items: [...kept, term] });
}

/**
 * An expression for exactly this text, in characters that can be seen: in a box of text a line end is lost, and others turn
 * what follows round.
 */
function spelledOut(text: string): string {
  const codes = Array.from(text, (char) =>
    hasUnseen(char) ? `\\x{${char.codePointAt(0)!.toString(16)}}` : RE2JS.quote(char),
  );
  return `/\\A${codes.join('').replaceAll('/', '\\/')}\\z/`;
}
