/** The grid's columns: what each shows, sorts by, and is called in a CSV file. */
import { addressSortKey } from '../../shared/address';
import type { FIELDS } from '../../shared/fields';
import { OWNER_TITLES, stateTitle, tableOf, tableTitle } from '../../shared/socket';
import type { Owner, Protocol, ReadingOptions, SocketRow } from '../../shared/socket';
import { plainText } from '../../shared/text';

/** Compared with `<`; null ("not known") sorts last whichever way the column is sorted. */
export type SortKey = string | number | null;

export interface ColumnSpec {
  id: ColumnId;
  title: string;
  align: 'left' | 'right';
  /** A CSS grid track. */
  width: string;
  /** The fields it stands for in a CSV file. */
  fields: readonly (typeof FIELDS)[number][];
  text(row: SocketRow): string;
  /** Stands behind the text, less strongly; blank for most rows. */
  more(row: SocketRow): string;
  sortKey(row: SocketRow): SortKey;
}

export const COLUMN_IDS = [
  'processName',
  'pid',
  'user',
  'protocol',
  'state',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  'namespace',
  'firstSeenAt',
  'bytesSent',
  'bytesReceived',
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

/** {@link OWNER_TITLES} in a sentence, for a tooltip. */
export const OWNER_EXPLANATION: Record<Owner, string> = {
  known: '',
  presumed:
    'Born and gone between two readings: this is its listener’s process, which accepted it in all likelihood.',
  inherited: 'The last owner seen: the kernel no longer connects this socket with a process.',
  none: 'The kernel connects this socket with no process (any more).',
  unaccepted: 'Connected, but its listener has not accepted it yet.',
  hidden: 'A process holds this socket, but you may not see which. Run SocketScope as root.',
  unfound: 'No visible process holds it: the kernel itself, another container’s process, or one in flight.',
};

const count = new Intl.NumberFormat('en-US');
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** A zero says nothing and is left blank, as TCPView does. */
export function formatCount(value: number | null): string {
  return value === null || value === 0 ? '' : count.format(value);
}

/** The time of day, or month, day, hour and minute where it was not today: both fit a narrow column. */
export function formatTime(ms: number, now: number = Date.now()): string {
  const date = day.format(ms);
  const clock = time.format(ms);
  return date === day.format(now) ? clock : `${date.slice('2026-'.length)} ${clock.slice(0, 'HH:MM'.length)}`;
}

/** Date and time in full, for a tooltip. */
export function formatFullTime(ms: number): string {
  return `${day.format(ms)} ${time.format(ms)}`;
}

function column(
  id: ColumnId,
  title: string,
  width: string,
  text: (row: SocketRow) => string,
  sortKey: (row: SocketRow) => SortKey,
  rest: Partial<Pick<ColumnSpec, 'align' | 'fields' | 'more'>> = {},
): ColumnSpec {
  return { id, title, width, text, sortKey, align: 'left', fields: [id], more: () => '', ...rest };
}

/** Protocols that carry several types of socket, which the kernel keeps apart. */
const TYPED: ReadonlySet<Protocol> = new Set(['unix', 'packet', 'vsock', 'tipc']);

/** `TCP v4`, `UNIX stream` */
function protocolText({ protocol, family, type }: SocketRow): string {
  const title = tableTitle(tableOf(protocol, family));
  return TYPED.has(protocol) && type !== null ? `${title} ${type}` : title;
}

const lower = (text: string | null): string | null => text?.toLowerCase() ?? null;
const number = { align: 'right' } as const;

export const COLUMNS: readonly ColumnSpec[] = [
  column(
    'processName',
    'Process',
    'minmax(128px, 1.5fr)',
    (r) => (r.processName === null ? OWNER_TITLES[r.owner] : plainText(r.processName)),
    (r) => lower(r.processName),
    {
      fields: ['processName', 'ownerInherited'],
      // The others that hold it; those of TIME_WAIT held it.
      more: (r) => (r.holders > 1 ? `+${r.holders - 1}` : ''),
    },
  ),
  column(
    'pid',
    'PID',
    '66px',
    (r) => (r.pid === null ? '' : String(r.pid)),
    (r) => r.pid,
    number,
  ),
  column(
    'user',
    'User',
    'minmax(82px, 0.7fr)',
    (r) => (r.user === null ? (r.uid === null ? '' : String(r.uid)) : plainText(r.user)),
    (r) => lower(r.user) ?? (r.uid === null ? null : String(r.uid)),
    { fields: ['user', 'uid'] },
  ),
  column(
    'protocol',
    'Protocol',
    '116px',
    (r) => protocolText(r),
    (r) => tableOf(r.protocol, r.family),
    { fields: ['protocol', 'family'], more: (r) => (r.dualStack === true ? '+v4' : '') },
  ),
  column(
    'state',
    'State',
    '88px',
    (r) => (r.state === null ? '' : stateTitle(r.state)),
    (r) => r.state,
  ),
  column(
    'localAddress',
    'Local Address',
    'minmax(124px, 1.6fr)',
    (r) => plainText(r.localAddress),
    (r) => addressSortKey(r.localAddress),
  ),
  column(
    'localPort',
    'Local Port',
    '98px',
    (r) => (r.localPort === null ? '' : String(r.localPort)),
    (r) => r.localPort,
    number,
  ),
  column(
    'remoteAddress',
    'Remote Address',
    'minmax(124px, 1.6fr)',
    (r) => plainText(r.remoteAddress ?? '*'),
    (r) => (r.remoteAddress === null ? null : addressSortKey(r.remoteAddress)),
  ),
  column(
    'remotePort',
    'Remote Port',
    '108px',
    (r) => (r.remotePort !== null ? String(r.remotePort) : r.localPort === null ? '' : '*'),
    (r) => r.remotePort,
    number,
  ),
  column(
    'namespace',
    'Namespace',
    'minmax(140px, 0.8fr)',
    (r) => plainText(r.namespace ?? ''),
    (r) => lower(r.namespace),
  ),
  column(
    'firstSeenAt',
    'First Seen',
    '96px',
    (r) => formatTime(r.firstSeenAt),
    (r) => r.firstSeenAt,
    number,
  ),
  column(
    'bytesSent',
    'Sent Bytes',
    '106px',
    (r) => formatCount(r.bytesSent),
    (r) => r.bytesSent,
    number,
  ),
  column(
    'bytesReceived',
    'Recv Bytes',
    '106px',
    (r) => formatCount(r.bytesReceived),
    (r) => r.bytesReceived,
    number,
  ),
];

/** The columns that say something about what is read. */
export function shownColumns(reading: Pick<ReadingOptions, 'namespaces'> | undefined): readonly ColumnSpec[] {
  return reading?.namespaces === true ? COLUMNS : COLUMNS.filter(({ id }) => id !== 'namespace');
}

export function columnOf(id: ColumnId): ColumnSpec {
  return COLUMNS.find((spec) => spec.id === id)!;
}
