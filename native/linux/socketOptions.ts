/** The socket options that are read, and what their values mean (man 7 socket, tcp, udp, ip, ipv6). */
import { fact, group } from '../../shared/details';
import type { Fact, FactGroup, FactUnit, FactValue } from '../../shared/details';
import type { Family, Protocol } from '../../shared/socket';
import type { OptionQuestion } from './borrowedSocket';

/** asm-generic/socket.h, linux/in.h, linux/in6.h */
const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_IPV6 = 41;

type OptionGroup = 'options' | 'keepalive' | 'tcpOptions' | 'ip';

const TITLES: Record<OptionGroup, string> = {
  options: 'Socket options',
  keepalive: 'Keepalive',
  tcpOptions: 'TCP options',
  ip: 'IP options',
};

/** One option: how it is asked for, and its value's meaning; null where it says nothing. */
interface Option extends OptionQuestion {
  group: OptionGroup;
  name: string;
  title: string;
  unit: FactUnit;
  decode: (value: DataView) => FactValue | null;
}

const int = (value: DataView): number | null => (value.byteLength >= 4 ? value.getInt32(0, true) : null);
const flag = (value: DataView): boolean | null => {
  const number = int(value);
  return number === null ? null : number !== 0;
};
const seconds = (value: DataView): FactValue | null => {
  const number = int(value);
  return number === null ? null : number * 1000;
};
/** struct timeval: seconds, microseconds, 64 bits each; nought is "for ever". */
const timeval = (value: DataView): FactValue | null => {
  if (value.byteLength < 16) return null;
  const ms = Number(value.getBigInt64(0, true)) * 1000 + Number(value.getBigInt64(8, true)) / 1000;
  return ms === 0 ? 'none' : ms;
};
/** struct linger: int on, int seconds. With nought seconds closing sends a RST. */
const linger = (value: DataView): FactValue | null => {
  if (value.byteLength < 8) return null;
  return value.getInt32(0, true) === 0 ? 'off' : value.getInt32(4, true) * 1000;
};
const text = (value: DataView): FactValue | null => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = bytes.indexOf(0);
  const name = bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  return name === '' ? null : name;
};
const unlessZero = (value: DataView): FactValue | null => int(value) || null;
const unlessNegative = (value: DataView): FactValue | null => {
  const number = int(value);
  return number === null || number < 0 ? null : number;
};
const secondsOr =
  (zero: string) =>
  (value: DataView): FactValue | null => {
    const number = int(value);
    return number === null ? null : number <= 0 ? zero : number * 1000;
  };
/** Milliseconds; nought leaves it to the system. */
const msOrDefault = (value: DataView): FactValue | null => {
  const number = int(value);
  return number === 0 ? 'system default' : number;
};
const hex = (value: DataView): FactValue | null => {
  const number = int(value);
  return number === null ? null : `0x${(number >>> 0).toString(16)}`;
};
/** IP_PMTUDISC_… (linux/in.h) */
const MTU_DISCOVERY = ['never', 'per route', 'always', 'probe', 'interface', 'omit'];
const mtuDiscovery = (value: DataView): FactValue | null => {
  const number = int(value);
  return number === null ? null : (MTU_DISCOVERY[number] ?? `mode ${number}`);
};

type Row = [
  option: number,
  name: string,
  title: string,
  decode: Option['decode'],
  unit?: FactUnit,
  group?: OptionGroup,
];
function options(level: number, group: OptionGroup, rows: readonly Row[]): Option[] {
  return rows.map(([option, name, title, decode, unit = 'none', own = group]) => ({
    ...{ level, option, group: own, name, title, unit, decode },
  }));
}

