import Papa from 'papaparse';
import type { FieldValue } from './fields';

/** Papa's own pattern overlooks cells of several lines. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A cell of text that no spreadsheet runs. */
export function neutralise(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/**
 * CSV (RFC 4180: CRLF, quotes doubled) with a header of field names. Null is an empty cell. Cells that a spreadsheet
 * would run as a formula (process names are whatever an attacker chose) begin with an apostrophe.
 */
export function toCsv(
  fields: readonly string[],
  sockets: readonly Partial<Record<string, FieldValue>>[],
): string {
  const data = sockets.map((socket) => fields.map((field) => socket[field] ?? null));
  // Rows only: given fields and no data, Papa writes an empty line below the header.
  return Papa.unparse([[...fields], ...data], { escapeFormulae: FORMULA, newline: '\r\n' }) + '\r\n';
}
