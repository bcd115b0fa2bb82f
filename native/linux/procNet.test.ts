import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLES } from '../../shared/socket';
import type { SocketRow, TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { NAMES, rowsOf } from './fixtures/families';
import { hasNoSockets } from './kernelProtocols';
import { hasCookie, ProcNet } from './procNet';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-procnet-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const FILES: Partial<Record<TableName, string>> = {
  ...{ tcp4: 'tcp', tcp6: 'tcp6', udp4: 'udp', raw4: 'raw', icmp4: 'icmp', icmp6: 'icmp6', unix: 'unix' },
  ...{ packet: 'packet', netlink: 'netlink' },
};

function readInto(table: TableName, content: string | Uint8Array, into: SocketTable): void {
  fs.writeFileSync(path.join(folder, FILES[table]!), content);
  expect(new ProcNet().read(table, folder, (index) => `if${index}`, into)).toBe(true);
}

function read(table: TableName, content: string | Uint8Array): SocketRow[] {
  const into = new SocketTable(1);
  readInto(table, content, into);
  return rowsOf(into);
}

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const HEADER6 = HEADER.replaceAll('address', 'address                         ');
/** What stands after the addresses: state, queues to be sent and received, timer, retransmits, uid, timeout, inode. */
const rest = (state: string, inode = 131157, uid = 0, queues = '00000000:00000000'): string =>
  `${state} ${queues} 00:00000000 00000000 ${uid}        0 ${inode} 1 00000000884a30d2 100 0 0 10 0\n`;

const LISTENER = `   0: 0100007F:1F90 00000000:0000 ${rest('0A', 131157, 1000, '00000000:00000003')}`;
const CONNECTION = `   1: 0100007F:9C41 0200007F:1F90 ${rest('01', 131166, 0, '0000000A:00000014')}`;

describe('/proc/net/tcp', () => {
  it('reads listeners and connections', () => {
    const rows = read('tcp4', HEADER + LISTENER + CONNECTION);
    expect(rows).toMatchObject([
      {
        ...{ protocol: 'tcp', family: 4, type: 'stream', state: 'LISTEN', uid: 1000, inode: 131157 },
        ...{ localAddress: '127.0.0.1', localPort: 8080, remoteAddress: null, remotePort: null },
        // How many wait is told, how many may is not.
        ...{ receiveQueue: 3, sendQueue: null },
      },
      {
        ...{ state: 'ESTABLISHED', uid: 0, inode: 131166, receiveQueue: 20, sendQueue: 10 },
        ...{ localAddress: '127.0.0.1', localPort: 40001, remoteAddress: '127.0.0.2', remotePort: 8080 },
      },
    ]);
  });

  it('takes uid 0 of a socket in TIME_WAIT for "no user"', () => {
    const line = `   1: 0100007F:9C41 0200007F:1F90 ${rest('06', 0)}`;
    expect(read('tcp4', HEADER + line)).toMatchObject([{ state: 'TIME_WAIT', uid: null, inode: null }]);
  });

  it('reads IPv6 addresses, each a word in the order of the machine', () => {
    const line =
      '   0: B80D01200000000067452301EFCDAB89:0050 00000000000000000000000000000000:0000 ' + rest('0A');
    expect(read('tcp6', HEADER6 + line)).toMatchObject([
      { family: 6, localAddress: '2001:db8::123:4567:89ab:cdef', localPort: 80, remoteAddress: null },
    ]);
  });
});

it('reads raw and ICMP sockets: the port is a protocol, and an ident', () => {
  const raw = `  145: 0100007F:0001 00000000:0000 ${rest('07')}`;
  expect(read('raw4', HEADER + raw)).toMatchObject([
    { protocol: 'raw', type: 'raw', state: null, localPort: 1, remoteAddress: null },
  ]);
  const ping = `   34: 0100007F:A3F0 0100007F:0000 ${rest('01')}`;
  expect(read('icmp4', HEADER + ping)).toMatchObject([
    { protocol: 'icmp', type: 'dgram', state: 'ESTABLISHED', localPort: 0xa3f0, remoteAddress: '127.0.0.1' },
  ]);
});

const UNIX_HEADER = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
const unixLine = (flags: string, state: string, end: string): string =>
  `00000000a5c81b2d: 00000003 00000000 ${flags} 0001 ${state} ${end}\n`;

it('reads UNIX sockets', () => {
  const text =
    UNIX_HEADER +
    unixLine('00000000', '03', ' 1119') +
    unixLine('00010000', '01', '16163 /run/a b') +
    unixLine('00000000', '02', '    0 /run/a b') +
    unixLine('00000000', '01', '16170 @abs@tract@') +
    unixLine('00000000', '01', '    0');
  const known = { type: 'stream', localPort: null, remoteAddress: null, uid: null };
  expect(read('unix', text)).toMatchObject([
    { ...known, state: 'ESTABLISHED', inode: 1119, localAddress: 'socket:[1119]' },
    { ...known, state: 'LISTEN', inode: 16163, localAddress: '/run/a b' },
    { ...known, state: 'ESTABLISHED', inode: null, localAddress: '/run/a b' },
    { ...known, state: null, inode: 16170, localAddress: '@abs@tract@' },
    { ...known, state: null, inode: null, localAddress: '*' },
  ]);
});

it('reads packet sockets', () => {
  const text =
    'sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n' +
    '00000000d34f97cf 3      3    0003   0     1 3332   0      1259518\n' +
    '00000000d34f97d0 3      10   0800   1     1 0      1000   1259519\n';
  expect(read('packet', text)).toMatchObject([
    { type: 'raw', localAddress: 'all:*', localPort: null, receiveQueue: 3332, uid: 0, inode: 1259518 },
    { type: null, localAddress: 'ip:if1', localPort: null, receiveQueue: 0, uid: 1000, inode: 1259519 },
  ]);
});

it('reads netlink sockets', () => {
  const text =
    'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n' +
    '000000009dca799d 0   0          00000000 0        0        0     2        0        4       \n' +
    '00000000e9b49ac2 15  4294963201 00000001 100      200      0     2        0        501     \n';
  expect(read('netlink', text)).toMatchObject([
    { localAddress: 'rtnl', localPort: 0, remoteAddress: null, inode: 4 },
    { localAddress: 'uevent', localPort: 4294963201, receiveQueue: 100, sendQueue: 200, inode: 501 },
  ]);
});

describe('what cannot be read', () => {
  it('is left out where it is a line among others', () => {
    const wrong = [
      'nonsense',
      '',
      '   0: 0100007F:1F90',
      `   0: 0100007F:11F90 00000000:0000 ${rest('0A').trimEnd()}`,
      `   0: 0100007F:1F90 00000000:0000 ${rest('0C').trimEnd()}`,
      `   0: 0100007F:1F90 00000000:0000 ${rest('00').trimEnd()}`,
      `   0: 0100007G:1F90 00000000:0000 ${rest('0A').trimEnd()}`,
      `   0: 0100007F0:1F90 00000000:0000 ${rest('0A').trimEnd()}`,
      `   0: 0100007F:1F90 00000000:0000 ${rest('0A', 99_999_999_999).trimEnd()}`,
    ];
    expect(read('tcp4', HEADER + wrong.map((line) => `${line}\n`).join('') + CONNECTION)).toHaveLength(1);
  });

  it('is left out where it is the end of a file that was cut off, wherever', () => {
    const whole = HEADER + LISTENER + CONNECTION;
    for (let length = HEADER.length; length < whole.length; length++) {
      const lines = length < HEADER.length + LISTENER.length ? 0 : 1;
      expect(read('tcp4', whole.slice(0, length))).toHaveLength(lines);
    }
  });

  it.each(['', 'no line end', 'a header\nand nonsense\n'])(
    'is an error where it is the whole: %j',
    (text) => {
      expect(() => read('tcp4', text)).toThrow(
        expect.objectContaining({ codeName: 'MALFORMED', call: `read(${folder}/tcp)` }),
      );
    },
  );

  it('says which line', () => {
    expect(() => read('unix', 'header\nbad\nbad\n')).toThrow(/Line 2 of .*unix/);
  });

  it('is no file at all: false', () => {
    const into = new SocketTable();
    expect(new ProcNet().read('tcp4', '/nowhere', String, into)).toBe(false);
    expect(new ProcNet().read('vsock', folder, String, into)).toBe(false);
  });

  it('is an error where it may not be read', () => {
    const locked = path.join(folder, 'udp');
    fs.mkdirSync(locked);
    expect(() => new ProcNet().read('udp4', folder, String, new SocketTable())).toThrow(NativeError);
    fs.rmdirSync(locked);
  });

  it('gives rows or a NativeError, for any bytes', () => {
    const sound = {
      tcp4: HEADER + LISTENER + CONNECTION,
      tcp6: HEADER6,
      unix: UNIX_HEADER + unixLine('00010000', '01', '16163 /run/a b') + unixLine('00000000', '03', ' 1119'),
      packet: 'sk\n00000000d34f97cf 3      3    0003   0     1 3332   0      1259518\n',
      netlink:
        'sk\n000000009dca799d 0   0          00000000 0        0        0     2        0        4       \n',
    };
    const name = fc.constantFrom(...(Object.keys(sound) as (keyof typeof sound)[]));
    const changes = fc.array(fc.tuple(fc.nat(1000), fc.oneof(fc.nat(255), fc.constantFrom(10, 32, 48, 58))), {
      maxLength: 6,
    });
    let failed = 0;
    fc.assert(
      fc.property(name, changes, fc.nat(1000), (table, changes, end) => {
        const bytes = Buffer.from(sound[table]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const into = new SocketTable(1);
        const lines = bytes.filter((byte) => byte === 10).length;
        try {
          readInto(table, end < 300 ? bytes.subarray(0, end) : bytes, into);
        } catch (error) {
          if (!(error instanceof NativeError)) throw error;
          failed++;
        }
        expect(into.length).toBeLessThanOrEqual(Math.max(0, lines - 1));
        for (const row of rowsOf(into)) expect(TABLES).toContain(`${row.protocol}${row.family ?? ''}`);
      }),
      { seed: 1, numRuns: 400 },
    );
    expect(failed).toBeGreaterThan(20);
    expect(failed).toBeLessThan(360);
  });
});

describe('identities without a cookie', () => {
  const ids = (text: string): string[] => {
    const into = new SocketTable();
    readInto('tcp4', HEADER + text, into);
    return Array.from({ length: into.length }, (_, row) => {
      expect(hasCookie(into.columns.idHigh[row]!)).toBe(false);
      return NAMES.id(into.columns.idHigh[row]!, into.columns.idLow[row]!, 0);
    });
  };
  const line = (port: number, remote: number, state = '01', inode = 131166): string =>
    `   1: 0100007F:${hex(port)} 0200007F:${hex(remote)} ${rest(state, inode)}`;
  const hex = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0');

  it('are those of no cookie', () => {
    expect(hasCookie(0)).toBe(true);
    expect(hasCookie(0x7fffffff)).toBe(true);
    expect(hasCookie(0x80000000)).toBe(false);
  });

  it('survive a change of state, and are another socket’s never', () => {
    const [established, closing, other, later, swapped] = ids(
      line(1, 2) + line(1, 2, '08') + line(1, 3) + line(1, 2, '01', 131167) + line(2, 1),
    );
    expect(closing).toBe(established);
    expect(new Set([established, other, later, swapped]).size).toBe(4);
  });

  it('are all different in 10,000 sockets', () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => line(i, 80, '01', 100_000 + i)).join('');
    expect(new Set(ids(lines)).size).toBe(10_000);
  });

  it('tell UNIX sockets without inode apart by where the kernel has them', () => {
    const into = new SocketTable();
    const first = unixLine('00000000', '02', '    0 /run/a');
    readInto('unix', UNIX_HEADER + first + first.replace('a5c81b2d', 'a5c81b2e'), into);
    expect(into.columns.idLow[0]).not.toBe(into.columns.idLow[1]);
  });
});

