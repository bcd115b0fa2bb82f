/** What the selected rows are copied as. Rows hold text that somebody else chose: each format makes it harmless in its way. */
import { neutralise, toCsv } from '../../shared/csv';
import { fieldValue } from '../../shared/fields';
import type { ExportedSocket } from '../../shared/fields';
import type { SocketRow } from '../../shared/socket';
import type { CellLookups, CellRow, ColumnSpec } from './columns';

/** The columns to copy, as they are shown. */
export type CopiedColumn = Pick<ColumnSpec, 'title' | 'align' | 'fields' | 'text'>;

/** Cells between tabs, a line for each row; a cell that a spreadsheet would run begins with an apostrophe. */
export function asText(
  rows: readonly CellRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
): string {
  const lines = rows.map((row) => columns.map((column) => neutralise(column.text(row, lookups))).join('\t'));
  return `${lines.join('\n')}\n`;
}

/** The fields of the columns, as other programs read them. */
export function exportedFields(columns: readonly CopiedColumn[]): ColumnSpec['fields'] {
  return [...new Set(columns.flatMap((column) => column.fields))];
}

export function asCsv(rows: readonly SocketRow[], columns: readonly CopiedColumn[]): string {
  const fields = exportedFields(columns);
  return toCsv(fields, exported(rows, fields));
}

/** An array of objects, one for each row. */
export function asJson(rows: readonly SocketRow[], columns: readonly CopiedColumn[]): string {
  return `${JSON.stringify(exported(rows, exportedFields(columns)), null, 2)}\n`;
}

function exported(rows: readonly SocketRow[], fields: ColumnSpec['fields']): ExportedSocket[] {
  return rows.map((row) => Object.fromEntries(fields.map((field) => [field, fieldValue(row, field)])));
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
