import { describe, expect, it } from 'vitest';
import { engineStatus } from '../../shared/fixtures/rows';
import { turned } from '../../shared/reading';
import { DEFAULT_READING } from '../../shared/socket';
import { A, B, BY_PORT, C, chunk, diff, shown, storeOf } from './fixtures/stores';
import { SocketStore } from './socketStore';

describe('SocketStore: marks', () => {
  it('marks nothing of the first snapshot, in one chunk or in several', () => {
    expect(shown(storeOf(B(), A()))).toEqual([
      ['a', null],
      ['b', null],
    ]);
    const store = new SocketStore(BY_PORT);
    void store.snapshot(chunk([C()], { last: false }));
    expect(store.loaded).toBe(false);
    void store.snapshot(chunk([A()], { first: false, last: false }));
    void store.snapshot(chunk([B()], { first: false }));
    expect(store.loaded).toBe(true);
    expect(shown(store)).toEqual([
      ['a', null],
      ['b', null],
      ['c', null],
    ]);
  });

  it('marks new rows, changed states and ended rows, for one update', () => {
    const store = storeOf(A(), B());
    void store.diff(diff({ added: [C()], changed: [{ ...B(), state: 'CLOSE_WAIT' }], removed: ['a'] }));
    expect(shown(store)).toEqual([
      ['a', 'ended'],
      ['b', 'changed'],
      ['c', 'new'],
    ]);
    void store.diff(diff());
    expect(shown(store)).toEqual([
      ['b', null],
      ['c', null],
    ]);
    expect(store.order.total).toBe(2);
  });

  it('marks neither as new nor as ended what comes and goes because a switch was turned', () => {
    const store = storeOf(A(), B());
    const status = engineStatus({ reading: turned(DEFAULT_READING, 'unix') });
    void store.diff(diff({ added: [C()], changed: [{ ...A(), state: 'CLOSE_WAIT' }], status }));
    expect(shown(store)).toEqual([
      ['a', 'changed'],
      ['b', null],
      ['c', null],
    ]);
    void store.diff(diff({ removed: ['b'], status })); // the same is read: this one has ended
    expect(shown(store)[1]).toEqual(['b', 'ended']);
    void store.diff(diff({ removed: ['c'], ended: [C()] })); // the switch is off again
    expect(shown(store)).toEqual([['a', null]]);
    expect(store.order.total).toBe(1);
  });

  it('nor what a new engine does not read yet', () => {
    const store = storeOf(A());
    const reading = turned(DEFAULT_READING, 'unix');
    void store.diff(diff({ added: [B(), C()], status: engineStatus({ reading }) }));
    void store.snapshot(chunk([A()]));
    expect(shown(store)).toEqual([['a', null]]);
  });

  it('does not mark what changed in other ways, and shows it', () => {
    const store = storeOf(A());
    void store.diff(diff({ changed: [{ ...A(), bytesSent: 99 }] }));
    expect([...store.order.shown()][0]).toMatchObject({ mark: null, row: { bytesSent: 99 } });
  });

  it('a row that moves while it is marked loses its mark all the same', () => {
    const store = storeOf(B());
    void store.diff(diff({ added: [A()] }));
    void store.diff(diff({ changed: [{ ...A(), localPort: 9 }] }));
    expect(shown(store)).toEqual([
      ['b', null],
      ['a', null],
    ]);
  });

  it('a mark is renewed by what happens next', () => {
    const store = storeOf();
    void store.diff(diff({ added: [A()] }));
    void store.diff(diff({ changed: [{ ...A(), state: 'CLOSE_WAIT' }] }));
    expect(shown(store)).toEqual([['a', 'changed']]);
    void store.diff(diff({ removed: ['a'] }));
    expect(shown(store)).toEqual([['a', 'ended']]);
  });

  it('a row that returns in the update after its end is new', () => {
    const store = storeOf(A());
    void store.diff(diff({ removed: ['a'] }));
    void store.diff(diff({ added: [A()] }));
    expect(shown(store)).toEqual([['a', 'new']]);
    void store.diff(diff());
    expect(shown(store)).toEqual([['a', null]]);
  });

  it('marks survive a new arrangement; ended rows still go', () => {
    const store = storeOf(A(), B());
    void store.diff(diff({ added: [C()], removed: ['a'] }));
    store.arrange({ ...BY_PORT, descending: true });
    expect(shown(store)).toEqual([
      ['c', 'new'],
      ['b', null],
      ['a', 'ended'],
    ]);
    void store.diff(diff());
    expect(shown(store)).toEqual([
      ['c', null],
      ['b', null],
    ]);
  });

  it('an ended row that is filtered out goes as well', () => {
    const store = storeOf(A(), B());
    store.arrange({ ...BY_PORT, accepts: (row) => row.id !== 'a' });
    void store.diff(diff({ removed: ['a'] }));
    expect(store.order.total).toBe(2);
    void store.diff(diff());
    expect(store.order.total).toBe(1);
  });
});

