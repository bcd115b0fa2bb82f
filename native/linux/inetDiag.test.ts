import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateCode, TABLES } from '../../shared/socket';
import type { SocketRow, SocketState, TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { RowNames } from '../../shared/socketTable';
import { parseAddress } from '../../shared/address';
import { NativeError } from '../nativeError';
import { datagramBytes, reply, REPLY_NAMES, SEQ } from './fixtures/replies';
import { InetTable } from './inetDiag';
import { NLMSG_HEADER, readReply, ReplyBuffer } from './netlink';

const BUFFER = 2048;
const DIAG_SIZE = 72;
/** Where the fields lie in a recorded message: struct nlmsghdr, then struct inet_diag_msg (linux/inet_diag.h). */
const AT = { state: 17, cookieHigh: 64, receiveQueue: 72, sendQueue: 76, uid: 80, inode: 84 } as const;

const names: RowNames = {
  id: (high, low) => `${high.toString(16)}:${low.toString(16)}`,
  user: (uid) => `user ${uid}`,
  interface: (index) => `if${index}`,
  interfaceOf: () => null,
  namespace: () => null,
};

/** The tables of internet sockets. */
const INET_TABLES = TABLES.filter((name) => /\d$/.test(name));

interface Decoded {
  rows: SocketRow[];
  error: string | null;
  message: string;
}

function decode(datagram: Uint8Array, name: TableName, poison = 0xee): Decoded {
  const buffer = new ReplyBuffer(BUFFER);
  buffer.bytes.fill(poison);
  buffer.bytes.set(datagram);
  const table = new SocketTable(1);
  let error: string | null = null;
  let message = '';
  try {
    const inet = new InetTable(name);
    readReply(buffer, datagram.length, SEQ, (offset, end) => inet.decode(buffer, offset, end, table));
  } catch (thrown) {
    if (!(thrown instanceof NativeError)) throw thrown;
    error = thrown.codeName;
    ({ message } = thrown);
  }
  return { rows: Array.from({ length: table.length }, (_, row) => table.row(row, names)), error, message };
}

function only(message: Uint8Array, name: TableName): SocketRow {
  const { rows, error } = decode(message, name);
  expect(error).toBeNull();
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

/** A recorded message with some of its words changed. */
function patched(name: string, words: readonly [at: number, value: number][]): Uint8Array {
  const message = reply(name);
  const view = new DataView(message.buffer);
  for (const [at, value] of words) view.setUint32(at, value, true);
  return message;
}

function inState(name: string, state: SocketState, words: [number, number][] = []): Uint8Array {
  const message = patched(name, words);
  message[AT.state] = stateCode(state);
  return message;
}

const ESTABLISHED = 'ESTABLISHED v4, 1000 bytes sent and 77 received';
const ANYTHING = {
  type: 'stream' as const,
  dualStack: null,
  namespace: null, // the dump's to fill
  unit: null,
  container: null,
  holders: 0,
  destroyedAt: null,
  rtt: null,
  retransmits: null,
  pid: null,
  processName: null,
  processPath: null,
  processStartedAt: null,
  createdAt: null,
  firstSeenAt: NaN,
  user: 'user 0',
  uid: 0,
  owner: 'known' as const, // the engine's to fill
  bytesSent: null,
  bytesReceived: null,
  receiveQueue: 0,
  sendQueue: 0,
  direction: null,
  interface: null,
  parentPid: null,
  parentName: null,
  commandLine: null,
};
/** Nothing had to be sent again. */
const SMOOTH = { retransmits: 0 };
const LOOPBACK = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };

describe('InetTable.decode', () => {
  // The expected rows are what ss said of the same sockets (replies.json) and what was really sent.
  it.each<[string, TableName, SocketRow]>([
    [
      'LISTEN v4',
      'tcp4',
      {
        ...ANYTHING,
        id: '0:44c',
        protocol: 'tcp',
        family: 4,
        state: 'LISTEN',
        localAddress: '127.0.0.1',
        localPort: 8080,
        remoteAddress: null,
        remotePort: null,
        sendQueue: 128,
        inode: 131157,
      },
    ],
    [
      ESTABLISHED,
      'tcp4',
      {
        ...ANYTHING,
        ...LOOPBACK,
        id: '0:44d',
        protocol: 'tcp',
        family: 4,
        state: 'ESTABLISHED',
        localPort: 40001,
        rtt: 0.022,
        ...SMOOTH,
        remotePort: 8080,
        inode: 131166,
        bytesSent: 1000,
        bytesReceived: 77,
      },
    ],
    [
      'LISTEN v6, for IPv4 too',
      'tcp6',
      {
        ...ANYTHING,
        id: '0:1267',
        protocol: 'tcp',
        family: 6,
        state: 'LISTEN',
        localAddress: '::',
        dualStack: true,
        localPort: 8081,
        remoteAddress: null,
        remotePort: null,
        sendQueue: 128,
        inode: 130471,
      },
    ],
    [
      'ESTABLISHED v6, nothing sent',
      'tcp6',
      {
        ...ANYTHING,
        id: '0:1269',
        rtt: 0.033,
        ...SMOOTH,
        protocol: 'tcp',
        family: 6,
        state: 'ESTABLISHED',
        localAddress: '::1',
        localPort: 40002,
        remoteAddress: '::1',
        remotePort: 8081,
        inode: 130485,
        bytesSent: 0,
        bytesReceived: 0,
      },
    ],
    [
      'ESTABLISHED v4-mapped, seen from the listener',
      'tcp6',
      {
        ...ANYTHING,
        id: '0:44f',
        rtt: 0.016,
        ...SMOOTH,
        protocol: 'tcp',
        family: 6,
        state: 'ESTABLISHED',
        localAddress: '::ffff:127.0.0.1',
        localPort: 8081,
        remoteAddress: '::ffff:127.0.0.1',
        remotePort: 40003,
        inode: 131182,
        bytesSent: 0,
        bytesReceived: 0,
      },
    ],
    [
      'FIN_WAIT_2 v4, its file still open',
      'tcp4',
      {
        ...ANYTHING,
        ...LOOPBACK,
        id: '0:44d',
        protocol: 'tcp',
        family: 4,
        state: 'FIN_WAIT_2',
        localPort: 40001,
        remotePort: 8080,
        inode: 131166,
        rtt: 5.589,
        ...SMOOTH,
        bytesSent: 1000,
        bytesReceived: 77,
      },
    ],
    [
      'CLOSE_WAIT v4, the other side of it',
      'tcp4',
      {
        ...ANYTHING,
        ...LOOPBACK,
        id: '0:44e',
        rtt: 0.015,
        ...SMOOTH,
        protocol: 'tcp',
        family: 4,
        state: 'CLOSE_WAIT',
        localPort: 8080,
        remotePort: 40001,
        inode: 131167,
        bytesSent: 77,
        bytesReceived: 1000, // the kernel says 1001: it counts the FIN
      },
    ],
    [
      'FIN_WAIT_2 v4, orphaned',
      'tcp4',
      {
        ...ANYTHING,
        ...LOOPBACK,
        id: '0:44d',
        protocol: 'tcp',
        family: 4,
        state: 'FIN_WAIT_2',
        localPort: 40001,
        remotePort: 8080,
        inode: null,
        user: null,
        uid: null,
      },
    ],
    [
      'TIME_WAIT v4',
      'tcp4',
      {
        ...ANYTHING,
        ...LOOPBACK,
        id: '0:44d',
        protocol: 'tcp',
        family: 4,
        state: 'TIME_WAIT',
        localPort: 40001,
        remotePort: 8080,
        inode: null,
        user: null,
        uid: null,
      },
    ],
    [
      'UDP v4, not connected',
      'udp4',
      {
        ...ANYTHING,
        id: '0:126a',
        protocol: 'udp',
        family: 4,
        type: 'dgram',
        state: null,
        localAddress: '0.0.0.0',
        localPort: 5353,
        remoteAddress: null,
        remotePort: null,
        inode: 130526,
      },
    ],
    [
      'UDP v4, connected',
      'udp4',
      {
        ...ANYTHING,
        ...LOOPBACK,
        id: '0:126b',
        protocol: 'udp',
        family: 4,
        type: 'dgram',
        state: 'ESTABLISHED',
        localPort: 40004,
        remotePort: 5353,
        inode: 130540,
      },
    ],
    [
      'UDP v6, on a link-local address',
      'udp6',
      {
        ...ANYTHING,
        id: '0:126c',
        protocol: 'udp',
        family: 6,
        type: 'dgram',
        state: null,
        localAddress: 'fe80::5%if1',
        localPort: 546,
        remoteAddress: null,
        remotePort: null,
        inode: 130555,
        interface: 'if1',
      },
    ],
  ])('%s', (name, table, row) => {
    expect(only(reply(name), table)).toEqual(row);
  });

  it('covers every recorded socket', () => {
    expect(REPLY_NAMES.filter((name) => /v[46]/.test(name))).toHaveLength(12);
  });

  it('decodes all messages of a datagram, in order', () => {
    const { rows } = decode(
      datagramBytes(reply('LISTEN v4'), reply(ESTABLISHED), reply('TIME_WAIT v4')),
      'tcp4',
    );
    expect(rows.map((row) => row.state)).toEqual(['LISTEN', 'ESTABLISHED', 'TIME_WAIT']);
  });

  it('reads queues, user and the upper half of the cookie', () => {
    const row = only(
      patched(ESTABLISHED, [
        [AT.cookieHigh, 0xfedcba98],
        [AT.receiveQueue, 0x80000001],
        [AT.sendQueue, 12],
        [AT.uid, 65534],
      ]),
      'tcp4',
    );
    expect(row).toMatchObject({ id: 'fedcba98:44d', receiveQueue: 0x80000001, sendQueue: 12, uid: 65534 });
  });

  it('takes uid 0 without inode as "no user" only where the kernel has none', () => {
    const ownerless: [number, number][] = [
      [AT.inode, 0],
      [AT.uid, 0],
    ];
    for (const state of ['TIME_WAIT', 'FIN_WAIT_2', 'SYN_RECV'] as const) {
      expect(only(inState(ESTABLISHED, state, ownerless), 'tcp4').uid, state).toBeNull();
      expect(only(inState(ESTABLISHED, state), 'tcp4').uid, state).toBe(0);
    }
    // Root's, not accepted yet or already closed: the kernel does know the user.
    for (const state of ['ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT_1', 'LAST_ACK', 'CLOSING'] as const) {
      expect(only(inState(ESTABLISHED, state, ownerless), 'tcp4').uid, state).toBe(0);
    }
    expect(only(patched('UDP v4, not connected', ownerless), 'udp4').uid).toBe(0);
  });

  it('does not count a FIN as a received byte', () => {
    for (const state of ['CLOSE_WAIT', 'LAST_ACK', 'CLOSING'] as const) {
      expect(only(inState('CLOSE_WAIT v4, the other side of it', state), 'tcp4').bytesReceived, state).toBe(
        1000,
      );
    }
    for (const state of ['ESTABLISHED', 'FIN_WAIT_1', 'FIN_WAIT_2'] as const) {
      expect(only(inState(ESTABLISHED, state), 'tcp4').bytesReceived, state).toBe(77);
    }
  });

  describe('struct tcp_info', () => {
    /** The recorded connection with its tcp_info, the last attribute but padding, cut to `size` bytes, as an older kernel has it. */
    function withInfo(size: number, words: [at: number, value: number][] = []): Uint8Array {
      const message = reply(ESTABLISHED);
      const view = new DataView(message.buffer);
      let at = NLMSG_HEADER + DIAG_SIZE;
      while (view.getUint16(at + 2, true) !== 2) at += (view.getUint16(at, true) + 3) & ~3;
      for (const [offset, value] of words) view.setUint32(at + 4 + offset, value, true);
      view.setUint16(at, 4 + size, true);
      view.setUint32(0, at + 4 + size, true);
      return message.slice(0, at + 4 + size);
    }

    it('holds the round-trip time in µs, 0 before the first measurement, and what was sent again', () => {
      // tcpi_rtt at 68 and tcpi_total_retrans at 100 (linux/tcp.h)
      expect(only(withInfo(104, [[68, 1500]]), 'tcp4')).toMatchObject({ rtt: 1.5, retransmits: 0 });
      expect(only(withInfo(280, [[68, 0]]), 'tcp4')).toMatchObject({ rtt: null, retransmits: 0 });
      expect(only(withInfo(280, [[100, 0xffffffff]]), 'tcp4').retransmits).toBe(0xffffffff);
      expect(only(withInfo(103), 'tcp4')).toMatchObject({ rtt: null, retransmits: null });
    });

    it('holds what was sent without what was sent again', () => {
      // tcpi_bytes_sent at 200 and tcpi_bytes_retrans at 208, tcpi_bytes_received at 128 (linux/tcp.h)
      const row = only(
        withInfo(280, [
          [200, 5],
          [204, 3],
          [208, 7],
          [132, 2],
        ]),
        'tcp4',
      );
      expect(row.bytesSent).toBe(3 * 2 ** 32 + 5 - 7);
      expect(row.bytesReceived).toBe(2 * 2 ** 32 + 77);
    });

    it('holds less on older kernels: what is missing is not known, never zero', () => {
      expect(only(withInfo(104), 'tcp4')).toMatchObject({ bytesSent: null, bytesReceived: null }); // Linux 2.6
      expect(only(withInfo(135), 'tcp4')).toMatchObject({ bytesReceived: null });
      // Linux 4.1 … 4.18: what was acknowledged, the SYN included
      expect(only(withInfo(192), 'tcp4')).toMatchObject({ bytesSent: 1001, bytesReceived: 77 });
      expect(only(withInfo(215), 'tcp4')).toMatchObject({ bytesSent: 1001, bytesReceived: 77 });
      expect(only(withInfo(216), 'tcp4')).toMatchObject({ bytesSent: 1000, bytesReceived: 77 });
    });
  });

  it.each<[string, Uint8Array]>([
    ['nothing in it', reply('TIME_WAIT v4').slice(0, NLMSG_HEADER)],
    ['one byte too few', reply('TIME_WAIT v4').slice(0, NLMSG_HEADER + DIAG_SIZE - 1)],
  ])('refuses a socket with %s', (_, message) => {
    new DataView(message.buffer).setUint32(0, message.length, true);
    expect(decode(message, 'tcp4')).toMatchObject({ rows: [], error: 'MALFORMED' });
  });

  it.each([0, 12, 14, 255])('refuses state %i, which no socket is in', (state) => {
    const message = reply(ESTABLISHED);
    message[AT.state] = state;
    expect(decode(message, 'tcp4')).toMatchObject({ rows: [], error: 'MALFORMED' });
    expect(decode(message, 'udp4')).toMatchObject({ rows: [], error: 'MALFORMED' });
  });

  it('knows a TCP socket that is bound only, by its own state or as a closed one that is listed', () => {
    // TCP_BOUND_INACTIVE (linux/net/tcp_states.h), and TCP_CLOSE
    for (const state of [13, 7]) {
      const message = patched('LISTEN v4', []);
      message[AT.state] = state;
      expect(only(message, 'tcp4')).toMatchObject({ state: 'BOUND', remoteAddress: null, localPort: 8080 });
    }
    const udp = reply('UDP v4, not connected');
    udp[AT.state] = 13;
    expect(decode(udp, 'udp4').error).toBe('MALFORMED');
  });

  it('tells whether a socket on any address serves IPv4 too, and only of those', () => {
    const v6only = (name: string, value: number): Uint8Array => {
      const message = reply(name);
      const view = new DataView(message.buffer);
      let at = NLMSG_HEADER + DIAG_SIZE;
      while (view.getUint16(at + 2, true) !== 11) at += (view.getUint16(at, true) + 3) & ~3;
      message[at + 4] = value;
      return message;
    };
    expect(only(v6only('LISTEN v6, for IPv4 too', 0), 'tcp6').dualStack).toBe(true);
    expect(only(v6only('LISTEN v6, for IPv4 too', 1), 'tcp6').dualStack).toBe(false);
    expect(only(v6only('UDP v6, on a link-local address', 0), 'udp6').dualStack).toBeNull();
  });

  it.each([0, 3, 0xffff])('refuses an attribute of %i bytes', (size) => {
    const message = reply(ESTABLISHED);
    new DataView(message.buffer).setUint16(NLMSG_HEADER + DIAG_SIZE, size, true);
    expect(decode(message, 'tcp4').error).toBe('MALFORMED');
  });

  describe('on broken answers', () => {
    const whole = datagramBytes(
      ...['LISTEN v4', ESTABLISHED, 'TIME_WAIT v4'].map(reply),
      reply('the end of a dump'),
    );

    /** A result or a NativeError, whatever lies behind the datagram. */
    function check(datagram: Uint8Array, name: TableName): Decoded {
      const outcome = decode(datagram, name, 0x00);
      expect(decode(datagram, name, 0xff)).toEqual(outcome);
      expect(decode(datagram, name, 0x02)).toEqual(outcome);
      expect(outcome.rows.length).toBeLessThanOrEqual(datagram.length / (NLMSG_HEADER + DIAG_SIZE));
      return outcome;
    }

    it('finds every cut, wherever it is', () => {
      const boundaries = new Set([0]);
      for (let at = 0; at < whole.length;) {
        at += new DataView(whole.buffer).getUint32(at, true);
        boundaries.add(at);
      }
      for (let length = 0; length <= whole.length; length++) {
        const { error } = check(whole.slice(0, length), 'tcp4');
        expect(error, `cut at ${length}`).toBe(boundaries.has(length) ? null : 'MALFORMED');
      }
    });

    it('survives changed bytes', () => {
      // Lengths, types and attribute headers are where it hurts.
      const position = fc.oneof(
        fc.nat(whole.length - 1),
        fc.constantFrom(0, 4, 17, 88, 90, 96, 98, 104, 106, 408, 412, 496, 498, 500, 516, 518, 816, 820),
      );
      const changes = fc.array(fc.tuple(position, fc.nat(255)), { minLength: 1, maxLength: 8 });
      let errors = 0;
      fc.assert(
        fc.property(changes, fc.constantFrom(...INET_TABLES), (bytes, name) => {
          const datagram = whole.slice();
          for (const [at, value] of bytes) datagram[at] = value;
          if (check(datagram, name).error !== null) errors++;
        }),
        { seed: 2, numRuns: 3000 },
      );
      expect(errors).toBeGreaterThan(300);
    });

    it('survives noise behind a sound header', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...INET_TABLES), (noise, name) => {
          const datagram = datagramBytes(reply(ESTABLISHED).slice(0, NLMSG_HEADER + 2), noise);
          new DataView(datagram.buffer).setUint32(0, datagram.length, true);
          check(datagram, name);
        }),
        { seed: 3, numRuns: 2000 },
      );
    });
  });
});

