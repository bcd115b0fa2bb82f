import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactValue } from '../../shared/details';
import { algorithmFacts, tcpInfoGroups } from './tcpInfo';

/** struct tcp_info of Linux 6.18 */
const WHOLE = 280;

function bytes(length: number, fields: Record<number, [size: 1 | 2 | 4 | 8, value: number]>): DataView {
  const view = new DataView(new ArrayBuffer(length));
  for (const [offset, [size, value]] of Object.entries(fields)) {
    const at = Number(offset);
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
  }
  return view;
}

function facts(view: DataView, connected = true): Record<string, FactValue> {
  const all = tcpInfoGroups(view, connected).flatMap((group) => group.facts);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length); // no name twice
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

describe('tcpInfoGroups', () => {
  it('reads each field where linux/tcp.h has it', () => {
    // Distinct values; offsets counted by hand from the header.
    const view = bytes(WHOLE, {
      1: [1, 3],
      2: [1, 2],
      3: [1, 5],
      4: [1, 6],
      5: [1, 0b1011],
      6: [1, 0xa7],
      7: [1, 1],
      8: [4, 204_000],
      12: [4, 40_000],
      16: [4, 1448],
      20: [4, 536],
      24: [4, 11],
      28: [4, 12],
      32: [4, 13],
      36: [4, 14],
      44: [4, 1001],
      52: [4, 1002],
      56: [4, 1003],
      60: [4, 1500],
      64: [4, 64_076],
      68: [4, 22_512],
      72: [4, 5628],
      76: [4, 7],
      80: [4, 10],
      84: [4, 1460],
      88: [4, 3],
      92: [4, 1999],
      96: [4, 14_480],
      100: [4, 15],
      104: [8, 3_200_000_000],
      112: [8, 6_400_000_000],
      120: [8, 5_000_000_001],
      128: [8, 5_000_000_002],
      136: [4, 16],
      140: [4, 17],
      144: [4, 18],
      148: [4, 19],
      152: [4, 20],
      156: [4, 21],
      160: [8, 5_000_000_003],
      168: [8, 22],
      176: [8, 23],
      184: [8, 24],
      192: [4, 25],
      196: [4, 26],
      200: [8, 5_000_000_004],
      208: [8, 27],
      216: [4, 28],
      220: [4, 29],
      224: [4, 30],
      228: [4, 31],
      232: [4, 32],
      236: [4, 33],
      240: [2, 34],
      242: [2, 35],
      244: [4, 36],
    });
    expect(facts(view)).toEqual({
      ...{ congestionState: 'recovery', timeouts: 2, probes: 5, backoff: 6 },
      ...{ timestamps: true, sack: true, windowScaling: false, ecn: true, ecnSeen: false, synData: false },
      ...{ sendScale: 7, receiveScale: 10, appLimited: true, rto: 204_000, ato: 40_000 },
      ...{ sendMss: 1448, receiveMss: 536, advertisedMss: 1460, pathMtu: 1500 },
      ...{ unacked: 11, sacked: 12, lost: 13, retransmitting: 14 },
      ...{ lastDataSent: 1001, lastDataReceived: 1002, lastAckReceived: 1003 },
      ...{ receiveThreshold: 64_076, rtt: 22_512, rttVariance: 5628, minRtt: 19, receiveRtt: 1999 },
      ...{ slowStartThreshold: 7, congestionWindow: 10, reordering: 3, receiveSpace: 14_480 },
      ...{ retransmits: 15, pacingRate: 3_200_000_000, maxPacingRate: 6_400_000_000 },
      ...{ bytesAcked: 5_000_000_001, bytesReceived: 5_000_000_002, segmentsOut: 16, segmentsIn: 17 },
      ...{ notSentBytes: 18, dataSegmentsIn: 20, dataSegmentsOut: 21, deliveryRate: 5_000_000_003 },
      ...{ busyTime: 22, windowLimitedTime: 23, bufferLimitedTime: 24, delivered: 25, deliveredCe: 26 },
      ...{ bytesSentWithRetransmissions: 5_000_000_004, bytesRetransmitted: 27, duplicateSacks: 28 },
      ...{ reorderingSeen: 29, outOfOrder: 30, sendWindow: 31, receiveWindow: 32, rehashes: 33 },
      ...{ totalTimeouts: 34, timeoutRecoveries: 35, timeoutTime: 36 },
    });
  });

  it('tells what has not been measured, and what has no limit', () => {
    const fresh = bytes(WHOLE, { 76: [4, 0x7fffffff], 148: [4, 0xffffffff] });
    fresh.setBigUint64(104, 2n ** 64n - 1n, true);
    const told = facts(fresh);
    expect(told).toMatchObject({ slowStartThreshold: 'unlimited', pacingRate: 'unlimited' });
    for (const name of ['rtt', 'minRtt', 'receiveRtt', 'deliveryRate', 'ato'])
      expect(told).not.toHaveProperty(name);
  });

  it('says nothing of the last segments before there is a connection', () => {
    expect(facts(bytes(WHOLE, { 52: [4, 4_000_000] }), false)).not.toHaveProperty('lastDataReceived');
  });

  it('reads what an older or a newer kernel has of it, and never beyond its end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (content) => {
        // At the very end of its memory: a read beyond would throw.
        const memory = new Uint8Array(content.length + 8);
        memory.set(content, 8);
        const told = facts(new DataView(memory.buffer, 8));
        const longer = facts(new DataView(Uint8Array.from([...content, 0, 0, 0, 0, 0, 0, 0, 0]).buffer));
        for (const [name, value] of Object.entries(told)) expect(longer[name]).toEqual(value);
      }),
    );
    expect(facts(bytes(104, { 100: [4, 9] }))).toMatchObject({ retransmits: 9 });
    expect(facts(bytes(103, {}))).not.toHaveProperty('retransmits');
  });
});

describe('algorithmFacts', () => {
  const values = (facts: ReturnType<typeof algorithmFacts>): FactValue[] => facts.map(({ value }) => value);

  it('reads BBR, Vegas and DCTCP', () => {
    expect(
      values(algorithmFacts('bbr', bytes(20, { 0: [8, 5e9], 8: [4, 19], 12: [4, 739], 16: [4, 512] }))),
    ).toEqual([5e9, 19, 2.887, 2]);
    expect(
      values(algorithmFacts('vegas', bytes(16, { 0: [4, 1], 4: [4, 2], 8: [4, 3], 12: [4, 0x7fffffff] }))),
    ).toEqual([true, 2, 3, 'unlimited']);
    expect(
      values(algorithmFacts('dctcp', bytes(16, { 0: [2, 1], 4: [4, 512], 8: [4, 7], 12: [4, 8] }))),
    ).toEqual([true, false, 0.5, 7, 8]);
  });

  it('reads what there is', () => {
    expect(algorithmFacts('bbr', bytes(11, { 0: [8, 1] }))).toHaveLength(1);
    expect(algorithmFacts('dctcp', bytes(0, {}))).toEqual([]);
  });
});
