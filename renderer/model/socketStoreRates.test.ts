import { describe, expect, it } from 'vitest';
import type { Diff, EngineStatus } from '../../shared/contract';
import { engineStatus, movedRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { A, B, BY_PORT, chunk, diff, shown, storeOf } from './fixtures/stores';
import { SocketStore } from './socketStore';

/** A status whose reading came so many seconds after the first. */
const at = (seconds: number): EngineStatus => engineStatus({ readAt: 1_700_000_200_000 + 1000 * seconds });

describe.each([
  ['whole rows', (row: SocketRow): Partial<Diff> => ({ changed: [row] })],
  ['counters alone', (row: SocketRow): Partial<Diff> => ({ moved: [movedRow(row)] })],
])('SocketStore: rates, told by %s,', (_how, told) => {
  const rates = (store: SocketStore, id = 'a'): (number | null)[] => {
    const { sendRate, receiveRate } = store.order.get(id)!.row;
    return [sendRate, receiveRate];
  };
  const moved = (bytesSent: number, bytesReceived = 0): SocketRow => ({ ...A(), bytesSent, bytesReceived });

  it('are bytes per second between the readings, and fall to 0 with the first reading that brings nothing', () => {
    const store = storeOf(A());
    expect(rates(store)).toEqual([null, null]);
    void store.diff(diff({ ...told(moved(3000, 100)), status: at(2) }));
    expect(rates(store)).toEqual([1500, 50]);
    void store.diff(diff({ ...told(moved(3000, 200)), status: at(2.5) }));
    expect(rates(store)).toEqual([0, 200]);
    void store.diff(diff({ status: at(3) }));
    expect(rates(store)).toEqual([0, 0]);
    expect(store.order.get('a')!.row).toMatchObject({ bytesSent: 3000, bytesReceived: 200 });
  });

  it('of a new row are not known at first, and then 0 where it stands still', () => {
    const store = storeOf(A());
    void store.diff(diff({ added: [{ ...B(), bytesSent: 5, bytesReceived: null }], status: at(1) }));
    expect([rates(store), rates(store, 'b')]).toEqual([
      [0, 0],
      [null, null],
    ]);
    void store.diff(diff({ status: at(2) }));
    expect(rates(store, 'b')).toEqual([0, null]);
  });

  it('stay as they are where nothing was read in between', () => {
    const store = storeOf(A());
    void store.diff(diff({ ...told(moved(1000)), status: at(1) }));
    void store.diff(diff({ status: at(1) }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ changed: [{ ...moved(1000), state: 'CLOSE_WAIT' }], status: at(1) }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ status: at(2) }));
    expect(rates(store)).toEqual([0, 0]);
  });

  it('are not known where a counter is not, or has begun anew', () => {
    const store = storeOf({ ...A(), bytesSent: 50, bytesReceived: null });
    void store.diff(diff({ ...told(moved(40, 99)), status: at(1) }));
    expect(rates(store)).toEqual([null, null]);
    void store.diff(diff({ ...told(moved(140, 199)), status: at(2) }));
    expect(rates(store)).toEqual([100, 100]);
  });

  it('go on across a second snapshot, and a clock that was turned back', () => {
    const store = storeOf(A());
    void store.snapshot(chunk([moved(1000)], { status: at(1), last: false }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.snapshot(chunk([B()], { status: at(1), first: false }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ ...told(moved(9000)), status: at(-500) }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ ...told(moved(9300)), status: at(-499) }));
    expect(rates(store)).toEqual([300, 0]);
  });

  it('decide about places like any other value', () => {
    const store = storeOf(A(), B());
    store.arrange({ ...BY_PORT, sortKey: (row) => row.sendRate, descending: true });
    void store.diff(diff({ ...told({ ...B(), bytesSent: 10 }), status: at(1) }));
    expect(shown(store).map(([id]) => id)).toEqual(['b', 'a']);
    void store.diff(diff({ ...told(moved(10)), status: at(2) }));
    expect(shown(store).map(([id]) => id)).toEqual(['a', 'b']);
  });
});
