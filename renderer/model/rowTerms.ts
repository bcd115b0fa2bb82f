/** The terms of the filter language that stand for what a row has: "only this process", "hide this port". */
import type { LiveRow, Lookups } from '../../shared/rowFacts';
import { addressClass, hostedService } from '../../shared/rowFacts';
import { tableOf } from '../../shared/socket';

/** The fields that a row can be filtered by from its menu. */
export const TERM_FIELDS = [
  ...(['process', 'pid', 'user', 'protocol', 'state', 'direction', 'local', 'localport', 'remote'] as const),
  ...([
    'remoteport',
    'port',
    'service',
    'host',
    'localclass',
    'remoteclass',
    'interface',
    'namespace',
  ] as const),
  ...(['description', 'company', 'product', 'version', 'bits', 'session'] as const),
  ...(['path', 'unit', 'container', 'parent', 'owner', 'type', 'command', 'inode'] as const),
] as const;
export type TermField = (typeof TERM_FIELDS)[number];

export interface RowTerm {
  field: TermField;
  /** null: the rows without one */
  value: string | null;
}

type Read = (row: LiveRow, lookups: Lookups) => string | number | null;

function portName(row: LiveRow, port: number | null, lookups: Lookups): string | null {
  return port === null ? null : lookups.service(row.protocol, port);
}

/** By the id of a column. Counters and times are not among them: no two rows have the same. */
const BY_COLUMN: Readonly<Record<string, readonly [TermField, Read]>> = {
  processName: ['process', (row) => row.processName],
  pid: ['pid', (row) => row.pid],
  user: ['user', (row) => row.user ?? row.uid],
  protocol: ['protocol', (row) => tableOf(row.protocol, row.family)],
  state: ['state', (row) => row.state?.toLowerCase() ?? null],
  direction: ['direction', (row) => row.direction],
  localAddress: ['local', (row) => row.localAddress],
  localPort: ['localport', (row) => row.localPort],
  localPortName: ['service', (row, lookups) => portName(row, row.localPort, lookups)],
  remoteAddress: ['remote', (row) => row.remoteAddress],
  remotePort: ['remoteport', (row) => row.remotePort],
  remotePortName: ['service', (row, lookups) => portName(row, row.remotePort, lookups)],
  remoteHost: ['host', (row, names) => (row.remoteAddress === null ? null : names.host(row.remoteAddress))],
  localClass: ['localclass', (row) => addressClass(row.localAddress)],
  remoteClass: ['remoteclass', (row) => addressClass(row.remoteAddress)],
  interface: ['interface', (row) => row.interface],
  namespace: ['namespace', (row) => row.namespace],
  processPath: ['path', (row) => row.processPath],
  description: ['description', (row) => row.program?.description ?? null],
  company: ['company', (row) => row.program?.company ?? null],
  product: ['product', (row) => row.program?.product ?? null],
  fileVersion: ['version', (row) => row.program?.version ?? null],
  bits: ['bits', (row) => row.program?.bits ?? null],
  session: ['session', (row) => row.program?.session ?? null],
  moduleName: ['path', (row) => row.processPath],
  commandLine: ['command', (row) => row.commandLine],
  unit: ['unit', (row) => row.unit],
  container: ['container', (row) => row.container],
  parent: ['parent', (row) => row.parentName],
  owner: ['owner', (row) => row.owner],
  type: ['type', (row) => row.type],
  inode: ['inode', (row) => row.inode],
};

/** The column whose fact stands in a cell: the module of a process that runs services is its service. */
export function factColumn(column: string, row: Pick<LiveRow, 'unit' | 'processPath'>): string {
  return column === 'moduleName' && hostedService(row) !== null ? 'unit' : column;
}

/** The term for what stands in a cell; null where nobody would filter by that. */
export function cellTerm(column: string, row: LiveRow, lookups: Lookups): RowTerm | null {
  const shown = factColumn(column, row);
  const known = Object.hasOwn(BY_COLUMN, shown) ? BY_COLUMN[shown] : undefined;
  if (known === undefined) return null;
  const value = known[1](row, lookups);
  return { field: known[0], value: value === null ? null : String(value) };
}

/** The terms that are offered for every row: its process, user, remote address, ports and state, as far as it has them. */
export function rowTerms(row: LiveRow): RowTerm[] {
  const ports = [...new Set([row.localPort, row.remotePort])];
  const all: [TermField, string | number | null][] = [
    ['process', row.processName],
    ['pid', row.pid],
    ['user', row.user],
    ['remote', row.remoteAddress],
    ...ports.map((port): [TermField, number | null] => ['port', port]),
    ['state', row.state?.toLowerCase() ?? null],
    ['protocol', tableOf(row.protocol, row.family)],
  ];
  return all.flatMap(([field, value]) => (value === null ? [] : [{ field, value: String(value) }]));
}
