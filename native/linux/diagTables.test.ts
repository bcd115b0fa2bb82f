import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TABLES } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { DIAG_TABLES, INET_TABLES, lacksHandler, MissingHandlers } from './diagTables';
import { decodeFamily, FAMILY_NAMES, familyDatagram, familyMessages, rowsOf } from './fixtures/families';
import type { FamilyName } from './fixtures/families';
import { bytesOf, datagramBytes } from './fixtures/replies';

/** What is looked at: the rest is not known of any of them, or the engine's to fill. */
function facts(row: SocketRow): Partial<SocketRow> {
  const { id, type, state, localAddress, localPort, remoteAddress, remotePort, inode, uid } = row;
  const { receiveQueue, sendQueue } = row;
  return {
    ...{ id, type, state, localAddress, localPort, remoteAddress, remotePort, inode, uid },
    ...{ receiveQueue, sendQueue },
  };
}

function decoded(name: FamilyName): Partial<SocketRow>[] {
  const { table, error } = decodeFamily(name, familyDatagram(name));
  expect(error).toBeNull();
  const rows = rowsOf(table);
  for (const row of rows) expect(row).toMatchObject({ protocol: name, family: null, dualStack: null });
  return rows.map(facts);
}

const NOBODY = { remoteAddress: null, remotePort: null };
const QUIET = { receiveQueue: 0, sendQueue: 0 };

