import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableName } from '../../shared/socket';
import {
  AT,
  decode,
  DIAG_SIZE,
  ESTABLISHED,
  INET_TABLES,
  inState,
  only,
  patched,
} from './fixtures/inetMessages';
import type { Decoded } from './fixtures/inetMessages';
import { datagramBytes, reply } from './fixtures/replies';
import { NLMSG_HEADER } from './netlink';

describe('InetTable.decode', () => {
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

    it('holds how many segments went either way', () => {
      // tcpi_segs_out at 136 and tcpi_segs_in at 140 (linux/tcp.h)
      const words: [number, number][] = [
        [136, 0xffffffff],
        [140, 7],
      ];
      expect(only(withInfo(144, words), 'tcp4')).toMatchObject({
        ...{ segmentsSent: 0xffffffff, segmentsReceived: 7, bytesReceived: 77 },
      });
      expect(only(withInfo(143, words), 'tcp4')).toMatchObject({
        ...{ segmentsSent: null, segmentsReceived: null, bytesReceived: 77 },
      });
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
