import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_READING } from '../shared/socket';
import type { ProcessInfo, SocketRow } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { Readings } from './readings';

const START = 1_700_000_000_000;
const SERVER = ['10.0.0.5', 443] as [string, number];
const CLIENT = ['10.0.0.9', 51_122] as [string, number];
const nginx: ProcessInfo = {
  ...{ pid: 812, startKey: '5', startedAt: 5, name: 'nginx', path: '/usr/sbin/nginx' },
  ...{ unit: 'nginx.service', container: null, parentPid: 1, parentName: 'systemd' },
};
const OPEN: Listed = {
  ...{ id: 1, local: SERVER, remote: CLIENT, holder: nginx },
  ...{ bytesSent: 10, bytesReceived: 20, rtt: 1, retransmits: 0, segmentsSent: 4, segmentsReceived: 5 },
};
/** What the system says at its end. */
const EVENT: Listed = {
  ...{ id: 1, state: 'CLOSE', local: SERVER, remote: CLIENT },
  ...{ bytesSent: 99, bytesReceived: 98, rtt: 9, retransmits: 3, segmentsSent: 14, segmentsReceived: 15 },
};
const FINAL = {
  bytesSent: 99,
  bytesReceived: 98,
  rtt: 9,
  retransmits: 3,
  segmentsSent: 14,
  segmentsReceived: 15,
};
const TIME_WAIT: Listed = { id: 1, state: 'TIME_WAIT', local: SERVER, remote: CLIENT };
const LISTENER: Listed = { id: 80, state: 'LISTEN', local: SERVER, holder: nginx };

let backend: ListedBackend;
let readings: Readings;
let now: number;
beforeEach(() => {
  backend = new ListedBackend();
  readings = new Readings(backend);
  now = START;
});

/** One more reading, a second later, that finds these sockets, and the messages that have come by its end. */
function read(listed: Listed[], destroyed: Listed[] = []): { rows: SocketRow[]; ended: SocketRow[] } {
  Object.assign(backend, { listed, destroyed });
  now += 1000;
  readings.take(DEFAULT_READING, now);
  return { rows: rowsOf(readings.table), ended: rowsOf(readings.ended) };
}

function rowsOf(table: SocketTable): SocketRow[] {
  return Array.from({ length: table.length }, (_, row) => table.row(row, backend));
}

it('takes FIN_WAIT_2 without counters for a remnant only where ends are told', () => {
  const finished: Listed = { id: 1, state: 'FIN_WAIT_2', local: SERVER, remote: CLIENT };
  for (const tellsEnds of [true, false]) {
    Object.assign(backend, { tellsEnds });
    read([]);
    read([OPEN]);
    expect(read([finished]).rows[0]!.bytesSent).toBe(tellsEnds ? 10 : null);
    read([OPEN]);
    expect(read([TIME_WAIT]).rows[0]!.bytesSent).toBe(10);
  }
});

it('remembers nothing of rows that have ended where the system tells of no ends', () => {
  // What comes a reading late is known by what was remembered, or by nothing.
  for (const tellsEnds of [true, false]) {
    backend.tellsEnds = tellsEnds;
    read([OPEN]);
    read([]);
    expect(read([], [EVENT]).ended).toHaveLength(tellsEnds ? 1 : 0);
  }
});

