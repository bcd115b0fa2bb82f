/** What the filter language gives to the page and to the command line. */
import type { LiveRow } from '../rowFacts';

/** A part of the filter's text that cannot be followed. `from` and `to` are indices into the text, `from` < `to`. */
export interface FilterError {
  from: number;
  to: number;
  /** A sentence for a person. */
  message: string;
}

/** Where something begins and ends (the index behind it) in a text. */
export type Range = [from: number, to: number];

export interface Filter {
  /** As it was typed. */
  text: string;
  /** Terms with an error are ignored: the others still filter. */
  errors: readonly FilterError[];
  /** Accepts every row: there is nothing in it, or nothing that is right. */
  isEmpty: boolean;
  /** Has to be run again when a host's name becomes known. */
  dependsOnNames: boolean;
  /** Has to be run again as time goes by (age). */
  dependsOnTime: boolean;
  /** Goes by what rows have carried, which some systems count only where it is looked at. */
  dependsOnTraffic: boolean;
  accepts(row: LiveRow): boolean;
  /** What to mark in a cell's text, in order and without overlaps; `column` is the id of a column. */
  highlights(column: string, text: string): Range[];
}

export interface Completion {
  /** Takes the place of the text between {@link Completions.from} and `to`. */
  insert: string;
  label: string;
  /** What it means; blank where that is plain. */
  detail: string;
}

export interface Completions {
  from: number;
  to: number;
  items: Completion[];
}
