/** Every family that `ss -a` lists, on real sockets in a network namespace of the test's own; ss is the second witness. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_READING, PROTOCOLS } from '../../shared/socket';
import type { Protocol, SocketRow, TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { needsLinux, needsOwnNetwork, needsSs } from './fixtures/needs';
import {
  AF,
  inet6Address,
  inetAddress,
  netlinkAddress,
  packetAddress,
  RawSockets,
  SOCK,
  unixAddress,
  vsockAddress,
} from './fixtures/rawSockets';
import { ssLines } from './fixtures/ss';
import { Stage } from './fixtures/stage';
import { LinuxBackend } from './linuxBackend';
import { ProcNet } from './procNet';

let stage: Stage;
let sockets: RawSockets;
let backend: LinuxBackend;

beforeAll(() => {
  if (process.platform === 'linux') stage = new Stage();
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  needsOwnNetwork(context, stage);
  sockets = new RawSockets();
  backend = new LinuxBackend();
});
afterEach(() => {
  sockets?.end();
  backend?.dispose();
});

function readInto(protocol: Protocol, into: SocketTable, bound = false): void {
  const options = { ...DEFAULT_READING, protocols: [protocol], bound };
  for (const source of backend.sources(options)) backend.readTable(source, options, into);
}

function read(protocol: Protocol, bound = false): SocketRow[] {
  const into = new SocketTable(1);
  readInto(protocol, into, bound);
  return rowsOf(into);
}

function rowsOf(table: SocketTable): SocketRow[] {
  return Array.from({ length: table.length }, (_, row) => table.row(row, backend));
}

function ss(options: string): string[] {
  return ssLines(['-HOan', ...options.split(' ')], stage.file('ss'));
}

function inodeOf(fd: number): number {
  return Number(/\d+/.exec(fs.readlinkSync(`/proc/self/fd/${fd}`))![0]);
}

const ssState = (state: string): string | null =>
  ({ ESTAB: 'ESTABLISHED', LISTEN: 'LISTEN', UNCONN: null })[state] ?? null;

describe('UNIX sockets', () => {
  /** One of each kind, connected, waiting, listening, bound and not. */
  function open(): void {
    const path = stage.file('s.sock');
    fs.rmSync(path, { force: true });
    const listener = sockets.listen(sockets.bind(sockets.socket(AF.UNIX, SOCK.STREAM), unixAddress(path)), 7);
    const address = unixAddress(`${path}\0`);
    const client = sockets.connect(sockets.socket(AF.UNIX, SOCK.STREAM), address);
    sockets.accept(listener);
    sockets.send(client, 100);
    sockets.connect(sockets.socket(AF.UNIX, SOCK.STREAM), address); // waits
    sockets.bind(sockets.socket(AF.UNIX, SOCK.DGRAM), unixAddress('\0abs\0tract\0'));
    sockets.connect(sockets.socket(AF.UNIX, SOCK.DGRAM), unixAddress('\0abs\0tract\0'));
    sockets.listen(sockets.bind(sockets.socket(AF.UNIX, SOCK.SEQPACKET), unixAddress('\0seq')), 3);
    sockets.connect(sockets.socket(AF.UNIX, SOCK.SEQPACKET), unixAddress('\0seq'));
    sockets.pair(SOCK.SEQPACKET);
    sockets.pair(SOCK.DGRAM);
    sockets.socket(AF.UNIX, SOCK.STREAM);
  }

  interface Witness {
    type: string;
    state: string | null;
    receiveQueue: number;
    sendQueue: number;
    name: string;
    inode: number;
    peer: number;
    waiting: number[];
  }

  function witnesses(): Witness[] {
    const types: Record<string, string> = { u_str: 'stream', u_dgr: 'dgram', u_seq: 'seqpacket' };
    return ss('-xe').map((line) => {
      const [type, state, receiveQueue, sendQueue, name, inode, , peer] = line.split(/\s+/);
      return {
        ...{ type: types[type!]!, state: ssState(state!), name: name! },
        ...{ receiveQueue: Number(receiveQueue), sendQueue: Number(sendQueue) },
        ...{ inode: Number(inode), peer: Number(peer) },
        waiting: (/peers:([ \d]*)/.exec(line)?.[1] ?? '').trim().split(' ').map(Number),
      };
    });
  }

  it('are what ss says, peers by name', (context) => {
    needsSs(context);
    open();
    const seen = witnesses();
    const nameOf = (inode: number): string => {
      const name = seen.find((witness) => witness.inode === inode)?.name ?? '*';
      return name === '*' ? `socket:[${inode}]` : name;
    };
    const theirs = seen.map(({ type, state, receiveQueue, sendQueue, inode, peer }) => {
      const listener = seen.find((witness) => witness.waiting.includes(inode));
      const remote = peer !== 0 ? nameOf(peer) : (listener?.name ?? null);
      return [type, state, receiveQueue, sendQueue, nameOf(inode), inode, remote].join(' ');
    });
    const mine = read('unix').map((row) =>
      [
        ...[row.type, row.state, row.receiveQueue, row.sendQueue, row.localAddress, row.inode],
        row.remoteAddress,
      ].join(' '),
    );
    expect(theirs.length).toBeGreaterThanOrEqual(13);
    expect(mine.sort()).toEqual(theirs.sort());
    expect(mine.filter((row) => row.endsWith(' @seq'))).toHaveLength(1);
  });

  it('belong to who holds them, user and process', () => {
    open();
    const table = new SocketTable();
    readInto('unix', table);
    const owners = backend.readOwners(table);
    expect(table.length).toBeGreaterThanOrEqual(13);
    for (let row = 0; row < table.length; row++) {
      expect(table.columns.uid[row]).toBe(process.getuid!());
      expect(owners.holdersOf(row).map(({ pid }) => pid)).toEqual([process.pid]);
    }
  });

  it('cannot be closed, and that is said', () => {
    open();
    const table = new SocketTable();
    readInto('unix', table);
    const { outcome, message } = backend.close(table, 0);
    expect(outcome).toBe('refused');
    expect(message).toMatch(/internet sockets only/);
    expect(read('unix')).toHaveLength(table.length);
  });

  it('keep their identity from one reading to the next', () => {
    open();
    const ids = read('unix').map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(read('unix').map((row) => row.id)).toEqual(ids);
  });
});