describe('a row that lives on after its socket was destroyed', () => {
  it.each(['TIME_WAIT', 'FIN_WAIT_2'] as const)('in %s is marked, and keeps the final counters', (state) => {
    const rest: Listed = { ...TIME_WAIT, state };
    read([OPEN]);
    const marked = read([rest], [EVENT]);
    const destroyedAt = now;
    expect(marked.rows).toMatchObject([
      { id: '1', state, ...FINAL, destroyedAt, owner: 'inherited', pid: 812 },
    ]);
    expect(marked.ended).toEqual([]);
    for (let reading = 0; reading < 3; reading++) {
      expect(read([rest])).toEqual(marked);
      expect(readings.diff()).toEqual({ added: [], changed: [], moved: [], removed: [] });
    }
    // FIN_WAIT_2 becomes TIME_WAIT; and of the end of that there is no message.
    expect(read([TIME_WAIT]).rows).toMatchObject([{ state: 'TIME_WAIT', ...FINAL, destroyedAt }]);
    expect(read([])).toEqual({ rows: [], ended: [] });
    expect(readings.diff().removed).toEqual([0]);
  });

  it('keeps the counters last read where no message came', () => {
    read([OPEN]);
    for (let reading = 0; reading < 3; reading++) {
      expect(read([TIME_WAIT]).rows).toMatchObject([
        { bytesSent: 10, bytesReceived: 20, rtt: 1, retransmits: 0, destroyedAt: null },
      ]);
    }
  });

  it('is marked by a message that comes a reading later', () => {
    read([OPEN]);
    read([TIME_WAIT]);
    const { rows, ended } = read([TIME_WAIT], [EVENT]);
    expect(rows).toMatchObject([{ ...FINAL, destroyedAt: now }]);
    expect(readings.diff()).toEqual({ added: [], changed: [0], moved: [], removed: [] });
    expect(ended).toEqual([]);
  });

  it('is marked also where the message came after it had been read alive', () => {
    read([OPEN]);
    expect(read([OPEN], [EVENT]).rows).toMatchObject([{ state: 'ESTABLISHED', ...FINAL, destroyedAt: now }]);
    const destroyedAt = now;
    expect(read([TIME_WAIT]).rows).toMatchObject([{ state: 'TIME_WAIT', ...FINAL, destroyedAt }]);
  });

  it('keeps what the last reading knew where the message has no counters', () => {
    read([OPEN]);
    const { state, local, remote } = TIME_WAIT;
    const bare: Listed = { id: 1, state: state!, local, remote: remote! };
    expect(read([TIME_WAIT], [bare]).rows).toMatchObject([{ bytesSent: 10, rtt: 1, destroyedAt: now }]);
  });

  it('says nothing of a living connection, whose counters go on', () => {
    read([OPEN]);
    const { rows } = read([{ ...OPEN, bytesSent: 11 }], [{ ...EVENT, id: 2, local: ['10.0.0.5', 80] }]);
    expect(rows).toMatchObject([{ bytesSent: 11, bytesReceived: 20, destroyedAt: null }]);
  });
});

describe('a row that is gone', () => {
  it('ends with its final counters, its owner and all that was known of it', () => {
    const [before] = read([OPEN]).rows;
    const { rows, ended } = read([], [EVENT]);
    expect(rows).toEqual([]);
    expect(ended).toEqual([{ ...before, ...FINAL, destroyedAt: now }]);
    expect(read([]).ended).toEqual([]); // once
  });

  it('does so one reading later, where the message comes late', () => {
    const [before] = read([OPEN]).rows;
    expect(read([]).ended).toEqual([]);
    expect(read([], [EVENT]).ended).toEqual([{ ...before, ...FINAL, destroyedAt: now }]);
    expect(read([]).ended).toEqual([]);
  });

  it('has ended long since where the message comes after many readings: it is no socket that nobody saw', () => {
    read([LISTENER, OPEN]);
    for (let reading = 0; reading < 5; reading++) read([LISTENER]);
    expect(read([LISTENER], [EVENT]).ended).toEqual([]);
    expect(read([LISTENER]).ended).toEqual([]);
    // Once: the same number again is another socket.
    read([LISTENER], [EVENT]);
    expect(read([LISTENER]).ended).toMatchObject([{ owner: 'presumed' }]);
  });

  it('ends once: a second message of its number is of another socket', () => {
    read([LISTENER, OPEN]);
    expect(read([LISTENER], [EVENT]).ended).toHaveLength(1);
    expect(read([LISTENER], [EVENT]).ended).toEqual([]);
    expect(read([LISTENER]).ended).toMatchObject([{ owner: 'presumed' }]);
  });

  it('is not mistaken for one of the same number in another namespace', () => {
    read([OPEN]);
    const { ended } = read([], [{ ...EVENT, namespace: 7 }]);
    expect(ended).toEqual([]);
    // A stranger, then, that no reading saw
    expect(read([]).ended).toMatchObject([{ owner: 'none', pid: null, ...FINAL }]);
  });

  it('ends without a word where there was no message', () => {
    read([OPEN]);
    expect(read([])).toEqual({ rows: [], ended: [] });
    expect(readings.diff().removed).toEqual([0]);
  });
});

