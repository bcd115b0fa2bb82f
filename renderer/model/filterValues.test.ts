import { describe, expect, it } from 'vitest';
import { listener, ownerless, socketRow, udpSocket } from '../../shared/fixtures/rows';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import type { LiveRow } from '../../shared/rowFacts';
import type { SocketRow } from '../../shared/socket';
import { valuesOf } from './filterValues';

function rowsOf(...rows: SocketRow[]) {
  const entries = new Map(
    rows.map((row, i) => {
      const live: LiveRow = { ...row, id: String(i), sendRate: null, receiveRate: null };
      return [String(i), { row: live }];
    }),
  );
  return { ids: () => entries.keys(), get: (id: string) => entries.get(id) };
}

const named = (processName: string): SocketRow => socketRow({ processName });

describe('valuesOf', () => {
  it('gives the most frequent first, each once, and nothing for rows without', () => {
    const rows = rowsOf(named('sshd'), named('nginx'), named('nginx'), ownerless({ processName: null }));
    expect(valuesOf(rows, 'process', NO_LOOKUPS)).toEqual(['nginx', 'sshd']);
  });

  it('knows the fields by all their names', () => {
    expect(valuesOf(rowsOf(named('nginx')), 'proc', NO_LOOKUPS)).toEqual(['nginx']);
    expect(valuesOf(rowsOf(named('nginx')), 'no-such-field', NO_LOOKUPS)).toEqual([]);
  });

  it('takes ports and addresses of both ends, and counts a row once', () => {
    const one = socketRow({
      localPort: 443,
      remotePort: 443,
      localAddress: '10.0.0.1',
      remoteAddress: '10.0.0.2',
    });
    const two = socketRow({
      localPort: 9,
      remotePort: 7,
      localAddress: '10.0.0.3',
      remoteAddress: '10.0.0.2',
    });
    const three = socketRow({
      localPort: 7,
      remotePort: 8,
      localAddress: '10.0.0.4',
      remoteAddress: '10.0.0.5',
    });
    expect(valuesOf(rowsOf(one, two, three), 'port', NO_LOOKUPS)).toEqual(['7', '443', '9', '8']);
    expect(valuesOf(rowsOf(one, two), 'address', NO_LOOKUPS)[0]).toBe('10.0.0.2');
    expect(valuesOf(rowsOf(one, two), 'remote', NO_LOOKUPS)).toEqual(['10.0.0.2']);
  });

  it('puts the choices in the order of how many rows have them', () => {
    const rows = rowsOf(
      listener(),
      listener(),
      socketRow({ state: 'ESTABLISHED' }),
      udpSocket({ state: null }),
    );
    expect(valuesOf(rows, 'state', NO_LOOKUPS)).toEqual(['listen', 'established']);
  });

  it('offers no counters', () => {
    expect(valuesOf(rowsOf(socketRow({ bytesSent: 12 })), 'sent', NO_LOOKUPS)).toEqual([]);
    expect(valuesOf(rowsOf(socketRow({ pid: 812 })), 'pid', NO_LOOKUPS)).toEqual(['812']);
  });

  it('is good for a while, then looks again', () => {
    const list = [named('nginx')];
    let now = 1000;
    const lookups = { ...NO_LOOKUPS, now: () => now };
    const rows = {
      ids: () => list.map((_, i) => String(i)),
      get: (id: string) => ({ row: { ...list[Number(id)]!, sendRate: null, receiveRate: null } }),
    };
    expect(valuesOf(rows, 'process', lookups)).toEqual(['nginx']);
    list.push(named('sshd'), named('sshd'));
    now += 500;
    expect(valuesOf(rows, 'process', lookups)).toEqual(['nginx']);
    now += 5000;
    expect(valuesOf(rows, 'process', lookups)).toEqual(['sshd', 'nginx']);
  });
});
