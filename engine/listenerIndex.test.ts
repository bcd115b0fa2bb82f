import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SocketTable } from '../shared/socketTable';
import { append } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { ListenerIndex } from './listenerIndex';

type Place = Omit<Listed, 'id'>;

function tableOf(places: readonly Place[]): SocketTable {
  const table = new SocketTable();
  for (const [id, place] of places.entries()) append({ id, ...place }, table);
  return table;
}

const listen = (address: string, more: Partial<Place> = {}): Place => ({
  ...{ state: 'LISTEN', local: [address, 80], ...more },
});
const to = (address: string, more: Partial<Place> = {}): Place => ({
  ...{ local: [address, 80], remote: [address, 5000], ...more },
});

/** The listener that is found for this connection, by its row. */
function find(listeners: readonly Place[], connection: Place): number {
  return new ListenerIndex(tableOf(listeners)).find(tableOf([to('9.9.9.9'), connection]), 1);
}

describe('ListenerIndex', () => {
  it.each(['10.0.0.5', '127.0.0.1', '2001:db8::1', '::ffff:10.0.0.5'])(
    'finds who listens on %s',
    (address) => {
      expect(find([listen('127.0.0.9'), listen(address), listen('::9')], to(address))).toBe(1);
    },
  );

  it('prefers the exact address to any address, in whatever order they are listed', () => {
    expect(find([listen('0.0.0.0'), listen('10.0.0.5')], to('10.0.0.5'))).toBe(1);
    expect(find([listen('10.0.0.5'), listen('0.0.0.0')], to('10.0.0.5'))).toBe(0);
    expect(find([listen('::'), listen('::1')], to('::1'))).toBe(1);
    expect(find([listen('0.0.0.0'), listen('10.0.0.5')], to('10.0.0.6'))).toBe(0);
  });

  it('finds a listener on any IPv6 address for IPv4 only where it is known to serve both', () => {
    expect(find([listen('::', { dualStack: 2 })], to('10.0.0.5'))).toBe(0);
    expect(find([listen('::', { dualStack: 1 })], to('10.0.0.5'))).toBe(-1);
    expect(find([listen('::')], to('10.0.0.5'))).toBe(-1);
    // Such a connection is listed as IPv6.
    expect(find([listen('::', { dualStack: 2 })], to('::ffff:10.0.0.5'))).toBe(0);
    expect(find([listen('::', { dualStack: 1 })], to('2001:db8::1'))).toBe(0);
  });

  it.each<[what: string, listener: Place]>([
    ['in another namespace', listen('10.0.0.5', { namespace: 7 })],
    ['on any address of another namespace', listen('0.0.0.0', { namespace: 7 })],
    ['of another protocol', listen('10.0.0.5', { protocol: 'sctp' })],
    ['on another port', { ...listen('10.0.0.5'), local: ['10.0.0.5', 81] }],
    ['on another address', listen('10.0.0.6')],
    ['of the other family', listen('::ffff:10.0.0.5')],
    ['on the same words of another family', listen('a00:5::')],
    ['that only has the port', { ...listen('10.0.0.5'), state: 'ESTABLISHED' }],
    ['that is bound only', { ...listen('10.0.0.5'), state: 'BOUND' }],
  ])('finds nobody %s', (_, listener) => {
    expect(find([listener], to('10.0.0.5'))).toBe(-1);
  });

  it('tells namespaces apart that use the same port', () => {
    const listeners = [0, 7, 8].map((namespace) => listen('0.0.0.0', { namespace }));
    for (const [row, namespace] of [0, 7, 8].entries())
      expect(find(listeners, to('10.0.0.5', { namespace }))).toBe(row);
    expect(find(listeners, to('10.0.0.5', { namespace: 9 }))).toBe(-1);
  });

  it('finds nobody in an empty table', () => {
    expect(find([], to('10.0.0.5'))).toBe(-1);
  });

  it('finds whom looking at every listener finds', () => {
    const address = fc.constantFrom('0.0.0.0', '::', '10.0.0.5', '10.0.0.6', '::1', '::ffff:10.0.0.5');
    const place = fc.record({
      local: fc.tuple(address, fc.constantFrom(80, 81)),
      namespace: fc.constantFrom(0, 7),
      protocol: fc.constantFrom('tcp', 'sctp'),
      dualStack: fc.constantFrom(0, 1, 2),
    });
    const isAny = (text: string): boolean => text === '0.0.0.0' || text === '::';
    const family = (text: string): number => (text.includes(':') ? 6 : 4);
    fc.assert(
      fc.property(fc.array(place, { maxLength: 40 }), place, (places, connection) => {
        const [address, port] = connection.local;
        const rows = places.flatMap((one, row) => {
          const { protocol, namespace } = one;
          const isOfItsKind = protocol === connection.protocol && namespace === connection.namespace;
          return isOfItsKind && one.local[1] === port ? [row] : [];
        });
        const exact = rows.filter((row) => places[row]!.local[0] === address);
        const open = rows.filter((row) => {
          const { local, dualStack } = places[row]!;
          const isDual = local[0] === '::' && dualStack === 2;
          return isAny(local[0]) && (family(local[0]) === family(address) || isDual);
        });
        const best = exact.length > 0 ? exact : open;
        const index = new ListenerIndex(
          tableOf(
            places.map((one): Place => ({
              ...one,
              state: 'LISTEN',
              dualStack: one.local[0] === '::' ? one.dualStack : 0,
            })),
          ),
        );
        const connections = tableOf([to('9.9.9.9'), { ...connection, dualStack: 0, remote: ['9.9.9.9', 5] }]);
        expect(index.find(connections, 1)).toBe(best.length === 1 ? best[0] : -1);
        expect(index.has(connections, 1)).toBe(exact.length > 0 || open.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