describe('a socket that was born and gone between two readings', () => {
  it('is reported at once where that was told before the reading began', () => {
    read([LISTENER]);
    backend.early = [EVENT];
    expect(read([LISTENER]).ended).toMatchObject([{ id: '1', owner: 'presumed', destroyedAt: now }]);
    // Unless that reading finds what is left of it.
    backend.early = [{ ...EVENT, id: 2 }];
    const { rows, ended } = read([LISTENER, { ...TIME_WAIT, id: 3 }]);
    expect(ended).toEqual([]);
    expect(rows).toContainEqual(expect.objectContaining({ id: '3', ...FINAL, destroyedAt: now }));
  });

  it('is presumed to have been its listener’s', () => {
    read([LISTENER]);
    expect(read([LISTENER], [EVENT]).ended).toEqual([]); // it may yet be found in TIME_WAIT
    const toldAt = now;
    const { rows, ended } = read([LISTENER]);
    expect(ended).toMatchObject([
      {
        ...{ id: '1', state: 'CLOSE', localAddress: '10.0.0.5', localPort: 443, remotePort: 51_122 },
        ...{ owner: 'presumed', pid: 812, processName: 'nginx', holders: 1 },
        ...{ ...FINAL, firstSeenAt: toldAt, destroyedAt: toldAt },
      },
    ]);
    expect(rows).toHaveLength(1);
    for (let reading = 0; reading < 4; reading++) expect(read([LISTENER]).ended).toEqual([]);
  });

  it.each<[what: string, listed: Listed[]]>([
    ['nobody listens', []],
    ['somebody listens elsewhere', [{ ...LISTENER, local: ['10.0.0.5', 80] }]],
    ['the listener is in another namespace', [{ ...LISTENER, namespace: 7 }]],
    ['nobody is known to hold the listener', [{ ...LISTENER, holder: undefined! }]],
  ])('has no owner where %s', (_, listed) => {
    read(listed);
    read(listed, [EVENT]);
    expect(read(listed).ended).toMatchObject([{ id: '1', owner: 'none', pid: null, holders: 0, ...FINAL }]);
  });

  it.each<[what: string, event: Listed]>([
    ['a listener on the same port', { id: 2, state: 'CLOSE', local: SERVER }],
    ['a socket that never had a port', { id: 2, state: 'CLOSE', local: ['0.0.0.0', 0] }],
    ['a UDP socket', { id: 2, state: 'CLOSE', protocol: 'udp', local: SERVER, remote: CLIENT }],
  ])('is presumed to be nobody’s where it was %s', (_, event) => {
    const listed = [LISTENER, { ...LISTENER, id: 81, local: ['0.0.0.0', 0] } satisfies Listed];
    read(listed);
    read(listed, [event]);
    expect(read(listed).ended).toMatchObject([{ id: '2', owner: 'none', pid: null }]);
  });

  it('is not told of where its protocol is not read', () => {
    const event: Listed = { ...EVENT, protocol: 'udplite' };
    read([LISTENER]);
    read([LISTENER], [event]);
    expect(read([LISTENER]).ended).toEqual([]);
  });
});

