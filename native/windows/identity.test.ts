import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../shared/address';
import { stateCode } from '../../shared/socket';
import type { SocketState, MainTable } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { RowIdentities } from './identity';

interface Socket {
  local: string;
  port: number;
  remote?: [address: string, port: number];
  state?: SocketState;
  pid?: number;
  interface?: number;
  /** The halves of a FILETIME. */
  time?: [high: number, low: number];
}

const CONNECTION: Socket = { local: '127.0.0.1', port: 80, remote: ['10.0.0.9', 51122] };
const MDNS: Socket = { local: '0.0.0.0', port: 5353 };

/** One reading of one table; returns the identity of every socket as a number. */
function read(
  identities: RowIdentities,
  name: MainTable,
  sockets: readonly Socket[],
  counts = true,
): number[] {
  const table = new SocketTable(sockets.length);
  const c = table.columns;
  identities.beginReading(name);
  const ids = sockets.map((socket) => {
    const row = table.append();
    c.state[row] = stateCode(socket.state ?? null);
    c.tablePid[row] = socket.pid ?? 0;
    c.interfaceIndex[row] = socket.interface ?? 0;
    c.localPort[row] = socket.port;
    table.addresses.set(parseAddress(socket.local)!, 32 * row);
    if (socket.remote !== undefined) {
      c.hasRemote[row] = 1;
      c.remotePort[row] = socket.remote[1];
      table.addresses.set(parseAddress(socket.remote[0])!, 32 * row + 16);
    }
    identities.identify(table, row, ...(socket.time ?? [0, 0]));
    return c.idHigh[row]! * 2 ** 32 + c.idLow[row]!;
  });
  if (counts) identities.endReading(name);
  return ids;
}

function text(identities: RowIdentities, id: number): string | null {
  return identities.idText(Math.floor(id / 2 ** 32), id >>> 0);
}

