/** The fields of the language: what each is called, and where a row has it. */
import {
  classChoices,
  DIRECTION_CHOICES,
  DUAL_STACK_CHOICES,
  FAMILY_CHOICES,
  hasClass,
  IS_CHOICES,
  OWNER_CHOICES,
  PROTOCOL_CHOICES,
  STATE_CHOICES,
  TYPE_CHOICES,
} from './choices';
import { choice, number, ofEnds, text } from './fieldBuilders';
import type { EndOfSocket, Field, Reader } from './fieldTypes';
import { PROCESS_FIELDS } from './processFields';
import { suggestion } from './suggest';

const LOCAL: EndOfSocket = { address: (row) => row.localAddress, port: (row) => row.localPort };
const REMOTE: EndOfSocket = { address: (row) => row.remoteAddress, port: (row) => row.remotePort };

function serviceOf({ port }: EndOfSocket): Reader<string> {
  return (row, lookups) => {
    const number = port(row, lookups);
    return number === null ? null : lookups.service(row.protocol, number);
  };
}

const PORTS = ['localPort', 'localPortName'];
const REMOTE_PORTS = ['remotePort', 'remotePortName'];
const both = (sent: number | null, received: number | null): number | null =>
  sent === null && received === null ? null : (sent ?? 0) + (received ?? 0);

