import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import type { LiveRow } from '../../shared/rowFacts';
import { COLUMNS } from './columns';
import { figuresOf } from './figures';
import type { Figures } from './figures';
import { anyArrangement, anyRow, linesAnew, linesOf, liveRow } from './fixtures/lines';
import { foldKey } from './lines';
import { RowOrder } from './rowOrder';
import type { Arrangement } from './rowOrder';

type Step =
  | { do: 'put'; rows: LiveRow[] }
  | { do: 'delete'; ids: string[] }
  | { do: 'move'; ids: string[]; figures: Figures }
  | { do: 'settle' | 'hold' | 'release' | 'reconsider' }
  | { do: 'arrange'; to: Arrangement }
  | { do: 'filter'; by: Pick<Arrangement, 'accepts' | 'criteria'> }
  | { do: 'fold'; nth: number[] };

const anyId = anyRow.map(({ id }) => id);
const simply = (what: 'settle' | 'hold' | 'release' | 'reconsider'): fc.Arbitrary<Step> =>
  fc.constant({ do: what });
const puts: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('put'),
  rows: fc.array(anyRow, { maxLength: 12 }),
});
const deletes: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('delete'),
  ids: fc.array(anyId, { maxLength: 6 }),
});
const moves: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('move'),
  ids: fc.array(anyId, { maxLength: 6 }),
  figures: anyRow.map(figuresOf),
});
const arranges: fc.Arbitrary<Step> = fc.record({ do: fc.constant('arrange'), to: anyArrangement });
const filters: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('filter'),
  by: anyArrangement.map(({ accepts, criteria }) => ({ accepts, criteria: criteria! })),
});
const folds: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('fold'),
  nth: fc.array(fc.nat(30), { maxLength: 4 }),
});
const anySteps = fc.array(
  fc.oneof(
    ...[puts, puts, puts, deletes, deletes, moves, simply('settle'), simply('hold'), simply('hold')],
    ...[simply('release'), simply('reconsider'), arranges, filters, filters, folds],
  ),
  { maxLength: 20 },
);

const ids = (order: RowOrder): string[] => Array.from(order.shown(), ({ row }) => row.id);

/** An order, and beside it what it should come to. */
class Twin {
  readonly order: RowOrder;
  readonly model = new Map<string, LiveRow>();
  held = false;
  collapsed: ReadonlySet<string> = new Set();
  /** What was shown when the hold began */
  private before: string[] = [];

  constructor(private by: Arrangement) {
    this.order = new RowOrder(by);
  }

  take(step: Step): void {
    const { order, model } = this;
    switch (step.do) {
      case 'put':
        for (const row of step.rows) {
          order.put({ ...row }, null); // what it is given is its own
          model.set(row.id, row);
        }
        this.readMeanwhile();
        return;
      case 'delete':
        for (const id of step.ids) {
          order.delete(id);
          model.delete(id);
        }
        this.readMeanwhile();
        return;
      case 'move':
        for (const id of step.ids) {
          const row = model.get(id);
          if (row === undefined) continue;
          expect(order.putFigures(order.get(id)!, step.figures)).toBe(order.get(id));
          model.set(id, { ...row, ...step.figures });
        }
        this.readMeanwhile();
        return;
      case 'settle':
        order.settle();
        break;
      case 'hold':
        order.hold();
        if (!this.held) this.before = linesOf(order);
        this.held = true;
        break;
      case 'release':
        order.release();
        this.held = false;
        break;
      case 'reconsider':
        order.reconsider();
        break;
      case 'arrange':
        this.by = step.to;
        order.arrange(step.to);
        this.before = linesOf(order);
        break;
      case 'filter':
        this.by = { ...this.by, ...step.by };
        order.arrange(this.by);
        this.before = linesOf(order);
        break;
      case 'fold': {
        if (!this.held) order.settle();
        const lines = step.nth.map((n) => order.lines.at(n)).filter((line) => line !== undefined);
        this.collapsed = new Set(lines.map(foldKey));
        order.fold(this.collapsed);
        this.before = linesOf(order);
        break;
      }
    }
    if (this.held && step.do !== 'arrange' && step.do !== 'filter') this.checkHeld();
    else if (step.do !== 'release') this.check();
  }

  /** Between the slices of an update the page may ask for any line, and for the order of what is selected. */
  private readMeanwhile(): void {
    const { lines } = this.order;
    const read = Array.from({ length: lines.length }, (_, i) => lines.at(i));
    expect(read).not.toContain(undefined);
    const entries = [...this.model.keys()].map((id) => this.order.get(id)!).filter(({ shown }) => shown);
    entries.sort((a, b) => this.order.compare(a, b));
  }

