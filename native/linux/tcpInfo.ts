/**
 * struct tcp_info as facts (linux/tcp.h of Linux 6.18; tcp_get_info, net/ipv4/tcp.c). The structure grows with the
 * kernel: a field that lies beyond its end is one that this kernel does not know, and is left out.
 */
import { group } from '../../shared/details';
import type { Fact, FactGroup, FactUnit, FactValue } from '../../shared/details';

/** What the numbers of a field mean, beyond being numbers: the value to show, or null for "not known". */
type Meaning = (value: number, wide: bigint) => FactValue | null;

interface Field {
  name: string;
  title: string;
  offset: number;
  /** bytes */
  size: 1 | 2 | 4 | 8;
  unit: FactUnit;
  meaning?: Meaning | undefined;
}

const notMeasured: Meaning = (value) => (value === 0 ? null : value);
/** The smallest round trip is ~0 until there is one. */
const notMeasuredYet: Meaning = (value) => (value === 0xffffffff ? null : value);
/** TCP_INFINITE_SSTHRESH (net/tcp.h): slow start has not ended yet. */
const threshold: Meaning = (value) => (value >= 0x7fffffff ? 'unlimited' : value);
const rate: Meaning = (value, wide) => (wide === 0xffff_ffff_ffff_ffffn ? 'unlimited' : value);
const bit =
  (mask: number): Meaning =>
  (value) =>
    (value & mask) !== 0;
/** enum tcp_ca_state (linux/tcp.h) */
const CA_STATES = ['open', 'disorder', 'window reduced', 'recovery', 'loss'];
const caState: Meaning = (value) => CA_STATES[value] ?? `state ${value}`;

function u8(offset: number, name: string, title: string, meaning?: Meaning): Field {
  return { name, title, offset, size: 1, unit: meaning === undefined ? 'count' : 'none', meaning };
}
function u16(offset: number, name: string, title: string): Field {
  return { name, title, offset, size: 2, unit: 'count' };
}
function u32(offset: number, name: string, title: string, unit: FactUnit, meaning?: Meaning): Field {
  return { name, title, offset, size: 4, unit, meaning };
}
function u64(offset: number, name: string, title: string, unit: FactUnit, meaning?: Meaning): Field {
  return { name, title, offset, size: 8, unit, meaning };
}

