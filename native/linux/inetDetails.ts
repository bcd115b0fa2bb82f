/** One inet_diag message as facts: struct inet_diag_msg and its attributes (linux/inet_diag.h, net/ipv4/inet_diag.c). */
import { formatIPv4, formatIPv6 } from '../../shared/address';
import { fact, group } from '../../shared/details';
import type { Fact, FactGroup } from '../../shared/details';
import { PROTOCOLS, SOCKET_STATES, stateCode, stateTitle } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { ATTRIBUTE_HEADER, attributeSize, attributeType, nextAttribute } from './attributes';
import type { InetTable } from './inetDiag';
import { DIAG_SIZE } from './inetDiag';
import { AF_INET, AF_INET6 } from './libc';
import type { ReplyBuffer } from './netlink';
import { algorithmFacts, tcpInfoGroups } from './tcpInfo';

/** Attributes INET_DIAG_… */
const INFO = 2;
const VEGAS = 3;
const CONGESTION = 4;
const TOS = 5;
const TRAFFIC_CLASS = 6;
const SKMEMINFO = 7;
const SHUTDOWN = 8;
const DCTCP = 9;
const V6ONLY = 11;
const LOCALS = 12;
const PEERS = 13;
const MARK = 15;
const BBR = 16;
const CLASS_ID = 17;
const MD5_KEYS = 18;
const UPPER_LAYER = 19;
const CGROUP_ID = 21;
const OPTIONS = 22;
/** The bits that ask for all that is shown: attributes 2 to 8, of which 3 brings 9 or 16, and 6 brings 17. */
export const EXTENSIONS = 0xfe;

/** sizeof(struct tcp_diag_md5sig): the keys themselves are secrets, so they are only counted. */
const MD5_KEY_SIZE = 100;
const TCP = PROTOCOLS.indexOf('tcp');
const SYN_SENT = stateCode('SYN_SENT');
const LISTEN = stateCode('LISTEN');
const TIME_WAIT = stateCode('TIME_WAIT');
/** idiag_timer */
const TIMERS = ['none', 'retransmission', 'keepalive', 'TIME_WAIT', 'zero-window probe'];

/** What one answer tells. */
export interface InetFacts {
  /** The socket as a row of its own, as it is now. */
  fresh: SocketTable;
  groups: FactGroup[];
  /** What the kernel tells of the group `ip`, for whoever completes it. */
  ip: Fact[];
  /** The id of the socket's cgroup v2 (the inode number of its directory); null where the kernel does not tell. */
  cgroup: bigint | null;
}

/**
 * Reads the message in [offset, end).
 * @throws NativeError MALFORMED where a length does not fit
 */
export function readInetFacts(
  inet: InetTable,
  reply: ReplyBuffer,
  offset: number,
  end: number,
  interfaceName: (index: number) => string,
): InetFacts {
  const fresh = new SocketTable(1);
  inet.decode(reply, offset, end, fresh);
  const attributes = readAttributes(reply, offset + DIAG_SIZE, end);
  const get = (type: number): DataView | null => attributes.get(type) ?? null;
  const { state, protocol, bytesReceived } = fresh.columns;
  const timeWait = state[0] === TIME_WAIT;

  const info = protocol[0] === TCP && state[0] !== LISTEN && !timeWait ? get(INFO) : null;
  const tcp = info === null ? [] : tcpInfoGroups(info, state[0] !== SYN_SENT);
  for (const { facts } of tcp) {
    for (const each of facts) {
      // As in the table: the kernel counts the other side's FIN as a byte.
      if (each.name === 'bytesReceived') each.value = bytesReceived[0]!;
    }
  }
  const algorithm = [
    ...fact('congestionControl', 'Algorithm', text(get(CONGESTION))),
    ...algorithmOf('bbr', get(BBR)),
    ...algorithmOf('vegas', get(VEGAS)),
    ...algorithmOf('dctcp', get(DCTCP)),
  ];
  const congestion = tcp.find(({ name }) => name === 'congestion');
  const [first, ...rest] = algorithm;
  if (congestion !== undefined && first !== undefined) {
    congestion.facts = [first, ...congestion.facts, ...rest];
  }

  return {
    fresh,
    groups: [
      ...stateGroup(fresh, reply.bytes, reply.words, offset, get(SHUTDOWN), interfaceName),
      ...tcp.slice(0, 2), // round trip and traffic come first
      ...(timeWait ? [] : queueGroup(fresh)),
      ...tcp.slice(2),
      ...(congestion === undefined ? group('congestion', 'Congestion control', algorithm) : []),
      ...memoryGroup(get(SKMEMINFO)),
      ...networkGroup(get),
      ...upperLayerGroup(get(UPPER_LAYER)),
      ...addressGroup(get(LOCALS), get(PEERS)),
    ],
    ip: timeWait ? [] : ipFacts(get(OPTIONS)),
    cgroup: u64(get(CGROUP_ID)),
  };
}