  /** Everything is as if it had been worked out anew. */
  check(): void {
    const { order, model, by } = this;
    order.settle();
    const expected = linesAnew(model.values(), by, this.collapsed);
    expect(linesOf(order)).toEqual(expected);
    expect(order.total).toBe(model.size);
    const shown = [...model.values()].filter((row) => by.accepts(row));
    expect(order.length).toBe(shown.length);
    expect(ids(order).toSorted()).toEqual(shown.map(({ id }) => id).toSorted());
    // Folded or not, the sockets are in the order of their lines.
    const places = Array.from(order.shown());
    places.slice(1).forEach((entry, i) => expect(order.compare(places[i]!, entry)).toBeLessThan(0));
    this.checkPlaces();
  }

  /** Nothing has changed its place. */
  private checkHeld(): void {
    const { order, model, by } = this;
    order.settle();
    const names = (lines: string[]): string[] => lines.map((line) => line.split(' {')[0]!);
    expect(names(linesOf(order))).toEqual(names(this.before));
    const shown = new Set(ids(order));
    for (const id of shown) {
      const entry = order.get(id)!;
      if (model.has(id)) expect(entry.row).toEqual(model.get(id));
      else expect(entry.mark).toBe('ended');
    }
    expect(order.endedCount).toBe([...shown].filter((id) => !model.has(id)).length);
    const waiting = [...model.values()].filter((row) => !shown.has(row.id) && by.accepts(row));
    expect(order.pendingCount).toBe(waiting.length);
    this.checkPlaces();
  }

  private checkPlaces(): void {
    const { lines } = this.order;
    for (let i = 0; i < lines.length; i++) {
      const line = lines.at(i)!;
      expect(this.order.indexOf(line.id)).toBe(i);
      const parent = this.order.parent(line);
      expect(parent === undefined).toBe(line.depth === 0);
      if (parent !== undefined) expect(this.order.indexOf(parent.id)).toBeLessThan(i);
    }
    expect(lines.at(-1)).toBeUndefined();
    expect(lines.at(lines.length)).toBeUndefined();
    expect(this.order.indexOf('nobody')).toBe(-1);
  }
}

describe('RowOrder', () => {
  it('is what sorting, filtering and gathering anew gives, after any updates in any order, held or not', () => {
    fc.assert(
      fc.property(anyArrangement, anySteps, (by, steps) => {
        const twin = new Twin(by);
        for (const step of steps) twin.take(step);
        twin.take({ do: 'release' });
        twin.check();
      }),
      { numRuns: 600 },
    );
  });

  it('keeps the entry, and so its place, of a row whose key and visibility are unchanged', () => {
    fc.assert(
      fc.property(anyArrangement, anyRow, anyRow, (arrangement, before, other) => {
        const by = { ...arrangement, gather: null };
        const after = { ...other, id: before.id };
        const order = new RowOrder(by);
        order.put({ ...before }, 'new'); // what it is given is its own
        order.settle();
        const entry = order.get(before.id);
        order.put({ ...after }, 'changed');
        const shown = by.accepts(before);
        const stays = shown === by.accepts(after) && by.sortKey(before) === by.sortKey(after);
        expect(order.get(before.id) === entry).toBe(stays);
        expect(order.get(before.id)).toMatchObject({ row: after, mark: 'changed' });
      }),
    );
  });

  it.each(COLUMNS)('sorts $id with what is not known last, upwards and downwards', ({ sortKey }) => {
    const unknown = { state: null, remoteAddress: null, remotePort: null, pid: null, processName: null };
    const nothing = { ...unknown, user: null, uid: null, bytesSent: null, bytesReceived: null };
    const rows = [liveRow({ ...nothing, id: 'a' }), liveRow({ id: 'b' })];
    const key = (row: LiveRow): ReturnType<typeof sortKey> => sortKey(row, NO_LOOKUPS);
    const [first, second] = rows.map((row) => key(row));
    for (const descending of [false, true]) {
      const order = new RowOrder({ sortKey: key, descending, accepts: () => true });
      for (const one of rows) order.put(one, null);
      order.settle();
      if (first === null && second !== null) expect(ids(order)).toEqual(['b', 'a']);
      if (first === second) expect(ids(order)).toEqual(['a', 'b']);
    }
  });
});

