/** What a filter becomes while somebody types a word: each letter more accepts fewer rows. */

/** Words that can only be text, whatever follows them. ASCII: elsewhere a letter's lower case may depend on the next one. */
const WORD = /^[a-z\d][a-z\d._]*$/i;
const OPERATORS = new Set(['and', 'or', 'not']);

function wordsOf(text: string): string[] | null {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const arePlain = words.every((word) => WORD.test(word) && !OPERATORS.has(word.toLowerCase()));
  return arePlain ? words : null;
}

/**
 * Whether every row that the filter of one text accepts is accepted by that of `before` too, as far as that is plain to
 * see: free words, of which the last one has grown, or to which others were added.
 */
export function narrows(text: string, before: string): boolean {
  const [now, then] = [wordsOf(text), wordsOf(before)];
  if (now === null || then === null || then.length > now.length) return false;
  return then.every((word, i) => now[i]!.toLowerCase().startsWith(word.toLowerCase()));
}
