/** Copying rows: the text, and what to tell of it. */
import type { CopyFormat } from '../../shared/bridge';
import type { SocketRow } from '../../shared/socket';
import { t } from '../strings';
import type { CellLookups } from './columns';
import { asCsv, asJson, asMarkdown, asText } from './copyFormats';
import type { CopiedColumn } from './copyFormats';
import { ssCommand } from './ssCommand';

export interface Copy {
  /** Blank where there is nothing to copy */
  text: string;
  /** What a person should know */
  notice: string;
}

/** @param severalNamespaces whether the rows can be of network namespaces that `ss` would not look into */
export function copyOf(
  format: CopyFormat | 'text',
  rows: readonly SocketRow[],
  columns: readonly CopiedColumn[],
  lookups: CellLookups,
  severalNamespaces: boolean,
): Copy {
  if (format === 'ss') {
    const foreign = ({ namespace }: SocketRow): boolean => severalNamespaces && namespace !== 'host';
    const { text, found, left } = ssCommand(rows, foreign);
    return { text, notice: found === 0 ? t.window.nothingForSs(left) : t.window.copiedForSs(found, left) };
  }
  const make = { text: asText, csv: asCsv, json: asJson, markdown: asMarkdown }[format];
  return { text: make(rows, columns, lookups), notice: t.window.copied(rows.length) };
}
