import { describe, expect, it } from 'vitest';
import { NativeError } from '../native';
import { DEFAULT_READING } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import type { Holders } from '../shared/socketTable';
import { ScriptedBackend } from './fixtures/scriptedBackend';
import { TableReader } from './tableReader';

const START = 1_000_000;

describe('TableReader', () => {
  it('waits twice as long after each failure in a row, half a minute at most, and not a millisecond less', () => {
    const backend = new ScriptedBackend('idle');
    backend.failures.set('udp6', new NativeError('dump(udp6)', 1, 'EPERM', 'No.'));
    const reader = new TableReader(backend);
    const attempt = (now: number): number => {
      reader.read(new SocketTable(), DEFAULT_READING, new SocketTable(), now);
      return backend.read.filter((name) => name === 'udp6').length;
    };
    let now = START;
    expect(attempt(now)).toBe(1);
    for (const [failures, seconds] of [1, 2, 4, 8, 16, 30, 30, 30].entries()) {
      expect(reader.problems()).toEqual([
        {
          ...{ table: 'udp6', namespace: null, message: 'dump(udp6): EPERM. No.' },
          ...{ since: START, retryAt: now + 1000 * seconds },
        },
      ]);
      now += 1000 * seconds;
      expect(attempt(now - 1)).toBe(failures + 1);
      expect(attempt(now)).toBe(failures + 2);
    }
    // The other tables were read each time.
    expect(backend.rounds).toBe(17);
  });

  it('counts for each table on its own', () => {
    const backend = new ScriptedBackend('idle');
    const reader = new TableReader(backend);
    const read = (now: number): void =>
      reader.read(new SocketTable(), DEFAULT_READING, new SocketTable(), now);
    backend.failures.set('tcp4', new Error('one'));
    read(START);
    read(START + 1000);
    backend.failures.set('udp4', new Error('two'));
    read(START + 2000);
    expect(reader.problems()).toMatchObject([
      { table: 'tcp4', since: START, retryAt: START + 3000 },
      { table: 'udp4', since: START + 2000, retryAt: START + 3000 },
    ]);
    backend.failures.delete('tcp4');
    read(START + 3000);
    expect(reader.problems()).toMatchObject([{ table: 'udp4', retryAt: START + 5000 }]);
  });

  it('keeps the rows of the failing table with all that was known of them, and no other’s', () => {
    const backend = new ScriptedBackend('churn');
    const reader = new TableReader(backend);
    const before = new SocketTable();
    reader.read(before, DEFAULT_READING, new SocketTable(), START);
    before.columns.firstSeenAt.fill(42, 0, before.length);
    const holders: Holders = [
      {
        ...{ pid: 1, startKey: '1', startedAt: null },
        ...{ name: null, path: null, unit: null, container: null, parentPid: null, parentName: null },
      },
    ];
    before.lastHolders.fill(holders, 0, before.length);
    backend.failures.set('tcp6', new Error('x'));
    const after = new SocketTable();
    reader.read(after, DEFAULT_READING, before, START + 1000);
    const rowsOf = (table: SocketTable, name: string): unknown[] =>
      Array.from({ length: table.length }, (_, row) => row)
        .filter((row) => table.tableOf(row) === name)
        .map((row) => [table.row(row, backend), table.lastHolders[row]]);
    expect(rowsOf(after, 'tcp6')).toEqual(rowsOf(before, 'tcp6'));
    expect(rowsOf(after, 'tcp6').length).toBeGreaterThan(10);
    expect(rowsOf(after, 'tcp4').length).toBeGreaterThan(10);
    expect(rowsOf(after, 'tcp4').some((row) => (row as unknown[])[1] === holders)).toBe(false);
  });

  it('asks every table again once retryNow was called, and only once', () => {
    const backend = new ScriptedBackend('idle');
    const reader = new TableReader(backend);
    const read = (now: number): number => {
      reader.read(new SocketTable(), DEFAULT_READING, new SocketTable(), now);
      return backend.read.filter((name) => name === 'tcp4').length;
    };
    backend.failures.set('tcp4', new Error('x'));
    expect(read(START)).toBe(1);
    expect(read(START + 500)).toBe(1);
    reader.retryNow();
    expect(read(START + 501)).toBe(2);
    expect(read(START + 502)).toBe(2);
    expect(reader.problems()).toMatchObject([{ since: START, retryAt: START + 501 + 2000 }]);
  });
});
