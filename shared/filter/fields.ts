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
import type { EndOfSocket, Field, Reader } from './fieldTypes';
import { suggestion } from './suggest';

const LOCAL: EndOfSocket = { address: (row) => row.localAddress, port: (row) => row.localPort };
const REMOTE: EndOfSocket = { address: (row) => row.remoteAddress, port: (row) => row.remotePort };

function serviceOf({ port }: EndOfSocket): Reader<string> {
  return (row, lookups) => {
    const number = port(row, lookups);
    return number === null ? null : lookups.service(row.protocol, number);
  };
}

const ADDRESSES = ['localAddress', 'remoteAddress'];
const PORTS = ['localPort', 'remotePort', 'localPortName', 'remotePortName'];
const none: readonly string[] = [];

export const FILTER_FIELDS: readonly Field[] = [
  {
    ...{ name: 'process', aliases: ['proc', 'processname', 'name'], columns: ['processName'] },
    ...{ description: 'Name of the process', kind: 'text', read: [(row) => row.processName] },
  },
  {
    ...{ name: 'pid', aliases: ['processid'], columns: ['pid'], kind: 'number', unit: 'count' },
    ...{ description: 'Number of the process', read: [(row) => row.pid] },
  },
  {
    ...{ name: 'parent', aliases: ['parentname'], columns: ['parent'], kind: 'text' },
    ...{ description: 'Name of the process that started it', read: [(row) => row.parentName] },
  },
  {
    ...{ name: 'ppid', aliases: ['parentpid'], columns: ['parentPid'], kind: 'number', unit: 'count' },
    ...{ description: 'Number of the process that started it', read: [(row) => row.parentPid] },
  },
  {
    ...{
      name: 'path',
      aliases: ['processpath', 'exe'],
      columns: ['processPath', 'moduleName'],
      kind: 'text',
    },
    ...{ description: 'Path of the program', read: [(row) => row.processPath] },
  },
  {
    ...{
      name: 'command',
      aliases: ['cmd', 'commandline', 'cmdline', 'args'],
      columns: ['commandLine'],
      kind: 'text',
    },
    ...{ description: 'Command line, where it is read', read: [(row) => row.commandLine] },
  },
  {
    ...{ name: 'user', aliases: ['username'], columns: ['user'], kind: 'text' },
    description: 'User of the process, or the number where there is no name',
    read: [(row) => row.user ?? (row.uid === null ? null : String(row.uid))],
  },
  {
    ...{ name: 'uid', aliases: none, columns: ['uid'], kind: 'number', unit: 'count' },
    ...{ description: 'Number of the user', read: [(row) => row.uid] },
  },
  {
    ...{ name: 'unit', aliases: ['systemd'], columns: ['unit'], kind: 'text' },
    ...{ description: 'systemd unit of the process', read: [(row) => row.unit] },
  },
  {
    ...{ name: 'container', aliases: none, columns: ['container'], kind: 'text' },
    ...{ description: 'Container of the process', read: [(row) => row.container] },
  },
  {
    ...{ name: 'protocol', aliases: ['proto'], columns: ['protocol'], kind: 'choice' },
    ...{ description: 'tcp, udp, unix, …; tcp4 and tcp6 name a version', choices: PROTOCOL_CHOICES },
    isKnown: () => true,
  },
  {
    ...{ name: 'family', aliases: ['ipversion'], columns: none, kind: 'choice', choices: FAMILY_CHOICES },
    ...{ description: '4 or 6: IPv4 or IPv6', isKnown: (row) => row.family !== null },
  },
  {
    ...{ name: 'type', aliases: ['sockettype'], columns: ['type'], kind: 'choice', choices: TYPE_CHOICES },
    ...{ description: 'stream, dgram, raw, …', isKnown: (row) => row.type !== null },
  },
  {
    ...{ name: 'state', aliases: ['status'], columns: ['state'], kind: 'choice', choices: STATE_CHOICES },
    ...{ description: 'established, listen, time_wait, …', isKnown: (row) => row.state !== null },
  },
  {
    ...{ name: 'direction', aliases: ['dir'], columns: ['direction'], kind: 'choice' },
    ...{ description: 'Who connected to whom', choices: DIRECTION_CHOICES },
    isKnown: (row) => row.direction !== null,
  },
  {
    ...{ name: 'is', aliases: none, columns: none, kind: 'choice', choices: IS_CHOICES },
    ...{ description: 'listening, connected, loopback, …', isKnown: () => true },
  },
  {
    ...{
      name: 'local',
      aliases: ['localaddress', 'laddr', 'src'],
      columns: ['localAddress'],
      kind: 'address',
    },
    ...{ description: 'Local address: one, a network, a range, a name', ends: [LOCAL] },
  },
  {
    ...{ name: 'remote', aliases: ['remoteaddress', 'raddr', 'dst', 'peer'], columns: ['remoteAddress'] },
    ...{ description: 'Remote address: one, a network, a range, a name', kind: 'address', ends: [REMOTE] },
  },
  {
    ...{
      name: 'address',
      aliases: ['addr', 'ip'],
      columns: ADDRESSES,
      kind: 'address',
      ends: [LOCAL, REMOTE],
    },
    description: 'Address of either end',
  },
  {
    ...{
      name: 'localport',
      aliases: ['lport', 'sport'],
      columns: ['localPort', 'localPortName'],
      kind: 'port',
      ends: [LOCAL],
    },
    description: 'Local port: a number, a range, the name of a service',
  },
  {
    ...{
      name: 'remoteport',
      aliases: ['rport', 'dport'],
      columns: ['remotePort', 'remotePortName'],
      kind: 'port',
      ends: [REMOTE],
    },
    description: 'Remote port: a number, a range, the name of a service',
  },
  {
    ...{ name: 'port', aliases: none, columns: PORTS, kind: 'port', ends: [LOCAL, REMOTE] },
    description: 'Port of either end',
  },
  {
    ...{ name: 'service', aliases: ['portname'], columns: PORTS, kind: 'text' },
    ...{ description: 'Name of the service of either port', read: [serviceOf(LOCAL), serviceOf(REMOTE)] },
  },
  {
    ...{
      name: 'host',
      aliases: ['hostname', 'remotehost'],
      columns: ['remoteAddress', 'remoteHost'],
      kind: 'text',
    },
    description: 'Name of the remote address, where names are looked up',
    read: [(row, lookups) => (row.remoteAddress === null ? null : lookups.host(row.remoteAddress))],
    usesNames: true,
  },
  {
    ...{ name: 'class', aliases: ['addressclass'], columns: ['localClass', 'remoteClass'], kind: 'choice' },
    ...{
      description: 'loopback, private, public, …: either address',
      choices: classChoices('localAddress', 'remoteAddress'),
    },
    isKnown: hasClass('localAddress', 'remoteAddress'),
  },
  {
    ...{ name: 'localclass', aliases: none, columns: ['localClass'], kind: 'choice' },
    ...{ description: 'What kind of address the local one is', choices: classChoices('localAddress') },
    isKnown: hasClass('localAddress'),
  },
  {
    ...{ name: 'remoteclass', aliases: none, columns: ['remoteClass'], kind: 'choice' },
    ...{ description: 'What kind of address the remote one is', choices: classChoices('remoteAddress') },
    isKnown: hasClass('remoteAddress'),
  },
  {
    ...{ name: 'interface', aliases: ['iface', 'if', 'device', 'dev'], columns: ['interface'], kind: 'text' },
    ...{ description: 'Network interface', read: [(row) => row.interface] },
  },
  {
    ...{ name: 'namespace', aliases: ['netns', 'ns'], columns: ['namespace'], kind: 'text' },
    ...{ description: 'Network namespace', read: [(row) => row.namespace] },
  },
  {
    ...{
      name: 'owner',
      aliases: none,
      columns: ['processName', 'owner'],
      kind: 'choice',
      choices: OWNER_CHOICES,
    },
    ...{ description: 'What is known of the owner: known, hidden, none, …', isKnown: () => true },
  },
  {
    ...{ name: 'holders', aliases: none, columns: none, kind: 'number', unit: 'count' },
    ...{ description: 'How many processes hold the socket', read: [(row) => row.holders] },
  },
  {
    ...{ name: 'dualstack', aliases: ['dual'], columns: none, kind: 'choice', choices: DUAL_STACK_CHOICES },
    ...{
      description: 'Whether an IPv6 socket serves IPv4 as well',
      isKnown: (row) => row.dualStack !== null,
    },
  },
  {
    ...{ name: 'inode', aliases: none, columns: ['inode'], kind: 'number', unit: 'count' },
    ...{ description: 'Inode of the socket', read: [(row) => row.inode] },
  },
  {
    ...{ name: 'sent', aliases: ['bytessent', 'tx'], columns: none, kind: 'number', unit: 'bytes' },
    ...{ description: 'Bytes sent: >1MB', read: [(row) => row.bytesSent] },
  },
  {
    ...{
      name: 'received',
      aliases: ['bytesreceived', 'recv', 'rx'],
      columns: none,
      kind: 'number',
      unit: 'bytes',
    },
    ...{ description: 'Bytes received: >1MB', read: [(row) => row.bytesReceived] },
  },
  {
    ...{ name: 'rate', aliases: ['speed'], columns: none, kind: 'number', unit: 'rate' },
    description: 'Bytes a second, both ways together: >10KB',
    read: [
      (row) =>
        row.sendRate === null && row.receiveRate === null
          ? null
          : (row.sendRate ?? 0) + (row.receiveRate ?? 0),
    ],
  },
  {
    ...{ name: 'sendrate', aliases: ['txrate'], columns: none, kind: 'number', unit: 'rate' },
    ...{ description: 'Bytes sent a second', read: [(row) => row.sendRate] },
  },
  {
    ...{ name: 'receiverate', aliases: ['recvrate', 'rxrate'], columns: none, kind: 'number', unit: 'rate' },
    ...{ description: 'Bytes received a second', read: [(row) => row.receiveRate] },
  },
  {
    ...{ name: 'queue', aliases: none, columns: none, kind: 'number', unit: 'bytes' },
    description: 'Bytes in either queue; of a listener, connections that wait',
    // A listener's other figure is how many may wait.
    read: [(row) => row.receiveQueue, (row) => (row.state === 'LISTEN' ? null : row.sendQueue)],
  },
  {
    ...{ name: 'sendqueue', aliases: ['sendq', 'sndq'], columns: none, kind: 'number', unit: 'bytes' },
    description: 'Bytes not acknowledged; of a listener, how many connections may wait',
    read: [(row) => row.sendQueue],
  },
  {
    ...{
      name: 'receivequeue',
      aliases: ['recvqueue', 'recvq', 'rcvq'],
      columns: none,
      kind: 'number',
      unit: 'bytes',
    },
    description: 'Bytes that the process has not read; of a listener, connections that wait',
    read: [(row) => row.receiveQueue],
  },
  {
    ...{ name: 'rtt', aliases: ['roundtrip', 'ping'], columns: none, kind: 'number', unit: 'milliseconds' },
    ...{ description: 'Round-trip time: >=50ms', read: [(row) => row.rtt] },
  },
  {
    ...{
      name: 'retransmits',
      aliases: ['retrans', 'retransmissions'],
      columns: none,
      kind: 'number',
      unit: 'count',
    },
    ...{ description: 'Segments sent again: >0', read: [(row) => row.retransmits] },
  },
  {
    ...{ name: 'age', aliases: none, columns: none, kind: 'number', unit: 'seconds' },
    description: 'How long it has been there: <10s, >1h',
    read: [(row, lookups) => Math.max(0, lookups.now() - (row.createdAt ?? row.firstSeenAt)) / 1000],
    usesTime: true,
  },
];

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
