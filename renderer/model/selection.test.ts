import { describe, expect, it } from 'vitest';
import type { LiveRow } from '../../shared/rowFacts';
import { liveRow } from './fixtures/lines';
import { groupId } from './lines';
import { RowOrder } from './rowOrder';
import { Selection } from './selection';

const UPWARDS = { sortKey: (row: LiveRow) => row.localPort, descending: false, accepts: () => true };
const DOWNWARDS = { ...UPWARDS, descending: true };
const EVEN = { ...UPWARDS, accepts: (row: LiveRow) => row.localPort! % 2 === 0 };

/** Rows `1` to `6`, sorted by port, which is the same number. */
function setUp(): { order: RowOrder; selection: Selection } {
  const order = new RowOrder(UPWARDS);
  for (let port = 1; port <= 6; port++) order.put(liveRow({ id: String(port), localPort: port }), null);
  order.settle();
  return { order, selection: new Selection(order) };
}

describe('Selection', () => {
  it('is of identities, not of places', () => {
    const { order, selection } = setUp();
    selection.only('2');
    selection.toggle('5');
    order.put(liveRow({ id: '0', localPort: 0 }), null);
    order.delete('1');
    order.put(liveRow({ id: '2', localPort: 99 }), null);
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
    order.put(liveRow({ id: '3', localPort: 3 }), null); // another socket of that id would not be selected
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

describe('Selection in groups', () => {
  const parity = (row: LiveRow): string => (row.localPort! % 2 === 0 ? 'even' : 'odd');
  const gather = { key: parity, title: parity, titleKey: parity, identity: [] };
  const [EVEN_LINE, ODD_LINE] = [groupId('even'), groupId('odd')];

  /** even: 2 4 6; odd: 1 3 5 */
  function grouped(): { order: RowOrder; selection: Selection } {
    const both = setUp();
    both.order.arrange({ ...UPWARDS, gather });
    return both;
  }

  it('a group stands for the sockets that are in it', () => {
    const { order, selection } = grouped();
    selection.only(ODD_LINE);
    expect(selection.shownIds()).toEqual(['1', '3', '5']);
    expect([selection.has(ODD_LINE), selection.has(EVEN_LINE), selection.focused]).toEqual([
      true,
      false,
      ODD_LINE,
    ]);
    order.put(liveRow({ id: '7', localPort: 7 }), null);
    order.settle();
    expect(selection.shownIds()).toEqual(['1', '3', '5']); // nobody meant the one that came later
    selection.toggle('3');
    expect([selection.has(ODD_LINE), ...selection.shownIds()]).toEqual([false, '1', '5']);
  });

  it('is added and taken out as a whole, folded or not', () => {
    const { order, selection } = grouped();
    selection.only('1');
    order.fold(new Set(['even']));
    selection.toggle(EVEN_LINE);
    expect(selection.shownIds()).toEqual(['2', '4', '6', '1']);
    selection.toggle(EVEN_LINE);
    expect(selection.shownIds()).toEqual(['1']);
  });

  it('a range takes the sockets in it, and what is folded in; an open group does not count for all of its own', () => {
    const { order, selection } = grouped();
    selection.only('6');
    selection.extendTo('1');
    expect(selection.shownIds()).toEqual(['6', '1']);
    order.fold(new Set(['odd']));
    selection.only('6');
    selection.extendTo(ODD_LINE);
    expect(selection.shownIds()).toEqual(['6', '1', '3', '5']);
  });

  it('the keyboard goes on from where its group was', () => {
    const { order, selection } = grouped();
    selection.only(EVEN_LINE);
    selection.prune();
    for (const id of ['2', '4', '6']) order.delete(id);
    order.settle();
    selection.prune();
    expect(selection.focused).toBe(ODD_LINE);
    expect(selection.shownCount).toBe(0);
  });

  it('a folded listener stands for what it has accepted, an open one for itself', () => {
    const order = new RowOrder({ ...UPWARDS, gather: 'listeners' });
    const tcp = { localAddress: '10.0.0.5', localPort: 80 };
    order.put(liveRow({ id: 'listener', ...tcp, direction: 'listen' }), null);
    order.put(liveRow({ id: 'x', ...tcp }), null);
    order.put(liveRow({ id: 'y', ...tcp }), null);
    order.settle();
    const selection = new Selection(order);
    selection.only('listener');
    expect(selection.shownIds()).toEqual(['listener']);
    order.fold(new Set(['listener']));
    selection.only('listener');
    expect(selection.shownIds()).toEqual(['listener', 'x', 'y']);
  });
});
