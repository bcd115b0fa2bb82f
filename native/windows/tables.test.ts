import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTables, RowMatcher } from '../../shared/diff';
import { IdentityIndex } from '../../shared/identityIndex';
import { MAIN_TABLES } from '../../shared/socket';
import type { SocketRow, MainTable } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { readHex } from './fixtures/readHex';
import { RowIdentities } from './identity';
import { decodeTable } from './tables';
import type { TableClass } from './tableLayouts';

/** First row and row size in bytes, as measured with structures of the SDK: FACTS-windows, "Layouts". */
const SIZES: Record<MainTable, Partial<Record<TableClass, [number, number]>>> = {
  tcp4: { 'owner-pid': [4, 24], 'owner-module': [8, 160], table2: [4, 28] },
  tcp6: { 'owner-pid': [4, 56], 'owner-module': [8, 192], table2: [4, 60] },
  udp4: { 'owner-pid': [4, 12], 'owner-module': [8, 160] },
  udp6: { 'owner-pid': [4, 28], 'owner-module': [8, 176] },
};

const EVERY_TABLE = MAIN_TABLES.flatMap((name) =>
  (Object.keys(SIZES[name]) as TableClass[]).map((tableClass) => ({ name, tableClass })),
);

function golden(name: MainTable, tableClass: TableClass): Uint8Array {
  return readHex(`${name}-${tableClass}`);
}

function textOf(table: SocketTable, identities: RowIdentities): SocketRow[] {
  const names = {
    id: (high: number, low: number) => identities.idText(high, low)!,
    user: () => null,
    interface: (index: number) => String(index),
    interfaceOf: () => null,
    namespace: () => null,
  };
  return Array.from({ length: table.length }, (_, row) => table.row(row, names));
}

function decode(bytes: Uint8Array, name: MainTable, tableClass: TableClass): SocketRow[] {
  const table = new SocketTable(1);
  const identities = new RowIdentities();
  expect(decodeTable(bytes, bytes.length, name, tableClass, table, identities)).toBe(table.length);
  return textOf(table, identities);
}

/** What a Windows table never tells; the rows below name the rest, so that nothing is compared loosely. */
const UNTOLD = {
  remoteAddress: null,
  remotePort: null,
  processName: null,
  processPath: null,
  processStartedAt: null,
  unit: null,
  container: null,
  dualStack: null,
  namespace: null,
  user: null,
  uid: null,
  owner: 'known', // the engine's column, still 0
  holders: 0,
  inode: null,
  createdAt: null,
  firstSeenAt: NaN,
  destroyedAt: null,
  bytesSent: null,
  bytesReceived: null,
  receiveQueue: null,
  sendQueue: null,
  rtt: null,
  retransmits: null,
  segmentsSent: null,
  segmentsReceived: null,
  program: null,
  direction: null,
  interface: null,
  parentPid: null,
  parentName: null,
  commandLine: null,
} as const;
const TCP4 = { ...UNTOLD, protocol: 'tcp', type: 'stream', family: 4 } as const;
const TCP6 = { ...UNTOLD, protocol: 'tcp', type: 'stream', family: 6 } as const;
const UDP4 = { ...UNTOLD, protocol: 'udp', type: 'dgram', family: 4, state: null } as const;
const UDP6 = { ...UNTOLD, protocol: 'udp', type: 'dgram', family: 6, state: null } as const;

