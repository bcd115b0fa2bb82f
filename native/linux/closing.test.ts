/** Resetting real sockets of other processes, as root. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketTable } from '../../shared/socketTable';
import {
  backend,
  client,
  connect,
  DONE,
  GONE,
  HOSTS,
  read,
  rowOf,
  server,
  setUpClosing,
  stage,
} from './fixtures/closingScene';
import { eventually, needsRoot } from './fixtures/needs';
import { AF, inetAddress, RawSockets, SOCK } from './fixtures/rawSockets';
import { SockDiag } from './sockDiag';

setUpClosing();

describe('reset, as root', () => {
  beforeEach(needsRoot);

  it.each(HOSTS)('ends both sides of a connection: %s', async (_, listen, host) => {
    const { listener, near, far } = await connect(client, server, listen, host);
    const table = read();
    // The accepted end: of a mapped connection it is the one in the table of IPv6.
    const row = rowOf(table, listener.port, near.port);
    expect(table.familyOf(row)).toBe(listen === '127.0.0.1' ? 4 : 6);
    expect(backend.close(table, row, 'reset')).toEqual(DONE);
    expect(await server.do('ending', { handle: far })).toBe('ECONNABORTED');
    expect(await client.do('ending', { handle: near.handle })).toBe('ECONNRESET');
    expect(backend.close(table, row, 'reset')).toEqual(GONE);
  });

  it('removes what is left in TIME_WAIT', async () => {
    const { listener, near, far } = await connect(client, server);
    await client.do('close', { handle: near.handle });
    await server.do('close', { handle: far });
    const table = await eventually(() => {
      const table = read();
      expect(table.columns.state[rowOf(table, near.port, listener.port)]).toBe(6);
      return table;
    });
    expect(backend.close(table, rowOf(table, near.port, listener.port), 'finish')).toMatchObject({
      outcome: 'refused',
      message: 'Both sides have finished already. What is left of it can be reset.',
    });
    expect(backend.close(table, rowOf(table, near.port, listener.port), 'reset')).toEqual(DONE);
    expect(rowOf(read(), near.port, listener.port)).toBe(-1);
  });

  it('stops a listener, and leaves its connections alone', async () => {
    const { listener, near, far } = await connect(client, server);
    const table = read();
    expect(backend.close(table, rowOf(table, listener.port), 'reset')).toEqual(DONE);
    const refused = client.do('connect', { host: '127.0.0.1', port: listener.port });
    await expect(refused).rejects.toThrow('ECONNREFUSED');
    await client.do('write', { handle: near.handle, bytes: 10 });
    expect(await server.do('received', { handle: far, bytes: 10 })).toBe(10);
  });

  it('has a TCP socket that is only bound stay as it is, and says why', async () => {
    const sockets = new RawSockets();
    try {
      sockets.bind(sockets.socket(AF.INET, SOCK.STREAM), inetAddress('127.0.0.1', 41_001));
      const table = read();
      expect(backend.close(table, rowOf(table, 41_001), 'reset')).toEqual({
        outcome: 'refused',
        message: 'It has a port, but neither listens nor is connected: there is nothing to close.',
      });
    } finally {
      sockets.end();
    }
  });

  it('singles a TCP listener out of several that share its endpoint', async () => {
    const [first, { port }] = await stage.listener('reusePort', 1);
    const [second] = await stage.listener('reusePort', 1, port);
    const [third] = await stage.listener('reusePort', 1, port);
    const holderOf = (table: SocketTable): (number | undefined)[] =>
      rowsOf(table, port)
        .filter((row) => table.columns.state[row] === 10)
        .map((row) => table.holders[row]![0]?.pid);
    const left = new Set([first.pid, second.pid, third.pid]);
    for (const { pid } of [second, third, first]) {
      const table = read();
      const row = rowsOf(table, port).find((row) => table.holders[row]![0]?.pid === pid)!;
      expect(backend.close(table, row, 'reset')).toEqual(DONE);
      left.delete(pid);
      expect(new Set(holderOf(read()))).toEqual(left);
    }
  });

  it('says so where several UDP sockets share an endpoint and the kernel finds another one', () => {
    const sockets = new RawSockets();
    try {
      for (let i = 0; i < 3; i++) {
        const fd = sockets.option(sockets.socket(AF.INET, SOCK.DGRAM), 1, 15, 1); // SO_REUSEPORT
        sockets.bind(fd, inetAddress('127.0.0.1', 41_002));
      }
      const table = read();
      const dump = vi.spyOn(SockDiag.prototype, 'dump');
      const attempts = rowsOf(table, 41_002).map((row) => backend.close(table, row, 'reset'));
      const { length } = attempts.filter(({ outcome }) => outcome === 'done');
      expect(length).toBe(1);
      const shared =
        'Several sockets share this endpoint (SO_REUSEPORT) and the kernel cannot single this one out.';
      expect(attempts.filter(({ message }) => message === shared)).toHaveLength(2);
      expect(dump).toHaveBeenCalledTimes(1);
    } finally {
      sockets.end();
    }
  });
});

describe('what the kernel lists, but does not find', () => {
  const unfound = {
    outcome: 'failed',
    message: 'The kernel lists this socket, but does not find it when it is to close it.',
  };

  it('is not called gone: also where nothing shares its endpoint', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => client.do('udp', { host: '127.0.0.1' })));
    const table = read();
    vi.spyOn(SockDiag.prototype, 'destroy').mockReturnValue(2); // ENOENT
    expect(backend.close(table, rowOf(table, first!.port), 'reset')).toEqual(unfound);
    // By then the table is known.
    expect(backend.close(table, rowOf(table, second!.port), 'reset')).toEqual(unfound);
    await client.do('close', { handle: second!.handle });
    expect(backend.close(table, rowOf(table, second!.port), 'reset')).toEqual(GONE);
  });
});

function rowsOf(table: SocketTable, localPort: number): number[] {
  return Array.from({ length: table.length }, (_, row) => row).filter(
    (row) => table.columns.localPort[row] === localPort && table.columns.remotePort[row] === 0,
  );
}

describe('what has ended', () => {
  it('of connections costs no table, however many', async () => {
    const { listener, near } = await connect(client, server);
    const table = read();
    const living = rowOf(table, near.port, listener.port);
    const dump = vi.spyOn(SockDiag.prototype, 'dump');
    for (let i = 1; i <= 30; i++) {
      // One that had the living one's endpoints, and one that had other ones, with the same owner
      const twin = table.appendFrom(table, living);
      const other = table.appendFrom(table, living);
      table.columns.idLow[twin]! ^= i;
      table.columns.idLow[other]! ^= 64 + i;
      table.columns.localPort[other]! ^= 0x8000;
      for (const row of [twin, other]) {
        expect(backend.close(table, row, 'reset')).toEqual(GONE);
        expect(backend.close(table, row, 'finish')).toEqual(GONE);
      }
    }
    expect(dump).not.toHaveBeenCalled();
    dump.mockRestore();
    const now = read();
    expect(now.columns.state[rowOf(now, near.port, listener.port)]).toBe(1);
  });

  it('of listeners and UDP sockets costs one table for each reading', async () => {
    const sockets = await Promise.all([1, 2, 3].map(() => client.do('udp', { host: '127.0.0.1' })));
    const stale = read();
    for (const { handle } of sockets) await client.do('close', { handle });
    const dump = vi.spyOn(SockDiag.prototype, 'dump');
    for (const { port } of sockets) expect(backend.close(stale, rowOf(stale, port), 'reset')).toEqual(GONE);
    expect(dump).toHaveBeenCalledTimes(1);
    dump.mockClear();
    read();
    dump.mockClear();
    expect(backend.close(stale, rowOf(stale, sockets[0]!.port), 'reset')).toEqual(GONE);
    expect(dump).toHaveBeenCalledTimes(1);
  });
});

describe('what ended after a table was read because of another socket', () => {
  it('is gone all the same', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => client.do('udp', { host: '127.0.0.1' })));
    const stale = read();
    await client.do('close', { handle: first!.handle });
    expect(backend.close(stale, rowOf(stale, first!.port), 'reset')).toEqual(GONE);
    await client.do('close', { handle: second!.handle });
    expect(backend.close(stale, rowOf(stale, second!.port), 'reset')).toEqual(GONE);
  });
});
