/** What is on screen while an update is applied slice by slice, and while rows that nobody sees go on changing. */
import { expect, it } from 'vitest';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import { ALL_TABLES, NOTHING_HIDDEN } from './filter';
import { liveRow } from './fixtures/lines';
import { groupingOf } from './groupings';
import type { Line } from './lines';
import { RowOrder } from './rowOrder';
import type { Arrangement } from './rowOrder';

const linesOf = (order: RowOrder): (Line | undefined)[] =>
  Array.from({ length: order.lines.length }, (_, i) => order.lines.at(i));

const byPort: Arrangement = {
  ...{ column: 'localPort', descending: false, accepts: () => true },
  sortKey: (row) => row.localPort,
};

it('a listener that has gone keeps its line, and what it accepted, until the update is complete', () => {
  const order = new RowOrder({ ...byPort, gather: 'listeners' });
  const listener = liveRow({ id: 'l', direction: 'listen', state: 'LISTEN', localPort: 80 });
  order.put(listener, null);
  order.put(liveRow({ id: 'c', direction: 'inbound', localPort: 80 }), null);
  order.settle();
  const before = linesOf(order).map((line) => [line!.id, line!.depth]);
  expect(before).toEqual([
    ['l', 0],
    ['c', 1],
  ]);
  order.delete('l');
  expect(linesOf(order).map((line) => [line!.id, line!.depth])).toEqual(before);
  order.settle();
  expect(linesOf(order).map((line) => [line!.id, line!.depth])).toEqual([['c', 0]]);
});

it('a heading names its group, whatever has become of a row that the filter hides', () => {
  const gather = groupingOf('process', NO_LOOKUPS);
  const showing = (text: string, accepts: Arrangement['accepts']): Arrangement => {
    return { ...byPort, gather, accepts, criteria: { text, tables: ALL_TABLES, hidden: NOTHING_HIDDEN } };
  };
  const order = new RowOrder(showing('', () => true));
  for (const id of ['a', 'b']) order.put(liveRow({ id, pid: 812, processName: 'nginx' }), null);
  order.settle();
  const titles = (): (string | null)[] =>
    linesOf(order).map((line) => (line!.kind === 'group' ? line!.title : null));
  const before = titles();
  expect(before[0]).toContain('nginx');
  order.arrange(showing('only a', ({ id }) => id === 'a'));
  order.put(liveRow({ id: 'b', pid: 999, processName: 'other' }), null);
  order.settle();
  expect(titles()).toEqual([before[0], null]);
});