describe('RowIdentities', () => {
  it('keeps the number of a socket whose state and PID change', () => {
    const identities = new RowIdentities();
    const first = read(identities, 'tcp4', [{ ...CONNECTION, state: 'ESTABLISHED', pid: 812 }]);
    expect(read(identities, 'tcp4', [{ ...CONNECTION, state: 'FIN_WAIT_2', pid: 900 }])).toEqual(first);
    expect(read(identities, 'tcp4', [{ ...CONNECTION, state: 'TIME_WAIT', pid: 0 }])).toEqual(first);
  });

  it('tells apart protocol, family, each end, the interface and the create time', () => {
    const identities = new RowIdentities();
    const tcp4 = [
      CONNECTION,
      { ...CONNECTION, local: '127.0.0.2' },
      { ...CONNECTION, port: 81 },
      { ...CONNECTION, remote: ['10.0.0.8', 51122] },
      { ...CONNECTION, remote: ['10.0.0.9', 51123] },
      { ...CONNECTION, interface: 1 },
      { ...CONNECTION, time: [1, 0] },
      { ...CONNECTION, time: [0, 1] },
    ] satisfies Socket[];
    const ids = [
      ...read(identities, 'tcp4', tcp4),
      ...read(identities, 'udp4', [MDNS]),
      ...read(identities, 'tcp6', [{ local: '::', port: 5353 }]),
      ...read(identities, 'udp6', [{ local: '::', port: 5353 }]),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => text(identities, id))).size).toBe(ids.length);
  });

  describe('takes what is left of a connection, without create time, for that connection', () => {
    const MADE: Socket = { ...CONNECTION, state: 'ESTABLISHED', time: [3, 4] };
    const LEFT: Socket = { ...CONNECTION, state: 'TIME_WAIT' };

    it('for as long as it is listed, also where a look comes between', () => {
      const identities = new RowIdentities();
      const made = read(identities, 'tcp4', [MDNS, MADE]);
      for (let i = 0; i < 5; i++) {
        expect(read(identities, 'tcp4', [LEFT], i % 2 === 0)).toEqual([made[1]]);
        if (i === 0) expect(read(identities, 'tcp6', [{ ...LEFT, local: '::1' }])).not.toEqual([made[1]]);
      }
      expect(text(identities, made[1]!)).toBe('tcp4-127.0.0.1:80-10.0.0.9:51122-0000000300000004');
    });

    it('and not for another one', () => {
      const identities = new RowIdentities(4);
      const [made] = read(identities, 'tcp4', [MADE]);
      const others: Socket[] = [
        { ...LEFT, port: 81 },
        { ...LEFT, state: 'FIN_WAIT_2' },
        { ...LEFT, time: [3, 5] },
      ];
      for (const other of others) expect(read(identities, 'tcp4', [MADE, other])[1]).not.toBe(made);
      // Two of them fit, or it was away for a reading.
      read(identities, 'tcp4', [MADE, { ...MADE, time: [5, 6] }]);
      const ownKey = read(identities, 'tcp4', [LEFT])[0]!;
      expect(text(identities, ownKey)).toBe('tcp4-127.0.0.1:80-10.0.0.9:51122');
      for (const sockets of [[], [MADE], [], [LEFT]]) {
        const [id] = read(identities, 'tcp4', sockets);
        if (sockets[0] === LEFT) expect(id).toBe(ownKey);
      }
    });

    it('as a plain list of what was seen would', () => {
      const PORTS = [50_001, 50_002, 50_003];
      const rowOf = fc.record({
        port: fc.constantFrom(...PORTS),
        time: fc.constantFrom(0, 1, 2),
        state: fc.constantFrom('ESTABLISHED' as const, 'TIME_WAIT' as const),
      });
      fc.assert(
        fc.property(fc.array(fc.array(rowOf, { maxLength: 6 }), { maxLength: 8 }), (readings) => {
          const identities = new RowIdentities();
          let seen: { port: number; time: number; id: number; at: number }[] = [];
          let last = 0;
          for (const [at, rows] of readings.entries()) {
            const expected = rows.map(({ port, time, state }) => {
              const same = seen.filter((each) => each.port === port && each.at >= at - 1);
              let known = seen.find((each) => each.port === port && each.time === time);
              if (state === 'TIME_WAIT' && time === 0 && same.length === 1) known = same[0]!;
              if (known === undefined) seen.push((known = { port, time, id: ++last, at }));
              known.at = at;
              return known.id;
            });
            const sockets = rows.map(({ port, time, state }): Socket => ({
              ...{ ...CONNECTION, port, state, time: [0, time] },
            }));
            expect(read(identities, 'tcp4', sockets)).toEqual(expected);
            seen = seen.filter((each) => each.at >= at - 1);
            expect(identities.size).toBe(seen.length);
          }
        }),
      );
    });
  });

  it('numbers alike rows without remote endpoint in order of appearance, afresh in every reading', () => {
    const identities = new RowIdentities();
    const three = read(identities, 'udp4', [MDNS, MDNS, MDNS]);
    expect(three.map((id) => text(identities, id))).toEqual([
      'udp4-0.0.0.0:5353',
      'udp4-0.0.0.0:5353~2',
      'udp4-0.0.0.0:5353~3',
    ]);
    expect(read(identities, 'udp4', [MDNS, MDNS])).toEqual(three.slice(0, 2));
    expect(read(identities, 'udp4', [MDNS, MDNS, MDNS])).toEqual(three);
  });

  it('gives a connection listed twice in one reading one identity', () => {
    const [first, second] = read(new RowIdentities(), 'tcp4', [CONNECTION, CONNECTION]);
    expect(second).toBe(first);
  });

  it('remembers a key through one reading that misses it, and forgets it after two', () => {
    const identities = new RowIdentities();
    const [first] = read(identities, 'tcp4', [CONNECTION]);
    read(identities, 'tcp4', []);
    expect(text(identities, first!)).toBe('tcp4-127.0.0.1:80-10.0.0.9:51122');
    expect(read(identities, 'tcp4', [CONNECTION])).toEqual([first]);
    read(identities, 'tcp4', []);
    read(identities, 'tcp4', []);
    expect(identities.size).toBe(0);
    expect(text(identities, first!)).toBeNull();
    const [again] = read(identities, 'tcp4', [CONNECTION]);
    expect(again).toBeGreaterThan(first!);
    expect(text(identities, again!)).toBe('tcp4-127.0.0.1:80-10.0.0.9:51122');
  });

  it('forgets nothing because of looks between two readings', () => {
    const identities = new RowIdentities();
    const [first, second] = read(identities, 'tcp4', [CONNECTION, MDNS]);
    for (let i = 0; i < 5; i++) expect(read(identities, 'tcp4', [MDNS], false)).toEqual([second]);
    read(identities, 'tcp4', [MDNS]);
    expect(text(identities, first!)).toBe('tcp4-127.0.0.1:80-10.0.0.9:51122');
    read(identities, 'tcp4', [MDNS]);
    expect(identities.size).toBe(1);
  });

  it('forgets what only a look has seen', () => {
    const identities = new RowIdentities();
    read(identities, 'tcp4', []);
    read(identities, 'tcp4', [CONNECTION], false);
    read(identities, 'tcp4', []);
    expect(identities.size).toBe(1);
    read(identities, 'tcp4', []);
    expect(identities.size).toBe(0);
  });

  it('finds every row again whatever the order', () => {
    const sockets = Array.from({ length: 50 }, (_, i): Socket => ({ ...CONNECTION, port: 1000 + i }));
    const identities = new RowIdentities();
    const ids = read(identities, 'tcp4', [...sockets, MDNS, MDNS]);
    const backwards = read(identities, 'tcp4', [...sockets, MDNS].reverse());
    expect(backwards.slice(1).reverse()).toEqual(ids.slice(0, 50));
    expect(backwards[0]).toBe(ids[50]);
    expect(read(identities, 'tcp4', sockets.slice(25))).toEqual(ids.slice(25, 50));
  });

  it('numbers alike rows afresh also where others move between them', () => {
    const identities = new RowIdentities();
    const other: Socket = { local: '10.0.0.1', port: 1 };
    const [first, own, second] = read(identities, 'udp4', [MDNS, other, MDNS]);
    expect(read(identities, 'udp4', [other, MDNS, MDNS])).toEqual([own, first, second]);
  });

  it('forgets nothing of a table that is not read', () => {
    const identities = new RowIdentities();
    const [first] = read(identities, 'udp4', [MDNS]);
    for (let i = 0; i < 10; i++) read(identities, 'tcp4', [CONNECTION]);
    expect(read(identities, 'udp4', [MDNS])).toEqual([first]);
  });

  it('keeps every number and text while thousands come and go, and grows no further', () => {
    const identities = new RowIdentities();
    const lasting = Array.from({ length: 3000 }, (_, i): Socket => ({ local: '10.0.0.1', port: i }));
    const ids = read(identities, 'tcp4', lasting);
    const given = new Set(ids);
    for (let reading = 1; reading <= 20; reading++) {
      const passing = Array.from({ length: 1000 }, (_, i): Socket => ({
        ...CONNECTION,
        port: i,
        time: [reading, i],
      }));
      const now = read(identities, 'tcp4', [...passing, ...lasting]);
      expect(now.slice(1000)).toEqual(ids);
      for (const id of now.slice(0, 1000)) given.add(id);
      expect(identities.size).toBeLessThanOrEqual(5000);
    }
    expect(given.size).toBe(3000 + 20 * 1000);
    ids.forEach((id, i) => expect(text(identities, id)).toBe(`tcp4-10.0.0.1:${i}`));
  });

  it('writes texts that are the same in another run and need no quoting', () => {
    const sockets: Socket[] = [
      {
        local: 'fe80::1',
        port: 443,
        remote: ['fe80::2', 51122],
        interface: 7,
        time: [0x01d9a1b2, 0xc3d4e5f6],
      },
      { local: '::', port: 0 },
      { local: '::', port: 0 },
    ];
    const [one, other] = [new RowIdentities(), new RowIdentities()];
    read(other, 'tcp4', [CONNECTION]);
    const texts = read(one, 'tcp6', sockets).map((id) => text(one, id));
    expect(texts).toEqual([
      'tcp6-if7-fe80::1:443-fe80::2:51122-01d9a1b2c3d4e5f6',
      'tcp6-:::0',
      'tcp6-:::0~2',
    ]);
    expect(read(other, 'tcp6', sockets).map((id) => text(other, id))).toEqual(texts);
    for (const each of texts) expect(each).toMatch(/^[a-z0-9.:~-]+$/);
  });

  it('does as a list of texts would, whatever comes in whatever order', () => {
    const socket = fc.record({
      local: fc.constantFrom('10.0.0.1', '10.0.0.2'),
      port: fc.constantFrom(80, 81),
      remote: fc.constantFrom(
        undefined,
        ['10.0.0.9', 1] as [string, number],
        ['10.0.0.9', 2] as [string, number],
      ),
      interface: fc.constantFrom(0, 7),
      time: fc.constantFrom<[number, number]>([0, 0], [1, 0], [0, 1]),
    });
    const reading = fc.tuple(
      fc.constantFrom('tcp4' as const, 'udp4' as const),
      fc.array(socket, { maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 8 }), (readings) => {
        const identities = new RowIdentities();
        const known = new Map<string, number>();
        for (const [name, sockets] of readings) {
          const ids = read(identities, name, sockets as Socket[]);
          const alike = new Map<string, number>();
          const texts = sockets.map(({ local, port, remote, interface: index, time }) => {
            const key = [
              ...[name, ...(index === 0 ? [] : [`if${index}`]), `${local}:${port}`],
              ...(remote === undefined ? [] : [remote.join(':')]),
              ...(time.join('') === '00'
                ? []
                : [time.map((half) => half.toString(16).padStart(8, '0')).join('')]),
            ].join('-');
            const count = (alike.get(key) ?? 0) + 1;
            alike.set(key, count);
            return remote === undefined && count > 1 ? `${key}~${count}` : key;
          });
          expect(ids.map((id) => text(identities, id))).toEqual(texts);
          // Nobody has another one's number, and who was in the last reading of the table has the same.
          for (const [i, each] of texts.entries()) {
            if (known.has(each)) expect(ids[i]).toBe(known.get(each));
            for (const [other, id] of known) if (other !== each) expect(ids[i]).not.toBe(id);
          }
          for (const each of known.keys()) if (each.startsWith(name)) known.delete(each);
          for (const [i, each] of texts.entries()) known.set(each, ids[i]!);
        }
      }),
    );
  });
});
