/** What a filter becomes while somebody types: each letter of a word more, and each term more, accepts fewer rows. */
import { fromCurrPorts } from './currports';
import { parse } from './parser';
import { print } from './print';

/** Words that can only be text, whatever follows them. ASCII: elsewhere a letter's lower case may depend on the next one. */
const WORD = /^[a-z\d][a-z\d._]*$/i;
const OPERATORS = new Set(['and', 'or', 'not']);

function wordsOf(text: string): string[] | null {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const arePlain = words.every((word) => WORD.test(word) && !OPERATORS.has(word.toLowerCase()));
  return arePlain ? words : null;
}

/** The terms that a row has to fit all of; null where that is not plain to see. */
function termsOf(text: string): string[] | null {
  if (fromCurrPorts(text) !== null) return null;
  const { root, errors } = parse(text);
  if (errors.length > 0 || root === null) return null;
  return (root.kind === 'and' ? root.items : [root]).map((item) => print(item));
}

/**
 * Whether every row that the filter of one text accepts is accepted by that of `before` too, as far as that is plain to
 * see: free words, of which the last one has grown, or terms to which others were added.
 */
export function narrows(text: string, before: string): boolean {
  const [now, then] = [wordsOf(text), wordsOf(before)];
  if (now !== null && then !== null)
    return then.length <= now.length && then.every((word, i) => isBegunBy(now[i]!, word));
  const [terms, fewer] = [termsOf(text), termsOf(before)];
  return terms !== null && fewer !== null && fewer.every((term) => terms.includes(term));
}

function isBegunBy(word: string, start: string): boolean {
  return word.toLowerCase().startsWith(start.toLowerCase());
}
