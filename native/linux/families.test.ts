/** Families over IP beside TCP and UDP, and those that a kernel may lack; as localFamilies.test.ts for the others. */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../shared/socket';
import type { Protocol, SocketRow } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import {
  backend,
  inodeOf,
  read,
  readInto,
  setUpFamilies,
  sockets,
  ss,
  ssState,
} from './fixtures/familyScene';
import { needsSs } from './fixtures/needs';
import { AF, inet6Address, inetAddress, SOCK, vsockAddress } from './fixtures/rawSockets';

setUpFamilies();

describe('raw sockets', () => {
  function open(): number[] {
    const bound = sockets.bind(sockets.socket(AF.INET, SOCK.RAW, 1), inetAddress('127.0.0.1', 0));
    const connected = sockets.connect(sockets.socket(AF.INET6, SOCK.RAW, 58), inet6Address('::1', 0));
    return [bound, connected, sockets.socket(AF.INET, SOCK.RAW, 255)].map(inodeOf);
  }

  it('are what ss says, also where only /proc/net tells of them', (context) => {
    needsSs(context);
    const inodes = open();
    const rows = read('raw');
    expect(rows.map((row) => row.inode).sort()).toEqual(inodes.sort());
    const mine = rows.map((row) => {
      const address = (text: string): string => (row.family === 6 ? `[${text}]` : text);
      const any = row.family === 6 ? '[::]' : '0.0.0.0';
      const remote = row.remoteAddress === null ? any : address(row.remoteAddress);
      return [row.state, `${address(row.localAddress)}:${row.localPort}`, `${remote}:*`].join(' ');
    });
    const theirs = ss('-w').map((line) => {
      const [state, , , local, remote] = line.split(/\s+/);
      return [ssState(state!), local, remote].join(' ');
    });
    expect(mine.sort()).toEqual(theirs.sort());
  });

  it('are not closed by their endpoints alone', () => {
    open();
    const table = new SocketTable();
    readInto('raw', table);
    const { outcome, message } = backend.close(table, 0, 'reset');
    expect(outcome).toBe('refused');
    expect(message).not.toBeNull();
    expect(read('raw')).toHaveLength(3);
  });
});

function pings(): void {
  fs.writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 65535');
}

it('ICMP sockets are listed from /proc/net', () => {
  pings();
  const v4 = sockets.bind(sockets.socket(AF.INET, SOCK.DGRAM, 1), inetAddress('127.0.0.1', 77));
  const connected = sockets.connect(sockets.socket(AF.INET, SOCK.DGRAM, 1), inetAddress('127.0.0.1', 0));
  const v6 = sockets.bind(sockets.socket(AF.INET6, SOCK.DGRAM, 58), inet6Address('::1', 78));
  const rows = read('icmp');
  expect(rows).toHaveLength(3);
  const row = (fd: number): SocketRow | undefined => rows.find(({ inode }) => inode === inodeOf(fd));
  const known = { protocol: 'icmp', type: 'dgram', uid: process.getuid!() };
  expect(row(v4)).toMatchObject({
    ...{ ...known, family: 4, state: null, remoteAddress: null, remotePort: null },
    ...{ localAddress: '127.0.0.1', localPort: 77 },
  });
  expect(row(connected)).toMatchObject({ state: 'ESTABLISHED', remoteAddress: '127.0.0.1' });
  expect(row(v6)).toMatchObject({ ...known, family: 6, localAddress: '::1', localPort: 78 });
  const table = new SocketTable();
  readInto('icmp', table);
  expect(backend.close(table, 0, 'reset').outcome).toBe('refused');
});

/** The kernel's files show some of these twice: 64 buckets, and the rest of a bucket whatever its family is. */
it('ICMP sockets of one bucket of the kernel are listed once each, with their own addresses', () => {
  pings();
  const v4 = (address: string, ident: number): number =>
    sockets.bind(sockets.socket(AF.INET, SOCK.DGRAM, 1), inetAddress(address, ident));
  const v6 = (address: '::' | '::1', ident: number): number =>
    sockets.bind(sockets.socket(AF.INET6, SOCK.DGRAM, 58), inet6Address(address, ident));
  const bound = [v6('::1', 100), v4('127.0.0.1', 164), v6('::1', 228), v4('0.0.0.0', 292), v6('::', 356)];
  const addresses = ['::1', '127.0.0.1', '::1', '0.0.0.0', '::'];
  const opened = addresses.map((address, i) => [address, inodeOf(bound[i]!)]);
  const rows = read('icmp').map((row) => [row.localAddress, row.inode]);
  expect(rows.sort()).toEqual(opened.sort());
});