/** Of those without a column what is found is not marked: a number of bytes is written in many ways. */
export const FILTER_FIELDS: readonly Field[] = [
  ...PROCESS_FIELDS,
  choice(
    ['protocol', 'proto'],
    ['protocol'],
    'tcp, udp, unix, …; tcp4 and tcp6 name a version',
    PROTOCOL_CHOICES,
  ),
  choice(['family', 'ipversion'], [], '4 or 6: IPv4 or IPv6', FAMILY_CHOICES, (row) => row.family !== null),
  choice(['type', 'sockettype'], ['type'], 'stream, dgram, raw, …', TYPE_CHOICES, (row) => row.type !== null),
  choice(
    ['state', 'status'],
    ['state'],
    'established, listen, time_wait, …',
    STATE_CHOICES,
    (row) => row.state !== null,
  ),
  choice(
    ['direction', 'dir'],
    ['direction'],
    'Who connected to whom',
    DIRECTION_CHOICES,
    (row) => row.direction !== null,
  ),
  choice(['is'], [], 'listening, connected, loopback, …', IS_CHOICES),
  ofEnds(
    'address',
    ['local', 'localaddress', 'laddr', 'src'],
    ['localAddress'],
    'Local address: one, a network, a range, a name',
    LOCAL,
  ),
  ofEnds(
    'address',
    ['remote', 'remoteaddress', 'raddr', 'dst', 'peer'],
    ['remoteAddress'],
    'Remote address: one, a network, a range, a name',
    REMOTE,
  ),
  ofEnds(
    'address',
    ['address', 'addr', 'ip'],
    ['localAddress', 'remoteAddress'],
    'Address of either end',
    LOCAL,
    REMOTE,
  ),
  ofEnds(
    'port',
    ['localport', 'lport', 'sport'],
    PORTS,
    'Local port: a number, a range, the name of a service',
    LOCAL,
  ),
  ofEnds(
    'port',
    ['remoteport', 'rport', 'dport'],
    REMOTE_PORTS,
    'Remote port: a number, a range, the name of a service',
    REMOTE,
  ),
  ofEnds('port', ['port'], [...PORTS, ...REMOTE_PORTS], 'Port of either end', LOCAL, REMOTE),
  text(
    ['service', 'portname'],
    [...PORTS, ...REMOTE_PORTS],
    'Name of the service of either port',
    serviceOf(LOCAL),
    serviceOf(REMOTE),
  ),
  {
    ...text(
      ['host', 'hostname', 'remotehost'],
      ['remoteAddress', 'remoteHost'],
      'Name of the remote address, where names are looked up',
      (row, lookups) => (row.remoteAddress === null ? null : lookups.host(row.remoteAddress)),
    ),
    usesNames: true,
  },
  choice(
    ['class', 'addressclass'],
    ['localClass', 'remoteClass'],
    'loopback, private, public, …: either address',
    classChoices('localAddress', 'remoteAddress'),
    hasClass('localAddress', 'remoteAddress'),
  ),
  choice(
    ['localclass'],
    ['localClass'],
    'What kind of address the local one is',
    classChoices('localAddress'),
    hasClass('localAddress'),
  ),
  choice(
    ['remoteclass'],
    ['remoteClass'],
    'What kind of address the remote one is',
    classChoices('remoteAddress'),
    hasClass('remoteAddress'),
  ),
  text(
    ['interface', 'iface', 'if', 'device', 'dev'],
    ['interface'],
    'Network interface',
    (row) => row.interface,
  ),
  text(['namespace', 'netns', 'ns'], ['namespace'], 'Network namespace', (row) => row.namespace),
  choice(
    ['owner'],
    ['processName', 'owner'],
    'What is known of the owner: known, hidden, none, …',
    OWNER_CHOICES,
  ),
  number(['holders'], [], 'count', 'How many processes hold the socket', (row) => row.holders),
  choice(
    ['dualstack', 'dual'],
    [],
    'Whether an IPv6 socket serves IPv4 as well',
    DUAL_STACK_CHOICES,
    (row) => row.dualStack !== null,
  ),
  number(['inode'], ['inode'], 'count', 'Inode of the socket', (row) => row.inode),
  number(['sent', 'bytessent', 'tx'], [], 'bytes', 'Bytes sent: >1MB', (row) => row.bytesSent),
  number(
    ['received', 'bytesreceived', 'recv', 'rx'],
    [],
    'bytes',
    'Bytes received: >1MB',
    (row) => row.bytesReceived,
  ),
  number(
    ['packets', 'segments'],
    [],
    'count',
    'TCP segments, both ways together: >1000',
    ({ segmentsSent, segmentsReceived }) => both(segmentsSent, segmentsReceived),
  ),
  number(
    ['sentpackets', 'packetssent', 'segmentssent', 'txpackets'],
    ['segmentsSent'],
    'count',
    'TCP segments sent',
    (row) => row.segmentsSent,
  ),
  number(
    ['receivedpackets', 'recvpackets', 'packetsreceived', 'segmentsreceived', 'rxpackets'],
    ['segmentsReceived'],
    'count',
    'TCP segments received',
    (row) => row.segmentsReceived,
  ),
  number(
    ['rate', 'speed'],
    [],
    'rate',
    'Bytes a second, both ways together: >10KB',
    ({ sendRate, receiveRate }) => both(sendRate, receiveRate),
  ),
  number(['sendrate', 'txrate'], [], 'rate', 'Bytes sent a second', (row) => row.sendRate),
  number(
    ['receiverate', 'recvrate', 'rxrate'],
    [],
    'rate',
    'Bytes received a second',
    (row) => row.receiveRate,
  ),
  number(
    ['queue'],
    [],
    'bytes',
    'Bytes in either queue; of a listener, connections that wait',
    (row) => row.receiveQueue,
    // A listener's other figure is how many may wait.
    (row) => (row.state === 'LISTEN' ? null : row.sendQueue),
  ),
  number(
    ['sendqueue', 'sendq', 'sndq'],
    [],
    'bytes',
    'Bytes not acknowledged; of a listener, how many connections may wait',
    (row) => row.sendQueue,
  ),
  number(
    ['receivequeue', 'recvqueue', 'recvq', 'rcvq'],
    [],
    'bytes',
    'Bytes that the process has not read; of a listener, connections that wait',
    (row) => row.receiveQueue,
  ),
  number(['rtt', 'roundtrip', 'ping'], [], 'milliseconds', 'Round-trip time: >=50ms', (row) => row.rtt),
  number(
    ['retransmits', 'retrans', 'retransmissions'],
    [],
    'count',
    'Segments sent again: >0',
    (row) => row.retransmits,
  ),
  {
    ...number(
      ['age'],
      [],
      'seconds',
      'How long it has been there: <10s, >1h',
      (row, lookups) => Math.max(0, lookups.now() - (row.createdAt ?? row.firstSeenAt)) / 1000,
    ),
    usesTime: true,
  },
];

/** What some systems count only where it is looked at */
const TRAFFIC: ReadonlySet<string> = new Set([
  ...['sent', 'received', 'packets', 'sentpackets', 'receivedpackets'],
  ...['rate', 'sendrate', 'receiverate', 'rtt', 'retransmits'],
]);

export const usesTraffic = ({ name }: Field): boolean => TRAFFIC.has(name);

const byName = new Map<string, Field>(
  FILTER_FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field] as const)),
);

/** By any of its names; `local-port` and `Local_Port` are `localport`. */
export function findField(name: string): Field | null {
  return byName.get(name.toLowerCase().replaceAll(/[-_]/g, '')) ?? null;
}

/** The sentence that is said of a name that is no field. */
export function unknownField(name: string): string {
  if (/^(include|exclude)$/i.test(name))
    return 'CurrPorts’ strings are include or exclude:local, remote or both:tcp, udp or tcpudp:ports or addresses.';
  const meant = suggestion(name.replaceAll(/[-_]/g, ''), byName.keys());
  const hint = meant === null ? 'To find it as text, put it in quotes.' : `Did you mean “${meant}:”?`;
  return `There is no field “${name}”. ${hint}`;
}