/** In the order of interest. Bit fields: two window scales of four bits each (byte 6), then flags (byte 7). */
const GROUPS: readonly { name: string; title: string; fields: readonly Field[] }[] = [
  {
    name: 'rtt',
    title: 'Round trip',
    fields: [
      u32(68, 'rtt', 'Smoothed', 'µs', notMeasured),
      u32(72, 'rttVariance', 'Variation', 'µs', notMeasured),
      u32(148, 'minRtt', 'Smallest', 'µs', notMeasuredYet),
      u32(92, 'receiveRtt', 'As the receiver', 'µs', notMeasured),
      u32(8, 'rto', 'Retransmission time-out', 'µs', notMeasured),
      u32(12, 'ato', 'Delayed-ACK time-out', 'µs', notMeasured),
    ],
  },
  {
    name: 'traffic',
    title: 'Traffic',
    fields: [
      u64(200, 'bytesSentWithRetransmissions', 'Sent, with retransmissions', 'bytes'),
      u64(120, 'bytesAcked', 'Acknowledged', 'bytes'),
      u64(128, 'bytesReceived', 'Received', 'bytes'),
      u32(136, 'segmentsOut', 'Segments out', 'count'),
      u32(140, 'segmentsIn', 'Segments in', 'count'),
      u32(156, 'dataSegmentsOut', 'Data segments out', 'count'),
      u32(152, 'dataSegmentsIn', 'Data segments in', 'count'),
      u32(192, 'delivered', 'Segments delivered', 'count'),
      u32(196, 'deliveredCe', 'Delivered, congestion marked', 'count'),
      u32(144, 'notSentBytes', 'Not sent yet', 'bytes'),
    ],
  },
  {
    name: 'activity',
    title: 'Last activity',
    fields: [
      u32(44, 'lastDataSent', 'Data sent, ago', 'ms'),
      u32(52, 'lastDataReceived', 'Data received, ago', 'ms'),
      u32(56, 'lastAckReceived', 'ACK received, ago', 'ms'),
    ],
  },
  {
    name: 'congestion',
    title: 'Congestion control',
    fields: [
      u8(1, 'congestionState', 'State', caState),
      u32(80, 'congestionWindow', 'Window, segments', 'count'),
      u32(76, 'slowStartThreshold', 'Slow-start threshold, segments', 'count', threshold),
      u64(104, 'pacingRate', 'Pacing rate', 'bytes/s', rate),
      u64(112, 'maxPacingRate', 'Pacing limit', 'bytes/s', rate),
      u64(160, 'deliveryRate', 'Delivery rate', 'bytes/s', notMeasured),
      u8(7, 'appLimited', 'Limited by the application', bit(1)),
    ],
  },
  {
    name: 'loss',
    title: 'Loss',
    fields: [
      u32(24, 'unacked', 'Segments in flight', 'count'),
      u32(28, 'sacked', 'Selectively acknowledged', 'count'),
      u32(32, 'lost', 'Presumed lost', 'count'),
      u32(36, 'retransmitting', 'Being retransmitted', 'count'),
      u32(100, 'retransmits', 'Retransmitted in all', 'count'),
      u64(208, 'bytesRetransmitted', 'Bytes retransmitted', 'bytes'),
      u8(2, 'timeouts', 'Time-outs in a row'),
      u8(3, 'probes', 'Probes unanswered'),
      u8(4, 'backoff', 'Back-off'),
      u32(88, 'reordering', 'Reordering tolerated', 'count'),
      u32(220, 'reorderingSeen', 'Reorderings seen', 'count'),
      u32(216, 'duplicateSacks', 'Needless retransmissions', 'count'),
      u32(224, 'outOfOrder', 'Received out of order', 'count'),
      u16(240, 'totalTimeouts', 'Time-outs in all'),
      u16(242, 'timeoutRecoveries', 'Time-out recoveries'),
      u32(244, 'timeoutTime', 'Time in time-outs', 'ms'),
      u32(236, 'rehashes', 'Path changes tried', 'count'),
    ],
  },
  {
    name: 'time',
    title: 'Time spent',
    fields: [
      u64(168, 'busyTime', 'Sending', 'µs'),
      u64(176, 'windowLimitedTime', 'Waiting for the peer’s window', 'µs'),
      u64(184, 'bufferLimitedTime', 'Waiting for the send buffer', 'µs'),
    ],
  },
  {
    name: 'windows',
    title: 'Segments and windows',
    fields: [
      u32(16, 'sendMss', 'Largest segment sent', 'bytes'),
      u32(20, 'receiveMss', 'Largest segment received', 'bytes'),
      u32(84, 'advertisedMss', 'Largest segment advertised', 'bytes'),
      u32(60, 'pathMtu', 'Path MTU', 'bytes', notMeasured),
      u32(228, 'sendWindow', 'Peer’s receive window', 'bytes'),
      u32(232, 'receiveWindow', 'Own receive window', 'bytes'),
      u32(64, 'receiveThreshold', 'Receive window limit', 'bytes'),
      u32(96, 'receiveSpace', 'Receive space', 'bytes'),
      u8(6, 'sendScale', 'Send window scale', (value) => value & 0xf),
      u8(6, 'receiveScale', 'Receive window scale', (value) => value >> 4),
    ],
  },
  {
    name: 'features',
    title: 'Negotiated',
    fields: [
      // TCPI_OPT_… bits
      u8(5, 'timestamps', 'Timestamps', bit(1)),
      u8(5, 'sack', 'Selective ACK', bit(2)),
      u8(5, 'windowScaling', 'Window scaling', bit(4)),
      u8(5, 'ecn', 'ECN', bit(8)),
      u8(5, 'ecnSeen', 'ECN seen', bit(16)),
      u8(5, 'synData', 'Data in the SYN (Fast Open)', bit(32)),
    ],
  },
];