describe('golden tables', () => {
  it('decodes MIB_TCPTABLE_OWNER_PID', () => {
    expect(decode(golden('tcp4', 'owner-pid'), 'tcp4', 'owner-pid')).toEqual([
      { ...TCP4, id: 'tcp4-0.0.0.0:80', state: 'LISTEN', localAddress: '0.0.0.0', localPort: 80, pid: 4 },
      {
        ...TCP4,
        id: 'tcp4-10.0.0.5:443-10.0.0.9:51122',
        state: 'ESTABLISHED',
        localAddress: '10.0.0.5',
        localPort: 443,
        remoteAddress: '10.0.0.9',
        remotePort: 51122,
        pid: 812,
      },
      {
        ...TCP4,
        id: 'tcp4-127.0.0.1:49700-127.0.0.1:5432',
        state: 'TIME_WAIT',
        localAddress: '127.0.0.1',
        localPort: 49700,
        remoteAddress: '127.0.0.1',
        remotePort: 5432,
        pid: null,
      },
      { ...TCP4, id: 'tcp4-0.0.0.0:0', state: 'CLOSE', localAddress: '0.0.0.0', localPort: 0, pid: 1234 },
      {
        ...TCP4,
        id: 'tcp4-10.0.0.5:49701-192.0.2.1:443',
        state: 'CLOSE',
        localAddress: '10.0.0.5',
        localPort: 49701,
        remoteAddress: '192.0.2.1',
        remotePort: 443,
        pid: 0,
      },
      {
        ...TCP4,
        id: 'tcp4-10.0.0.5:49702-192.0.2.1:65535',
        state: null,
        localAddress: '10.0.0.5',
        localPort: 49702,
        remoteAddress: '192.0.2.1',
        remotePort: 65535,
        pid: 65536,
      },
    ]);
  });

  it('decodes MIB_TCPTABLE_OWNER_MODULE', () => {
    const local = { localAddress: '127.0.0.1', localPort: 8080 };
    expect(decode(golden('tcp4', 'owner-module'), 'tcp4', 'owner-module')).toEqual([
      {
        ...TCP4,
        ...local,
        id: 'tcp4-127.0.0.1:8080-01da6bae75760000',
        state: 'LISTEN',
        pid: 4321,
        createdAt: Date.UTC(2024, 2, 1, 8, 0, 0),
      },
      {
        ...TCP4,
        ...local,
        id: 'tcp4-127.0.0.1:8080-127.0.0.1:50000-01da6bb2a66b46d7',
        state: 'ESTABLISHED',
        remoteAddress: '127.0.0.1',
        remotePort: 50000,
        pid: 4321,
        createdAt: Date.UTC(2024, 2, 1, 8, 30, 0, 125),
      },
      {
        ...TCP4,
        ...local,
        id: 'tcp4-127.0.0.1:8080-127.0.0.1:49999-01da6bb2a5bf9d80',
        state: 'TIME_WAIT',
        remoteAddress: '127.0.0.1',
        remotePort: 49999,
        pid: null,
        createdAt: Date.UTC(2024, 2, 1, 8, 29, 59),
      },
    ]);
  });

  it('decodes MIB_TCP6TABLE_OWNER_PID, scopes in either byte order', () => {
    expect(decode(golden('tcp6', 'owner-pid'), 'tcp6', 'owner-pid')).toEqual([
      { ...TCP6, id: 'tcp6-:::445', state: 'LISTEN', localAddress: '::', localPort: 445, pid: 4 },
      {
        ...TCP6,
        id: 'tcp6-if7-fe80::1:50001-fe80::2:22',
        state: 'ESTABLISHED',
        localAddress: 'fe80::1%7',
        interface: '7',
        localPort: 50001,
        remoteAddress: 'fe80::2%7',
        remotePort: 22,
        pid: 900,
      },
      {
        ...TCP6,
        id: 'tcp6-if300-fe80::1:50001-fe80::2:22',
        state: 'CLOSE_WAIT',
        localAddress: 'fe80::1%300',
        interface: '300',
        localPort: 50001,
        remoteAddress: 'fe80::2%300',
        remotePort: 22,
        pid: 901,
      },
      {
        ...TCP6,
        id: 'tcp6-2001:db8::1:50002-2001:db8::2:443',
        state: 'TIME_WAIT',
        localAddress: '2001:db8::1',
        localPort: 50002,
        remoteAddress: '2001:db8::2',
        remotePort: 443,
        pid: null,
      },
    ]);
  });

  it('decodes MIB_TCP6TABLE_OWNER_MODULE', () => {
    expect(decode(golden('tcp6', 'owner-module'), 'tcp6', 'owner-module')).toEqual([
      { ...TCP6, id: 'tcp6-::1:8080', state: 'LISTEN', localAddress: '::1', localPort: 8080, pid: 4321 },
      {
        ...TCP6,
        id: 'tcp6-if300-::1:8080-fe80::9:50003-01da6bb2a73d15c0',
        interface: '300',
        state: 'FIN_WAIT_1',
        localAddress: '::1',
        localPort: 8080,
        remoteAddress: 'fe80::9%300',
        remotePort: 50003,
        pid: 4321,
        createdAt: Date.UTC(2024, 2, 1, 8, 30, 1, 500),
      },
    ]);
  });

  it('decodes MIB_UDPTABLE_OWNER_PID and numbers rows that are alike', () => {
    const mdns = { ...UDP4, localAddress: '0.0.0.0', localPort: 5353 };
    expect(decode(golden('udp4', 'owner-pid'), 'udp4', 'owner-pid')).toEqual([
      { ...mdns, id: 'udp4-0.0.0.0:5353', pid: 2000 },
      { ...mdns, id: 'udp4-0.0.0.0:5353~2', pid: 2001 },
      { ...UDP4, id: 'udp4-127.0.0.53:53', localAddress: '127.0.0.53', localPort: 53, pid: 0 },
    ]);
  });

  it('decodes MIB_UDPTABLE_OWNER_MODULE', () => {
    const mdns = { ...UDP4, localAddress: '0.0.0.0', localPort: 5353, pid: 2000 };
    expect(decode(golden('udp4', 'owner-module'), 'udp4', 'owner-module')).toEqual([
      { ...mdns, id: 'udp4-0.0.0.0:5353-01da6ba613b19800', createdAt: Date.UTC(2024, 2, 1, 7, 0, 0) },
      { ...mdns, id: 'udp4-0.0.0.0:5353-01da6ba6144a2e80', createdAt: Date.UTC(2024, 2, 1, 7, 0, 1) },
      { ...UDP4, id: 'udp4-192.0.2.7:137', localAddress: '192.0.2.7', localPort: 137, pid: 4 },
    ]);
  });

  it('decodes MIB_UDP6TABLE_OWNER_PID', () => {
    const dhcp = { ...UDP6, localPort: 546, pid: 1100 };
    expect(decode(golden('udp6', 'owner-pid'), 'udp6', 'owner-pid')).toEqual([
      { ...UDP6, id: 'udp6-:::5353', localAddress: '::', localPort: 5353, pid: 2000 },
      { ...dhcp, id: 'udp6-if7-fe80::1:546', localAddress: 'fe80::1%7', interface: '7' },
      { ...dhcp, id: 'udp6-if300-fe80::1:546', localAddress: 'fe80::1%300', interface: '300' },
    ]);
  });

  it('decodes MIB_UDP6TABLE_OWNER_MODULE', () => {
    const ssdp = { ...UDP6, localPort: 1900, pid: 3000 };
    expect(decode(golden('udp6', 'owner-module'), 'udp6', 'owner-module')).toEqual([
      {
        ...ssdp,
        id: 'udp6-::1:1900-01da6ba61508eaa0',
        localAddress: '::1',
        createdAt: Date.UTC(2024, 2, 1, 7, 0, 2, 250),
      },
      { ...ssdp, id: 'udp6-if7-fe80::1:1900', localAddress: 'fe80::1%7', interface: '7' },
    ]);
  });
});

