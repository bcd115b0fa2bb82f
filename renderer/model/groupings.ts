/** The views that gather sockets under a heading: by which key, and under which title. */
import { addressSortKey } from '../../shared/address';
import type { Lookups, LiveRow } from '../../shared/rowFacts';
import { OWNER_TITLES, protocolTitle } from '../../shared/socket';
import { plainText } from '../../shared/text';
import { t } from '../strings';
import type { SortKey } from './columns';
import { SUMMED } from './lines';
import type { Sums, Summed } from './lines';

export interface Grouping {
  /** Rows of the same key are in the same group. */
  key(row: LiveRow): string;
  /** The same for all rows of a key. */
  title(row: LiveRow): string;
  /** What a group is sorted by where the sorted column has neither a sum nor {@link identity}; same for all rows of a key. */
  titleKey(row: LiveRow): SortKey;
  /** Columns that say the same of each row of a group: it is sorted by the row's own key there. */
  identity: readonly string[];
}

export type GroupingName = 'process' | 'host' | 'service';

/** How groups are sorted when the rows are sorted by a column. */
export function groupSortKey(
  grouping: Grouping,
  column: string,
  rowKey: (row: LiveRow) => SortKey,
): (sample: LiveRow, sums: Sums) => SortKey {
  if (isSummed(column)) return (_, sums) => sums[column];
  return grouping.identity.includes(column) ? (sample) => rowKey(sample) : (row) => grouping.titleKey(row);
}

function isSummed(column: string): column is Summed {
  return (SUMMED as readonly string[]).includes(column);
}

/** A process is PID + start time. Sockets without one are gathered by why they have none. */
const byProcess: Grouping = {
  key: (row) => (row.pid === null ? `owner ${row.owner}` : `${row.pid} ${row.processStartedAt ?? ''}`),
  title: (row) => {
    if (row.pid === null) return OWNER_TITLES[row.owner] || t.grid.noOwner;
    return t.grid.process(row.processName === null ? '?' : plainText(row.processName), row.pid);
  },
  titleKey: (row) => row.processName?.toLowerCase() ?? null,
  identity: ['processName', 'pid', 'processPath', 'processStartedAt', 'parentPid', 'parentName', 'unit'],
};

function byHost(lookups: Lookups): Grouping {
  return {
    key: (row) => row.remoteAddress ?? '',
    title: (row) => {
      if (row.remoteAddress === null) return t.grid.noRemote;
      const name = lookups.host(row.remoteAddress);
      const address = plainText(row.remoteAddress);
      return name === null ? address : `${address} (${plainText(name)})`;
    },
    titleKey: (row) => (row.remoteAddress === null ? null : addressSortKey(row.remoteAddress)),
    identity: [],
  };
}

/**
 * The service is that of the end which serves: the local port of a listener and of what came in, the remote one of what
 * went out. Where that is not known, it is the end whose port has a name, the local one first, and else the local port.
 * The owner's systemd unit is not asked: two units may serve the same port, and one unit many.
 */
function byService(lookups: Lookups): Grouping {
  const portOf = (row: LiveRow): number | null => {
    const { protocol, localPort, remotePort } = row;
    if (row.direction === 'outbound' && remotePort !== null) return remotePort;
    if (row.direction === 'listen' || row.direction === 'inbound') return localPort;
    const named = (port: number | null): boolean => port !== null && lookups.service(protocol, port) !== null;
    return !named(localPort) && named(remotePort) ? remotePort : localPort;
  };
  return {
    key: (row) => `${row.protocol} ${portOf(row) ?? ''}`,
    title: (row) => {
      const port = portOf(row);
      if (port === null) return protocolTitle(row.protocol);
      const name = lookups.service(row.protocol, port);
      return `${name === null ? '' : `${plainText(name)} `}${port}/${row.protocol}`;
    },
    titleKey: portOf,
    identity: [],
  };
}

const known = new WeakMap<Lookups, Record<GroupingName, Grouping>>();

/** The same object for the same lookups. */
export function groupingOf(view: GroupingName, lookups: Lookups): Grouping {
  let all = known.get(lookups);
  if (all === undefined) {
    all = { process: byProcess, host: byHost(lookups), service: byService(lookups) };
    known.set(lookups, all);
  }
  return all[view];
}
