import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../shared/fields';
import { listener, ownerless, socketRow, SVCHOST, udpSocket } from '../../../shared/fixtures/rows';
import { NO_LOOKUPS } from '../../../shared/rowFacts';
import { OWNER_TITLES, OWNERS, PROTOCOLS, tableOf, tableTitle } from '../../../shared/socket';
import type { SocketRow } from '../../../shared/socket';
import { COLUMN_IDS, columnOf, COLUMNS, formatTime, OWNER_EXPLANATION } from '.';
import type { CellLookups, CellRow, ColumnId, SortKey } from '.';

const NOW = 1_700_000_200_000;
const LOOKUPS: CellLookups = {
  service: (protocol, port) => (protocol === 'tcp' && port === 443 ? 'https' : null),
  host: (address) => (address === '10.0.0.9' ? 'Peer.example.com' : null),
  now: () => NOW,
};
const text = (id: ColumnId, row: CellRow, lookups = LOOKUPS): string => columnOf(id).text(row, lookups);
const key = (id: ColumnId, row: CellRow): SortKey => columnOf(id).sortKey(row, LOOKUPS);
const tooltip = (id: ColumnId, row: CellRow): string => columnOf(id).tooltip(row, LOOKUPS);

/** The rows' values in the order in which the column sorts them upwards. */
function sorted(id: ColumnId & keyof SocketRow, rows: SocketRow[]): unknown[] {
  return rows.toSorted((a, b) => (key(id, a)! < key(id, b)! ? -1 : 1)).map((row) => row[id]);
}

/** A row in which everything is known. */
const whole = (): CellRow => ({
  ...socketRow({ container: 'docker 4f5e6d7c8b9a', rtt: 12.345, retransmits: 3, bytesSent: 1_234_567 }),
  ...{ bytesReceived: 42, receiveQueue: 7, sendQueue: 1000, commandLine: 'nginx: worker', holders: 2 },
  ...{ program: SVCHOST, segmentsSent: 1200, segmentsReceived: 900 },
  ...{ createdAt: NOW - 125_000, destroyedAt: NOW - 1000, sendRate: 24_600, receiveRate: 512 },
});

/** A row of which nothing is known that need not be. */
const nothing = (): CellRow => ({
  ...ownerless({
    protocol: 'unix',
    family: null,
    type: null,
    state: null,
    localAddress: '',
    localPort: null,
  }),
  ...{ remoteAddress: null, remotePort: null, namespace: null, bytesSent: null, bytesReceived: null },
  ...{
    receiveQueue: null,
    sendQueue: null,
    direction: null,
    interface: null,
    owner: 'none',
    firstSeenAt: NOW,
  },
  ...{ sendRate: null, receiveRate: null },
});