describe('SocketStore: sockets that have ended', () => {
  it('are shown with their last counters for one update, then go', () => {
    const store = storeOf(A(), B());
    void store.diff(diff({ removed: ['a'], ended: [{ ...A(), bytesSent: 99, destroyedAt: 5 }] }));
    expect(shown(store)).toEqual([
      ['a', 'ended'],
      ['b', null],
    ]);
    expect([...store.order.shown()][0]!.row).toMatchObject({ bytesSent: 99, destroyedAt: 5 });
    void store.diff(diff());
    expect(shown(store)).toEqual([['b', null]]);
    expect(store.order.total).toBe(1);
  });

  it('that no reading saw appear as ended, in their place, for one update', () => {
    const store = storeOf(A(), C());
    void store.diff(diff({ ended: [{ ...B(), owner: 'presumed' }] }));
    expect(shown(store)).toEqual([
      ['a', null],
      ['b', 'ended'],
      ['c', null],
    ]);
    void store.diff(diff());
    expect(store.order.total).toBe(2);
  });

  it('of which the end is told an update later are shown once more, and go for good', () => {
    const store = storeOf(A());
    void store.diff(diff({ removed: ['a'] }));
    void store.diff(diff({ ended: [{ ...A(), bytesSent: 99 }] }));
    expect(shown(store)).toEqual([['a', 'ended']]);
    expect([...store.order.shown()][0]!.row.bytesSent).toBe(99);
    void store.diff(diff());
    expect(store.order.total).toBe(0);
  });

  it('go with a fresh snapshot, too', () => {
    const store = storeOf(A());
    void store.diff(diff({ ended: [B()] }));
    void store.snapshot(chunk([A()]));
    expect(shown(store)).toEqual([['a', null]]);
  });

  it('that a filter hides are neither shown nor kept', () => {
    const store = storeOf(A());
    store.arrange({ ...BY_PORT, accepts: (row) => row.id !== 'b' });
    void store.diff(diff({ ended: [B()] }));
    expect(shown(store)).toEqual([['a', null]]);
    void store.diff(diff());
    expect(store.order.total).toBe(1);
  });
});

describe('SocketStore: a second snapshot', () => {
  it('is compared with what is there: ended, new and changed rows are marked, then expire', () => {
    const store = storeOf(A(), B());
    void store.snapshot(chunk([{ ...B(), state: 'CLOSE_WAIT' }], { last: false }));
    expect(shown(store)).toEqual([
      ['a', null], // not ended yet: it may be in a later chunk
      ['b', 'changed'],
    ]);
    void store.snapshot(chunk([C()], { first: false }));
    expect(shown(store)).toEqual([
      ['a', 'ended'],
      ['b', 'changed'],
      ['c', 'new'],
    ]);
    void store.diff(diff());
    expect(shown(store)).toEqual([
      ['b', null],
      ['c', null],
    ]);
  });

  it('keeps the earlier of the times a row was first seen', () => {
    const store = storeOf({ ...A(), firstSeenAt: 100 }, { ...B(), firstSeenAt: 100 });
    void store.snapshot(
      chunk([
        { ...A(), firstSeenAt: 500 },
        { ...B(), firstSeenAt: 50 },
      ]),
    );
    expect(store.order.get('a')!.row.firstSeenAt).toBe(100);
    expect(store.order.get('b')!.row.firstSeenAt).toBe(50);
  });

  it('keeps the entries of rows that stay, and with them their places', () => {
    const store = storeOf(A(), B());
    const entry = store.order.get('b');
    void store.snapshot(chunk([B(), A()]));
    expect(store.order.get('b')).toBe(entry);
  });

  it('that starts over in the middle counts only its own rows', () => {
    const store = storeOf(A(), B());
    void store.snapshot(chunk([A()], { last: false }));
    void store.snapshot(chunk([B()]));
    expect(shown(store)).toEqual([
      ['a', 'ended'],
      ['b', null],
    ]);
  });

  it('removes what had ended in the update before', () => {
    const store = storeOf(A(), B());
    void store.diff(diff({ removed: ['a'] }));
    void store.snapshot(chunk([B()]));
    expect(shown(store)).toEqual([['b', null]]);
  });
});

describe('SocketStore: listeners', () => {
  it('hear of every update, once the order is up to date, until they leave', () => {
    const store = storeOf(A());
    const heard: number[] = [];
    const leave = store.subscribe(() => heard.push(store.order.length));
    const version = store.version();
    void store.diff(diff({ added: [B()] }));
    store.arrange({ ...BY_PORT, accepts: () => false });
    expect(heard).toEqual([2, 0]);
    expect(store.version()).toBeGreaterThan(version);
    leave();
    void store.diff(diff());
    expect(heard).toHaveLength(2);
  });
});

describe('SocketStore: marks that last longer', () => {
  it('stay for as many updates, also while the row changes in other ways, and so do ended rows', () => {
    const store = storeOf(A(), B());
    store.highlightFor(2);
    void store.diff(diff({ added: [C()], removed: ['a'] }));
    void store.diff(diff({ changed: [{ ...C(), bytesSent: 5 }] }));
    expect(shown(store)).toEqual([
      ['a', 'ended'],
      ['b', null],
      ['c', 'new'],
    ]);
    void store.diff(diff({ changed: [{ ...C(), state: 'CLOSE_WAIT' }] }));
    expect(shown(store)).toEqual([
      ['b', null],
      ['c', 'changed'],
    ]);
    void store.diff(diff());
    expect(shown(store)[1]).toEqual(['c', 'changed']);
    void store.diff(diff());
    expect(shown(store)[1]).toEqual(['c', null]);
  });

  it('a row that comes back while its end is still shown is new', () => {
    const store = storeOf(A());
    store.highlightFor(3);
    void store.diff(diff({ removed: ['a'] }));
    void store.diff(diff({ added: [A()] }));
    expect(shown(store)).toEqual([['a', 'new']]);
    for (let i = 0; i < 3; i++) void store.diff(diff());
    expect(shown(store)).toEqual([['a', null]]);
  });
});
