/** A socket that is connected elsewhere by the time the answer comes. */
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_TARGETS } from '../shared/orders';
import type { Order, Outcome } from '../shared/orders';
import { SocketTable } from '../shared/socketTable';
import type { Engine } from './engine';
import { append, ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { engineOver } from './fixtures/scene';
import { Peers } from './peers';

let listed: ListedBackend;
let engine: Engine;
let closed: number[];

beforeEach(() => {
  listed = new ListedBackend();
  closed = [];
  listed.close = (table, row) => {
    closed.push(table.columns.idLow[row]!);
    return { outcome: 'done', message: null };
  };
  ({ engine } = engineOver(listed));
});

const order = (...ids: string[]): Order => ({ action: 'reset', ids });
const connection = (more: Partial<Listed> = {}): Listed => ({
  ...{ id: 1, local: ['10.0.0.5', 40_000], remote: ['10.0.0.9', 443] },
  ...more,
});
const other = connection({ id: 2, remote: ['10.0.0.10', 80] });

async function act(...ids: string[]): Promise<Outcome[]> {
  const { results } = await engine.act(
    order(...ids),
    'window',
    () => undefined,
    new AbortController().signal,
  );
  return results.map(({ outcome }) => outcome);
}

describe('a connection that somebody was asked about', () => {
  it.each<[what: string, now: Listed]>([
    ['to another address', connection({ remote: ['10.0.0.8', 443] })],
    ['to another port', connection({ remote: ['10.0.0.9', 444] })],
    ['there once more, from another port', connection({ local: ['10.0.0.5', 40_001] })],
    ['nowhere', { id: 1, local: ['10.0.0.5', 40_000], state: 'BOUND' }],
  ])('is gone where its socket is connected %s by then, and that one is spared', async (_, now) => {
    listed.listed = [connection(), other];
    engine.prepare(order('1', '2'));
    listed.listed = [now, other];
    expect(await act('1', '2')).toEqual(['gone', 'done']);
    expect(closed).toEqual([2]);
    // Asked anew, it is what was meant.
    engine.prepare(order('1'));
    expect(await act('1')).toEqual(['done']);
  });

  it('is the same in another state, and in another question meanwhile', async () => {
    listed.listed = [connection(), other, { id: 3, local: ['0.0.0.0', 53], protocol: 'udp', state: null }];
    engine.prepare(order('1', '3'));
    engine.prepare(order('2'));
    listed.listed = listed.listed.map((socket) =>
      socket.id === 1 ? { ...socket, state: 'TIME_WAIT' } : socket,
    );
    expect(await act('1', '3')).toEqual(['done', 'done']);
  });

  it('is gone where it was not connected before: that is another matter now', async () => {
    const bare: Listed = { id: 1, local: ['10.0.0.5', 40_000], protocol: 'udp', state: null };
    listed.listed = [bare];
    engine.prepare(order('1'));
    listed.listed = [{ ...bare, remote: ['10.0.0.9', 443], state: 'ESTABLISHED' }];
    expect(await act('1')).toEqual(['gone']);
  });
});

describe('the memory of questions', () => {
  it('holds the largest one, and does not grow for ever', () => {
    const peers = new Peers();
    const table = new SocketTable();
    append(connection(), table);
    append(other, table);
    peers.remember('first', table, 0);
    for (let i = 1; i < 2 * MAX_TARGETS; i++) peers.remember(String(i), table, 0);
    expect(peers.areSame('first', table, 1)).toBe(false);
    peers.remember('one more', table, 0);
    expect(peers.areSame('first', table, 1)).toBe(true);
    expect(peers.areSame('1', table, 1)).toBe(false);
  });
});
