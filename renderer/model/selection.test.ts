import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { RowOrder } from './rowOrder';
import { Selection } from './selection';

const UPWARDS = { sortKey: (row: SocketRow) => row.localPort, descending: false, accepts: () => true };
const DOWNWARDS = { ...UPWARDS, descending: true };
const EVEN = { ...UPWARDS, accepts: (row: SocketRow) => row.localPort! % 2 === 0 };

/** Rows `1` to `6`, sorted by port, which is the same number. */
function setUp(): { order: RowOrder; selection: Selection } {
  const order = new RowOrder(UPWARDS);
  for (let port = 1; port <= 6; port++) order.put(socketRow({ id: String(port), localPort: port }), null);
  order.settle();
  return { order, selection: new Selection(order) };
}

describe('Selection', () => {
  it('is of identities, not of places', () => {
    const { order, selection } = setUp();
    selection.only('2');
    selection.toggle('5');
    order.put(socketRow({ id: '0', localPort: 0 }), null);
    order.delete('1');
    order.put(socketRow({ id: '2', localPort: 99 }), null);
    order.settle();
    expect(selection.shownIds()).toEqual(['5', '2']);
    order.arrange(DOWNWARDS);
    expect(selection.shownIds()).toEqual(['2', '5']);
    expect(selection.focused).toBe('5');
  });

  it('only() selects one row; toggle() adds it and takes it out', () => {
    const { selection } = setUp();
    selection.only('1');
    selection.only('2');
    selection.toggle('4');
    expect(selection.shownIds()).toEqual(['2', '4']);
    selection.toggle('2');
    expect(selection.shownIds()).toEqual(['4']);
    expect(selection.focused).toBe('2');
  });

  it('extends from the anchor, in both directions, and shrinks again', () => {
    const { selection } = setUp();
    selection.only('3');
    selection.extendTo('5');
    expect(selection.shownIds()).toEqual(['3', '4', '5']);
    selection.extendTo('4');
    expect(selection.shownIds()).toEqual(['3', '4']);
    selection.extendTo('1');
    expect(selection.shownIds()).toEqual(['1', '2', '3']);
    expect(selection.focused).toBe('1');
  });

  it('extends over the rows that are shown, in the order in which they are', () => {
    const { order, selection } = setUp();
    selection.only('2');
    order.arrange(EVEN);
    selection.extendTo('6');
    order.arrange(UPWARDS);
    expect(selection.shownIds()).toEqual(['2', '4', '6']);
  });

  it('begins anew where the anchor is gone or hidden', () => {
    const { order, selection } = setUp();
    selection.extendTo('3');
    expect(selection.shownIds()).toEqual(['3']);
    order.arrange(EVEN);
    selection.extendTo('6');
    expect(selection.shownIds()).toEqual(['6']);
    selection.extendTo('4');
    expect(selection.shownIds()).toEqual(['4', '6']);
  });

  it('acts on nothing that a filter hides, and remembers it', () => {
    const { order, selection } = setUp();
    selection.all();
    order.arrange(EVEN);
    expect(selection.shownIds()).toEqual(['2', '4', '6']);
    expect(selection.shownCount).toBe(3);
    order.arrange(UPWARDS);
    expect(selection.shownCount).toBe(6);
  });

  it('all() selects what is shown', () => {
    const { order, selection } = setUp();
    order.arrange(EVEN);
    selection.all();
    expect(selection.has('1')).toBe(false);
    expect(selection.shownIds()).toEqual(['2', '4', '6']);
  });

  it('prune() forgets rows that no longer exist, and no others', () => {
    const { order, selection } = setUp();
    selection.all();
    order.delete('3');
    order.arrange(EVEN);
    selection.prune();
    order.put(socketRow({ id: '3', localPort: 3 }), null); // another socket of that id would not be selected
    order.arrange(UPWARDS);
    expect(selection.shownIds()).toEqual(['1', '2', '4', '5', '6']);
  });

  it('the keyboard goes on from where its row was when that ends', () => {
    const { order, selection } = setUp();
    selection.only('3');
    selection.prune(); // as at every update
    order.delete('3');
    order.settle();
    selection.prune();
    expect(selection.focused).toBe('4');
    expect(selection.shownIds()).toEqual([]); // what takes its place is not selected
    selection.only('6');
    selection.prune();
    order.delete('6');
    order.settle();
    selection.prune();
    expect(selection.focused).toBe('5');
    for (const id of ['1', '2', '4', '5']) order.delete(id);
    order.settle();
    selection.prune();
    expect(selection.focused).toBeNull();
  });

  it('tells its listeners of changes, and only of those', () => {
    const { order, selection } = setUp();
    let heard = 0;
    const leave = selection.subscribe(() => heard++);
    const version = selection.version();
    selection.clear(); // empty already
    selection.prune();
    expect([heard, selection.version()]).toEqual([0, version]);
    selection.only('1');
    order.delete('1');
    selection.prune();
    selection.toggle('2');
    selection.clear();
    expect(heard).toBe(4);
    expect(selection.version()).toBeGreaterThan(version);
    leave();
    selection.only('2');
    expect(heard).toBe(4);
  });
});