/** Until the handshake is done the times of the last segments count from the boot, and mean nothing. */
const BEFORE_HANDSHAKE = new Set(['activity']);

/**
 * The facts of the struct tcp_info in `info`, whatever its length.
 * @param connected false before the handshake is done (SYN_SENT)
 */
export function tcpInfoGroups(info: DataView, connected: boolean): FactGroup[] {
  return GROUPS.flatMap(({ name, title, fields }) =>
    connected || !BEFORE_HANDSHAKE.has(name)
      ? group(
          name,
          title,
          fields.flatMap((field) => read(info, field)),
        )
      : [],
  );
}

function read(info: DataView, { name, title, offset, size, unit, meaning }: Field): Fact[] {
  if (offset + size > info.byteLength) return [];
  const wide = size === 8 ? info.getBigUint64(offset, true) : 0n;
  const plain =
    size === 8
      ? Number(wide) // exact up to 2^53 bytes (8 PiB)
      : size === 4
        ? info.getUint32(offset, true)
        : size === 2
          ? info.getUint16(offset, true)
          : info.getUint8(offset);
  const value = meaning === undefined ? plain : meaning(plain, wide);
  return value === null ? [] : [{ name, title, value, unit: typeof value === 'number' ? unit : 'none' }];
}

/** What the congestion control tells of itself: struct tcpvegas_info, tcp_dctcp_info, tcp_bbr_info (linux/inet_diag.h). */
const ALGORITHMS = {
  vegas: [
    u32(0, 'vegasEnabled', 'Vegas: enabled', 'none', (value) => value !== 0),
    u32(4, 'vegasRttCount', 'Vegas: round trips', 'count'),
    u32(8, 'vegasRtt', 'Vegas: round trip', 'µs', notMeasured),
    u32(12, 'vegasMinRtt', 'Vegas: smallest round trip', 'µs', (value) => threshold(value, 0n)),
  ],
  dctcp: [
    {
      name: 'dctcpEnabled',
      title: 'DCTCP: enabled',
      offset: 0,
      size: 2,
      unit: 'none',
      meaning: (v) => v !== 0,
    },
    {
      name: 'dctcpCeState',
      title: 'DCTCP: congestion seen',
      offset: 2,
      size: 2,
      unit: 'none',
      meaning: (v) => v !== 0,
    },
    // A fixed-point share of 1024 (DCTCP_MAX_ALPHA, net/ipv4/tcp_dctcp.c)
    u32(4, 'dctcpAlpha', 'DCTCP: congested share', 'count', (value) => round(value / 1024)),
    u32(8, 'dctcpMarkedBytes', 'DCTCP: marked', 'bytes'),
    u32(12, 'dctcpBytes', 'DCTCP: acknowledged', 'bytes'),
  ],
  bbr: [
    u64(0, 'bbrBandwidth', 'BBR: bandwidth', 'bytes/s', notMeasured),
    u32(8, 'bbrMinRtt', 'BBR: smallest round trip', 'µs', notMeasuredYet),
    // Gains are shifted left by eight bits (BBR_UNIT)
    u32(12, 'bbrPacingGain', 'BBR: pacing gain', 'count', (value) => round(value / 256)),
    u32(16, 'bbrWindowGain', 'BBR: window gain', 'count', (value) => round(value / 256)),
  ],
} satisfies Record<string, Field[]>;

/** The facts of INET_DIAG_VEGASINFO, INET_DIAG_DCTCPINFO or INET_DIAG_BBRINFO. */
export function algorithmFacts(algorithm: keyof typeof ALGORITHMS, info: DataView): Fact[] {
  return ALGORITHMS[algorithm].flatMap((field) => read(info, field));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