describe('packet sockets', () => {
  const PROTOCOL_NUMBERS: Record<string, string> = { all: '*', none: '[0]', ip: '[2048]', lldp: '[35020]' };

  /** The protocol that socket() takes, in network order. */
  const ETH_P = { ALL: 0x0300, IP: 0x0008, LLDP: 0xcc88 };

  it('are what ss says', (context) => {
    needsSs(context);
    sockets.socket(AF.PACKET, SOCK.RAW, ETH_P.ALL);
    sockets.bind(sockets.socket(AF.PACKET, SOCK.DGRAM, ETH_P.IP), packetAddress(0x0800, 1));
    sockets.socket(AF.PACKET, SOCK.RAW, 0);
    sockets.socket(AF.PACKET, SOCK.RAW, ETH_P.LLDP);
    const theirs = ss('-0e').map((line) => {
      const [type, , receiveQueue, sendQueue, name] = line.split(/\s+/);
      const [, inode, cookie] = /ino:(\d+) sk:(\w+)/.exec(line)!;
      return [{ p_raw: 'raw', p_dgr: 'dgram' }[type!], receiveQueue, sendQueue, name, inode, cookie].join(
        ' ',
      );
    });
    const mine = read('packet').map((row) => {
      const [protocol, name] = row.localAddress.split(':');
      return [
        ...[row.type, row.receiveQueue, row.sendQueue, `${PROTOCOL_NUMBERS[protocol!]}:${name}`],
        ...[row.inode, row.id.split('-')[1]],
      ].join(' ');
    });
    expect(theirs).toHaveLength(4);
    expect(mine.sort()).toEqual(theirs.sort());
  });

  it('name their interface as it is called now', () => {
    stage.ip('link add fam0 type veth peer name fam1');
    try {
      sockets.bind(sockets.socket(AF.PACKET, SOCK.RAW, ETH_P.ALL), packetAddress(3, indexOf('fam0')));
      expect(read('packet').map((row) => row.localAddress)).toEqual(['all:fam0']);
      stage.ip('link set fam0 name fam7');
      expect(read('packet').map((row) => row.localAddress)).toEqual(['all:fam7']);
    } finally {
      stage.ip('link delete fam1');
    }
  });

  function indexOf(name: string): number {
    const lines = spawnSync('ip', ['-o', 'link'], { encoding: 'utf8' }).stdout.split('\n');
    return Number(lines.find((line) => line.includes(` ${name}@`))!.split(':')[0]);
  }
});

it('netlink sockets are what ss says, each once', (context) => {
  needsSs(context);
  sockets.bind(sockets.socket(AF.NETLINK, SOCK.RAW, 15), netlinkAddress(4242, 1)); // a member of a group
  sockets.bind(sockets.socket(AF.NETLINK, SOCK.DGRAM, 0), netlinkAddress(0));
  sockets.connect(sockets.socket(AF.NETLINK, SOCK.RAW, 2), netlinkAddress(4242));
  const numbers: Record<string, number> = {
    ...{ rtnl: 0, usersock: 2, tcpdiag: 4, nflog: 5, xfrm: 6, selinux: 7, iscsi: 8, audit: 9, fiblookup: 10 },
    ...{ connector: 11, nft: 12, uevent: 15, genl: 16, 'scsi-trans': 18, ecryptfs: 19, rdma: 20, crypto: 21 },
    smc: 22,
  };
  const theirs = ss('-f netlink')
    .map((line) => {
      const [, receiveQueue, sendQueue, local, remote] = line.split(/\s+/);
      const peer = remote!.startsWith('*') ? '-' : remote!.split(':')[1];
      return [local!.replace(':', ' '), receiveQueue, sendQueue, peer].join(' ');
    })
    // But the sockets that ask.
    .filter((line) => !/^4 [1-9]/.test(line));
  const rows = read('netlink').filter((row) => row.localAddress !== 'tcpdiag' || row.localPort === 0);
  const mine = rows.map((row) =>
    [
      ...[numbers[row.localAddress] ?? row.localAddress, row.localPort, row.receiveQueue, row.sendQueue],
      row.remotePort ?? '-',
    ].join(' '),
  );
  expect(mine.sort()).toEqual([...new Set(theirs)].sort());
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  expect(rows.filter((row) => row.localPort === 4242)).toMatchObject([{ localAddress: 'uevent' }]);
  expect(rows.filter((row) => row.remotePort === 4242)).toMatchObject([
    { localAddress: 'usersock', remoteAddress: 'usersock' },
  ]);
});

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
    const { outcome, message } = backend.close(table, 0);
    expect(outcome).toBe('refused');
    expect(message).not.toBeNull();
    expect(read('raw')).toHaveLength(3);
  });
});

it('ICMP sockets are listed from /proc/net', () => {
  fs.writeFileSync('/proc/sys/net/ipv4/ping_group_range', '0 65535');
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
  expect(backend.close(table, 0).outcome).toBe('refused');
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
