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
function read(identities: RowIdentities, name: MainTable, sockets: readonly Socket[]): number[] {
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
  identities.endReading();
  return ids;
}

function text(identities: RowIdentities, id: number): string {
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
    expect(() => text(identities, first!)).toThrow(RangeError);
    const [again] = read(identities, 'tcp4', [CONNECTION]);
    expect(again).toBeGreaterThan(first!);
    expect(text(identities, again!)).toBe('tcp4-127.0.0.1:80-10.0.0.9:51122');
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
});