describe('requests', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it.each<[TableName, string]>([
    // family, protocol, extensions (2 = INET_DIAG_INFO), padding, states 0 to 11
    ['tcp4', '02060200ff0f0000'],
    ['tcp6', '0a060200ff0f0000'],
    ['udp4', '02110000ff0f0000'],
    ['udp6', '0a110000ff0f0000'],
  ])('dump every socket of %s', (name, request) => {
    // 72 bytes, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, the sequence number, port id 0
    const header = '48000000' + '1400' + '0103' + '78563412' + '00000000';
    expect(hex(new InetTable(name).dumpRequest(0x12345678, false))).toBe(header + request + '00'.repeat(48));
  });

  it('dump TCP sockets that are bound only where they are asked for', () => {
    const states = (name: TableName): string =>
      hex(new InetTable(name).dumpRequest(1, true).subarray(20, 24));
    expect(states('tcp4')).toBe('ff2f0000'); // and TCP_BOUND_INACTIVE, 13
    expect(states('tcp6')).toBe('ff2f0000');
    expect(states('udp4')).toBe('ff0f0000'); // has no such thing
  });

  it.each<[TableName, string]>([
    ['udplite4', '0288'],
    ['sctp6', '0a84'],
    ['dccp4', '0221'],
    ['raw6', '0aff'],
  ])('name the family and protocol of %s (linux/in.h)', (name, request) => {
    expect(hex(new InetTable(name).dumpRequest(1, false).subarray(16, 18))).toBe(request);
  });

  it('name MPTCP, whose number has more than a byte, in an attribute', () => {
    const request = new InetTable('mptcp4').dumpRequest(1, false);
    expect(hex(request.subarray(0, 4))).toBe('50000000'); // 80 bytes: eight more
    // rtattr: 8 bytes, INET_DIAG_REQ_PROTOCOL (3); 262
    expect(hex(request.subarray(72))).toBe('08000300' + '06010000');
  });

  it('ask for exactly one socket, with the extensions given', () => {
    const table = new SocketTable();
    table.append();
    [table.columns.idHigh[0], table.columns.idLow[0], table.columns.localPort[0]] = [1, 2, 0x1234];
    const request = hex(new InetTable('tcp4').getRequest(table, 0, 0x42, 9));
    expect(request).toBe(
      // SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_ACK
      '48000000' +
        '1400' +
        '0500' +
        '09000000' +
        '00000000' +
        '02064200ff2f0000' +
        '12340000' + //
        '00'.repeat(32 + 4) +
        '0200000001000000',
    );
  });

  it('destroy exactly one socket, named by all that the kernel said of it', () => {
    const table = new SocketTable();
    const row = table.append();
    const c = table.columns;
    c.family[row] = 6;
    c.localPort[row] = 8081;
    c.remotePort[row] = 40003;
    c.interfaceIndex[row] = 3;
    c.idHigh[row] = 0xfedcba98;
    c.idLow[row] = 0x76543210;
    table.addresses.set(parseAddress('2001:db8::1')!, 0);
    table.addresses.set(parseAddress('2001:db8::2')!, 16);
    expect(hex(new InetTable('tcp6').destroyRequest(table, row, 9))).toBe(
      // SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK
      '48000000' +
        '1500' +
        '0500' +
        '09000000' +
        '00000000' + // nlmsghdr
        '0a060000ff2f0000' + // AF_INET6, IPPROTO_TCP, every state, those that are bound only as well
        '1f91' +
        '9c43' + // ports, in network order
        '20010db8000000000000000000000001' +
        '20010db8000000000000000000000002' +
        '03000000' + // interface
        '10325476' +
        '98badcfe', // cookie
    );
  });

  it('repeat the id of every recorded socket byte by byte, cookie included', () => {
    for (const name of REPLY_NAMES.filter((each) => /v[46]/.test(each))) {
      const message = reply(name);
      const table = new SocketTable();
      const buffer = new ReplyBuffer(BUFFER);
      buffer.bytes.set(message);
      const protocol = name.startsWith('UDP') ? 'udp' : 'tcp';
      const family = message[NLMSG_HEADER] === 2 ? 4 : 6;
      const inet = new InetTable(`${protocol}${family}`);
      inet.decode(buffer, NLMSG_HEADER, message.length, table);
      const request = inet.destroyRequest(table, 0, 1);
      expect([request[16], request[17]], name).toEqual([family === 4 ? 2 : 10, protocol === 'tcp' ? 6 : 17]);
      // struct inet_diag_sockid: 48 bytes, the same in request and reply
      expect(hex(request.slice(24)), name).toBe(hex(message.slice(20, 68)));
      // INET_DIAG_NOCOOKIE is all ones: the kernel would take any socket there
      expect(hex(request.slice(64)), name).not.toBe('ff'.repeat(8));
    }
  });
});