describe('COLUMNS', () => {
  it('has each column once, and each stands for fields of its own', () => {
    expect(COLUMNS.map(({ id }) => id)).toEqual([...COLUMN_IDS]);
    expect(new Set(COLUMNS.map(({ title }) => title)).size).toBe(COLUMNS.length);
    const fields = COLUMNS.flatMap((column) => column.fields);
    expect(new Set(fields).size).toBe(fields.length);
    expect(FIELDS).toEqual(expect.arrayContaining(fields));
  });

  it('shows everything that is known of a row', () => {
    const row = whole();
    expect(Object.fromEntries(COLUMNS.map(({ id }) => [id, text(id, row)]))).toEqual({
      ...{ processName: 'nginx', pid: '812', user: 'www-data', protocol: 'TCP v4', state: 'Established' },
      ...{ direction: 'Inbound', localAddress: '10.0.0.5', localPort: '443', localPortName: 'https' },
      ...{
        remoteAddress: '10.0.0.9',
        remotePort: '51122',
        remotePortName: '',
        remoteHost: 'Peer.example.com',
      },
      ...{ localClass: 'Private', remoteClass: 'Private', interface: 'eth0', namespace: 'host' },
      ...{ createdAt: formatTime(NOW - 125_000), firstSeenAt: formatTime(row.firstSeenAt), age: '2 min 5 s' },
      ...{ destroyedAt: formatTime(NOW - 1000), bytesSent: '1,234,567', bytesReceived: '42' },
      ...{ sendRate: '24.6 kB/s', receiveRate: '512 B/s', sendQueue: '1,000', receiveQueue: '7' },
      ...{ rtt: '12.3 ms', retransmits: '3', moduleName: 'nginx', processPath: '/usr/sbin/nginx' },
      ...{ segmentsSent: '1,200', segmentsReceived: '900', company: 'Microsoft Corporation', session: '0' },
      ...{ product: SVCHOST.product, description: SVCHOST.description, fileVersion: '10.0.26100.1' },
      ...{
        bits: '64-bit',
        commandLine: 'nginx: worker',
        unit: 'nginx.service',
        container: 'docker 4f5e6d7c8b9a',
      },
      ...{ parent: 'systemd (1)', processStartedAt: formatTime(row.processStartedAt!), owner: 'Known' },
      ...{ holders: '2', type: 'stream', inode: '4711' },
    });
    for (const { id } of COLUMNS)
      expect(key(id, row), id).toEqual(id === 'remotePortName' ? null : expect.anything());
  });

  it('leaves blank what is not known, and has no sort key for it: that comes last either way', () => {
    const row = nothing();
    const filled = Object.fromEntries(
      COLUMNS.map(({ id }) => [id, text(id, row)] as const).filter(([, shown]) => shown !== ''),
    );
    expect(filled).toEqual({
      ...{ processName: 'no owner', owner: 'No owner', protocol: 'UNIX', remoteAddress: '*' },
      ...{ firstSeenAt: formatTime(NOW), age: '0 s' },
    });
    const known = COLUMN_IDS.filter((id) => key(id, row) !== null);
    expect(known).toEqual(['protocol', 'localAddress', 'firstSeenAt', 'age', 'owner', 'holders']);
  });

  it('shows what is not there as *, and tells zero from nothing where a number names something', () => {
    expect(text('state', udpSocket())).toBe('');
    expect([text('remoteAddress', listener()), text('remotePort', listener())]).toEqual(['*', '*']);
    expect(text('remotePort', socketRow({ remotePort: 0 }))).toBe('0');
    expect(text('user', socketRow({ user: null, uid: 0 }))).toBe('0');
    expect(text('bytesSent', socketRow({ bytesSent: 0 }))).toBe('');
    expect(text('sendRate', { ...socketRow(), sendRate: 0 })).toBe('');
  });

  it('names the type of a socket where its protocol has several', () => {
    const of = (changes: Partial<SocketRow>): string => text('protocol', socketRow(changes));
    expect(of({ protocol: 'unix', family: null, type: 'seqpacket' })).toBe('UNIX seqpacket');
    expect(of({ protocol: 'packet', family: null, type: 'dgram' })).toBe('Packet dgram');
    expect(of({ protocol: 'unix', family: null, type: null })).toBe('UNIX');
    expect(of({ protocol: 'udplite', family: 6, type: 'dgram' })).toBe('UDP-Lite v6');
    expect(of({ protocol: 'netlink', family: null, type: 'raw' })).toBe('Netlink');
    for (const protocol of PROTOCOLS)
      expect(of({ protocol, family: null })).toContain(tableTitle(tableOf(protocol, null)));
  });

  it('leaves both ports blank where there is none, and does not claim any port (*)', () => {
    const unix = socketRow({
      ...{ protocol: 'unix', family: null, localAddress: '/run/x', remoteAddress: 'socket:[7]' },
      ...{ localPort: null, remotePort: null },
    });
    expect([text('localPort', unix), text('remotePort', unix)]).toEqual(['', '']);
    expect(text('remoteAddress', unix)).toBe('socket:[7]');
    expect(text('localClass', unix)).toBe('');
  });

  it('shows ports by the names of their services where that is wanted, with the number in the tooltip', () => {
    const names = { ...LOOKUPS, portNames: true };
    const row = socketRow({ localPort: 443, remotePort: 51122 });
    expect([text('localPort', row, names), text('remotePort', row, names)]).toEqual(['https', '51122']);
    expect(text('localPort', row)).toBe('443');
    expect(columnOf('localPort').tooltip(row, names)).toBe('Port 443, https');
    expect(tooltip('remotePort', row)).toBe('51122');
    expect([key('localPort', row), key('localPortName', row)]).toEqual([443, 'https']);
    expect(text('remotePort', listener(), names)).toBe('*');
  });

  it('shows the name of a host beside its address, and sorts by the address', () => {
    const row = socketRow();
    expect(columnOf('remoteAddress').more(row, LOOKUPS)).toBe('Peer.example.com');
    expect(columnOf('localAddress').more(row, LOOKUPS)).toBe('');
    expect(tooltip('remoteAddress', row)).toBe('10.0.0.9\nPeer.example.com');
    expect(columnOf('remoteAddress').more(row, NO_LOOKUPS)).toBe('');
    expect([key('remoteHost', row), text('remoteHost', row, NO_LOOKUPS)]).toEqual(['peer.example.com', '']);
    expect(COLUMNS.filter((column) => column.dependsOnNames).map(({ id }) => id)).toEqual(['remoteHost']);
  });

  it('says of what stands behind a name or a protocol', () => {
    const more = (id: ColumnId, changes: Partial<SocketRow>): string =>
      columnOf(id).more(socketRow(changes), NO_LOOKUPS);
    expect([0, 1, 2, 12].map((holders) => more('processName', { holders }))).toEqual(['', '', '+1', '+11']);
    expect([null, false, true].map((dualStack) => more('protocol', { dualStack }))).toEqual(['', '', '+v4']);
    const others = COLUMNS.filter(({ id }) => id !== 'processName' && id !== 'protocol');
    for (const { id } of others) expect(more(id, { holders: 9, dualStack: true })).toBe('');
  });

  it('says more in tooltips', () => {
    expect(tooltip('processName', socketRow({ holders: 3 }))).toBe(
      '/usr/sbin/nginx\nnginx.service\n3 processes hold this socket; its properties list them.',
    );
    expect(tooltip('processName', ownerless())).toBe(OWNER_EXPLANATION.none);
    expect(tooltip('protocol', socketRow({ family: 6, dualStack: true }))).toBe(
      'TCP v6\nServes IPv4 as well.',
    );
    expect(tooltip('state', socketRow({ state: 'TIME_WAIT', destroyedAt: NOW }))).toMatch(
      /^Time Wait\n.* at 20/,
    );
    expect(tooltip('age', socketRow({ createdAt: NOW }))).not.toContain('\n');
    expect(tooltip('age', socketRow())).toContain('\nAt least');
    expect(tooltip('moduleName', socketRow())).toBe('/usr/sbin/nginx');
    expect(tooltip('bytesSent', socketRow({ bytesSent: 1234 }))).toBe('1,234');
  });

  it('finds the name of a module in the paths of either system', () => {
    const of = (processPath: string | null): string => text('moduleName', socketRow({ processPath }));
    expect(['/usr/bin/python3.11', 'C:\\Windows\\notepad.exe', 'nginx', null].map(of)).toEqual([
      ...['python3.11', 'notepad.exe', 'nginx', ''],
    ]);
  });

  it('names the service where a program of Windows runs services, and only there', () => {
    const processPath = 'C:\\Windows\\System32\\svchost.exe';
    const service = socketRow({ processPath, unit: 'Dnscache' });
    expect([text('moduleName', service), key('moduleName', service)]).toEqual(['Dnscache', 'dnscache']);
    expect(tooltip('moduleName', service)).toBe(`Dnscache\n${processPath}`);
    expect(text('moduleName', socketRow({ processPath, unit: null }))).toBe('svchost.exe');
    const own = socketRow({ processPath: 'C:\\Windows\\System32\\spoolsv.exe', unit: 'Spooler' });
    expect([text('moduleName', own), text('unit', own)]).toEqual(['spoolsv.exe', 'Spooler']);
  });

  it('sorts versions by their numbers', () => {
    const of = (version: string): SocketRow => socketRow({ program: { ...SVCHOST, version } });
    const versions = ['2.0', '10.0.9', '10.0.22', '10.0.22 rc'];
    const rows = versions.toReversed().map(of);
    const sortedRows = rows.toSorted((a, b) => (key('fileVersion', a)! < key('fileVersion', b)! ? -1 : 1));
    expect(sortedRows.map(({ program }) => program!.version)).toEqual(versions);
  });

  it('lets no name reach the screen with a character that cannot be seen', () => {
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    const unseen = /[\u0000-\u001f\u007f-\u009f\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        const row = socketRow({
          ...{ protocol: 'unix', family: null, localPort: 1, remotePort: 2 },
          ...{ localAddress: name, remoteAddress: name, namespace: name, interface: name },
          ...{ processName: name, processPath: name, commandLine: name, parentName: name },
          ...{ user: name, unit: name, container: name },
          program: { ...SVCHOST, company: name, product: name, description: name, version: name },
        });
        const lookups = { ...LOOKUPS, service: () => name, host: () => name, portNames: true };
        const shown = COLUMNS.flatMap((column) => [
          column.text(row, lookups),
          column.more(row, lookups),
          column.tooltip(row, lookups).replaceAll('\n', ''),
        ]);
        expect(shown.filter((text) => unseen.test(text))).toEqual([]);
      }),
    );
    const row = socketRow({ protocol: 'unix', localAddress: '/run/a\nb\u001b[2J\u202egpj.exe' });
    expect(text('localAddress', row)).toBe('/run/a?b?[2J?gpj.exe');
  });

  it('tells the kinds of missing owners apart', () => {
    const without = OWNERS.filter((owner) => !['known', 'inherited', 'presumed'].includes(owner));
    expect(new Set(without.map((owner) => text('processName', ownerless({ owner })))).size).toBe(4);
    expect(new Set(OWNERS.map((owner) => text('owner', ownerless({ owner })))).size).toBe(OWNERS.length);
    for (const owner of without) {
      expect(OWNER_TITLES[owner]).not.toBe('');
      expect(OWNER_EXPLANATION[owner]).not.toBe('');
    }
  });

  it('sorts addresses by number', () => {
    const of = (localAddress: string): SocketRow => socketRow({ localAddress });
    const addresses = ['9.0.0.1', '10.0.0.1', '192.168.0.2', '192.168.0.10', '::1', '2001:db8::', 'fe80::1'];
    expect(sorted('localAddress', addresses.toReversed().map(of))).toEqual(addresses);
    const remote = (remoteAddress: string): SocketRow => socketRow({ remoteAddress });
    expect(sorted('remoteAddress', addresses.toReversed().map(remote))).toEqual(addresses);
  });

  it('sorts numbers by number, names without regard to case, ages from the youngest', () => {
    const numbers = ['pid', 'bytesSent', 'inode', 'rtt', 'holders', 'localPort'] as const;
    for (const id of numbers) {
      const rows = [100, 9, 20].map((value) => socketRow({ [id]: value }));
      expect(sorted(id, rows), id).toEqual([9, 20, 100]);
    }
    const names = ['Zed', 'apache', 'Nginx', 'sshd'].map((processName) => socketRow({ processName }));
    expect(sorted('processName', names)).toEqual(['apache', 'Nginx', 'sshd', 'Zed']);
    const [young, old] = [socketRow({ createdAt: NOW }), socketRow({ createdAt: NOW - 5000 })];
    expect(key('age', young)! < key('age', old)!).toBe(true);
    // It stays the same while the age itself grows.
    expect(columnOf('age').sortKey(old, { ...LOOKUPS, now: () => NOW + 1e6 })).toBe(key('age', old));
  });

  it('begins with the largest where a count or a time is sorted by', () => {
    const largest = COLUMNS.filter((column) => column.largestFirst).map(({ id }) => id);
    expect(largest).toEqual(
      expect.arrayContaining(['bytesSent', 'bytesReceived', 'sendRate', 'rtt', 'firstSeenAt', 'retransmits']),
    );
    for (const id of ['processName', 'pid', 'localPort', 'age', 'remoteAddress'] as const)
      expect(largest).not.toContain(id);
  });
});