/** Copies of the attributes' data, by type. */
export function readAttributes(reply: ReplyBuffer, start: number, end: number): Map<number, DataView> {
  const found = new Map<number, DataView>();
  for (let at = start; at + ATTRIBUTE_HEADER <= end;) {
    const size = attributeSize(reply, at, end);
    const data = reply.bytes.slice(at + ATTRIBUTE_HEADER, at + size);
    found.set(attributeType(reply, at), new DataView(data.buffer));
    at = nextAttribute(at, size);
  }
  return found;
}

/** `idiag_timer`, `idiag_retrans` (bytes 2 and 3) and `idiag_expires` (ms); what the counter counts depends on the timer. */
function stateGroup(
  { columns }: SocketTable,
  bytes: Uint8Array,
  words: Uint32Array,
  offset: number,
  shutdown: DataView | null,
  interfaceName: (index: number) => string,
): FactGroup[] {
  const code = columns.state[0]!;
  const timer = bytes[offset + 2]!;
  const expires = words[(offset + 52) >> 2]!;
  const tries = bytes[offset + 3]!;
  const index = columns.interfaceIndex[0]!;
  return group('state', 'State', [
    ...fact('state', 'State', code === 0 ? 'unconnected' : stateTitle(SOCKET_STATES[code - 1]!)),
    ...(columns.protocol[0] === TCP
      ? [
          ...fact('timer', 'Timer', TIMERS[timer] ?? `timer ${timer}`),
          ...fact('timerExpires', 'Timer expires in', timer === 0 ? null : expires, 'ms'),
          ...fact('timerRetries', 'Tries so far', timer === 0 || tries === 0 ? null : tries, 'count'),
        ]
      : []),
    ...shutdownFact(shutdown),
    ...fact('interface', 'Bound to interface', index === 0 ? null : interfaceName(index)),
    ...fact('inode', 'Inode', columns.inode[0]! || null),
  ]);
}

/** RCV_SHUTDOWN and SEND_SHUTDOWN (net/sock.h) */
export function shutdownFact(data: DataView | null): Fact[] {
  const mask = u8(data);
  if (mask === null) return [];
  const words = ['none', 'receiving', 'sending', 'both ways'];
  return fact('shutdown', 'Shut down', words[mask & 3]!);
}

/** A listener's queues count connections (tcp_diag_get_info, net/ipv4/tcp_diag.c). */
function queueGroup({ columns }: SocketTable): FactGroup[] {
  const { state, receiveQueue, sendQueue } = columns;
  return group(
    'queues',
    'Queues',
    state[0] === LISTEN
      ? [
          ...fact('backlogWaiting', 'Waiting to be accepted', receiveQueue[0]!, 'count'),
          ...fact('backlogLimit', 'May wait', sendQueue[0]!, 'count'),
        ]
      : [
          ...fact('receiveQueue', 'Receive queue', receiveQueue[0]!, 'bytes'),
          ...fact('sendQueue', 'Send queue', sendQueue[0]!, 'bytes'),
        ],
  );
}

