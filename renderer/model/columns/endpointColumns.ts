/** Columns about the socket itself: what it is, and between which ends. */
import { addressSortKey } from '../../../shared/address';
import { addressClass } from '../../../shared/rowFacts';
import { stateTitle, tableOf, tableTitle } from '../../../shared/socket';
import type { Protocol } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import { t } from '../../strings';
import { formatFullTime } from './format';
import { column, lower, numbers } from './spec';
import type { CellLookups, CellRow, ColumnSpec } from './spec';

/** Protocols that carry several types of socket, which the kernel keeps apart. */
const TYPED: ReadonlySet<Protocol> = new Set(['unix', 'packet', 'vsock', 'tipc']);

/** `TCP v4`, `UNIX stream` */
function protocolText({ protocol, family, type }: CellRow): string {
  const title = tableTitle(tableOf(protocol, family));
  return TYPED.has(protocol) && type !== null ? `${title} ${type}` : title;
}

function protocolTooltip(row: CellRow): string {
  const text = protocolText(row);
  if (row.dualStack === null) return text;
  return `${text}\n${row.dualStack ? t.columns.servesBoth : t.columns.servesIPv6}`;
}

function stateTooltip(row: CellRow): string {
  const text = row.state === null ? '' : stateTitle(row.state);
  return row.destroyedAt === null
    ? text
    : `${text}\n${t.columns.destroyed(formatFullTime(row.destroyedAt))}`.trim();
}

function classText(address: string | null): string {
  const kind = addressClass(address);
  return kind === null ? '' : t.columns.classes[kind];
}

/** The name of a port, made safe to show; null where it has none. */
function portName(row: CellRow, port: number | null, lookups: CellLookups): string | null {
  const name = port === null ? null : lookups.service(row.protocol, port);
  return name === null ? null : plainText(name);
}

function hostName(address: string | null, lookups: CellLookups): string | null {
  const name = address === null ? null : lookups.host(address);
  return name === null ? null : plainText(name);
}

/** A port by its name where names are wanted and it has one, else by its number. */
function portText(row: CellRow, port: number | null, lookups: CellLookups): string {
  if (port === null) return '';
  return (lookups.portNames === true ? portName(row, port, lookups) : null) ?? String(port);
}

/** Of a port shown by its name, the number; else the name, where it has one. */
function portTooltip(row: CellRow, port: number | null, lookups: CellLookups): string {
  const name = portName(row, port, lookups);
  if (port === null || name === null) return port === null ? '' : String(port);
  return `${t.columns.port(String(port))}, ${name}`;
}

/** Remote ends that there are none of: any will do. A protocol without ports has no end of that kind. */
const noPort = (row: CellRow): string => (row.localPort === null ? '' : '*');

const withHost = (address: string, host: string | null): string =>
  host === null ? address : `${address}\n${host}`;

export const ENDPOINT_COLUMNS: readonly ColumnSpec[] = [
  column(
    'protocol',
    92,
    (r) => protocolText(r),
    (r) => tableOf(r.protocol, r.family),
    {
      flex: 0.2,
      fields: ['protocol', 'family'],
      more: (r) => (r.dualStack === true ? '+v4' : ''),
      tooltip: protocolTooltip,
    },
  ),
  column(
    'state',
    92,
    (r) => (r.state === null ? '' : stateTitle(r.state)),
    (r) => r.state,
    { fields: ['state'], tooltip: stateTooltip },
  ),
  column(
    'direction',
    82,
    (r) => (r.direction === null ? '' : t.columns.directions[r.direction]),
    (r) => r.direction,
    { fields: ['direction'] },
  ),
  column(
    'localAddress',
    120,
    (r) => plainText(r.localAddress),
    (r) => addressSortKey(r.localAddress),
    {
      flex: 1.4,
      elide: 'middle',
      fields: ['localAddress'],
      more: (r, lookups) => hostName(r.localAddress, lookups) ?? '',
      tooltip: (r, lookups) => withHost(plainText(r.localAddress), hostName(r.localAddress, lookups)),
    },
  ),
  numbers(
    'localPort',
    84,
    (r, lookups) => portText(r, r.localPort, lookups),
    (r) => r.localPort,
    { fields: ['localPort'], tooltip: (r, lookups) => portTooltip(r, r.localPort, lookups) },
  ),
  column(
    'localPortName',
    122,
    (r, lookups) => portName(r, r.localPort, lookups) ?? '',
    (r, lookups) => lower(portName(r, r.localPort, lookups)),
    { tooltip: (r, lookups) => portTooltip(r, r.localPort, lookups) },
  ),
  column(
    'remoteAddress',
    126,
    (r) => plainText(r.remoteAddress ?? '*'),
    (r) => (r.remoteAddress === null ? null : addressSortKey(r.remoteAddress)),
    {
      flex: 1.6,
      elide: 'middle',
      fields: ['remoteAddress'],
      more: (r, lookups) => hostName(r.remoteAddress, lookups) ?? '',
      tooltip: (r, lookups) =>
        withHost(plainText(r.remoteAddress ?? '*'), hostName(r.remoteAddress, lookups)),
    },
  ),
  numbers(
    'remotePort',
    98,
    (r, lookups) => (r.remotePort === null ? noPort(r) : portText(r, r.remotePort, lookups)),
    (r) => r.remotePort,
    {
      fields: ['remotePort'],
      tooltip: (r, lookups) => (r.remotePort === null ? noPort(r) : portTooltip(r, r.remotePort, lookups)),
    },
  ),
  column(
    'remotePortName',
    134,
    (r, lookups) => portName(r, r.remotePort, lookups) ?? '',
    (r, lookups) => lower(portName(r, r.remotePort, lookups)),
    { tooltip: (r, lookups) => portTooltip(r, r.remotePort, lookups) },
  ),
  column(
    'remoteHost',
    130,
    (r, lookups) => hostName(r.remoteAddress, lookups) ?? '',
    (r, lookups) => lower(hostName(r.remoteAddress, lookups)),
    { flex: 1.2, elide: 'middle', dependsOnNames: true },
  ),
  column(
    'localClass',
    92,
    (r) => classText(r.localAddress),
    (r) => addressClass(r.localAddress),
  ),
  column(
    'remoteClass',
    108,
    (r) => classText(r.remoteAddress),
    (r) => addressClass(r.remoteAddress),
  ),
  column(
    'interface',
    86,
    (r) => plainText(r.interface ?? ''),
    (r) => lower(r.interface),
    { fields: ['interface'] },
  ),
  column(
    'namespace',
    110,
    (r) => plainText(r.namespace ?? ''),
    (r) => lower(r.namespace),
    { flex: 0.8, elide: 'middle', fields: ['namespace'] },
  ),
  column(
    'type',
    84,
    (r) => r.type ?? '',
    (r) => r.type,
    { fields: ['type'] },
  ),
  numbers(
    'inode',
    84,
    (r) => (r.inode === null || r.inode === 0 ? '' : String(r.inode)),
    (r) => r.inode,
    { fields: ['inode'] },
  ),
];
