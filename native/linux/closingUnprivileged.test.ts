/** Resetting real sockets as somebody who may not do much. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketAction } from '../../shared/orders';
import { FdDirectory } from './fdDirectory';
import {
  asNobody,
  backend,
  client,
  connect,
  DONE,
  HOSTS,
  own,
  read,
  rowOf,
  server,
  setUpClosing,
  withKnownHolder,
} from './fixtures/closingScene';
import { needsRoot } from './fixtures/needs';
import { asUser } from './fixtures/optionSocket';
import { NOBODY, withCapabilities } from './fixtures/stage';
import { LinuxBackend } from './linuxBackend';
import { yamaScope } from './traceRefusal';

setUpClosing();

describe('reset, without CAP_NET_ADMIN', () => {
  beforeEach(needsRoot);
  beforeEach(({ skip }) => skip(yamaScope() !== 0, 'needs kernel.yama.ptrace_scope = 0'));

  it.each(HOSTS)('ends both sides of one’s own connection: %s', async (_, listen, host) => {
    const { listener, near, far } = await connect(client, own, listen, host);
    const before = fs.readdirSync('/proc/self/fd').length;
    expect(asNobody(listener.port, near.port, 'reset')).toEqual(DONE);
    expect(fs.readdirSync('/proc/self/fd').length).toBe(before);
    expect(await own.do('ending', { handle: far })).toBe('ECONNRESET');
    expect(await client.do('ending', { handle: near.handle })).toBe('ECONNRESET');
  });

  it('stops one’s own listener', async () => {
    const { port } = await own.do('listen', { host: '127.0.0.1' });
    expect(asNobody(port, 0, 'reset')).toEqual(DONE);
    await expect(client.do('connect', { host: '127.0.0.1', port })).rejects.toThrow('ECONNREFUSED');
  });

  it('leaves one’s own UDP socket alone, which would hear nothing of it', async () => {
    const { port } = await own.do('udp', { host: '127.0.0.1' });
    expect(asNobody(port, 0, 'reset')).toEqual({
      outcome: 'refused',
      message: 'Resetting this socket needs CAP_NET_ADMIN (EPERM). Run SocketScope as root.',
    });
  });

  it('finds a descriptor that has moved since its process was looked into', async () => {
    const { listener, near, far } = await connect(client, own);
    const attempt = asUser(NOBODY, () => {
      const mine = new LinuxBackend();
      try {
        const table = read(mine);
        const row = rowOf(table, listener.port, near.port);
        const links = table.columns.inode[row]!;
        // As though it had been at another number when it was read.
        const index = (mine as unknown as { owners: { linksOf(inode: number): unknown[] } }).owners;
        const [link] = index.linksOf(links) as { descriptor: number }[];
        vi.spyOn(index, 'linksOf').mockReturnValue([{ ...link, descriptor: 2 }]);
        return mine.close(table, row, 'reset');
      } finally {
        mine.dispose();
      }
    });
    expect(attempt).toEqual(DONE);
    expect(await own.do('ending', { handle: far })).toBe('ECONNRESET');
  });

  it.each<[SocketAction, string]>([
    [
      'reset',
      'Resetting this socket needs CAP_NET_ADMIN (EPERM). Through its owner it cannot be done either: ',
    ],
    ['finish', 'Only through its owner can it be closed gracefully: '],
  ])('of another user’s connection is refused with what is missing: %s', async (action, begin) => {
    const { listener, near, far } = await connect(client, server);
    expect(asNobody(near.port, listener.port, action)).toEqual({
      outcome: 'refused',
      message: `${begin}its process is not visible, and the socket belongs to root. Run SocketScope as root.`,
    });
    expect(withKnownHolder(near.port, listener.port, action)).toEqual({
      outcome: 'refused',
      message: `${begin}process ${client.pid} may not be traced (EPERM), since it belongs to root. Run SocketScope as root.`,
    });
    await client.do('write', { handle: near.handle, bytes: 10 });
    expect(await server.do('received', { handle: far, bytes: 10 })).toBe(10);
  });

  it('does not list the descriptors of a process that may not be traced, for each of its sockets', async () => {
    const { listener, near } = await connect(client, server);
    const table = read(); // as root: so the index knows the descriptor
    const listed = vi.spyOn(FdDirectory, 'open');
    const attempt = asUser(NOBODY, () =>
      backend.close(table, rowOf(table, near.port, listener.port), 'reset'),
    );
    expect(attempt.outcome).toBe('refused');
    expect(listed).not.toHaveBeenCalled();
  });

  it('of a process that protects itself is refused with what is missing', async ({ skip }) => {
    const python = '/usr/bin/python3';
    skip(!fs.existsSync(python), 'needs python3');
    const { port } = await server.do('listen', { host: '127.0.0.1' });
    const script = `import ctypes, socket, time
s = socket.create_connection(('127.0.0.1', ${port}))
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) # PR_SET_DUMPABLE
print(s.getsockname()[1], flush=True)
time.sleep(600)`;
    const child = spawn(python, ['-c', script], { uid: NOBODY, gid: NOBODY, cwd: '/' });
    try {
      const [text] = (await once(child.stdout, 'data')) as [Buffer];
      const local = Number(text.toString());
      const begin = 'Only through its owner can it be closed gracefully: ';
      expect(asNobody(local, port, 'finish')).toEqual({
        outcome: 'refused',
        message: `${begin}its process protects itself (PR_SET_DUMPABLE), or has another user. Run SocketScope as root.`,
      });
      expect(withKnownHolder(local, port, 'finish')).toEqual({
        outcome: 'refused',
        message: `${begin}process ${child.pid} may not be traced (EPERM), since it protects itself from being looked into (PR_SET_DUMPABLE). Run SocketScope as root.`,
      });
      // CAP_NET_ADMIN does not ask its process.
      const attempt = withCapabilities(['NET_ADMIN'], () => {
        const mine = new LinuxBackend();
        try {
          const table = read(mine);
          return mine.close(table, rowOf(table, local, port), 'reset');
        } finally {
          mine.dispose();
        }
      });
      expect(attempt).toEqual(DONE);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('needs nothing else where there is CAP_NET_ADMIN', async () => {
    const { listener, near, far } = await connect(client, server);
    const attempts = withCapabilities(['NET_ADMIN'], () => {
      const mine = new LinuxBackend();
      try {
        const table = read(mine);
        const row = rowOf(table, near.port, listener.port);
        expect(table.holders[row]).toEqual([]);
        return (['finish', 'reset'] as const).map((action) => mine.close(table, row, action));
      } finally {
        mine.dispose();
      }
    });
    expect(attempts).toEqual([{ outcome: 'refused', message: expect.stringContaining('root') }, DONE]);
    expect(await server.do('ending', { handle: far })).toBe('ECONNRESET');
  });
});