describe('hasNoSockets', () => {
  const protocols = (...lines: string[]): string => {
    fs.writeFileSync(
      path.join(folder, 'protocols'),
      `protocol  size sockets  memory\n${lines.map((line) => `${line}     -1   NI       0\n`).join('')}`,
    );
    return folder;
  };

  it('is true of a protocol that the kernel does not have', () => {
    expect(hasNoSockets('tipc', protocols('TCP       2304      1'))).toBe(true);
    expect(hasNoSockets('sctp6', protocols('SCTP      2304      1'))).toBe(true);
    expect(hasNoSockets('vsock', protocols('AF_VSOCK  1240      0'))).toBe(false);
  });

  it('is true of one that counts its sockets, and has none', () => {
    expect(hasNoSockets('xdp', protocols('XDP       1088      0'))).toBe(true);
    expect(hasNoSockets('xdp', protocols('XDP       1088      1'))).toBe(false);
  });

  it('is false where it cannot be known', () => {
    expect(hasNoSockets('tipc', '/nowhere')).toBe(false);
  });

  it.runIf(process.platform === 'linux')('knows the names of this kernel', () => {
    for (const table of ['tcp4', 'udp4', 'unix', 'netlink'] as const) {
      expect(hasNoSockets(table, '/proc/self/net')).toBe(false);
    }
  });
});
