import type { Engine } from '../engine';
import { formatEndpoint } from '../shared/address';
import { toCsv } from '../shared/csv';
import { exportSocket, FIELDS } from '../shared/fields';
import type { ExportedSocket, Field } from '../shared/fields';
import type { Filter } from '../shared/filter';
import { OWNER_TITLES, tableOf } from '../shared/socket';
import type { Owner, ReadingOptions, SocketRow } from '../shared/socket';
import { plainText } from '../shared/text';
import { printableJson } from './json';

export interface ListOptions {
  format: 'text' | 'json' | 'csv';
  showCommandLines: boolean;
  reading: ReadingOptions;
  /** Which sockets are listed; all unless given. */
  filter?: Filter;
}

/** One snapshot as text. */
export function list(engine: Pick<Engine, 'snapshot'>, options: ListOptions): string {
  return listText(engine.snapshot({ ...options.reading, commandLines: options.showCommandLines }), options);
}

/** The sockets of one snapshot as text, sorted so that two lists can be compared. */
export function listText(snapshot: readonly SocketRow[], options: Omit<ListOptions, 'reading'>): string {
  const withLines = options.showCommandLines;
  const rows = snapshot
    // One reading tells no rates.
    .filter((row) => options.filter?.accepts({ ...row, sendRate: null, receiveRate: null }) ?? true)
    .sort(byEndpoint);
  if (options.format === 'text') return textTable(rows, withLines);
  const sockets = rows.map((row): ExportedSocket => {
    const socket = exportSocket(row);
    if (withLines) socket.commandLine = row.commandLine;
    return socket;
  });
  if (options.format === 'json')
    return `[${sockets.map((socket) => `\n${printableJson(socket)}`).join(',')}\n]\n`;
  const fields: Field[] = withLines ? [...FIELDS, 'commandLine'] : [...FIELDS];
  return toCsv(fields, sockets);
}

function byEndpoint(a: SocketRow, b: SocketRow): number {
  return (
    compare(a.protocol, b.protocol) ||
    (a.family ?? 0) - (b.family ?? 0) ||
    (a.localPort ?? 0) - (b.localPort ?? 0) ||
    compare(a.localAddress, b.localAddress) ||
    compare(a.remoteAddress ?? '', b.remoteAddress ?? '') ||
    (a.remotePort ?? 0) - (b.remotePort ?? 0) ||
    compare(a.id, b.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is said of an owner that is not simply known. */
const DOUBTS: Partial<Record<Owner, string>> = { inherited: ' (was)', presumed: ' (presumably)' };

/** `tcp46` is an IPv6 socket that serves IPv4 as well. */
function protocolText({ protocol, family, dualStack }: SocketRow): string {
  return dualStack === true ? `${protocol}46` : tableOf(protocol, family);
}

/** `nginx +3`: three more processes hold the socket. */
function processText({ processName, owner, holders }: SocketRow): string {
  if (processName === null) return `(${OWNER_TITLES[owner]})`;
  return `${processName}${holders > 1 ? ` +${holders - 1}` : ''}${DOUBTS[owner] ?? ''}`;
}

const HEADERS = ['Proto', 'State', 'Local', 'Remote', 'PID', 'Process', 'User'];
const PID_COLUMN = HEADERS.indexOf('PID');

function textTable(rows: readonly SocketRow[], withLines: boolean): string {
  const headers = withLines ? [...HEADERS, 'Command line'] : HEADERS;
  const cells = rows.map((row) => {
    const line = [
      protocolText(row),
      row.state ?? '',
      formatEndpoint(row.localAddress, row.localPort),
      formatEndpoint(row.remoteAddress, row.remotePort),
      row.pid === null ? '' : String(row.pid),
      processText(row),
      row.user ?? (row.uid === null ? '' : String(row.uid)),
    ];
    return (withLines ? [...line, row.commandLine ?? ''] : line).map(plainText);
  });
  const widths = headers.map((header, i) =>
    cells.reduce((width, line) => Math.max(width, line[i]!.length), header.length),
  );
  const format = (line: readonly string[]): string =>
    line
      .map((cell, i) => (i === PID_COLUMN ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [headers, ...cells].map((line) => `${format(line)}\n`).join('');
}
