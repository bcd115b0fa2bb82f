/** Invented details: plausible, and the same for the same socket until its counters move. */
import { fact, group } from '../../shared/details';
import type { FactGroup, SocketDetails } from '../../shared/details';
import { SOCKET_STATES, SOCKET_TYPES, stateTitle } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';

const MSS = 1448;

/** Enough for so many bytes, and for the handshake */
export const segmentsOf = (bytes: number): number => Math.ceil(bytes / MSS) + 3;

/** @param user the name of a user's number */
export function fakeDetails(
  table: SocketTable,
  row: number,
  user: (uid: number) => string | null,
): SocketDetails {
  const c = table.columns;
  const serial = c.idLow[row]!;
  const code = c.state[row]!;
  const state = code === 0 ? null : SOCKET_STATES[code - 1]!;
  const uid = c.uid[row]!;
  const tcp = SOCKET_TYPES[c.type[row]!] === 'stream';
  const timeWait = state === 'TIME_WAIT';
  const timer = timeWait ? 'TIME_WAIT' : state === 'ESTABLISHED' ? 'keepalive' : 'none';
  return {
    groups: [
      ...group('state', 'State', [
        ...fact('state', 'State', state === null ? 'unconnected' : stateTitle(state)),
        ...(tcp ? fact('timer', 'Timer', timer) : []),
        ...(tcp && timer !== 'none'
          ? fact('timerExpires', 'Timer expires in', (serial * 7919) % 60_000, 'ms')
          : []),
        ...fact('inode', 'Inode', c.inode[row]! || null),
      ]),
      ...(tcp && state === 'ESTABLISHED' ? connection(serial, c.bytesSent[row]!, c.bytesReceived[row]!) : []),
      ...(timeWait ? [] : queues(state === 'LISTEN')),
      ...(timeWait ? [] : options(tcp)),
    ],
    holders: table.holders[row]!.map((process) => ({
      ...process,
      uid,
      user: user(uid),
      descriptors: [4 + (serial % 200)],
    })),
  };
}

function queues(listening: boolean): FactGroup[] {
  return group(
    'queues',
    'Queues',
    listening
      ? [
          ...fact('backlogWaiting', 'Waiting to be accepted', 0, 'count'),
          ...fact('backlogLimit', 'May wait', 511, 'count'),
        ]
      : [
          ...fact('receiveQueue', 'Receive queue', 0, 'bytes'),
          ...fact('sendQueue', 'Send queue', 0, 'bytes'),
        ],
  );
}

function connection(serial: number, sent: number, received: number): FactGroup[] {
  const rtt = 180 + ((serial * 7907) % 90_000);
  return [
    ...group('rtt', 'Round trip', [
      ...fact('rtt', 'Smoothed', rtt, 'µs'),
      ...fact('rttVariance', 'Variation', Math.round(rtt / 4), 'µs'),
      ...fact('minRtt', 'Smallest', Math.round(rtt * 0.8), 'µs'),
      ...fact('rto', 'Retransmission time-out', 200_000 + rtt, 'µs'),
    ]),
    ...group('traffic', 'Traffic', [
      ...fact('bytesAcked', 'Acknowledged', sent, 'bytes'),
      ...fact('bytesReceived', 'Received', received, 'bytes'),
      ...fact('segmentsOut', 'Segments out', segmentsOf(sent), 'count'),
      ...fact('segmentsIn', 'Segments in', segmentsOf(received), 'count'),
      ...fact('notSentBytes', 'Not sent yet', 0, 'bytes'),
    ]),
    ...group('loss', 'Loss', [
      ...fact('unacked', 'Segments in flight', 0, 'count'),
      ...fact('lost', 'Presumed lost', 0, 'count'),
      ...fact('retransmits', 'Retransmitted in all', serial % 5, 'count'),
    ]),
    ...group('congestion', 'Congestion control', [
      ...fact('congestionControl', 'Algorithm', 'cubic'),
      ...fact('congestionState', 'State', 'open'),
      ...fact('congestionWindow', 'Window, segments', 10 + (serial % 40), 'count'),
      ...fact('pacingRate', 'Pacing rate', Math.round((MSS * 12e6) / rtt), 'bytes/s'),
      ...fact('deliveryRate', 'Delivery rate', Math.round((MSS * 9e6) / rtt), 'bytes/s'),
      ...fact('appLimited', 'Limited by the application', true),
    ]),
    ...group('windows', 'Segments and windows', [
      ...fact('sendMss', 'Largest segment sent', MSS, 'bytes'),
      ...fact('pathMtu', 'Path MTU', 1500, 'bytes'),
      ...fact('sendWindow', 'Peer’s receive window', 64_256, 'bytes'),
    ]),
  ];
}

function options(tcp: boolean): FactGroup[] {
  return [
    ...group('options', 'Socket options', [
      ...fact('reuseAddress', 'Address reuse', true),
      ...fact('linger', 'Linger on close', 'off'),
      ...fact('receiveBuffer', 'Receive buffer', tcp ? 131_072 : 212_992, 'bytes'),
      ...fact('sendBuffer', 'Send buffer', tcp ? 87_040 : 212_992, 'bytes'),
    ]),
    ...(tcp
      ? group('keepalive', 'Keepalive', [
          ...fact('keepalive', 'Keepalive', true),
          ...fact('keepaliveIdle', 'First probe after', 7_200_000, 'ms'),
          ...fact('keepaliveInterval', 'Between probes', 75_000, 'ms'),
          ...fact('keepaliveCount', 'Probes before giving up', 9, 'count'),
        ])
      : []),
  ];
}
