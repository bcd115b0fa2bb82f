/** A text in the pieces that a cell is made of. */

/** A stretch of text, marked where the filter found it. */
export interface Piece {
  text: string;
  /** Where it begins in the whole text */
  at: number;
  marked: boolean;
}

/** Shorter texts are not cut in the middle: there is nothing to be gained. */
const LEAST_TO_CUT = 16;
/** Characters that stay at the end */
const TAIL = 10;
const LONGEST_TAIL = 18;

/**
 * Where the part of a long text begins that stays on screen when there is no room for all of it: the last part of a path,
 * or some characters. 0 where the text is not to be cut.
 */
export function tailStart(text: string): number {
  if (text.length < LEAST_TO_CUT) return 0;
  const slash = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'));
  if (slash > 0 && text.length - slash <= LONGEST_TAIL && text.length - slash > 2) return slash;
  const start = text.length - TAIL;
  // Not within a pair of surrogates.
  return /[\udc00-\udfff]/.test(text[start]!) ? start - 1 : start;
}

/** The text between two indices, cut where a marked range begins or ends. `ranges` are in order and do not overlap. */
export function piecesOf(
  text: string,
  ranges: readonly (readonly [from: number, to: number])[],
  start = 0,
  end = text.length,
): Piece[] {
  const pieces: Piece[] = [];
  const add = (from: number, to: number, marked: boolean): void => {
    if (from < to) pieces.push({ text: text.slice(from, to), at: from, marked });
  };
  let at = start;
  for (const [from, to] of ranges) {
    const first = Math.max(from, at);
    const last = Math.min(to, end);
    if (first >= last) continue;
    add(at, first, false);
    add(first, last, true);
    at = last;
  }
  add(at, end, false);
  return pieces;
}
