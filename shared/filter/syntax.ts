/** What a filter says, as a tree: the result of {@link parse}, the argument of {@link print}. */

export const OPERATORS = ['>=', '<=', '!=', '=', '>', '<'] as const;
export type Operator = (typeof OPERATORS)[number];

/** One of the values behind `field:`, or a free word. `from` and `to` are indices into the filter's text. */
export interface Value {
  /** Quoted text stands for itself; bare text may hold wildcards, and what its field makes of it. */
  kind: 'bare' | 'quoted' | 'regex';
  /** Without quotes and slashes */
  text: string;
  /** `!=` is a negated term: it occurs in the text only. */
  operator: Exclude<Operator, '!='> | null;
  from: number;
  to: number;
}

export type Node =
  | { kind: 'and' | 'or'; items: Node[] }
  | { kind: 'not'; item: Node }
  /** A free word: it occurs somewhere in the row. */
  | { kind: 'word'; value: Value }
  /** Any of the values fits. `field` is its proper name. */
  | { kind: 'field'; field: string; values: Value[]; from: number; to: number };
