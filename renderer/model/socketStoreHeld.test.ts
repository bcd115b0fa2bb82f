import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import { A, B, BY_PORT, C, chunk, diff, shown, storeOf } from './fixtures/stores';
import { SocketStore } from './socketStore';

describe('SocketStore: held still', () => {
  it('nothing moves, and everything has happened on release; what is new then is marked as new', () => {
    const store = storeOf(B(), C());
    store.hold(true);
    void store.diff(diff({ added: [A()], changed: [{ ...C(), localPort: 0 }], removed: ['b'] }));
    expect(shown(store)).toEqual([
      ['b', 'ended'],
      ['c', null],
    ]);
    void store.diff(diff());
    expect(shown(store)).toEqual([
      ['b', 'ended'],
      ['c', null],
    ]);
    expect(store.order.get('c')!.row.localPort).toBe(0);
    expect([store.order.pendingCount, store.order.endedCount]).toEqual([1, 1]);
    store.hold(false);
    expect(shown(store)).toEqual([
      ['c', null],
      ['a', 'new'],
    ]);
    void store.diff(diff());
    expect(shown(store)).toEqual([
      ['c', null],
      ['a', null],
    ]);
  });

  it('nothing stays that is another machine’s', () => {
    const store = storeOf(A(), B());
    store.hold(true);
    void store.diff(diff({ added: [C()], removed: ['a'] }));
    void store.forget();
    expect(shown(store)).toEqual([]);
    expect([store.loaded, store.order.pendingCount, store.order.endedCount]).toEqual([false, 0, 0]);
    void store.snapshot(chunk([B(), C()]));
    const all = [
      ['b', null],
      ['c', null],
    ];
    expect(shown(store)).toEqual(all);
    store.hold(false);
    expect(shown(store)).toEqual(all);
  });

  it('a row that ends in the very last update before the release is red until the next one', () => {
    const store = storeOf(A());
    store.hold(true);
    void store.diff(diff({ removed: ['a'] }));
    store.hold(false);
    expect(shown(store)).toEqual([['a', 'ended']]);
    void store.diff(diff());
    expect(shown(store)).toEqual([]);
  });

  it("the user's own arrangement takes effect at once, and then it is held again", () => {
    const store = storeOf(A(), C());
    store.hold(true);
    void store.diff(diff({ added: [B()] }));
    store.arrange({ ...BY_PORT, descending: true });
    expect(shown(store).map(([id]) => id)).toEqual(['c', 'b', 'a']);
    void store.diff(diff({ added: [socketRow({ id: 'd', localPort: 9 })] }));
    expect(shown(store).map(([id]) => id)).toEqual(['c', 'b', 'a']);
    expect(store.order.pendingCount).toBe(1);
  });

  it('a fresh snapshot moves nothing either', () => {
    const store = storeOf(A(), B());
    store.hold(true);
    void store.snapshot(chunk([C(), B()]));
    void store.snapshot(chunk([C(), B()]));
    expect(shown(store)).toEqual([
      ['a', 'ended'],
      ['b', null],
    ]);
    store.hold(false);
    void store.diff(diff());
    expect(shown(store).map(([id]) => id)).toEqual(['b', 'c']);
  });

  it('kept still for good, new rows come at the end and ended ones go; the first rows are sorted all the same', () => {
    const store = new SocketStore(BY_PORT);
    store.keepStill(true);
    void store.snapshot(chunk([C(), B()]));
    expect(shown(store).map(([id]) => id)).toEqual(['b', 'c']);
    void store.diff(diff({ added: [A()], removed: ['b'] }));
    expect(shown(store)).toEqual([
      ['b', 'ended'],
      ['c', null],
      ['a', 'new'],
    ]);
    void store.diff(diff());
    expect(shown(store).map(([id]) => id)).toEqual(['c', 'a']);
    store.arrange(BY_PORT); // a click on a header sorts once
    expect(shown(store).map(([id]) => id)).toEqual(['a', 'c']);
  });
});
