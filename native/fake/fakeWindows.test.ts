import { describe, expect, it } from 'vitest';
import { Readings } from '../../engine/readings';
import { reasonAgainst } from '../../shared/abilities';
import { DEFAULT_READING } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { read, readOf } from './fixtures/readings';
import { FakeWindows } from './fakeWindows';

const NEVER = new AbortController().signal;
const of = (rows: readonly SocketRow[], name: string): SocketRow[] =>
  rows.filter(({ processName }) => processName === name);

describe('the demonstration of Windows', () => {
  it('has what a Windows machine has: services, the system itself, sessions, users and programs', () => {
    const rows = read(new FakeWindows());
    const services = new Set(of(rows, 'svchost.exe').map(({ unit }) => unit));
    expect(services.size).toBeGreaterThan(5);
    expect(services).not.toContain(null);
    expect(of(rows, 'System')[0]).toMatchObject({
      ...{ pid: 4, processPath: null, program: null, user: 'NT AUTHORITY\\SYSTEM', uid: null, inode: null },
    });
    const chrome = of(rows, 'chrome.exe');
    expect(chrome.length).toBeGreaterThan(10);
    expect(chrome[0]!.program).toMatchObject({ company: 'Google LLC', bits: 64, session: 1 });
    expect(new Set(rows.flatMap(({ program }) => program?.session ?? []))).toEqual(new Set([0, 1, 2]));
    expect(new Set(rows.flatMap(({ program }) => program?.bits ?? []))).toEqual(new Set([32, 64]));
    for (const { createdAt, processStartedAt, owner } of rows) {
      expect(createdAt).not.toBeNull();
      expect(owner === 'none' || createdAt! >= processStartedAt!).toBe(true);
    }
  });

  it('knows no peer of UDP, and zones of link-local addresses only', () => {
    const rows = read(new FakeWindows());
    for (const row of rows) {
      if (row.protocol === 'udp') expect([row.remoteAddress, row.state]).toEqual([null, null]);
      expect(row.localAddress.includes('%')).toBe(row.localAddress.startsWith('fe80'));
    }
    expect(rows.some(({ localAddress }) => localAddress.endsWith('%Ethernet'))).toBe(true);
    expect(rows.some(({ remoteAddress }) => remoteAddress?.endsWith('%Ethernet'))).toBe(true);
  });

  it('lets what is left of a connection inherit the process it had', () => {
    const backend = new FakeWindows();
    const readings = new Readings(backend);
    const owners = new Set<string>();
    for (let i = 0; i < 30; i++) {
      readings.take(DEFAULT_READING, 1000 * i);
      const { table } = readings;
      for (let row = 0; row < table.length; row++) {
        const { state, owner, pid } = table.row(row, backend);
        if (state === 'TIME_WAIT') owners.add(`${owner} ${pid !== null}`);
      }
    }
    expect([...owners]).toEqual(['inherited true']);
  });

  it('counts what it is told to, from then on, and nothing else', () => {
    const backend = new FakeWindows();
    const take = (watched: readonly string[]): Map<string, SocketRow> => {
      const table = new SocketTable();
      readOf(backend, backend.tables, table);
      const rows = (): SocketRow[] =>
        Array.from({ length: table.length }, (_, row) => table.row(row, backend));
      backend.watchTraffic(
        table,
        rows().flatMap(({ id }, row) => (watched.includes(id) ? [row] : [])),
      );
      return new Map(rows().map((row) => [row.id, row]));
    };
    const open = [...take([]).values()].filter(({ state }) => state === 'ESTABLISHED');
    for (const { bytesSent, segmentsSent, rtt } of open)
      expect([bytesSent, segmentsSent, rtt]).toEqual([null, null, null]);
    const ids = open.map(({ id }) => id).slice(0, 20);
    const first = take(ids);
    const alive = (rows: ReadonlyMap<string, SocketRow>): SocketRow[] =>
      ids.flatMap((id) => (rows.get(id)?.state === 'ESTABLISHED' ? [rows.get(id)!] : []));
    for (const row of alive(first)) expect([row.bytesSent, row.segmentsReceived]).toEqual([0, 0]);
    for (const row of alive(first)) expect(row.rtt).toBeGreaterThan(0);
    for (let i = 0; i < 5; i++) take(ids);
    const later = take(ids);
    expect(alive(later).some(({ bytesSent, segmentsSent }) => bytesSent! > 0 && segmentsSent! > 0)).toBe(
      true,
    );
    const others = [...later.values()].filter(({ id }) => !ids.includes(id));
    for (const { bytesSent } of others) expect(bytesSent).toBeNull();
    take([]);
    // It begins anew.
    for (const row of alive(take(ids))) expect(row.bytesSent).toBe(0);
  });

  it('resets TCP connections of IPv4, and says of all others why not', () => {
    const backend = new FakeWindows();
    const table = new SocketTable();
    readOf(backend, backend.tables, table);
    const rights = backend.rights();
    const owners = backend.readOwners(table);
    const outcomes = new Map<string, string>();
    for (let row = 0; row < table.length; row++) {
      table.holders[row] = owners.holdersOf(row);
      const socket = table.row(row, backend);
      const { family, protocol, remoteAddress } = socket;
      const kind = `${protocol}${family} ${remoteAddress === null ? 'waiting' : 'connected'}`;
      const why = reasonAgainst('reset', socket, rights);
      expect(reasonAgainst('finish', socket, rights)).not.toBeNull();
      const { outcome, message } = backend.close(table, row, 'reset');
      expect(message).toBe(why);
      expect(message === null).toBe(outcome === 'done');
      outcomes.set(kind, `${outcomes.get(kind) ?? ''} ${outcome}`);
      expect(backend.close(table, row, 'finish').outcome).toBe(outcome === 'done' ? 'gone' : 'refused');
    }
    const kinds = [...outcomes].map(([kind, all]) => [kind, ...new Set(all.trim().split(' '))]);
    expect(kinds.sort()).toEqual([
      ['tcp4 connected', 'done'],
      ['tcp4 waiting', 'refused'],
      ['tcp6 connected', 'refused'],
      ['tcp6 waiting', 'refused'],
      ['udp4 waiting', 'refused'],
      ['udp6 waiting', 'refused'],
    ]);
  });

  it('lets processes end, but not the system', async () => {
    const backend = new FakeWindows();
    const find = (name: string) => backend.processes().find((process) => process.name === name)!;
    const chat = find('ContosoChat.exe');
    expect(await backend.act({ ...chat, startedAt: 1 }, 'kill', 0, NEVER)).toMatchObject({ outcome: 'gone' });
    expect(await backend.act(chat, 'kill', 0, AbortSignal.abort())).toMatchObject({ outcome: 'stopped' });
    expect(await backend.act(chat, 'kill', 0, NEVER)).toEqual({ outcome: 'done', message: null });
    for (let i = 0; i < 10; i++) expect(of(read(backend), 'ContosoChat.exe')).toEqual([]);
    expect(await backend.act(find('System'), 'kill', 0, NEVER)).toMatchObject({ outcome: 'refused' });
    for (const process of backend.processes()) await backend.act(process, 'kill', 0, NEVER);
    expect(new Set(read(backend).flatMap(({ pid }) => pid ?? []))).toEqual(new Set([4]));
  });

  it('tells of a socket what Windows tells', () => {
    const backend = new FakeWindows();
    const table = new SocketTable();
    readOf(backend, backend.tables, table);
    table.holders[0] = backend.readOwners(table).holdersOf(0);
    const details = backend.details(table, 0)!;
    expect(details.holders[0]).toMatchObject({ name: 'svchost.exe', unit: 'RpcEptMapper', descriptors: [] });
    expect(details.groups.map(({ name }) => name)).toContain('state');
    backend.dispose();
    expect(backend.details(table, 0)).toBeNull();
  });
});