describe('RowOrder: held', () => {
  const BY_PORT = { sortKey: (row: LiveRow) => row.localPort, descending: false, accepts: () => true };

  it('tells on release which rows nobody has seen yet', () => {
    const order = new RowOrder({ ...BY_PORT, accepts: (row) => row.localPort !== 9 });
    order.put(liveRow({ id: 'a', localPort: 1 }), null);
    order.hold();
    order.put(liveRow({ id: 'b', localPort: 0 }), 'new');
    order.put(liveRow({ id: 'b', localPort: 2 }), null);
    order.put(liveRow({ id: 'c', localPort: 9 }), 'new');
    order.put(liveRow({ id: 'd', localPort: 3 }), null); // came with a switch
    order.put(liveRow({ id: 'e', localPort: 4 }), 'new');
    order.delete('e');
    expect(ids(order)).toEqual(['a']);
    expect(order.release().map(({ row }) => row.id)).toEqual(['b']);
    expect(ids(order)).toEqual(['a', 'b', 'd']);
    expect(order.release()).toEqual([]);
  });

  it('a row that has ended and comes back stays where it was, and is not ended any more', () => {
    const order = new RowOrder(BY_PORT);
    order.put(liveRow({ id: 'a' }), null);
    order.hold();
    order.delete('a');
    expect([order.endedCount, order.get('a')!.mark]).toEqual([1, 'ended']);
    order.put(liveRow({ id: 'a' }), 'new');
    expect(order.endedCount).toBe(0);
    order.release();
    expect(ids(order)).toEqual(['a']);
  });
});

describe('RowOrder: kept still', () => {
  type StillStep = Exclude<Step, { do: 'arrange' | 'filter' | 'fold' | 'hold' | 'release' | 'reconsider' }>;
  const stillSteps = anySteps.map((steps) =>
    steps.filter(
      (step): step is StillStep => step.do === 'put' || step.do === 'delete' || step.do === 'settle',
    ),
  );

  it('rows keep their places, new ones come at the end as they arrive, and what goes makes room', () => {
    fc.assert(
      fc.property(
        anyArrangement,
        fc.array(anyRow),
        stillSteps,
        anyArrangement,
        (arrangement, first, steps, next) => {
          const by = { ...arrangement, gather: null };
          const order = new RowOrder(by);
          for (const row of first) order.put(row, null);
          order.settle();
          order.keepStill(true);
          const model = new Map(first.map((row) => [row.id, row]));
          let expected = ids(order);
          for (const step of steps) {
            if (step.do === 'put') {
              for (const row of step.rows) {
                order.put(row, null);
                model.set(row.id, row);
                if (!by.accepts(row)) expected = expected.filter((id) => id !== row.id);
                else if (!expected.includes(row.id)) expected.push(row.id);
              }
            } else if (step.do === 'delete') {
              for (const id of step.ids) {
                order.delete(id);
                model.delete(id);
                expected = expected.filter((one) => one !== id);
              }
            }
            order.settle();
            expect(ids(order)).toEqual(expected);
            expected.forEach((id, i) => expect(order.indexOf(id)).toBe(i));
          }
          // Sorting once still sorts, and so does switching it off.
          order.arrange(next);
          expect(linesOf(order)).toEqual(linesAnew(model.values(), next));
          const late = liveRow({ id: 'late', localPort: 0 });
          order.put(late, null);
          order.keepStill(false);
          expect(linesOf(order)).toEqual(linesAnew([...model.values(), late], next));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('what was kept still is sorted by what it is by now once that is switched off', () => {
    const by = { sortKey: (row: LiveRow) => row.bytesSent, column: 'bytesSent', descending: false };
    const order = new RowOrder({ ...by, accepts: () => true });
    order.put(liveRow({ id: 'a', bytesSent: 1 }), null);
    order.put(liveRow({ id: 'b', bytesSent: 2 }), null);
    order.settle();
    order.keepStill(true);
    order.put(liveRow({ id: 'a', bytesSent: 3 }), null);
    order.settle();
    expect(ids(order)).toEqual(['a', 'b']);
    order.keepStill(false);
    expect(ids(order)).toEqual(['b', 'a']);
  });

  it('groups keep their places as well', () => {
    const by = { sortKey: (row: LiveRow) => row.bytesSent, column: 'bytesSent', descending: true };
    const key = (row: LiveRow): string => String(row.pid);
    const gather = { key, title: key, titleKey: key, identity: [] };
    const order = new RowOrder({ ...by, accepts: () => true, gather });
    order.put(liveRow({ id: 'a', pid: 1, bytesSent: 5 }), null);
    order.put(liveRow({ id: 'b', pid: 2, bytesSent: 4 }), null);
    order.settle();
    order.keepStill(true);
    order.put(liveRow({ id: 'b', pid: 2, bytesSent: 400 }), null);
    order.put(liveRow({ id: 'c', pid: 3, bytesSent: 4000 }), null);
    order.settle();
    expect(ids(order)).toEqual(['a', 'b', 'c']);
    order.keepStill(false);
    expect(ids(order)).toEqual(['c', 'b', 'a']);
  });
});
