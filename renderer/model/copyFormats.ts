/** What the selected rows are copied as. Rows hold text that somebody else chose: each format makes it harmless in its way. */
import { neutralise, toCsv } from '../../shared/csv';
import { fieldValue } from '../../shared/fields';
import type { FieldValue } from '../../shared/fields';
import type { CellLookups, CellRow, ColumnSpec } from './columns';

/** The columns to copy, as they are shown. */
export type CopiedColumn = Pick<ColumnSpec, 'id' | 'title' | 'align' | 'fields' | 'derived' | 'text'>;

/** Cells between tabs, a line for each row; a cell that a spreadsheet would run begins with an apostrophe. */
export function asText(
  rows: readonly CellRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
): string {
  const lines = rows.map((row) => columns.map((column) => neutralise(column.text(row, lookups))).join('\t'));
  return `${lines.join('\n')}\n`;
}

/** The fields of the columns as other programs read them; what follows from others by the column's name. */
export function asCsv(
  rows: readonly CellRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
): string {
  const names = columns.flatMap(({ id, fields }): readonly string[] => (fields.length === 0 ? [id] : fields));
  return toCsv([...new Set(names)], exported(rows, columns, lookups));
}

/** An array of objects, one for each row. */
export function asJson(
  rows: readonly CellRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
): string {
  return `${JSON.stringify(exported(rows, columns, lookups), null, 2)}\n`;
}

function exported(
  rows: readonly CellRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
): Record<string, FieldValue>[] {
  const entries = (row: CellRow, { id, fields, derived }: CopiedColumn): [string, FieldValue][] =>
    fields.length === 0
      ? [[id, derived(row, lookups)]]
      : fields.map((field) => [field, fieldValue(row, field)]);
  return rows.map((row) => Object.fromEntries(columns.flatMap((column) => entries(row, column))));
}

/** A table of GitHub's Markdown; what would be markup is escaped. */
export function asMarkdown(
  rows: readonly CellRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : ':---'))),
    ...rows.map((row) => line(columns.map((column) => escapeMarkdown(column.text(row, lookups))))),
    '',
  ].join('\n');
}

/** Text that stays text in a cell of Markdown: no markup, no link, no HTML, no end of the cell or the line. */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll(/[\\`*_[\]|~#!]/g, (mark) => `\\${mark}`)
      // GitHub makes links of what looks like an address of a page.
      .replaceAll('://', ':\\//')
      .replaceAll(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`)
  );
}
