/** Closing connections gracefully. */
import fs from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  asNobody,
  backend,
  client,
  connect,
  DONE,
  GONE,
  HOSTS,
  own,
  read,
  rowOf,
  server,
  setUpClosing,
} from './fixtures/closingScene';
import { DEFAULT_READING } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { eventually, needsRoot } from './fixtures/needs';
import { AF, inetAddress, RawSockets, SOCK } from './fixtures/rawSockets';
import { LinuxBackend } from './linuxBackend';
import { yamaScope } from './traceRefusal';

setUpClosing();

describe('finish', () => {
  beforeEach(needsRoot);

  it('delivers what was sent, in both directions, and says that nothing more comes', async () => {
    const { listener, near, far } = await connect(client, server);
    await server.halt();
    await client.do('write', { handle: near.handle, bytes: 1_000_000 });
    const table = read();
    const row = rowOf(table, near.port, listener.port);
    expect(table.columns.sendQueue[row]).toBeGreaterThan(0);
    expect(backend.close(table, row, 'finish')).toEqual(DONE);
    server.thaw();
    expect(await server.do('received', { handle: far, bytes: 1_000_000 })).toBe(1_000_000);
    expect(await server.do('ending', { handle: far })).toBe('end');
    // The other side may still answer, and is not reset for it.
    await server.do('write', { handle: far, bytes: 5000 });
    expect(await client.do('received', { handle: near.handle, bytes: 5000 })).toBe(5000);
    await server.do('close', { handle: far });
    expect(await client.do('ending', { handle: near.handle })).toBe('end');
  });

  it.each(HOSTS)('is possible with one’s own connection: %s', async (_, listen, host) => {
    const { listener, near } = await connect(client, own, listen, host);
    expect(asNobody(listener.port, near.port, 'finish')).toEqual(
      yamaScope() === 0 ? DONE : expect.anything(),
    );
    if (yamaScope() === 0) expect(await client.do('ending', { handle: near.handle })).toBe('end');
  });

  it('ends a connection that the other side has finished', async () => {
    const { listener, near, far } = await connect(client, server);
    await server.do('shutdown', { handle: far });
    expect(await client.do('ending', { handle: near.handle })).toBe('end');
    const table = read();
    const row = rowOf(table, near.port, listener.port);
    expect(table.columns.state[row]).toBe(8); // CLOSE_WAIT
    expect(backend.close(table, row, 'finish')).toEqual(DONE);
    expect(await server.do('ending', { handle: far })).toBe('end');
    await eventually(() => expect(rowOf(read(), near.port, listener.port)).toBe(-1));
  });

  it('finds gone what its process has closed while the tables were read', async () => {
    const { listener, near, far } = await connect(client, server);
    await server.do('close', { handle: far });
    expect(await client.do('ending', { handle: near.handle })).toBe('end');
    const table = new SocketTable();
    for (const source of backend.sources(DEFAULT_READING)) backend.readTable(source, DEFAULT_READING, table);
    const row = rowOf(table, near.port, listener.port);
    expect(table.columns.inode[row]).not.toBe(0);
    await client.do('close', { handle: near.handle });
    await eventually(() => expect(rowOf(read(), near.port, listener.port)).toBe(-1));
    const owners = backend.readOwners(table);
    table.holders[row] = owners.holdersOf(row);
    expect(table.holders[row]).toEqual([]);
    expect(backend.close(table, row, 'finish')).toEqual(GONE);
  });

  it('of one that nobody has accepted is refused', async () => {
    const listener = await server.do('listen', { host: '127.0.0.1' });
    server.freeze();
    try {
      const near = await client.do('connect', { host: '127.0.0.1', port: listener.port });
      const table = read();
      expect(backend.close(table, rowOf(table, listener.port, near.port), 'finish')).toEqual({
        outcome: 'refused',
        message: 'Only through its owner can it be closed gracefully: no process has a descriptor of it.',
      });
    } finally {
      server.thaw();
    }
  });

  it.each<['listen' | 'udp', string]>([
    ['listen', 'A listening socket has no other side that could be told. It can be reset.'],
    ['udp', 'Only TCP connections can be closed gracefully.'],
  ])('is not for %s', async (kind, message) => {
    const { port } = await server.do(kind, { host: '127.0.0.1' });
    const table = read();
    expect(backend.close(table, rowOf(table, port), 'finish')).toEqual({ outcome: 'refused', message });
  });

  it('spares the next connection of a socket that was connected anew', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => server.do('listen', { host: '127.0.0.1' })));
    const sockets = new RawSockets();
    try {
      const fd = sockets.connect(sockets.socket(AF.INET, SOCK.STREAM), inetAddress('127.0.0.1', one!.port));
      const stale = read();
      const { inode } = stale.columns;
      const row = inode.indexOf(fs.fstatSync(fd).ino);
      sockets.connect(fd, new Uint8Array(16)); // AF_UNSPEC
      sockets.connect(fd, inetAddress('127.0.0.1', other!.port));
      expect(backend.close(stale, row, 'finish')).toEqual(GONE);
      expect(backend.close(stale, row, 'reset')).toEqual(GONE);
      const now = read();
      expect(now.columns.state[now.columns.inode.indexOf(inode[row]!)]).toBe(1);
    } finally {
      sockets.end();
    }
  });

  it('spares the socket where the process is another one than was seen', async () => {
    const { listener, near } = await connect(client, server);
    const table = read();
    const row = rowOf(table, near.port, listener.port);
    const fresh = new LinuxBackend(); // which has no index of its own
    try {
      table.holders[row] = [{ ...table.holders[row]![0]!, startKey: '1' }];
      expect(fresh.close(table, row, 'finish')).toEqual({
        outcome: 'refused',
        message: `Only through its owner can it be closed gracefully: process ${client.pid} has closed its descriptor, or ended, meanwhile. Try again.`,
      });
      const now = read();
      expect(now.columns.state[rowOf(now, near.port, listener.port)]).toBe(1);
    } finally {
      fresh.dispose();
    }
  });
});
