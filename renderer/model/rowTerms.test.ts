import { describe, expect, it } from 'vitest';
import { compileFilter, withTerm } from '../../shared/filter';
import { findField } from '../../shared/filter/fields';
import { listener, ownerless, socketRow, SVCHOST, udpSocket } from '../../shared/fixtures/rows';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import type { LiveRow } from '../../shared/rowFacts';
import type { SocketRow } from '../../shared/socket';
import { COLUMNS } from './columns';
import { cellTerm, factColumn, rowTerms, TERM_FIELDS } from './rowTerms';

const live = (row: SocketRow): LiveRow => ({ ...row, sendRate: null, receiveRate: null });
const ROWS = [
  socketRow(),
  socketRow({ processName: 'my "odd" (name) or:so -x', user: 'a b' }),
  socketRow({ family: 6, localAddress: '::1', remoteAddress: 'fe80::1%eth0' }),
  listener(),
  ownerless(),
  udpSocket(),
  socketRow({ program: SVCHOST }),
  socketRow({ program: SVCHOST, unit: 'Dnscache', processPath: 'C:\\Windows\\System32\\svchost.exe' }),
].map(live);

describe('the terms of a row', () => {
  it('are of fields that the language has', () => {
    expect(TERM_FIELDS.filter((name) => findField(name)?.name !== name)).toEqual([]);
  });

  it('are of the service where that is what the module’s name is', () => {
    const [own, hosted] = ROWS.slice(-2).map((row) => cellTerm('moduleName', row, NO_LOOKUPS));
    expect([own, hosted]).toEqual([
      { field: 'path', value: '/usr/sbin/nginx' },
      { field: 'unit', value: 'Dnscache' },
    ]);
  });

  it('are marked in the module’s name only where it is what they look at', () => {
    const [own, hosted] = ROWS.slice(-2).map((row) => factColumn('moduleName', row)) as [string, string];
    const marks = (text: string, column: string, cell: string): unknown =>
      compileFilter(text, NO_LOOKUPS).highlights(column, cell);
    expect(marks('unit:nginx', own, 'nginx')).toEqual([]);
    expect(marks('path:nginx', own, 'nginx')).toEqual([[0, 5]]);
    expect(marks('unit:dns', hosted, 'Dnscache')).toEqual([[0, 3]]);
    expect(marks('path:cache', hosted, 'Dnscache')).toEqual([]);
    expect(factColumn('processName', ROWS.at(-1)!)).toBe('processName');
  });

  it('find that row, and hide it where they are negated', () => {
    for (const row of ROWS) {
      const terms = [...rowTerms(row), ...COLUMNS.map(({ id }) => cellTerm(id, row, NO_LOOKUPS))];
      for (const term of terms) {
        if (term === null) continue;
        const only = compileFilter(withTerm('', term.field, term.value, false), NO_LOOKUPS);
        const hide = compileFilter(withTerm('', term.field, term.value, true), NO_LOOKUPS);
        const name = `${only.text} (${row.id})`;
        expect([...only.errors, ...hide.errors], name).toEqual([]);
        expect(only.accepts(row), name).toBe(true);
        expect(hide.accepts(row), name).toBe(false);
      }
    }
  });

  it('are those that it has', () => {
    const fields = (row: LiveRow): string[] => rowTerms(row).map(({ field }) => field);
    expect(fields(live(socketRow({ localPort: 443, remotePort: 51_122 })))).toEqual([
      'process',
      'pid',
      'user',
      'remote',
      'port',
      'port',
      'state',
      'protocol',
    ]);
    expect(fields(live(ownerless({ processName: null, pid: null, user: null })))).not.toContain('process');
    expect(
      fields(live(socketRow({ localPort: 7, remotePort: 7 }))).filter((name) => name === 'port'),
    ).toHaveLength(1);
  });

  it('are none for counters and times', () => {
    for (const column of ['bytesSent', 'rtt', 'age', 'firstSeenAt', 'toString']) {
      expect(cellTerm(column, ROWS[0]!, NO_LOOKUPS)).toBeNull();
    }
  });
});
