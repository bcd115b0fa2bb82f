import { describe, expect, it } from 'vitest';
import type { Diff, EngineStatus, SnapshotChunk } from '../../shared/contract';
import { engineStatus, socketRow } from '../../shared/fixtures/rows';
import { turned } from '../../shared/reading';
import { DEFAULT_READING } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import type { Pace } from './pace';
import type { Mark } from './rowOrder';
import { SocketStore } from './socketStore';

const BY_PORT = { sortKey: (row: SocketRow) => row.localPort, descending: false, accepts: () => true };

function chunk(rows: SocketRow[], part: Partial<SnapshotChunk> = {}): SnapshotChunk {
  return { type: 'snapshot', seq: 1, first: true, last: true, rows, status: engineStatus(), ...part };
}

function diff(changes: Partial<Diff> = {}): Diff {
  const nothing = { added: [], changed: [], removed: [], ended: [] };
  return { type: 'diff', seq: 2, ...nothing, status: engineStatus(), ...changes };
}

/** A store that has heard of these rows in a first snapshot. */
function storeOf(...rows: SocketRow[]): SocketStore {
  const store = new SocketStore(BY_PORT);
  void store.snapshot(chunk(rows));
  return store;
}

/** What is on screen, from top to bottom. */
function shown(store: SocketStore): [id: string, mark: Mark][] {
  return Array.from(store.order.shown(), ({ row, mark }) => [row.id, mark]);
}

const [A, B, C] = ['a', 'b', 'c'].map((id, i) => () => socketRow({ id, localPort: i + 1 })) as [
  () => SocketRow,
  () => SocketRow,
  () => SocketRow,
];

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

/** A status whose reading came so many seconds after the first. */
const at = (seconds: number): EngineStatus => engineStatus({ readAt: 1_700_000_200_000 + 1000 * seconds });

describe('SocketStore: rates', () => {
  const rates = (store: SocketStore, id = 'a'): (number | null)[] => {
    const { sendRate, receiveRate } = store.order.get(id)!.row;
    return [sendRate, receiveRate];
  };
  const moved = (bytesSent: number, bytesReceived = 0): SocketRow => ({ ...A(), bytesSent, bytesReceived });

  it('are bytes per second between the readings, and fall to 0 with the first reading that brings nothing', () => {
    const store = storeOf(A());
    expect(rates(store)).toEqual([null, null]);
    void store.diff(diff({ changed: [moved(3000, 100)], status: at(2) }));
    expect(rates(store)).toEqual([1500, 50]);
    void store.diff(diff({ changed: [moved(3000, 200)], status: at(2.5) }));
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
    void store.diff(diff({ changed: [moved(1000)], status: at(1) }));
    void store.diff(diff({ status: at(1) }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ changed: [{ ...moved(1000), state: 'CLOSE_WAIT' }], status: at(1) }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ status: at(2) }));
    expect(rates(store)).toEqual([0, 0]);
  });

  it('are not known where a counter is not, or has begun anew', () => {
    const store = storeOf({ ...A(), bytesSent: 50, bytesReceived: null });
    void store.diff(diff({ changed: [moved(40, 99)], status: at(1) }));
    expect(rates(store)).toEqual([null, null]);
    void store.diff(diff({ changed: [moved(140, 199)], status: at(2) }));
    expect(rates(store)).toEqual([100, 100]);
  });

  it('go on across a second snapshot, and a clock that was turned back', () => {
    const store = storeOf(A());
    void store.snapshot(chunk([moved(1000)], { status: at(1), last: false }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.snapshot(chunk([B()], { status: at(1), first: false }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ changed: [moved(9000)], status: at(-500) }));
    expect(rates(store)).toEqual([1000, 0]);
    void store.diff(diff({ changed: [moved(9300)], status: at(-499) }));
    expect(rates(store)).toEqual([300, 0]);
  });

  it('decide about places like any other value', () => {
    const store = storeOf(A(), B());
    store.arrange({ ...BY_PORT, sortKey: (row) => row.sendRate, descending: true });
    void store.diff(diff({ changed: [{ ...B(), bytesSent: 10 }], status: at(1) }));
    expect(shown(store).map(([id]) => id)).toEqual(['b', 'a']);
    void store.diff(diff({ changed: [moved(10)], status: at(2) }));
    expect(shown(store).map(([id]) => id)).toEqual(['a', 'b']);
  });
});

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

describe('SocketStore: slices', () => {
  /** Time passes by a ms a look at the clock, and what is put off waits until it is asked for. */
  function slowPace(): Pace & { run(): boolean } {
    const tasks: (() => void)[] = [];
    let time = 0;
    return {
      now: () => time++,
      later: (task) => tasks.push(task),
      run: () => {
        const task = tasks.shift();
        task?.();
        return task !== undefined;
      },
    };
  }
  const many = (n: number, from = 0): SocketRow[] =>
    Array.from({ length: n }, (_, i) => socketRow({ id: `r${from + i}`, localPort: from + i }));

  it('a large message takes several, and is on screen once it is complete', async () => {
    const pace = slowPace();
    const store = new SocketStore(BY_PORT, pace);
    let heard = 0;
    store.subscribe(() => heard++);
    const done = store.snapshot(chunk(many(1000)));
    expect([heard, store.lines.length, store.loaded]).toEqual([0, 0, false]);
    let slices = 1;
    while (pace.run()) slices++;
    expect(slices).toBeGreaterThan(2);
    await done;
    expect([heard, store.lines.length, store.loaded]).toEqual([1, 1000, true]);
  });

  it('messages are applied in the order in which they came, whatever else happens in between', async () => {
    const pace = slowPace();
    const store = new SocketStore(BY_PORT, pace);
    void store.snapshot(chunk(many(500)));
    void store.diff(diff({ removed: many(250).map(({ id }) => id) }));
    const last = store.diff(diff({ added: many(10, 1000) }));
    pace.run();
    store.arrange({ ...BY_PORT, descending: true });
    store.hold(true);
    while (pace.run()) pace.run();
    store.hold(false);
    await last;
    expect(store.order.total).toBe(260);
    const ports = Array.from(store.order.shown(), ({ row }) => row.localPort!);
    expect(ports).toEqual(ports.toSorted((a, b) => b - a));
    expect(ports).toHaveLength(260);
  });

  it('a small message is applied at once', () => {
    const store = new SocketStore(BY_PORT, slowPace());
    expect(store.snapshot(chunk(many(10)))).toBeUndefined();
    expect(store.lines.length).toBe(10);
  });
});