describe('bound endpoints', () => {
  it('are decoded from MIB_TCPTABLE2: BOUND whatever the state, no remote endpoint, numbered where they are alike', () => {
    expect(decode(golden('tcp4', 'table2'), 'tcp4', 'table2')).toEqual([
      {
        ...TCP4,
        id: 'tcp4-0.0.0.0:5000',
        state: 'BOUND',
        localAddress: '0.0.0.0',
        localPort: 5000,
        pid: 4321,
      },
      {
        ...TCP4,
        id: 'tcp4-0.0.0.0:5000~2',
        state: 'BOUND',
        localAddress: '0.0.0.0',
        localPort: 5000,
        pid: 0,
      },
    ]);
  });

  it('are decoded from MIB_TCP6TABLE2', () => {
    const local = { localAddress: 'fe80::1%7', interface: '7', localPort: 5001 };
    expect(decode(golden('tcp6', 'table2'), 'tcp6', 'table2')).toEqual([
      { ...TCP6, ...local, id: 'tcp6-if7-fe80::1:5001', state: 'BOUND', pid: 4321 },
      { ...TCP6, id: 'tcp6-:::5002', state: 'BOUND', localAddress: '::', localPort: 5002, pid: 900 },
    ]);
  });

  it('there are none of UDP', () => {
    expect(() => decode(new Uint8Array(64), 'udp4', 'table2')).toThrow(RangeError);
  });
});

