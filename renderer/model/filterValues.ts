/** What the rows have in a field of the filter language: the suggestions behind `field:`. */
import { findField } from '../../shared/filter/fields';
import type { Field } from '../../shared/filter/fieldTypes';
import type { LiveRow, Lookups } from '../../shared/rowFacts';

/** Rows looked at: enough to know what is frequent, and soon done while somebody types. */
const ROWS = 20_000;
/** Values that differ, at most. The rarest of many are of no help. */
const VALUES = 5000;
/** ms for which the answer is good */
const GOOD_FOR = 2000;

interface Rows {
  ids(): Iterable<string>;
  get(id: string): { row: LiveRow } | undefined;
}

let last: { rows: Rows; field: Field; at: number; values: string[] } | null = null;

/** The values that rows have in a field (by any of its names), the most frequent first; none where it is no such field. */
export function valuesOf(rows: Rows, name: string, lookups: Lookups): readonly string[] {
  const field = findField(name);
  if (field === null) return [];
  const now = lookups.now();
  if (last?.rows === rows && last.field === field && Math.abs(now - last.at) < GOOD_FOR) return last.values;
  last = { rows, field, at: now, values: count(rows, readerOf(field, lookups)) };
  return last.values;
}

type Values = (row: LiveRow) => readonly (string | number | null)[];

function readerOf(field: Field, lookups: Lookups): Values {
  switch (field.kind) {
    case 'text':
      return (row) => field.read.map((read) => read(row, lookups));
    case 'number':
      // Nobody looks for exactly so many bytes or milliseconds.
      return field.unit === 'count' ? (row) => field.read.map((read) => read(row, lookups)) : () => [];
    case 'port':
      return (row) => field.ends.map(({ port }) => port(row, lookups));
    case 'address':
      return (row) => field.ends.map(({ address }) => address(row, lookups));
    case 'choice':
      // The language knows these without looking at rows; here they are put in order.
      return (row) => field.choices.filter((choice) => choice.test(row)).map(({ name }) => name);
  }
}

function count(rows: Rows, values: Values): string[] {
  const counts = new Map<string | number, number>();
  let left = ROWS;
  for (const id of rows.ids()) {
    if (left-- === 0) break;
    for (const value of new Set(values(rows.get(id)!.row))) {
      if (value === null || value === '') continue;
      const known = counts.get(value);
      if (known !== undefined || counts.size < VALUES) counts.set(value, (known ?? 0) + 1);
    }
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([value]) => String(value));
}
