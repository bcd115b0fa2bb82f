/** Everything that is to be told of one socket of Windows, and of the program that has it. */
import type { Traffic } from '../../shared/abilities';
import { fact, group } from '../../shared/details';
import type { FactGroup, HolderDetails } from '../../shared/details';
import { placeTexts, portPlace } from '../../shared/portRanges';
import type { PortRanges } from '../../shared/portRanges';
import { PROTOCOLS, SOCKET_STATES, stateTitle } from '../../shared/socket';
import type { ProcessInfo } from '../../shared/socket';
import type { RowNames, SocketTable } from '../../shared/socketTable';

const TCP = PROTOCOLS.indexOf('tcp');
const SINCE = 'Counted since SocketScope began to look at this connection.';
const NOT_WATCHED =
  'Windows counts it only while somebody looks at the connection, and has just begun, or counts nothing.';

/** The groups of a row; `ranges` is null until they have been read. */
export function readGroups(
  names: RowNames,
  traffic: Traffic,
  ranges: PortRanges | null,
  table: SocketTable,
  row: number,
): FactGroup[] {
  const c = table.columns;
  const index = c.interfaceIndex[row]!;
  const state = c.state[row]!;
  return [
    ...group('state', 'State', [
      ...fact('state', 'State', state === 0 ? null : stateTitle(SOCKET_STATES[state - 1]!)),
      ...fact('interface', 'Interface', index === 0 ? null : names.interface(index, 0)),
      ...fact('createdAt', 'Created', known(c.createdAt[row]!), 'time'),
    ]),
    ...trafficGroup(traffic, table, row),
    ...portGroup(ranges, table, row),
  ];
}

function trafficGroup({ counted, why }: Traffic, table: SocketTable, row: number): FactGroup[] {
  const c = table.columns;
  // Windows counts for connections of TCP only.
  if (c.protocol[row] !== TCP || c.hasRemote[row] === 0) return [];
  const facts = [
    ...fact('bytesSent', 'Sent', known(c.bytesSent[row]!), 'bytes'),
    ...fact('bytesReceived', 'Received', known(c.bytesReceived[row]!), 'bytes'),
    ...fact('segmentsSent', 'Segments out', known(c.segmentsSent[row]!), 'count'),
    ...fact('segmentsReceived', 'Segments in', known(c.segmentsReceived[row]!), 'count'),
    ...fact('retransmits', 'Retransmitted', known(c.retransmits[row]!), 'count'),
    ...fact('rtt', 'Round trip', known(c.rtt[row]!), 'ms'),
  ];
  const note = facts.length > 0 ? SINCE : counted === 'never' ? why : NOT_WATCHED;
  return group('traffic', 'Traffic', facts, note);
}

/** What Windows does with such ports, if it is anything. */
function portGroup(ranges: PortRanges | null, table: SocketTable, row: number): FactGroup[] {
  const { protocol, localPort } = table.columns;
  const port = localPort[row]!;
  if (ranges === null || port === 0) return [];
  const place = portPlace(ranges, PROTOCOLS[protocol[row]!]!, table.familyOf(row), port);
  if (place === null) return [];
  const texts = placeTexts(place);
  return group('port', 'Local port', [...fact('place', `Port ${port}`, texts.join('; ') || null)]);
}

/** The services that run in a process: which of them a socket belongs to, its row may or may not tell. */
export function serviceGroup(services: readonly string[]): FactGroup[] {
  return group('services', 'Services', fact('services', 'In this process', services.join(', ') || null));
}

/** Windows names the user of the process, and has no descriptors. */
export function holderDetails(process: ProcessInfo): HolderDetails {
  return { ...process, uid: null, user: process.user ?? null, descriptors: [] };
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