describe('states', () => {
  it.each([
    [0, null],
    [1, 'CLOSE'],
    [2, 'LISTEN'],
    [3, 'SYN_SENT'],
    [4, 'SYN_RECV'],
    [5, 'ESTABLISHED'],
    [6, 'FIN_WAIT_1'],
    [7, 'FIN_WAIT_2'],
    [8, 'CLOSE_WAIT'],
    [9, 'CLOSING'],
    [10, 'LAST_ACK'],
    [11, 'TIME_WAIT'],
    [12, 'DELETE_TCB'],
    [13, null],
    [0xffffffff, null],
  ])('MIB_TCP_STATE %i is %s', (number, state) => {
    const bytes = golden('tcp4', 'owner-pid');
    new DataView(bytes.buffer).setUint32(28, number, true);
    expect(decode(bytes, 'tcp4', 'owner-pid')[1]!.state).toBe(state);
  });
});

describe('scopes', () => {
  it.each(['tcp6', 'udp6'] as const)('of %s are believed of link-local addresses only', (name) => {
    const bytes = golden(name, 'owner-pid');
    new DataView(bytes.buffer).setUint32(4 + 16, 7, true);
    const [row] = decode(bytes, name, 'owner-pid');
    expect(row).toMatchObject({ localAddress: '::', interface: null });
    expect(row!.id).toMatch(/^(tcp|udp)6-:::/);
  });
});

describe('the shared pipeline', () => {
  it('sees a connection that goes to TIME_WAIT, and loses its PID, as the same row changed', () => {
    const identities = new RowIdentities();
    const bytes = golden('tcp4', 'owner-module');
    const [before, after] = [new SocketTable(), new SocketTable()];
    const beforeIndex = new IdentityIndex();
    decodeTable(bytes, bytes.length, 'tcp4', 'owner-module', before, identities);
    const view = new DataView(bytes.buffer);
    view.setUint32(168, 11, true);
    view.setUint32(168 + 20, 0, true);
    decodeTable(bytes, bytes.length, 'tcp4', 'owner-module', after, identities);

    expect(beforeIndex.build(before)).toEqual([]);
    expect(new IdentityIndex().build(after)).toEqual([]);
    const match = new RowMatcher().match(before, beforeIndex, after);
    expect(diffTables(before, after, match)).toEqual({
      added: [],
      changed: [1],
      ...{ moved: [], removed: [] },
    });
  });

  it('appends behind the rows of other tables, in one identity space', () => {
    const table = new SocketTable(1);
    const identities = new RowIdentities();
    for (const { name, tableClass } of EVERY_TABLE.filter((each) => each.tableClass === 'owner-module')) {
      const bytes = golden(name, tableClass);
      decodeTable(bytes, bytes.length, name, tableClass, table, identities);
    }
    expect(table.length).toBe(3 + 2 + 3 + 2);
    expect(new IdentityIndex().build(table)).toEqual([]);
    expect(new Set(textOf(table, identities).map((row) => row.id)).size).toBe(table.length);
  });
});

