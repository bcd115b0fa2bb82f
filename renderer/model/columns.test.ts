import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../shared/fields';
import { listener, ownerless, socketRow, udpSocket } from '../../shared/fixtures/rows';
import { OWNER_TITLES, OWNERS, PROTOCOLS, tableOf, tableTitle } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import {
  COLUMN_IDS,
  columnOf,
  COLUMNS,
  formatCount,
  formatFullTime,
  formatTime,
  OWNER_EXPLANATION,
  shownColumns,
} from './columns';
import type { ColumnId } from './columns';

const text = (id: ColumnId, row: SocketRow): string => columnOf(id).text(row);

/** The rows' values in the order in which the column sorts them upwards. */
function sorted(id: ColumnId, rows: SocketRow[]): unknown[] {
  const { sortKey } = columnOf(id);
  return rows.toSorted((a, b) => (sortKey(a)! < sortKey(b)! ? -1 : 1)).map((row) => row[id]);
}

describe('COLUMNS', () => {
  it('has each column once, and each stands for fields of its own', () => {
    expect(COLUMNS.map(({ id }) => id)).toEqual([...COLUMN_IDS]);
    const fields = COLUMNS.flatMap((column) => column.fields);
    expect(new Set(fields).size).toBe(fields.length);
    expect(FIELDS).toEqual(expect.arrayContaining(fields));
  });

  it('shows a row in words', () => {
    const row = socketRow({ family: 6, state: 'FIN_WAIT_2', bytesSent: 1234567 });
    const shown = Object.fromEntries(COLUMNS.map((column) => [column.id, column.text(row)]));
    expect(shown).toMatchObject({
      ...{ processName: 'nginx', pid: '812', user: 'www-data', protocol: 'TCP v6', state: 'Fin Wait 2' },
      ...{ localAddress: '10.0.0.5', localPort: '443', remoteAddress: '10.0.0.9', remotePort: '51122' },
      ...{ bytesSent: '1,234,567', bytesReceived: '' },
    });
  });

  it('shows what is not known as blank, and what is not there as *', () => {
    expect(COLUMNS.filter((column) => column.text(ownerless()) === '').map(({ id }) => id)).toEqual([
      ...['pid', 'user', 'bytesSent', 'bytesReceived'],
    ]);
    expect(text('state', udpSocket())).toBe('');
    expect([text('remoteAddress', listener()), text('remotePort', listener())]).toEqual(['*', '*']);
    expect(text('remotePort', socketRow({ remotePort: 0 }))).toBe('0');
    expect(text('user', socketRow({ user: null, uid: 0 }))).toBe('0');
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
  });

  it('shows the Namespace column only where there is more than one', () => {
    const ids = (namespaces?: boolean): ColumnId[] =>
      shownColumns(namespaces === undefined ? undefined : { namespaces }).map(({ id }) => id);
    expect(ids(true)).toEqual([...COLUMN_IDS]);
    expect(ids(false)).toEqual(COLUMN_IDS.filter((id) => id !== 'namespace'));
    expect(ids()).toEqual(ids(false)); // before anything was heard of the engine
    expect(text('namespace', socketRow({ namespace: null }))).toBe('');
  });

  it('says of what stands behind a name or a protocol', () => {
    const more = (id: ColumnId, changes: Partial<SocketRow>): string => columnOf(id).more(socketRow(changes));
    expect([0, 1, 2, 12].map((holders) => more('processName', { holders }))).toEqual(['', '', '+1', '+11']);
    expect([null, false, true].map((dualStack) => more('protocol', { dualStack }))).toEqual(['', '', '+v4']);
    const others = COLUMNS.filter(({ id }) => id !== 'processName' && id !== 'protocol');
    for (const { id } of others) expect(more(id, { holders: 9, dualStack: true })).toBe('');
  });

  it('lets no name reach the screen with a character that cannot be seen', () => {
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    const unseen = /[\u0000-\u001f\u007f-\u009f\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        const names = {
          localAddress: name,
          remoteAddress: name,
          namespace: name,
          processName: name,
          user: name,
        };
        const row = socketRow({
          protocol: 'unix',
          family: null,
          localPort: null,
          remotePort: null,
          ...names,
        });
        for (const column of COLUMNS) expect(column.text(row)).not.toMatch(unseen);
      }),
    );
    const row = socketRow({ protocol: 'unix', localAddress: '/run/a\nb\u001b[2J\u202egpj.exe' });
    expect(text('localAddress', row)).toBe('/run/a?b?[2J?gpj.exe');
  });

  it('tells the kinds of missing owners apart', () => {
    const without = OWNERS.filter((owner) => !['known', 'inherited', 'presumed'].includes(owner));
    expect(new Set(without.map((owner) => text('processName', ownerless({ owner })))).size).toBe(4);
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

  it('sorts numbers by number and names without regard to case', () => {
    expect(
      sorted(
        'pid',
        [100, 9, 20].map((pid) => socketRow({ pid })),
      ),
    ).toEqual([9, 20, 100]);
    expect(
      sorted(
        'bytesSent',
        [100, 9, 20].map((bytesSent) => socketRow({ bytesSent })),
      ),
    ).toEqual([9, 20, 100]);
    const names = ['Zed', 'apache', 'Nginx', 'sshd'].map((processName) => socketRow({ processName }));
    expect(sorted('processName', names)).toEqual(['apache', 'Nginx', 'sshd', 'Zed']);
  });

  it('has no sort key for what is not known: RowOrder puts that last either way', () => {
    const nobody = ownerless({ state: null, remoteAddress: null, remotePort: null, bytesSent: null });
    for (const id of [
      'processName',
      'pid',
      'user',
      'state',
      'remoteAddress',
      'remotePort',
      'bytesSent',
    ] as const) {
      expect(columnOf(id).sortKey(nobody)).toBeNull();
    }
  });
});

describe('formatCount', () => {
  it('groups digits, and leaves zero and unknown blank', () => {
    expect([null, 0, 1, 999, 1000, 1234567890].map(formatCount)).toEqual([
      '',
      '',
      '1',
      '999',
      '1,000',
      '1,234,567,890',
    ]);
  });
});

describe('formatTime', () => {
  const now = new Date(2026, 10, 21, 0, 30).getTime();

  it('says the time of day today, in 24 hours, and the date with hour and minute before', () => {
    expect(formatTime(new Date(2026, 10, 21, 0, 5, 9).getTime(), now)).toBe('00:05:09');
    expect(formatTime(new Date(2026, 10, 20, 23, 59, 58).getTime(), now)).toBe('11-20 23:59');
    expect(formatFullTime(new Date(2026, 10, 20, 23, 59, 58).getTime())).toBe('2026-11-20 23:59:58');
  });
});
