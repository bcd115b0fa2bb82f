/** Sockets that do not go over IP, on real ones in a network namespace of the test's own; ss is the second witness. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SocketTable } from '../../shared/socketTable';
import { backend, read, readInto, setUpFamilies, sockets, ss, ssState, stage } from './fixtures/familyScene';
import { needsSs } from './fixtures/needs';
import { AF, netlinkAddress, packetAddress, SOCK, unixAddress } from './fixtures/rawSockets';

setUpFamilies();

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
    const { outcome, message } = backend.close(table, 0, 'reset');
    expect(outcome).toBe('refused');
    expect(message).toMatch(/closes no UNIX sockets from outside/);
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