/** The array of SK_MEMINFO_… (linux/sock_diag.h), which grows with the kernel. */
const MEMORY: readonly [name: string, title: string, unit: 'bytes' | 'count'][] = [
  ['receiveMemory', 'Received, not read', 'bytes'],
  ['receiveLimit', 'Receive buffer', 'bytes'],
  ['sendMemory', 'Sent, not delivered', 'bytes'],
  ['sendLimit', 'Send buffer', 'bytes'],
  ['forwardMemory', 'Set aside', 'bytes'],
  ['queuedMemory', 'Queued to send', 'bytes'],
  ['optionMemory', 'For options', 'bytes'],
  ['backlogMemory', 'Waiting for the process', 'bytes'],
  ['drops', 'Packets dropped', 'count'],
];

export function memoryGroup(data: DataView | null): FactGroup[] {
  if (data === null) return [];
  const facts = MEMORY.flatMap(([name, title, unit], i) => fact(name, title, u32(data, 4 * i), unit));
  return group('memory', 'Memory', facts);
}

function networkGroup(get: (type: number) => DataView | null): FactGroup[] {
  const tos = u8(get(TOS));
  const trafficClass = u8(get(TRAFFIC_CLASS));
  const mark = u32(get(MARK), 0);
  const classId = u32(get(CLASS_ID), 0);
  const keys = get(MD5_KEYS);
  const both = trafficClass ?? tos;
  return group('network', 'Network', [
    ...fact('tos', 'Type of service', tos === null ? null : hex(tos)),
    ...fact('trafficClass', 'Traffic class', trafficClass === null ? null : hex(trafficClass)),
    ...fact('dscp', 'DSCP', both === null ? null : both >> 2),
    ...fact('mark', 'Mark', mark === null ? null : hex(mark)),
    ...fact('classId', 'Class', classId === null || classId === 0 ? null : hex(classId)),
    ...fact('ipv6Only', 'IPv6 only', u8(get(V6ONLY)) === null ? null : u8(get(V6ONLY)) !== 0),
    ...fact(
      'md5Keys',
      'MD5 signature keys',
      keys === null ? null : Math.floor(keys.byteLength / MD5_KEY_SIZE),
      'count',
    ),
  ]);
}

/** struct inet_diag_sockopt: bits, in order from the lowest. */
const OPTION_BITS: readonly (readonly [name: string, title: string] | null)[] = [
  ['receiveErrors', 'Receive errors'],
  null, // is_icsk: about the kernel's own structure
  ['freebind', 'Free bind'],
  ['ownHeaders', 'Headers included'],
  ['multicastLoop', 'Multicast loop'],
  ['transparent', 'Transparent'],
  ['multicastAll', 'Multicast from all groups'],
  ['noDefragmentation', 'No defragmentation'],
  ['bindWithoutPort', 'Bind without port'],
  ['receiveErrorsRfc4884', 'Receive errors, RFC 4884'],
  ['deferredConnect', 'Deferred connect'],
];

function ipFacts(data: DataView | null): Fact[] {
  if (data === null) return [];
  return OPTION_BITS.flatMap((names, i) => {
    const byte = u8(data, i >> 3);
    return names === null || byte === null ? [] : fact(names[0], names[1], ((byte >> (i & 7)) & 1) === 1);
  });
}

/** Nested attributes of INET_DIAG_ULP_INFO: INET_ULP_INFO_NAME, _TLS; of the latter TLS_INFO_… (linux/tls.h). */
const ULP_NAME = 1;
const ULP_TLS = 2;
const TLS_VERSION = 1;
const TLS_CIPHER = 2;
const TLS_SEND = 3;
const TLS_RECEIVE = 4;
const TLS_VERSIONS: Record<number, string> = { 0x0303: '1.2', 0x0304: '1.3' };
const TLS_CIPHERS: Record<number, string> = {
  51: 'AES-GCM-128',
  52: 'AES-GCM-256',
  53: 'AES-CCM-128',
  54: 'ChaCha20-Poly1305',
  55: 'SM4-GCM',
  56: 'SM4-CCM',
  57: 'ARIA-GCM-128',
  58: 'ARIA-GCM-256',
};
/** TLS_CONF_… */
const TLS_MODES = ['', 'by the program', 'by the kernel', 'by the network card', 'by the network card'];