describe('TIME_WAIT of a socket that was never read alive', () => {
  // Its number is another one than that in the message.
  const REST: Listed = { ...TIME_WAIT, id: 2 };

  it.each(['TIME_WAIT', 'FIN_WAIT_2'] as const)('is joined by its endpoints, in %s', (state) => {
    read([]);
    const { rows, ended } = read([{ ...REST, state }], [EVENT]);
    expect(rows).toMatchObject([{ id: '2', state, ...FINAL, destroyedAt: now, owner: 'none' }]);
    expect(ended).toEqual([]);
    expect(read([{ ...REST, state }])).toEqual({ rows, ended: [] });
  });

  it('is joined with a message that came before it was read', () => {
    read([]);
    expect(read([], [EVENT])).toEqual({ rows: [], ended: [] });
    expect(read([REST])).toMatchObject({ rows: [{ id: '2', ...FINAL }], ended: [] });
    expect(read([REST]).ended).toEqual([]);
  });

  it('is joined with a message that comes a reading later', () => {
    read([]);
    read([REST]);
    expect(read([REST], [EVENT])).toMatchObject({
      rows: [{ id: '2', ...FINAL, destroyedAt: now }],
      ended: [],
    });
    expect(readings.diff().changed).toEqual([0]);
    expect(read([REST]).ended).toEqual([]);
  });

  it.each<[what: string, rest: Listed]>([
    ['in another namespace', { ...REST, namespace: 7 }],
    ['of another protocol', { ...REST, protocol: 'mptcp' }],
    ['of another family', { ...REST, local: ['::ffff:10.0.0.5', 443], remote: ['::ffff:10.0.0.9', 51_122] }],
    [
      'of another family with the same bytes',
      { ...REST, local: ['a00:5::', 443], remote: ['a00:9::', 51_122] },
    ],
    ['on another local port', { ...REST, local: ['10.0.0.5', 444] }],
    ['to another port', { ...REST, remote: ['10.0.0.9', 51_123] }],
    ['on another address', { ...REST, local: ['10.0.0.6', 443] }],
    ['to another address', { ...REST, remote: ['10.0.0.10', 51_122] }],
    ['the other way round', { ...REST, local: CLIENT, remote: SERVER }],
    ['that is no TIME_WAIT', { ...REST, state: 'CLOSE_WAIT' }],
  ])('is not joined with one %s', (_, rest) => {
    read([]);
    expect(read([rest], [EVENT]).rows[0]?.destroyedAt ?? null).toBeNull();
    const { rows, ended } = read([rest]);
    expect(rows[0]?.destroyedAt ?? null).toBeNull();
    expect(ended).toMatchObject([{ id: '1', owner: 'none', ...FINAL }]);
  });

  it('is not joined where it has been there for longer, or has had its message', () => {
    read([REST]);
    read([REST]);
    const [old] = read([REST], [EVENT]).rows;
    expect(old!.destroyedAt).toBeNull();
    read([REST]);

    const other: Listed = { ...REST, id: 4, local: ['10.0.0.5', 80] };
    const message: Listed = { id: 3, state: 'CLOSE', local: ['10.0.0.5', 80], remote: CLIENT };
    const joined = read([other], [message]).rows;
    expect(joined).toMatchObject([{ destroyedAt: now, bytesSent: null }]);
    expect(read([other], [{ ...message, id: 5 }]).rows).toEqual(joined);
  });
});

describe('many messages at once', () => {
  it('each find their own', () => {
    const at = (port: number, id: number, more: Partial<Listed>): Listed => ({
      ...{ id, local: ['10.0.0.5', port], remote: CLIENT, ...more },
    });
    const ports = Array.from({ length: 200 }, (_, i) => 1000 + i);
    read(ports.map((port) => at(port, port, { holder: nginx, bytesSent: 0 })));
    // Some live on, some are gone, some were never seen; in any order.
    const events = [...ports, ...ports.map((port) => port + 1000)].map((port) =>
      at(port, port, { state: 'CLOSE', bytesSent: port }),
    );
    const left = ports.filter((port) => port % 3 === 0);
    const { rows, ended } = read(
      left.map((port) => at(port, port, { state: 'TIME_WAIT' })),
      events.toReversed(),
    );
    expect(rows.map((row) => row.bytesSent)).toEqual(left);
    const gone = ports.filter((port) => port % 3 !== 0);
    const upwards = (a: number | null, b: number | null): number => a! - b!;
    expect(ended.map((row) => row.bytesSent).toSorted(upwards)).toEqual(gone);
    expect(ended.every((row) => row.localPort === row.bytesSent && row.pid === 812)).toBe(true);
    const unseen = read(left.map((port) => at(port, port, { state: 'TIME_WAIT' }))).ended;
    expect(unseen.map((row) => row.localPort).toSorted(upwards)).toEqual(ports.map((port) => port + 1000));
  });
});

it('says how many messages were lost', () => {
  read([]);
  expect(readings.missedEvents).toBe(0);
  backend.missed = 3;
  read([]);
  expect(readings.missedEvents).toBe(3);
});
