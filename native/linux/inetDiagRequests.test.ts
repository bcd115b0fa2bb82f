import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../shared/address';
import type { TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { BUFFER } from './fixtures/inetMessages';
import { reply, REPLY_NAMES } from './fixtures/replies';
import { InetTable } from './inetDiag';
import { NLMSG_HEADER, ReplyBuffer } from './netlink';

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

  it('name the IP protocol of a raw socket in the byte that is padding otherwise', () => {
    const table = new SocketTable();
    table.append();
    const ask = (name: TableName, protocol: number): string[] => {
      table.columns.localPort[0] = protocol;
      const inet = new InetTable(name);
      return [inet.getRequest(table, 0, 0x42, 9), inet.destroyRequest(table, 0, 9)].map((request) =>
        hex(request.subarray(16, 26)),
      );
    };
    // family, IPPROTO_RAW, extensions, sdiag_raw_protocol, states, what the kernel listed as the port
    expect(ask('raw4', 1)).toEqual(['02ff4201ff2f00000001', '02ff0001ff2f00000001']); // IPPROTO_ICMP
    expect(ask('raw6', 58)).toEqual(['0aff423aff2f0000003a', '0aff003aff2f0000003a']); // IPPROTO_ICMPV6
    expect(ask('udp4', 58)).toEqual(['02114200ff2f00000000', '02110000ff2f0000003a']);
    expect(hex(new InetTable('raw4').dumpRequest(1, false).subarray(16, 24))).toBe('02ff0000ff0f0000');
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