function upperLayerGroup(data: DataView | null): FactGroup[] {
  if (data === null) return [];
  const nested = nestedAttributes(data);
  const tls = nestedAttributes(nested.get(ULP_TLS) ?? null);
  const version = u16(tls.get(TLS_VERSION) ?? null);
  const cipher = u16(tls.get(TLS_CIPHER) ?? null);
  const mode = (type: number): string | null => TLS_MODES[u16(tls.get(type) ?? null) ?? 0] || null;
  return group('upperLayer', 'Upper layer', [
    ...fact('upperLayer', 'Protocol', text(nested.get(ULP_NAME) ?? null)),
    ...fact('tlsVersion', 'TLS version', version === null ? null : (TLS_VERSIONS[version] ?? hex(version))),
    ...fact('tlsCipher', 'Cipher', cipher === null ? null : (TLS_CIPHERS[cipher] ?? `cipher ${cipher}`)),
    ...fact('tlsSend', 'Encrypted', mode(TLS_SEND)),
    ...fact('tlsReceive', 'Decrypted', mode(TLS_RECEIVE)),
  ]);
}

/** What does not fit is left out: the outer attribute was whole, and nothing depends on its inside. */
function nestedAttributes(data: DataView | null): Map<number, DataView> {
  const found = new Map<number, DataView>();
  if (data === null) return found;
  for (let at = 0; at + ATTRIBUTE_HEADER <= data.byteLength;) {
    const size = data.getUint16(at, true);
    if (size < ATTRIBUTE_HEADER || size > data.byteLength - at) break;
    const type = data.getUint16(at + 2, true) & 0x3fff;
    found.set(type, new DataView(data.buffer, data.byteOffset + at + 4, size - 4));
    at = nextAttribute(at, size);
  }
  return found;
}

/** An association's addresses: arrays of struct sockaddr_storage (128 bytes: u16 family, u16 port, …). */
const SOCKADDR_SIZE = 128;
const SOCKADDR_IN_ADDRESS = 4;
const SOCKADDR_IN6_ADDRESS = 8;

function addressGroup(locals: DataView | null, peers: DataView | null): FactGroup[] {
  return group('addresses', 'Addresses', [
    ...fact('localAddresses', 'Local', addressList(locals)),
    ...fact('peerAddresses', 'Remote', addressList(peers)),
  ]);
}

function addressList(data: DataView | null): string | null {
  if (data === null) return null;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const addresses: string[] = [];
  for (let at = 0; at + SOCKADDR_SIZE <= bytes.length; at += SOCKADDR_SIZE) {
    const family = data.getUint16(at, true);
    if (family === AF_INET) addresses.push(formatIPv4(bytes, at + SOCKADDR_IN_ADDRESS));
    if (family === AF_INET6) addresses.push(formatIPv6(bytes, at + SOCKADDR_IN6_ADDRESS));
  }
  return addresses.length === 0 ? null : addresses.join(', ');
}

/** Each checks the length: null where the attribute is absent or too short. */
export function u8(data: DataView | null, offset = 0): number | null {
  return data !== null && offset + 1 <= data.byteLength ? data.getUint8(offset) : null;
}
function u16(data: DataView | null): number | null {
  return data !== null && data.byteLength >= 2 ? data.getUint16(0, true) : null;
}
export function u32(data: DataView | null, offset: number): number | null {
  return data !== null && offset + 4 <= data.byteLength ? data.getUint32(offset, true) : null;
}
function u64(data: DataView | null): bigint | null {
  return data !== null && data.byteLength >= 8 ? data.getBigUint64(0, true) : null;
}
function algorithmOf(name: 'vegas' | 'dctcp' | 'bbr', data: DataView | null): Fact[] {
  return data === null ? [] : algorithmFacts(name, data);
}
/** A NUL-ended name */
function text(data: DataView | null): string | null {
  if (data === null) return null;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end) || null;
}
function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
