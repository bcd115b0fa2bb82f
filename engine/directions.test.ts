import { describe, expect, it } from 'vitest';
import { DEFAULT_READING, PROTOCOLS } from '../shared/socket';
import type { Direction } from '../shared/socket';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { Readings } from './readings';

/** Of the machine that the backend invents, and of somebody else. */
const OWN = '192.0.2.10';
const OTHER = '198.51.100.7';
const OPTIONS = { ...DEFAULT_READING, protocols: PROTOCOLS };

/** The direction of each socket, by id, after each of these readings. */
function directions(...worlds: Listed[][]): Record<string, Direction | null>[] {
  const backend = new ListedBackend();
  const readings = new Readings(backend);
  return worlds.map((listed, i) => {
    backend.listed = listed;
    readings.take(OPTIONS, 1000 * i);
    const { table } = readings;
    const rows = Array.from({ length: table.length }, (_, row) => table.row(row, backend));
    return Object.fromEntries(rows.map(({ id, direction }) => [id, direction]));
  });
}

const listener = (changes: Partial<Listed> = {}): Listed => ({
  ...{ id: 1, state: 'LISTEN', local: ['0.0.0.0', 443], ...changes },
});
const connection = (changes: Partial<Listed> = {}): Listed => ({
  ...{ id: 2, local: [OWN, 443], remote: [OTHER, 50_000], ...changes },
});

describe('the direction of a socket', () => {
  it.each<[what: string, Direction, Listed[]]>([
    ['beside a listener on any address', 'inbound', [listener(), connection()]],
    ['beside a listener on its address', 'inbound', [listener({ local: [OWN, 443] }), connection()]],
    ['beside one on another address', 'outbound', [listener({ local: ['10.0.0.10', 443] }), connection()]],
    ['beside one on another port', 'outbound', [listener({ local: ['0.0.0.0', 80] }), connection()]],
    ['beside one of another namespace', 'outbound', [listener({ namespace: 7 }), connection()]],
    ['beside one of another protocol', 'outbound', [listener({ protocol: 'sctp' }), connection()]],
    ['beside several listeners', 'inbound', [listener(), listener({ id: 3 }), connection()]],
    ['in SCTP', 'inbound', [listener({ protocol: 'sctp' }), connection({ protocol: 'sctp' })]],
    [
      'over IPv4 beside a dual-stack listener',
      'inbound',
      [listener({ local: ['::', 443], dualStack: 2 }), connection()],
    ],
    [
      'over IPv4 beside a listener for IPv6 only',
      'outbound',
      [listener({ local: ['::', 443], dualStack: 1 }), connection()],
    ],
    ['alone', 'outbound', [connection()]],
    ['half open', 'inbound', [connection({ state: 'SYN_RECV' })]],
    ['calling, though somebody listens', 'outbound', [listener(), connection({ state: 'SYN_SENT' })]],
    ['to loopback', 'local', [connection({ local: ['127.0.0.1', 9], remote: ['127.9.9.9', 443] })]],
    ['to loopback, though somebody listens', 'local', [listener(), connection({ remote: ['127.0.0.1', 9] })]],
    ['to ::1', 'local', [connection({ local: ['::1', 9], remote: ['::1', 443] })]],
    [
      'to mapped loopback',
      'local',
      [connection({ local: ['::ffff:127.0.0.1', 9], remote: ['::ffff:127.0.0.1', 4] })],
    ],
    ['to loopback in another namespace', 'local', [connection({ namespace: 7, remote: ['127.0.0.1', 9] })]],
    ['to itself', 'local', [connection({ local: [OTHER, 9], remote: [OTHER, 443] })]],
    ['to another address of this machine', 'local', [connection({ remote: ['10.0.0.10', 9] })]],
    ['of UDP', 'outbound', [connection({ protocol: 'udp' })]],
  ])('%s is %s', (_what, direction, world) => {
    expect(directions(world)[0]!['2']).toBe(direction);
  });

  it('is there only where something waits or is connected', () => {
    const world = [
      listener(),
      { id: 2, protocol: 'udp', state: null, local: ['0.0.0.0', 53] } as const,
      { id: 3, state: 'BOUND', local: ['0.0.0.0', 99] } as const,
      connection({ id: 4, protocol: 'raw' }),
      connection({ id: 5, protocol: 'icmp' }),
    ].map((socket): Listed => ({ ...socket, local: [...socket.local] }));
    expect(directions(world)).toEqual([{ 1: 'listen', 2: null, 3: null, 4: null, 5: null }]);
  });

  it('stays as it was when the listener ends, when one begins, and when the connection ends', () => {
    const late = connection({ id: 3, local: [OWN, 8080] });
    expect(
      directions(
        [listener(), connection(), late],
        [connection({ state: 'CLOSE_WAIT' }), late, listener({ id: 4, local: ['0.0.0.0', 8080] })],
        [connection({ state: 'TIME_WAIT' }), late],
      ).map(({ 2: first, 3: second }) => [first, second]),
    ).toEqual([
      ['inbound', 'outbound'],
      ['inbound', 'outbound'],
      ['inbound', 'outbound'],
    ]);
  });

  it('is inbound also where the listener has ended as soon as it had accepted', () => {
    expect(directions([listener()], [connection()])[1]).toEqual({ 2: 'inbound' });
    expect(directions([listener()], [], [connection()])[2]).toEqual({ 2: 'outbound' });
  });

  it('is decided when there is a peer, and when the socket listens', () => {
    const bare: Listed = { id: 2, state: 'BOUND', local: [OWN, 443] };
    expect(
      directions([bare], [connection({ state: 'SYN_SENT' })], [listener({ id: 5 }), connection()]).map(
        ({ 2: direction }) => direction,
      ),
    ).toEqual([null, 'outbound', 'outbound']);
    expect(directions([bare], [listener({ id: 2 })]).at(-1)).toEqual({ 2: 'listen' });
    // shut down as a listener, connected as a client
    expect(directions([listener({ id: 2 })], [connection({ local: [OWN, 80] })]).at(-1)).toEqual({
      2: 'outbound',
    });
  });

  it('is told of sockets that no reading saw', () => {
    const backend = new ListedBackend();
    const readings = new Readings(backend);
    backend.listed = [listener()];
    readings.take(OPTIONS, 0);
    backend.destroyed = [
      connection(),
      connection({ id: 3, local: [OWN, 40_000] }),
      connection({ id: 4, local: ['127.0.0.1', 40_001], remote: ['127.0.0.1', 443] }),
      { id: 5, protocol: 'udp', state: null, local: ['0.0.0.0', 53] },
    ];
    for (const now of [1000, 2000]) readings.take(OPTIONS, now);
    const { ended } = readings;
    const rows = Array.from({ length: ended.length }, (_, row) => ended.row(row, backend));
    expect(Object.fromEntries(rows.map(({ id, direction }) => [id, direction]))).toEqual({
      ...{ 2: 'inbound', 3: 'outbound', 4: 'local', 5: null },
    });
  });
});
