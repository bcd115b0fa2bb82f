/** Which rows are shown: the protocol toggles and the words of the search box. */
import { MAIN_TABLES, tableOf } from '../../shared/socket';
import type { MainTable, SocketRow, TableName } from '../../shared/socket';
import { COLUMNS } from './columns';

export type TableToggles = Record<MainTable, boolean>;

/** Columns whose text the search looks at: what the row is, not its counters. */
const SEARCHED = COLUMNS.filter(({ id }) => !['bytesSent', 'bytesReceived', 'firstSeenAt'].includes(id));

/** The text of a row object never changes, so it is put together once, when it is first searched. */
const texts = new WeakMap<SocketRow, string>();

function searchText(row: SocketRow): string {
  let text = texts.get(row);
  if (text === undefined) {
    const parts = SEARCHED.map((column) => column.text(row));
    const endpoints = [
      `${row.localAddress}:${row.localPort}`,
      `${row.remoteAddress ?? ''}:${row.remotePort ?? ''}`,
    ];
    text = [...parts, ...endpoints, row.state ?? '', row.processPath ?? ''].join('\n').toLowerCase();
    texts.set(row, text);
  }
  return text;
}

/** A row is shown where its table is switched on and every word occurs somewhere in it. */
export function rowFilter(search: string, tables: TableToggles): (row: SocketRow) => boolean {
  const hidden = new Set<TableName>(MAIN_TABLES.filter((table) => !tables[table]));
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) => {
    if (hidden.has(tableOf(row.protocol, row.family))) return false;
    if (words.length === 0) return true;
    const text = searchText(row);
    return words.every((word) => text.includes(word));
  };
}