it('UDP-Lite sockets are listed', (context) => {
  const kernel = fs.readFileSync('/proc/net/protocols', 'utf8');
  context.skip(!kernel.includes('UDP-Lite'), 'needs a kernel with UDP-Lite');
  const fd = sockets.bind(sockets.socket(AF.INET, SOCK.DGRAM, 136), inetAddress('127.0.0.1', 79));
  expect(read('udplite')).toMatchObject([
    {
      ...{ protocol: 'udplite', family: 4, type: 'dgram', state: null, inode: inodeOf(fd) },
      ...{ localAddress: '127.0.0.1', localPort: 79, remoteAddress: null },
    },
  ]);
});

it('MPTCP sockets are what ss says', (context) => {
  needsSs(context);
  context.skip(!fs.existsSync('/proc/sys/net/mptcp'), 'needs a kernel with MPTCP');
  const address = inetAddress('127.0.0.1', 80);
  const listener = sockets.listen(sockets.bind(sockets.socket(AF.INET, SOCK.STREAM, 262), address), 9);
  sockets.connect(sockets.socket(AF.INET, SOCK.STREAM, 262), address);
  sockets.accept(listener);
  const mine = read('mptcp').map((row) => {
    const remote = row.remoteAddress === null ? '0.0.0.0:*' : `${row.remoteAddress}:${row.remotePort}`;
    const local = `${row.localAddress}:${row.localPort}`;
    return [row.state, local, remote, row.inode, row.id.split('-')[1]].join(' ');
  });
  const theirs = ss('-Me').map((line) => {
    const [state, , , local, remote] = line.split(/\s+/);
    const [, inode, cookie] = /ino:(\d+) sk:(\w+)/.exec(line)!;
    return [ssState(state!), local, remote, inode, cookie].join(' ');
  });
  expect(theirs).toHaveLength(3);
  expect(mine.sort()).toEqual(theirs.sort());
});

it('bound TCP sockets are listed where they are asked for', () => {
  const fd = sockets.bind(sockets.socket(AF.INET, SOCK.STREAM), inetAddress('127.0.0.1', 81));
  const v6 = sockets.bind(sockets.socket(AF.INET6, SOCK.STREAM), inet6Address('::1', 82));
  const isBound = (row: SocketRow): boolean => row.state === 'BOUND';
  expect(read('tcp').filter(isBound)).toEqual([]);
  const rows = read('tcp', true)
    .filter(isBound)
    .sort((a, b) => a.localPort! - b.localPort!);
  const known = { state: 'BOUND', remoteAddress: null, remotePort: null };
  expect(rows).toMatchObject([
    { ...known, localAddress: '127.0.0.1', localPort: 81, inode: inodeOf(fd) },
    { ...known, localAddress: '::1', localPort: 82, inode: inodeOf(v6) },
  ]);
});

describe('families that this kernel may be unable to list', () => {
  /** The rows, or the sentence that says why there are none. */
  function attempt(protocol: Protocol): SocketRow[] | string {
    try {
      return read(protocol);
    } catch (error) {
      return String(error);
    }
  }

  it('are no sockets where the kernel does not have them', (context) => {
    const kernel = fs.readFileSync('/proc/net/protocols', 'utf8');
    const missing = PROTOCOLS.filter((name) => ['tipc', 'sctp', 'dccp'].includes(name)).filter(
      (name) => !kernel.toLowerCase().includes(`${name} `),
    );
    context.skip(missing.length === 0, 'needs a kernel without TIPC, SCTP or DCCP');
    for (const protocol of missing) expect(attempt(protocol)).toEqual([]);
  });

  it('are said to be so for VSOCK', (context) => {
    const kernel = fs.readFileSync('/proc/net/protocols', 'utf8');
    context.skip(!kernel.includes('AF_VSOCK'), 'needs a kernel with VSOCK');
    const address = vsockAddress(1234, 0xffffffff);
    const fd = sockets.listen(sockets.bind(sockets.socket(AF.VSOCK, SOCK.STREAM), address), 1);
    const result = attempt('vsock');
    if (typeof result === 'string') {
      expect(result).toMatch(/cannot list these sockets: it lacks the module vsock_diag/);
    } else {
      expect(result.find((row) => row.inode === inodeOf(fd))).toMatchObject({
        ...{ state: 'LISTEN', localAddress: '*', localPort: 1234, remoteAddress: null },
      });
    }
  });

  it('are said to be so for XDP, once there is a socket', (context) => {
    const kernel = fs.readFileSync('/proc/net/protocols', 'utf8');
    context.skip(!/^XDP /m.test(kernel), 'needs a kernel with XDP');
    expect(attempt('xdp')).toEqual([]);
    const fd = sockets.socket(AF.XDP, SOCK.RAW);
    const result = attempt('xdp');
    if (typeof result === 'string') {
      expect(result).toMatch(/cannot list these sockets: it lacks the module xsk_diag/);
    } else {
      expect(result).toMatchObject([{ inode: inodeOf(fd), localAddress: '*', localPort: null }]);
    }
  });
});
