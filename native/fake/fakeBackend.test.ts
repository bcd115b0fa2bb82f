import { describe, expect, it } from 'vitest';
import { addressClass } from '../../shared/rowFacts';
import { serviceName } from '../../shared/services';
import { DEFAULT_READING } from '../../shared/socket';
import type { Protocol, SocketRow } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { createFake } from './createFake';
import { FakeBackend } from './fakeBackend';
import { read, readOf } from './fixtures/readings';
import { isScenario, RULES, SCENARIOS } from './scenarios';

const SMALL = SCENARIOS.filter((name) => name !== 'large');

describe('a demonstration', () => {
  it.each(SMALL)('"%s" is the same every time', (name) => {
    const [one, other] = [createFake(name), createFake(name)];
    for (let reading = 0; reading < 10; reading++) expect(read(one)).toEqual(read(other));
  });

  it('"large" is the same every time, and large', () => {
    const [one, other] = [createFake('large'), createFake('large')];
    for (let reading = 0; reading < 2; reading++) {
      const rows = read(one);
      expect(rows).toHaveLength(50_000);
      expect(JSON.stringify(rows) === JSON.stringify(read(other))).toBe(true);
    }
  });

  it.each(SMALL)('"%s" has the sockets it promises', (name) => {
    const backend = createFake(name);
    for (let reading = 0; reading < 5; reading++) {
      const rows = read(backend);
      const failing = RULES[name].failing;
      if (!failing) expect(rows).toHaveLength(RULES[name].sockets);
      expect(rows.some((row) => row.protocol === 'tcp' && row.family === 6)).toBe(
        !failing && name !== 'empty',
      );
      expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    }
    expect(backend).toMatchObject({ demo: true, name: `demonstration "${name}"` });
  });

  it('stands still where nothing is to happen, and moves where something is', () => {
    const still = new FakeBackend('idle');
    expect(read(still)).toEqual(read(still));
    const moving = new FakeBackend('churn');
    const first = new Set(read(moving).map((row) => row.id));
    for (let reading = 0; reading < 20; reading++) read(moving);
    const later = read(moving);
    expect(later.filter((row) => !first.has(row.id)).length).toBeGreaterThan(50);
    expect(later.filter((row) => first.has(row.id)).length).toBeGreaterThan(50);
  });

  it('keeps what a kernel would keep, too', () => {
    const backend = new FakeBackend('churn');
    let before = new Map<string, SocketRow>();
    for (let reading = 0; reading < 30; reading++) {
      const rows = read(backend);
      for (const row of rows) {
        if (row.protocol === 'udp') expect([null, 'ESTABLISHED']).toContain(row.state);
        else expect(row.state).not.toBeNull();
        expect(row.remoteAddress === null).toBe(row.state === 'LISTEN' || row.state === null);
        if (row.state === 'TIME_WAIT') expect(row).toMatchObject({ inode: null, uid: null, pid: null });
        const old = before.get(row.id);
        if (old === undefined) continue;
        // A socket is the same socket for as long as it lives: its ends do not move, its counters only grow.
        expect([row.localPort, row.remoteAddress, row.remotePort]).toEqual([
          old.localPort,
          old.remoteAddress,
          old.remotePort,
        ]);
        if (row.state !== old.state) expect([old.state, row.state]).toEqual(['ESTABLISHED', 'TIME_WAIT']);
        expect(row.bytesSent ?? 0).toBeGreaterThanOrEqual(old.bytesSent ?? 0);
      }
      before = new Map(rows.map((row) => [row.id, row]));
    }
  });

  it('has listeners that several processes share, and some that serve both versions of IP', () => {
    const listeners = read(new FakeBackend('churn')).filter((row) => row.state === 'LISTEN');
    expect(listeners.find((row) => row.processName === 'nginx')).toMatchObject({ pid: 700, holders: 4 });
    expect(listeners.find((row) => row.processName === 'sshd')).toMatchObject({ holders: 1 });
    expect(listeners.some((row) => row.dualStack === true)).toBe(true);
    for (const row of listeners) expect(row.dualStack).toBe(row.family === 6 ? true : null);
  });

  it("shows nobody's addresses: public ones are those for documentation (RFC 5737, RFC 3849)", () => {
    const remote = new Set(read(new FakeBackend('churn')).map((row) => row.remoteAddress));
    remote.delete(null);
    expect(remote.size).toBeGreaterThan(50);
    const isPublic = (address: string | null): boolean => addressClass(address) === 'public';
    for (const address of [...remote].filter(isPublic))
      expect(address).toMatch(/^(198\.51\.100\.|203\.0\.113\.|2001:db8::)/);
  });

  it('has something to show in every column', () => {
    const rows = read(new FakeBackend('churn'));
    const among = (field: keyof SocketRow): Set<unknown> => new Set(rows.map((row) => row[field]));
    const classes = new Set(rows.map(({ remoteAddress }) => addressClass(remoteAddress)));
    for (const kind of ['loopback', 'private', 'link-local', 'public']) expect(classes).toContain(kind);
    for (const name of ['lo', 'eth0', 'eth1', 'docker0', 'wg0']) expect(among('interface')).toContain(name);
    for (const field of ['unit', 'container', 'parentPid', 'parentName', 'rtt', 'retransmits'] as const)
      expect(among(field).size).toBeGreaterThan(2);
    expect(rows.some(({ receiveQueue }) => receiveQueue! > 0)).toBe(true);
    // Both ends of a connection within the machine
    const ends = new Set(rows.map((row) => `${row.localPort} ${row.remotePort} ${row.localAddress}`));
    const inside = rows.filter(({ remoteAddress, state }) => {
      return addressClass(remoteAddress) === 'loopback' && state !== 'TIME_WAIT';
    });
    expect(inside.length).toBeGreaterThan(5);
    for (const { localPort, remotePort, remoteAddress } of inside)
      expect(ends).toContain(`${remotePort} ${localPort} ${remoteAddress}`);
  });

  it('names addresses and ports, without any network', async () => {
    const backend = new FakeBackend('churn');
    const found = await Promise.all(
      read(backend).map(({ remoteAddress }) => backend.reverse(remoteAddress ?? '0.0.0.0')),
    );
    const names = found.flat();
    expect(new Set(names).size).toBeGreaterThan(50);
    for (const name of names) expect(name).toMatch(/^localhost$|\.example(\.com|\.net|\.org)?$/);
    expect(found.some(({ length }) => length === 0)).toBe(true);
    expect(serviceName(backend.services(), 'tcp', 443)).toBe('https');
  });

  it('"failing" fails as a kernel does', () => {
    const backend = new FakeBackend('failing');
    expect(() => readOf(backend, ['tcp6'], new SocketTable())).toThrow(
      expect.objectContaining({ name: 'NativeError', call: 'dump(tcp6)', codeName: 'ENOBUFS' }),
    );
    readOf(backend, ['tcp4'], new SocketTable());
  });

  it('"unprivileged" hides other users’ processes and refuses to close', () => {
    const backend = new FakeBackend('unprivileged');
    const table = new SocketTable();
    readOf(backend, backend.tables, table);
    const owners = backend.readOwners(table);
    expect(owners.complete).toBe(false);
    let own = 0;
    for (let row = 0; row < table.length; row++) {
      const holders = owners.holdersOf(row);
      const { uid } = table.row(row, backend);
      if (uid === 1000) own++;
      expect(holders.length).toBe(uid === 1000 ? 1 : 0);
      expect(backend.close(table, row, 'reset')).toMatchObject({ outcome: 'refused' });
    }
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(table.length);
    expect(backend.missingPrivilege()).toMatch(/^Without root, .*\.$/);
    expect(new FakeBackend('idle').missingPrivilege()).toBeNull();
  });

  it('closes the socket of a row once, and no other', () => {
    const backend = new FakeBackend('idle');
    const table = new SocketTable();
    readOf(backend, backend.tables, table);
    const id = table.row(3, backend).id;
    expect(backend.close(table, 3, 'reset')).toEqual({ outcome: 'done', message: null });
    expect(backend.close(table, 3, 'reset')).toEqual({ outcome: 'gone', message: null });
    const now = new SocketTable();
    readOf(backend, [...backend.tables.slice(1), 'tcp4'], now);
    expect(Array.from({ length: now.length }, (_, row) => now.row(row, backend).id)).not.toContain(id);
  });
});

describe('sources', () => {
  it('are the tables of the protocols that are asked for, as far as there are any', () => {
    const tables = (protocols: Protocol[]): string[] =>
      new FakeBackend('idle').sources({ ...DEFAULT_READING, protocols }).map((source) => source.table);
    expect(tables(['udp', 'tcp'])).toEqual(['tcp4', 'tcp6', 'udp4', 'udp6']);
    expect(tables(['udp'])).toEqual(['udp4', 'udp6']);
    expect(tables(['unix', 'raw'])).toEqual([]);
  });
});

describe('isScenario', () => {
  it('knows the names there are', () => {
    for (const name of SCENARIOS) expect(isScenario(name)).toBe(true);
    for (const name of ['', 'Idle', 'constructor', 'idle ']) expect(isScenario(name)).toBe(false);
  });
});
