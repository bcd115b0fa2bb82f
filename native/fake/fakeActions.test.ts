/** What is done to invented sockets and processes. */
import { describe, expect, it } from 'vitest';
import { reasonAgainst } from '../../shared/abilities';
import { OWNERS } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { ProcessEntry } from '../backend';
import { FakeBackend } from './fakeBackend';
import { read, readOf } from './fixtures/readings';

describe('closing', () => {
  it('gracefully lets the other side close as well', () => {
    const backend = new FakeBackend('idle');
    const table = new SocketTable();
    readOf(backend, backend.tables, table);
    const rows = Array.from({ length: table.length }, (_, row) => table.row(row, backend));
    const at = rows.findIndex(({ state }) => state === 'ESTABLISHED');
    expect(backend.close(table, at, 'finish')).toEqual({ outcome: 'done', message: null });
    const now = new Map(read(backend).map((row) => [row.id, row.state]));
    expect(now.get(rows[at]!.id)).toBe('TIME_WAIT');
    const listener = rows.findIndex(({ state }) => state === 'LISTEN');
    expect(backend.close(table, listener, 'finish')).toMatchObject({ outcome: 'refused' });
    expect(now.get(rows[listener]!.id)).toBe('LISTEN');
  });

  it('keeps what it says of its rights', () => {
    for (const name of ['churn', 'unprivileged'] as const) {
      const backend = new FakeBackend(name);
      const rights = backend.rights();
      const table = new SocketTable();
      readOf(backend, backend.tables, table);
      const owners = backend.readOwners(table);
      let tried = 0;
      for (let i = 0; i < table.length; i++) {
        table.holders[i] = owners.holdersOf(i);
        table.columns.owner[i] = OWNERS.indexOf(table.holders[i]!.length > 0 ? 'known' : 'hidden');
        const row = table.row(i, backend);
        for (const action of ['finish', 'reset'] as const) {
          const possible = reasonAgainst(action, row, rights) === null;
          // What has no process can only be reset.
          if (action === 'finish' && !possible && row.owner !== 'known') continue;
          const { outcome, message } = backend.close(table, i, action);
          if (outcome === 'gone') continue; // the one before has ended it
          expect([row.state, action, outcome, message === null]).toEqual([
            ...[row.state, action],
            ...(possible ? ['done', true] : ['refused', false]),
          ]);
          if (possible) tried++;
        }
      }
      expect(tried > 0).toBe(name === 'churn');
    }
  });
});

describe('processes', () => {
  const NEVER = new AbortController().signal;
  const pick = (backend: FakeBackend, name: string): ProcessEntry =>
    backend.processes().find((process) => process.name === name)!;

  it('are those of the sockets and what they run under, each once', () => {
    const backend = new FakeBackend('churn');
    const all = backend.processes();
    const pids = all.map(({ pid }) => pid);
    expect(pids).toEqual([...new Set(pids)].sort((a, b) => a - b));
    for (const { parentPid } of all) expect(parentPid === null || pids.includes(parentPid)).toBe(true);
    let owned = 0;
    for (const { pid, processStartedAt, processName, processPath, parentPid, user } of read(backend)) {
      if (pid === null) continue;
      owned++;
      expect(all).toContainEqual({
        ...{ pid, startedAt: processStartedAt, name: processName, path: processPath, parentPid, user },
      });
    }
    expect(owned).toBeGreaterThan(100);
    const ancestors = backend.ancestors();
    expect(ancestors.map(({ pid }) => all.find((each) => each.pid === pid)!.name)).toEqual([
      ...['socketscope', 'gnome-shell', 'systemd', 'systemd'],
    ]);
    for (const { pid, startedAt } of ancestors)
      expect(all.find((each) => each.pid === pid)!.startedAt).toBe(startedAt);
  });

  it.each(['terminate', 'kill'] as const)('end, and their sockets with them: %s', async (action) => {
    const backend = new FakeBackend('churn');
    const before = read(backend);
    const postgres = pick(backend, 'postgres');
    expect(before.some(({ pid }) => pid === postgres.pid)).toBe(true);
    expect(await backend.act(postgres, action, 0, NEVER)).toEqual({ outcome: 'done', message: null });
    expect(await backend.act(postgres, action, 0, NEVER)).toEqual({ outcome: 'gone', message: null });
    expect(backend.processes()).not.toContainEqual(postgres);
    for (let reading = 0; reading < 10; reading++) {
      const rows = read(backend);
      expect(rows.filter(({ pid }) => pid === postgres.pid)).toEqual([]);
      // What it shared is still the others'.
      expect(rows.find(({ localPort, state }) => localPort === 5432 && state === 'LISTEN')).toMatchObject({
        processName: 'postgres',
        holders: 3,
      });
    }
  });

  it('may all end: then nothing is left but what the kernel keeps', async () => {
    const backend = new FakeBackend('churn');
    read(backend);
    for (const process of backend.processes()) await backend.act(process, 'kill', 0, NEVER);
    expect(backend.processes().map(({ pid }) => pid)).toEqual([1]);
    for (const { state } of read(backend)) expect(state).toBe('TIME_WAIT');
  });

  it('with another start time are others', async () => {
    const backend = new FakeBackend('churn');
    const nginx = pick(backend, 'nginx');
    const other = { ...nginx, startedAt: nginx.startedAt + 10 };
    expect(await backend.act(other, 'kill', 0, NEVER)).toMatchObject({ outcome: 'gone' });
    expect(await backend.act(nginx, 'kill', 0, AbortSignal.abort())).toMatchObject({ outcome: 'stopped' });
    expect(pick(backend, 'nginx')).toEqual(nginx);
  });

  it('end only once they are resumed, where they are asked', async () => {
    const backend = new FakeBackend('idle');
    const nginx = pick(backend, 'nginx');
    expect((await backend.act(nginx, 'suspend', 0, NEVER)).outcome).toBe('done');
    expect((await backend.act(nginx, 'terminate', 0, NEVER)).outcome).toBe('failed');
    expect((await backend.act(nginx, 'resume', 0, NEVER)).outcome).toBe('done');
    expect((await backend.act(nginx, 'terminate', 0, NEVER)).outcome).toBe('done');
  });

  it('of others are not a user’s to end', async () => {
    const backend = new FakeBackend('unprivileged');
    expect(await backend.act(pick(backend, 'nginx'), 'terminate', 0, NEVER)).toEqual({
      outcome: 'refused',
      message: 'It belongs to www-data: ending it needs CAP_KILL. Run SocketScope as root (EPERM).',
    });
    expect(await backend.act(pick(backend, 'firefox'), 'terminate', 0, NEVER)).toMatchObject({
      outcome: 'done',
    });
    expect(backend.rights()).toMatchObject({ uid: 1000, couldElevate: true, signal: { reach: 'own' } });
  });
});