describe('UNIX sockets', () => {
  const known = { ...QUIET, uid: 0, localPort: null, remotePort: null };

  it('reads names, peers, queues and users', () => {
    const path = '/run/s.sock';
    expect(decoded('unix')).toEqual([
      {
        ...{ ...known, ...NOBODY, id: '0:7b422', type: 'stream', state: 'LISTEN', inode: 1478466 },
        // One waits, of seven that may.
        ...{ localAddress: path, receiveQueue: 1, sendQueue: 7 },
      },
      {
        ...{ ...known, id: '0:7b423', type: 'dgram', state: 'ESTABLISHED', inode: 1478471 },
        ...{ localAddress: 'socket:[1478471]', remoteAddress: '@abs@tract@' },
      },
      {
        ...{ ...known, id: '0:7b424', type: 'stream', state: 'ESTABLISHED', inode: 1478468 },
        ...{ localAddress: path, remoteAddress: 'socket:[1478467]', receiveQueue: 100 },
      },
      {
        ...{ ...known, id: '0:7b425', type: 'seqpacket', state: 'ESTABLISHED', inode: 1478473 },
        ...{ localAddress: 'socket:[1478473]', remoteAddress: 'socket:[1478472]' },
      },
      {
        ...{ ...known, id: '0:7b426', type: 'stream', state: 'ESTABLISHED', inode: 1478467 },
        ...{ localAddress: 'socket:[1478467]', remoteAddress: path, sendQueue: 768 },
      },
      {
        ...{ ...known, id: '0:7b427', type: 'seqpacket', state: 'ESTABLISHED', inode: 1478472 },
        ...{ localAddress: 'socket:[1478472]', remoteAddress: 'socket:[1478473]' },
      },
      {
        // The listener has not accepted it: the kernel names no peer, but the listener says who waits.
        ...{ ...known, id: '0:7b428', type: 'stream', state: 'ESTABLISHED', inode: 1478469 },
        ...{ localAddress: 'socket:[1478469]', remoteAddress: path },
      },
      {
        // "Established" since somebody has connected to it, which makes it nobody's peer.
        ...{ ...known, ...NOBODY, id: '0:7b429', type: 'dgram', state: 'ESTABLISHED', inode: 1478470 },
        ...{ localAddress: '@abs@tract@' },
      },
    ]);
  });

  it('makes no new text for what has not changed', () => {
    decodeFamily('unix', familyDatagram('unix'));
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    const view = vi.spyOn(DataView.prototype, 'getUint32');
    const { table } = decodeFamily('unix', familyDatagram('unix'));
    expect(table.localNames[0]).toBe('/run/s.sock');
    expect(decode).not.toHaveBeenCalled();
    expect(view).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('keeps the name of a path up to its NUL, and every NUL of an abstract one', () => {
    const name = (bytes: number[]): string | null => {
      const message = [1, 2, 7, 0, 9, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 4 + bytes.length, 0, 0, 0, ...bytes];
      const { table } = decodeFamily('unix', bytesOf({ type: 20, payload: Uint8Array.from(message) }));
      return table.localNames[0]!;
    };
    expect(name([0x2f, 0x61, 0, 0x62])).toBe('/a');
    expect(name([0, 0x61, 0, 0])).toBe('@a@@');
    expect(name([0])).toBe('@');
    expect(name([])).toBe('socket:[9]');
    expect(name([0x2f, 0xc3, 0xa4])).toBe('/ä');
  });
});

it('reads packet sockets', () => {
  const known = { ...NOBODY, ...QUIET, state: null, localPort: null, uid: 0 };
  expect(decoded('packet')).toEqual([
    { ...known, id: '0:7b42a', type: 'dgram', localAddress: 'ip:if1', inode: 1478474 },
    { ...known, id: '0:7b42b', type: 'raw', localAddress: 'lldp:*', inode: 1478475 },
  ]);
  const { table } = decodeFamily('packet', familyDatagram('packet'));
  expect([...table.columns.interfaceIndex.slice(0, 2)]).toEqual([1, 0]);
});

it('names the protocol of a packet socket by its ethertype', () => {
  const [message] = familyMessages('packet');
  const name = (protocol: number): string | null => {
    const changed = message!.slice();
    new DataView(changed.buffer).setUint16(18, protocol, true);
    return decodeFamily('packet', changed).table.localNames[0]!;
  };
  expect([3, 0, 0x86dd, 0x9999, 0x12].map(name)).toEqual([
    ...['all:if1', 'none:if1', 'ipv6:if1', '0x9999:if1', '0x0012:if1'],
  ]);
});

it('reads netlink sockets, and those of a multicast group once', () => {
  expect(familyMessages('netlink')).toHaveLength(12);
  const rows = decoded('netlink');
  expect(rows).toHaveLength(11);
  const known = { ...NOBODY, ...QUIET, state: null, uid: null };
  expect(rows.slice(0, 4)).toEqual([
    { ...known, id: '0:7b42c', type: 'dgram', localAddress: 'rtnl', localPort: 0, inode: 1478442 },
    {
      ...{ ...known, id: '0:7b42d', type: 'raw', localAddress: 'usersock', localPort: 22882, inode: 1478477 },
      ...{ remoteAddress: 'usersock', remotePort: 4242 },
    },
    {
      ...{ ...known, id: '0:7b42e', type: 'dgram', localAddress: 'tcpdiag', localPort: 0, inode: 1478448 },
      receiveQueue: 832,
    },
    {
      ...{ ...known, id: '0:7b42f', type: 'raw', localAddress: 'tcpdiag', localPort: 22882, inode: 1478480 },
      receiveQueue: 4352,
    },
  ]);
  expect(rows.filter((row) => row.localPort === 4242)).toEqual([
    { ...known, id: '0:7b434', type: 'raw', localAddress: 'uevent', localPort: 4242, inode: 1478476 },
  ]);
});

it('reads VSOCK sockets', () => {
  const known = { uid: null, receiveQueue: null, sendQueue: null };
  expect(decoded('vsock')).toEqual([
    {
      ...{ ...known, ...NOBODY, id: '22:11', type: 'stream', state: 'LISTEN', inode: 5001 },
      ...{ localAddress: '*', localPort: 1234 },
    },
    {
      ...{ ...known, id: '0:12', type: 'stream', state: 'ESTABLISHED', inode: 5002 },
      ...{ localAddress: '3', localPort: 4097, remoteAddress: '2', remotePort: 1234 },
    },
    {
      ...{ ...known, ...NOBODY, id: '0:13', type: 'dgram', state: null, inode: 5003 },
      ...{ localAddress: '*', localPort: null },
    },
  ]);
});

it('reads XDP sockets', () => {
  const known = { ...NOBODY, type: 'raw', state: null };
  expect(decoded('xdp')).toEqual([
    {
      ...{ ...known, id: '0:21', localAddress: 'if1', localPort: 4, inode: 6001, uid: 1000 },
      ...{ receiveQueue: 100, sendQueue: 300 },
    },
    {
      ...{ ...known, id: '0:22', localAddress: '*', localPort: null, inode: 6002, uid: 0 },
      ...{ receiveQueue: null, sendQueue: null },
    },
  ]);
});

it('reads TIPC sockets', () => {
  const known = { receiveQueue: null, sendQueue: null };
  expect(decoded('tipc')).toEqual([
    {
      ...{ ...known, id: '31:32', type: 'seqpacket', state: 'ESTABLISHED', inode: 7001, uid: 1000 },
      ...{ localAddress: '16781313', localPort: 77001, remoteAddress: '16781314', remotePort: 88002 },
    },
    {
      ...{ ...known, ...NOBODY, id: '0:33', type: 'rdm', state: null, inode: 7002, uid: 0 },
      ...{ localAddress: '0', localPort: 77002 },
    },
  ]);
});

it('refuses a TIPC socket without a cookie, and one without a description', () => {
  const empty = Uint8Array.of(4, 0, 2, 0x80); // TIPC_NLA_SOCK, nested
  expect(decodeFamily('tipc', bytesOf({ type: 20, payload: empty })).error).toBe('MALFORMED');
  expect(decodeFamily('tipc', bytesOf({ type: 20 })).error).toBe('MALFORMED');
});

describe.each(FAMILY_NAMES)('%s', (name) => {
  const messages = familyMessages(name);

  it('refuses a message that is cut off, wherever', () => {
    for (const message of messages) {
      for (let length = 16; length < message.length; length += 4) {
        const cut = message.slice(0, length);
        new DataView(cut.buffer).setUint32(0, length, true);
        // Between two attributes a message may end; anywhere else it may not.
        const { table, error } = decodeFamily(name, cut, 0x00);
        expect(decodeFamily(name, cut, 0xff).error).toBe(error);
        expect(error === null ? table.length : -1).not.toBe(0);
      }
    }
    expect(decodeFamily(name, bytesOf({ type: 20, payload: new Uint8Array(3) })).error).toBe('MALFORMED');
  });

  it('gives rows or a NativeError for whatever comes, never looks beyond it, and never makes more rows', () => {
    const change = fc.tuple(fc.nat(messages[0]!.length * messages.length), fc.nat(255));
    const length = familyDatagram(name).length;
    const mutated = fc
      .tuple(fc.array(change, { maxLength: 8 }), fc.nat(2 * length), fc.array(fc.nat(messages.length - 1)))
      .map(([changes, end, order]) => {
        const all = datagramBytes(...order.map((index) => messages[index]!), ...messages);
        for (const [at, value] of changes) all[at % all.length] = value;
        return end < all.length ? all.slice(0, end) : all;
      });
    let errors = 0;
    let whole = 0;
    fc.assert(
      fc.property(mutated, (datagram) => {
        const zero = decodeFamily(name, datagram, 0x00);
        const ones = decodeFamily(name, datagram, 0xff);
        expect(ones.error).toBe(zero.error);
        expect(rowsOf(ones.table)).toEqual(rowsOf(zero.table));
        expect(zero.table.length).toBeLessThanOrEqual(datagram.length / 20);
        if (zero.error === null) whole++;
        else errors++;
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(errors).toBeGreaterThan(40);
    expect(whole).toBeGreaterThan(10);
  });
});

describe('the tables', () => {
  it('can all be dumped but those of ICMP, which no kernel lists', () => {
    expect(TABLES.filter((name) => !DIAG_TABLES.has(name))).toEqual(['icmp4', 'icmp6']);
    expect([...INET_TABLES.keys()]).toEqual(TABLES.filter((name) => /^(?!icmp).*\d$/.test(name)));
  });

  it('leave no port behind that is none', () => {
    const { table } = decodeFamily('unix', familyDatagram('unix'));
    for (let row = 0; row < table.length; row++) {
      expect(table.columns.remotePort[row]).toBe(UNKNOWN);
      expect(table.columns.localPort[row]).toBe(UNKNOWN);
    }
  });

  it('lack a handler only where the kernel says so of a dump', () => {
    expect(lacksHandler(new NativeError('dump(raw4)', 2, 'ENOENT', ''))).toBe(true);
    expect(lacksHandler(new NativeError('socket(NETLINK_SOCK_DIAG)', 93, 'EPROTONOSUPPORT', ''))).toBe(true);
    expect(lacksHandler(new NativeError('dump(raw4)', 1, 'EPERM', ''))).toBe(false);
    expect(lacksHandler(new NativeError('open(net:[4026532281])', 2, 'ENOENT', ''))).toBe(false);
    expect(lacksHandler(new Error('dump(raw4)'))).toBe(false);
  });

  it('are asked for again after a while where the handler was missing', () => {
    let now = 0;
    const missing = new MissingHandlers(() => now);
    expect(missing.has('raw4')).toBe(false);
    missing.add('raw4');
    expect([missing.has('raw4'), missing.has('raw6')]).toEqual([true, false]);
    now = 29_999;
    expect(missing.has('raw4')).toBe(true);
    now = 30_000;
    expect(missing.has('raw4')).toBe(false);
  });
});
