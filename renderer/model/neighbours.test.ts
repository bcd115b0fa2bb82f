import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listener, ownerless, socketRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { findNeighbours, inodeIn, MOST_LISTED } from './neighbours';

function ends(
  id: string,
  from: [string, number],
  to: [string, number],
  more: Partial<SocketRow> = {},
): SocketRow {
  return socketRow({
    ...{ id, localAddress: from[0], localPort: from[1], remoteAddress: to[0], remotePort: to[1] },
    ...more,
  });
}
const HERE: [string, number] = ['127.0.0.1', 80];
const THERE: [string, number] = ['127.0.0.1', 40_000];
const A = ends('a', HERE, THERE);
const B = ends('b', THERE, HERE);
const peerOf = (row: SocketRow, rows: SocketRow[]): string | null => findNeighbours(row, rows).peer;

describe('peer', () => {
  it('is the socket with the same ends the other way round', () => {
    const others = [listener({ id: 'l', localPort: 80 }), ends('c', HERE, ['127.0.0.1', 40_001])];
    expect(peerOf(A, [...others, A, B])).toBe('b');
    expect(peerOf(B, [...others, A, B])).toBe('a');
    expect(peerOf(A, [...others, A])).toBeNull();
  });

  it('is of the same protocol; an IPv4 address in an IPv6 socket is the same', () => {
    expect(peerOf(A, [A, ends('b', THERE, HERE, { protocol: 'udp' })])).toBeNull();
    const mapped = ends('m', ['::ffff:127.0.0.1', 80], ['::ffff:127.0.0.1', 40_000], { family: 6 });
    expect(peerOf(B, [mapped, B])).toBe('m');
    expect(peerOf(mapped, [mapped, B])).toBe('b');
  });

  it('is in the same namespace where the addresses are loopback, else in whichever', () => {
    const inside = { namespace: 'web' };
    expect(peerOf(A, [A, { ...B, ...inside }])).toBeNull();
    const a = ends('a', ['172.17.0.1', 80], ['172.17.0.2', 40_000]);
    const b = ends('b', ['172.17.0.2', 40_000], ['172.17.0.1', 80], inside);
    expect(peerOf(a, [a, b])).toBe('b');
    expect(peerOf(b, [a, b])).toBe('a');
    // Two containers with the same addresses: there is no telling.
    const c = { ...b, id: 'c', namespace: 'other' };
    expect(peerOf(a, [a, b, c])).toBeNull();
    expect(peerOf(b, [a, b, c])).toBeNull();
  });

  it('of a UNIX socket is the one with its inode', () => {
    const unix = (id: string, inode: number, remoteAddress: string | null): SocketRow =>
      socketRow({
        ...{ id, inode, remoteAddress, protocol: 'unix', family: null },
        ...{ localAddress: '/run/x', localPort: null, remotePort: null },
      });
    const a = unix('a', 11, 'socket:[12]');
    const b = unix('b', 12, '/run/x');
    expect(findNeighbours(a, [a, b]).peer).toBe('b');
    expect(findNeighbours(b, [a, b]).peer).toBeNull(); // a path may be many sockets'
    expect(findNeighbours(b, [a, b], 11).peer).toBe('a'); // what the kernel has told
    expect(inodeIn('socket:[4711]')).toBe(4711);
    expect(inodeIn('/run/socket:[1]')).toBeNull();
  });

  it('finds back, whatever the sockets', () => {
    const address = fc.constantFrom('127.0.0.1', '::ffff:127.0.0.1', '10.0.0.1', '10.0.0.2', '::1');
    const port = fc.constantFrom(1, 2);
    const anyRow = fc.record({
      localAddress: address,
      localPort: port,
      remoteAddress: fc.option(address, { freq: 9 }),
      remotePort: port,
      namespace: fc.constantFrom('host', 'web', null),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    });
    let found = 0;
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 2, maxLength: 8 }), (parts) => {
        const rows = parts.map((part, i) => socketRow({ ...part, id: String(i) }));
        for (const row of rows) {
          const peer = peerOf(row, rows);
          if (peer === null) continue;
          found++;
          expect(peer).not.toBe(row.id);
          expect(peerOf(rows[Number(peer)]!, rows)).toBe(row.id);
        }
      }),
      { numRuns: 2000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

describe('sockets of the same process', () => {
  it('have its PID and its start time', () => {
    const a = socketRow({ id: 'a' });
    const rows = [
      a,
      listener({ id: 'b' }),
      socketRow({ id: 'c', pid: 813 }),
      socketRow({ id: 'd', processStartedAt: 5 }),
      ownerless({ id: 'e' }),
    ];
    expect(findNeighbours(a, rows)).toMatchObject({ process: ['b'], processTotal: 1 });
    expect(findNeighbours(rows[4]!, [...rows, ownerless({ id: 'f' })])).toMatchObject({ processTotal: 0 });
  });

  it('are all counted, and the first of them listed', () => {
    const rows = Array.from({ length: 1001 }, (_, i) => socketRow({ id: String(i) }));
    const { process, processTotal } = findNeighbours(rows[0]!, rows);
    expect(processTotal).toBe(1000);
    expect(process).toHaveLength(MOST_LISTED);
  });
});
