import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SocketState } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { FakeLibraries } from './fixtures/fakeLibraries';
import { addRow } from './fixtures/tcpRows';
import type { RowFields } from './fixtures/tcpRows';
import { TrafficCounters } from './traffic';

/** One connection of the system, by its local port. */
interface Connection {
  data: boolean;
  path: boolean;
}

const open = new Map<number, Connection>();
let switches: string[] = [];
let code = 0;
let counters: TrafficCounters;

const connectionOf = (entry: Uint8Array): Connection | undefined => open.get((entry[8]! << 8) | entry[9]!);
const kindOf = (type: number): keyof Connection => (type === 1 ? 'data' : 'path');

beforeEach(() => {
  open.clear();
  switches = [];
  code = 0;
  counters = new TrafficCounters(
    new FakeLibraries({
      GetPerTcpConnectionEStats: (entry: Uint8Array, type: number, rw: Uint8Array, ...rest: unknown[]) => {
        const connection = connectionOf(entry);
        if (code !== 0) return code;
        if (connection === undefined) return 1168;
        rw[0] = connection[kindOf(type)] ? 1 : 0;
        (rest[5] as Uint8Array).fill(1);
        return 0;
      },
      SetPerTcpConnectionEStats: (entry: Uint8Array, type: number, rw: Uint8Array) => {
        const connection = connectionOf(entry);
        if (connection === undefined) return 1168;
        connection[kindOf(type)] = rw[0] === 1;
        switches.push(`${(entry[8]! << 8) | entry[9]!} ${kindOf(type)} ${rw[0]}`);
        return 0;
      },
      GetPerTcp6ConnectionEStats: null,
      SetPerTcp6ConnectionEStats: null,
    }),
  );
});

afterEach(() => counters.stop());

/** One reading of the connections with these local ports, all of which are watched. */
function read(ports: readonly number[], fields: Partial<RowFields> = {}): SocketTable {
  const table = new SocketTable();
  const rows = ports.map((port) => addRow(table, { id: port, local: ['10.0.0.5', port], ...fields }));
  counters.count(table, rows);
  return table;
}

const on = (): number[] =>
  [...open]
    .filter(([, { data, path }]) => data || path)
    .map(([port]) => port)
    .sort();

describe('TrafficCounters', () => {
  it('are on for those that are watched, and for no others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 8 })), { maxLength: 6 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 8 })),
        (readings, missing) => {
          for (let port = 1; port <= 8; port++)
            if (!missing.includes(port)) open.set(port, { data: false, path: false });
          for (const ports of readings) {
            read(ports);
            const there = ports.filter((port) => open.has(port));
            expect(on()).toEqual(there.sort());
            expect(counters.size).toBe(ports.length);
          }
          counters.stop();
          expect([on(), counters.size]).toEqual([[], 0]);
          open.clear();
        },
      ),
    );
  });

  it('are switched once, and not again at each reading', () => {
    open.set(443, { data: false, path: false });
    for (let i = 0; i < 3; i++) read([443]);
    expect(switches).toEqual(['443 data 1', '443 path 1']);
    read([]);
    expect(switches.slice(2)).toEqual(['443 data 0', '443 path 0']);
  });

  it('that somebody else has switched on stay on', () => {
    open.set(443, { data: true, path: false });
    read([443]);
    read([]);
    expect(open.get(443)).toEqual({ data: true, path: false });
  });

  it('that somebody else switches off are on again', () => {
    open.set(443, { data: false, path: false });
    read([443]);
    open.get(443)!.data = false;
    read([443]);
    expect(open.get(443)).toEqual({ data: true, path: true });
  });

  it('are new ones for another connection with the same endpoints', () => {
    open.set(443, { data: false, path: false });
    read([443]);
    open.set(443, { data: false, path: false });
    read([443], { id: 9 });
    // The first one has ended: that its endpoints are switched off last would end the second one's counting, too.
    expect(open.get(443)).toEqual({ data: true, path: true });
  });

  it.each([5, 50, 87, 120, 1168])('leave unknown what cannot be read: error %i', (error) => {
    open.set(443, { data: false, path: false });
    code = error;
    const { bytesSent, segmentsReceived, rtt, retransmits } = read([443]).columns;
    expect([bytesSent[0], segmentsReceived[0], rtt[0], retransmits[0]]).toEqual([NaN, NaN, NaN, NaN]);
    expect(switches).toEqual([]);
  });

  it.each<[SocketState | null, boolean]>([
    ['ESTABLISHED', true],
    ['FIN_WAIT_2', true],
    ['CLOSE_WAIT', true],
    ['LISTEN', false],
    ['SYN_SENT', false],
    ['TIME_WAIT', false],
    [null, false],
  ])('count a connection in %s: %s', (state, isCounted) => {
    open.set(443, { data: false, path: false });
    const { columns } = read([443], { state });
    expect(Number.isNaN(columns.bytesSent[0])).toBe(!isCounted);
    expect(counters.size).toBe(isCounted ? 1 : 0);
  });

  it('leave other protocols alone, and IPv6 where this Windows does not count it', () => {
    open.set(443, { data: false, path: false });
    read([443], { protocol: 'udp' });
    const { columns } = read([443], { family: 6, local: ['fd00::5', 443], remote: ['fd00::9', 1] });
    expect(columns.bytesSent[0]).toBeNaN();
    expect(switches).toEqual([]);
  });
});

describe('counting', () => {
  it('ends with the program, also where nobody stops it', () => {
    const before = process.listeners('exit');
    const added = (): (() => void)[] =>
      process.listeners('exit').filter((each) => !before.includes(each)) as (() => void)[];
    open.set(1, { data: false, path: false });
    read([]);
    expect(added()).toEqual([]);
    read([1]);
    read([1]);
    expect(added()).toHaveLength(1);
    expect(on()).toEqual([1]);
    added()[0]!();
    expect(on()).toEqual([]);
    expect(added()).toEqual([]);
    read([1]);
    counters.stop();
    expect(added()).toEqual([]);
  });
});