const SOCKET: Option[] = options(SOL_SOCKET, 'options', [
  [2, 'reuseAddress', 'Address reuse', flag],
  [15, 'reusePort', 'Port reuse', flag],
  [13, 'linger', 'Linger on close', linger, 'ms'],
  [8, 'receiveBuffer', 'Receive buffer', int, 'bytes'],
  [7, 'sendBuffer', 'Send buffer', int, 'bytes'],
  [18, 'receiveLowWater', 'Receive low-water mark', int, 'bytes'],
  [20, 'receiveTimeout', 'Receive time-out', timeval, 'ms'],
  [21, 'sendTimeout', 'Send time-out', timeval, 'ms'],
  [12, 'priority', 'Priority', int, 'count'],
  [36, 'mark', 'Mark', hex],
  [25, 'device', 'Bound to device', text],
  [6, 'broadcast', 'Broadcast', flag],
  [5, 'dontRoute', 'Bypass routing', flag],
  [10, 'outOfBandInline', 'Out-of-band data inline', flag],
  [29, 'receiveTimestamps', 'Receive timestamps', flag],
  [16, 'passCredentials', 'Pass credentials', flag],
  [46, 'busyPoll', 'Busy polling', unlessZero, 'µs'],
  [49, 'incomingCpu', 'Incoming CPU', unlessNegative, 'none'],
  [60, 'zeroCopy', 'Zero-copy sending', flag],
]);
const KEEPALIVE: Option[] = [
  ...options(SOL_SOCKET, 'keepalive', [[9, 'keepalive', 'Keepalive', flag]]),
  ...options(IPPROTO_TCP, 'keepalive', [
    [4, 'keepaliveIdle', 'First probe after', seconds, 'ms'],
    [5, 'keepaliveInterval', 'Between probes', seconds, 'ms'],
    [6, 'keepaliveCount', 'Probes before giving up', int, 'count'],
  ]),
];
const TCP: Option[] = options(IPPROTO_TCP, 'tcpOptions', [
  [1, 'noDelay', 'No delay (Nagle off)', flag],
  [3, 'cork', 'Cork', flag],
  [12, 'quickAck', 'Quick ACK', flag],
  [13, 'congestionControl', 'Congestion control', text],
  [18, 'userTimeout', 'User time-out', msOrDefault, 'ms'],
  [2, 'maxSegment', 'Largest segment', int, 'bytes'],
  [10, 'windowClamp', 'Window limit', unlessZero, 'bytes'],
  [7, 'synRetries', 'SYN retries', int, 'count'],
  [8, 'finWait2', 'FIN_WAIT_2 time-out', secondsOr('none'), 'ms'],
  [9, 'deferAccept', 'Deferred accept', secondsOr('off'), 'ms'],
  [23, 'fastOpen', 'Fast Open queue', unlessZero, 'count'],
  [30, 'fastOpenConnect', 'Fast Open on connect', flag],
  [25, 'notSentLowWater', 'Unsent low-water mark', unlessZero, 'bytes'],
  [37, 'sendDelay', 'Send delay', unlessZero, 'µs'],
  [31, 'upperLayer', 'Upper layer', text],
]);
const UDP: Option[] = options(IPPROTO_UDP, 'options', [
  [1, 'udpCork', 'UDP cork', flag],
  [100, 'encapsulation', 'UDP encapsulation', unlessZero],
  [103, 'segmentation', 'UDP segment size', unlessZero, 'bytes'],
  [104, 'receiveOffload', 'UDP receive offload', flag],
]);
const IP4: Option[] = options(IPPROTO_IP, 'ip', [
  [2, 'ttl', 'Time to live', int, 'count'],
  [1, 'tos', 'Type of service', hex],
  [10, 'mtuDiscovery', 'Path MTU discovery', mtuDiscovery],
  [21, 'minTtl', 'Smallest time to live', unlessZero, 'count'],
  [19, 'transparent', 'Transparent', flag],
  [15, 'freebind', 'Free bind', flag],
  [24, 'bindWithoutPort', 'Bind without port', flag],
  [11, 'receiveErrors', 'Receive errors', flag],
]);
const IP6: Option[] = options(IPPROTO_IPV6, 'ip', [
  [26, 'ipv6Only', 'IPv6 only', flag],
  [16, 'hopLimit', 'Hop limit', int, 'count'],
  [67, 'trafficClass', 'Traffic class', hex],
  [23, 'mtuDiscovery', 'Path MTU discovery', mtuDiscovery],
  [73, 'minHopLimit', 'Smallest hop limit', unlessZero, 'count'],
  [75, 'transparent', 'Transparent', flag],
  [78, 'freebind', 'Free bind', flag],
  [25, 'receiveErrors', 'Receive errors', flag],
]);
const MULTICAST4: Option[] = options(IPPROTO_IP, 'ip', [
  [33, 'multicastTtl', 'Multicast time to live', int, 'count'],
  [34, 'multicastLoop', 'Multicast loop', flag],
]);
const MULTICAST6: Option[] = options(IPPROTO_IPV6, 'ip', [
  [18, 'multicastHops', 'Multicast hop limit', int, 'count'],
  [19, 'multicastLoop', 'Multicast loop', flag],
]);

/** What is asked of a socket of this kind. */
export function optionsOf(protocol: Protocol, family: Family): readonly Option[] {
  const tcp = protocol === 'tcp' || protocol === 'mptcp';
  const datagrams = protocol === 'udp' || protocol === 'udplite' || protocol === 'raw' || protocol === 'icmp';
  return [
    ...SOCKET,
    ...(tcp ? [...KEEPALIVE, ...TCP] : []),
    ...(protocol === 'udp' ? UDP : []),
    ...(family === 4 ? IP4 : family === 6 ? IP6 : []),
    ...(datagrams ? (family === 4 ? MULTICAST4 : MULTICAST6) : []),
  ];
}

/**
 * The answers of one socket, in the order of its options, as groups.
 * @param ip facts of the group `ip` that the kernel has told already
 * @param told the names of all facts that it has told; they are not repeated
 */
export function optionGroups(
  asked: readonly Option[],
  answers: readonly (DataView | null)[],
  ip: readonly Fact[],
  told: ReadonlySet<string>,
): FactGroup[] {
  const facts = new Map<OptionGroup, Fact[]>([['ip', [...ip]]]);
  for (const [i, { group, name, title, unit, decode }] of asked.entries()) {
    const value = answers[i] == null ? null : decode(answers[i]);
    if (told.has(name)) continue;
    const before = facts.get(group) ?? [];
    facts.set(group, before);
    before.push(...fact(name, title, value, typeof value === 'number' ? unit : 'none'));
  }
  return (Object.keys(TITLES) as OptionGroup[]).flatMap((name) =>
    group(name, TITLES[name], facts.get(name) ?? []),
  );
}
