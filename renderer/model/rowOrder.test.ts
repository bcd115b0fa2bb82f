import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { COLUMNS } from './columns';
import { rowFilter } from './filter';
import { RowOrder } from './rowOrder';
import type { Arrangement } from './rowOrder';

// Few values, so that rows tie, and rows whose keys are null.
const row: fc.Arbitrary<SocketRow> = fc
  .record({
    id: fc.integer({ min: 0, max: 25 }).map((id) => `id ${id}`),
    protocol: fc.constantFrom('tcp', 'udp'),
    family: fc.constantFrom(4, 6),
    state: fc.constantFrom('ESTABLISHED', 'LISTEN', null),
    localAddress: fc.constantFrom('9.0.0.1', '10.0.0.1', '::1', 'fe80::1%eth0'),
    localPort: fc.constantFrom(9, 80, 443),
    remoteAddress: fc.constantFrom('9.9.9.9', '10.0.0.2', null),
    remotePort: fc.constantFrom(9, 1000, null),
    pid: fc.constantFrom(9, 10, null),
    processName: fc.constantFrom('nginx', 'Nginx', 'sshd', null),
    user: fc.constantFrom('root', 'adm', null),
    firstSeenAt: fc.constantFrom(9, 10, 11),
    bytesSent: fc.constantFrom(0, 9, 10, null),
    bytesReceived: fc.constantFrom(0, 1, null),
  })
  .map((changes) => socketRow(changes as Partial<SocketRow>));

const arrangement: fc.Arbitrary<Arrangement> = fc
  .record({
    column: fc.constantFrom(...COLUMNS),
    descending: fc.boolean(),
    search: fc.constantFrom('', 'nginx', 'listen', 'tcp 443', 'nothing has this'),
    udp: fc.boolean(),
  })
  .map(({ column, descending, search, udp }) => ({
    sortKey: column.sortKey,
    descending,
    accepts: rowFilter(search, { tcp4: true, tcp6: true, udp4: udp, udp6: true }),
  }));

type Step =
  | { do: 'put'; rows: SocketRow[] }
  | { do: 'delete'; ids: string[] }
  | { do: 'settle' }
  | { do: 'arrange'; to: Arrangement };
const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ do: fc.constant('put'), rows: fc.array(row, { maxLength: 12 }) }),
    fc.record({
      do: fc.constant('delete'),
      ids: fc.array(
        row.map(({ id }) => id),
        { maxLength: 6 },
      ),
    }),
    fc.record({ do: fc.constant('settle') }),
    fc.record({ do: fc.constant('arrange'), to: arrangement }),
  ),
  { maxLength: 20 },
);

/** The same rows, filtered and sorted from nothing. */
function sortAnew(rows: Iterable<SocketRow>, { sortKey, descending, accepts }: Arrangement): SocketRow[] {
  const shown = [...rows].filter(accepts).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const known = shown.filter((one) => sortKey(one) !== null);
  const upwards = (a: SocketRow, b: SocketRow): number => {
    const [x, y] = [sortKey(a)!, sortKey(b)!];
    return x === y ? 0 : x < y ? -1 : 1;
  };
  known.sort(descending ? (a, b) => upwards(b, a) : upwards);
  return [...known, ...shown.filter((one) => sortKey(one) === null)];
}

function shownRows(order: RowOrder): SocketRow[] {
  return Array.from({ length: order.length }, (_, i) => order.at(i)!.row);
}

function compare(order: RowOrder, model: ReadonlyMap<string, SocketRow>, by: Arrangement): void {
  const expected = sortAnew(model.values(), by);
  expect(shownRows(order).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(shownRows(order).every((one) => model.get(one.id) === one)).toBe(true);
  expect(order.total).toBe(model.size);
  for (const [id, one] of model) expect(order.indexOf(id)).toBe(expected.indexOf(one));
  expect(order.indexOf('nobody')).toBe(-1);
}

describe('RowOrder', () => {
  it('is what sorting and filtering anew gives, after any updates in any order', () => {
    fc.assert(
      fc.property(arrangement, steps, (first, list) => {
        let by = first;
        const order = new RowOrder(by);
        const model = new Map<string, SocketRow>();
        for (const step of list) {
          if (step.do === 'put') {
            for (const one of step.rows) {
              order.put(one, null);
              model.set(one.id, one);
            }
          } else if (step.do === 'delete') {
            for (const id of step.ids) {
              order.delete(id);
              model.delete(id);
            }
          } else if (step.do === 'settle') {
            order.settle();
            compare(order, model, by);
          } else {
            by = step.to;
            order.arrange(by);
            compare(order, model, by);
          }
        }
        order.settle();
        compare(order, model, by);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps the entry, and so its place, of a row whose key and visibility are unchanged', () => {
    fc.assert(
      fc.property(arrangement, row, row, (by, before, other) => {
        const after = { ...other, id: before.id };
        const order = new RowOrder(by);
        order.put(before, 'new');
        order.settle();
        const entry = order.get(before.id);
        order.put(after, 'changed');
        const shown = by.accepts(before);
        const stays = shown === by.accepts(after) && (!shown || by.sortKey(before) === by.sortKey(after));
        expect(order.get(before.id) === entry).toBe(stays);
        expect(order.get(before.id)).toMatchObject({ row: after, mark: 'changed' });
      }),
    );
  });

  it.each(COLUMNS)('sorts $id with what is not known last, upwards and downwards', ({ sortKey }) => {
    const unknown = { state: null, remoteAddress: null, remotePort: null, pid: null, processName: null };
    const nothing = { ...unknown, user: null, uid: null, bytesSent: null, bytesReceived: null };
    const rows = [socketRow({ ...nothing, id: 'a' }), socketRow({ id: 'b' })];
    const firstKey = sortKey(rows[0]!);
    for (const descending of [false, true]) {
      const order = new RowOrder({ sortKey, descending, accepts: () => true });
      for (const one of rows) order.put(one, null);
      order.settle();
      expect(shownRows(order).map(({ id }) => id)).toEqual(firstKey === null ? ['b', 'a'] : ['a', 'b']);
    }
  });
});
