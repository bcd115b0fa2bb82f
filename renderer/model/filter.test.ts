import { describe, expect, it } from 'vitest';
import { listener, ownerless, socketRow, udpSocket } from '../../shared/fixtures/rows';
import { MAIN_TABLES } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import { rowFilter } from './filter';

const ALL = { tcp4: true, tcp6: true, udp4: true, udp6: true };
const finds = (search: string, row: SocketRow): boolean => rowFilter(search, ALL)(row);

describe('rowFilter', () => {
  it('shows everything where nothing is asked for', () => {
    expect([socketRow(), ownerless(), udpSocket()].every(rowFilter('  ', ALL))).toBe(true);
  });

  it('hides exactly the table that is switched off', () => {
    const rows = [socketRow(), socketRow({ family: 6 }), udpSocket(), udpSocket({ family: 6 })];
    for (const [i, table] of MAIN_TABLES.entries()) {
      expect(rows.map(rowFilter('', { ...ALL, [table]: false }))).toEqual(rows.map((_, at) => at !== i));
    }
  });

  it.each([
    'nginx',
    'NGINX',
    '812',
    'www-data',
    'tcp v4',
    'established',
    '10.0.0.5',
    '10.0.0.5:443',
    '10.0.0.9:51122',
    '/usr/sbin',
    'nginx established 443',
    ' 443   nginx ',
  ])('finds %j', (search) => expect(finds(search, socketRow())).toBe(true));

  it.each(['apache', 'nginx apache', 'udp', 'nginx\n812x', '4711', '1,234'])('does not find %j', (search) => {
    expect(finds(search, socketRow({ bytesSent: 1234 }))).toBe(false);
  });

  it('finds states by the kernel’s name and by the one on screen', () => {
    expect(finds('time_wait', ownerless())).toBe(true);
    expect(finds('time wait', ownerless())).toBe(true);
    expect(finds('listen', listener())).toBe(true);
  });

  it('finds what stands in the Process column of a row without process', () => {
    expect(finds('no owner', ownerless())).toBe(true);
    expect(finds('hidden', ownerless({ owner: 'hidden' }))).toBe(true);
    expect(finds('no owner', ownerless({ owner: 'hidden' }))).toBe(false);
  });

  it('looks at the row as it is now', () => {
    const accepts = rowFilter('listen', ALL);
    expect(accepts(socketRow())).toBe(false);
    expect(accepts(listener())).toBe(true);
  });
});