describe.each(EVERY_TABLE)('bounds of $name, $tableClass', ({ name, tableClass }) => {
  const [firstRow, rowSize] = SIZES[name][tableClass]!;
  const call = name.startsWith('tcp') ? 'GetExtendedTcpTable' : 'GetExtendedUdpTable';

  /** Decodes, and expects a refusal that leaves no trace. */
  function refuse(bytes: Uint8Array, length: number): NativeError {
    const table = new SocketTable();
    table.append();
    const identities = new RowIdentities();
    try {
      decodeTable(bytes, length, name, tableClass, table, identities);
    } catch (error) {
      expect(error).toBeInstanceOf(NativeError);
      expect([table.length, identities.size]).toEqual([1, 0]);
      return error as NativeError;
    }
    throw new Error('decoded');
  }

  it('refuses more rows than the buffer holds', () => {
    const bytes = golden(name, tableClass);
    bytes[0]!++;
    const error = refuse(bytes, bytes.length);
    expect(error).toMatchObject({ call, code: 0, codeName: 'MALFORMED' });
    expect(error.explanation).toMatch(/^Windows returned a table that makes no sense: .+\.$/);
    bytes.fill(0xff, 0, 4);
    refuse(bytes, bytes.length);
  });

  it('refuses a length that holds no count, exceeds the buffer, is odd or is no number', () => {
    const bytes = golden(name, tableClass);
    for (const length of [0, 1, 3, -4, NaN, bytes.length + 4]) refuse(bytes, length);
    const roomy = new Uint8Array(bytes.length + 8);
    roomy.set(bytes);
    for (const odd of [1, 2, 3, 5]) refuse(roomy, bytes.length + odd);
  });

  it('accepts a table without rows', () => {
    expect(decode(new Uint8Array(4), name, tableClass)).toEqual([]);
    expect(decode(new Uint8Array(1024), name, tableClass)).toEqual([]);
  });

  it('ignores what lies behind the last row, and where in its buffer the table begins', () => {
    const bytes = golden(name, tableClass);
    const buffer = new Uint8Array(bytes.length + 64).fill(0xff);
    buffer.set(bytes, 3);
    const rows = decode(bytes, name, tableClass);
    expect(decode(buffer.subarray(3, 3 + bytes.length), name, tableClass)).toEqual(rows);
    expect(decode(buffer.subarray(3, 3 + bytes.length + 32), name, tableClass)).toEqual(rows);
  });

  it('refuses every prefix of the golden buffer, and reads nothing behind one that fits', () => {
    const bytes = golden(name, tableClass);
    const whole = decode(bytes, name, tableClass);
    for (let length = 0; length < bytes.length; length++) {
      // Once with the rest of the table behind the prefix, once with nothing: neither may matter.
      refuse(bytes, length);
      refuse(bytes.slice(0, length), length);
      if (length < 4 || length % 4 !== 0) continue;
      const fitting = Math.max(0, Math.floor((length - firstRow) / rowSize));
      const poisoned = bytes.slice().fill(0xff, length);
      new DataView(poisoned.buffer).setUint32(0, fitting, true);
      const table = new SocketTable();
      const identities = new RowIdentities();
      expect(decodeTable(poisoned, length, name, tableClass, table, identities)).toBe(fitting);
      expect(textOf(table, identities)).toEqual(whole.slice(0, fitting));
    }
  });

  it('decodes random bytes within bounds, or throws NativeError and appends nothing', () => {
    const count = fc.oneof(fc.nat(6), fc.integer({ min: 0, max: 0xffffffff }));
    const body = fc.uint8Array({ maxLength: 6 * rowSize + 16, size: 'max' });
    const slack = fc.oneof(fc.constant(0), fc.integer({ min: -64, max: 64 }));
    fc.assert(
      fc.property(count, body, slack, (rows, rest, more) => {
        const bytes = new Uint8Array(4 + rest.length);
        bytes.set(rest, 4);
        new DataView(bytes.buffer).setUint32(0, rows, true);
        const length = Math.floor(bytes.length / 4) * 4 + more;
        const sound =
          length >= 4 &&
          length <= bytes.length &&
          length % 4 === 0 &&
          (rows === 0 || firstRow + rows * rowSize <= length);
        if (!sound) {
          refuse(bytes, length);
          return;
        }
        const table = new SocketTable(1);
        const identities = new RowIdentities();
        expect(decodeTable(bytes, length, name, tableClass, table, identities)).toBe(rows);
        expect(table.length).toBe(rows);
        for (const row of textOf(table, identities)) expect(row.id.startsWith(`${name}-`)).toBe(true);
      }),
    );
  });
});
