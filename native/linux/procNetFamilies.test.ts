/** The two sources for the same sockets, compared. */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Protocol, SocketRow, TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { read, rowsOf, setUpFamilies, sockets, stage } from './fixtures/familyScene';
import {
  AF,
  inet6Address,
  inetAddress,
  netlinkAddress,
  packetAddress,
  SOCK,
  unixAddress,
} from './fixtures/rawSockets';
import { ProcNet } from './procNet';

setUpFamilies();

describe('/proc/net and NETLINK_SOCK_DIAG', () => {
  function fromProc(table: TableName): SocketRow[] {
    const into = new SocketTable();
    const nameOf = (index: number): string => (index === 1 ? 'lo' : String(index));
    expect(new ProcNet().read(table, '/proc/thread-self/net', nameOf, into)).toBe(true);
    return rowsOf(into);
  }

  function text(row: SocketRow): string {
    const { protocol, family, type, state, localAddress, localPort, remoteAddress, remotePort } = row;
    const endpoints = [localAddress, localPort, remoteAddress, remotePort];
    return [protocol, family, type, state, ...endpoints, row.inode, row.uid, row.receiveQueue].join(' ');
  }

  it.each<Protocol>(['tcp', 'udp', 'udplite'])('say the same of %s', (protocol) => {
    const kind = protocol === 'tcp' ? SOCK.STREAM : SOCK.DGRAM;
    const number = protocol === 'udplite' ? 136 : 0;
    for (const [family, address] of [
      [AF.INET, inetAddress('127.0.0.1', 90)],
      [AF.INET6, inet6Address('::1', 91)],
    ] as const) {
      const first = sockets.bind(sockets.socket(family, kind, number), address);
      if (kind === SOCK.STREAM) sockets.listen(first, 5);
      sockets.send(sockets.connect(sockets.socket(family, kind, number), address), 10);
    }
    const mine = ([`${protocol}4`, `${protocol}6`] as TableName[]).flatMap(fromProc).map(text);
    // Connections of earlier tests may be in TIME_WAIT.
    expect(mine.length).toBeGreaterThanOrEqual(protocol === 'tcp' ? 6 : 4);
    expect(mine.sort()).toEqual(read(protocol).map(text).sort());
  });

  it('say the same of packet sockets', () => {
    sockets.socket(AF.PACKET, SOCK.RAW, 0x0300);
    sockets.bind(sockets.socket(AF.PACKET, SOCK.DGRAM, 0x0008), packetAddress(0x0800, 1));
    const mine = fromProc('packet').map(text);
    expect(mine).toHaveLength(2);
    expect(mine.sort()).toEqual(read('packet').map(text).sort());
  });

  it('say the same of UNIX sockets, but peers, queues and users', () => {
    const path = stage.file('p.sock');
    fs.rmSync(path, { force: true });
    const address = unixAddress(path);
    const listener = sockets.listen(sockets.bind(sockets.socket(AF.UNIX, SOCK.STREAM), address), 7);
    sockets.connect(sockets.socket(AF.UNIX, SOCK.STREAM), address);
    sockets.accept(listener);
    sockets.bind(sockets.socket(AF.UNIX, SOCK.DGRAM), unixAddress('\0abs\0tract\0'));
    sockets.pair(SOCK.SEQPACKET);
    const facts = ({ type, state, localAddress, inode }: SocketRow): string =>
      [type, state, localAddress, inode].join(' ');
    const mine = fromProc('unix').map(facts);
    expect(mine.length).toBeGreaterThanOrEqual(6);
    expect(mine.sort()).toEqual(read('unix').map(facts).sort());
  });

  it('say the same of netlink sockets, but types and peers', () => {
    sockets.bind(sockets.socket(AF.NETLINK, SOCK.RAW, 15), netlinkAddress(4242, 1));
    const facts = ({ localAddress, localPort, inode }: SocketRow): string =>
      [localAddress, localPort, inode].join(' ');
    const others = (row: SocketRow): boolean => row.localAddress !== 'tcpdiag' || row.localPort === 0;
    const mine = fromProc('netlink').filter(others).map(facts);
    expect(mine.length).toBeGreaterThanOrEqual(2);
    expect([...new Set(mine)].sort()).toEqual(read('netlink').filter(others).map(facts).sort());
  });
});
