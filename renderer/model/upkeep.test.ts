import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import type { Lookups } from '../../shared/rowFacts';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import { filterOf, rowFilter } from './filter';
import { Holding } from './holding';
import { Icons } from './icons';
import { Names } from './names';
import { SocketStore } from './socketStore';
import { TrafficWatch } from './trafficWatch';
import { ui } from './uiStore';
import { Upkeep } from './upkeep';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  ui.set({ resolveNames: false });
});

it('asks for the names of rows that are not on screen where the filter goes by names', () => {
  const asked: string[] = [];
  const names = new Names((message) => {
    if (message.type === 'resolve') asked.push(...message.addresses);
  });
  const lookups: Lookups = { ...NO_LOOKUPS, host: (address) => names.get(address) };
  const filter = filterOf('host:one.example', lookups);
  const sockets = new SocketStore({
    sortKey: ({ id }) => id,
    descending: false,
    accepts: rowFilter(filter),
  });
  for (const [id, remoteAddress] of [
    ['a', '192.0.2.1'],
    ['b', '192.0.2.2'],
    ['c', null],
  ] as const) {
    sockets.order.put({ ...socketRow({ id, remoteAddress }), sendRate: null, receiveRate: null }, null);
  }
  sockets.order.settle();
  const holding = new Holding(() => undefined);
  const traffic = new TrafficWatch(() => undefined);
  new Upkeep({ sockets, holding, names, icons: new Icons(null), traffic }, () => filter).start();

  vi.advanceTimersByTime(10_000);
  expect(asked).toEqual([]); // nothing is looked up unless that is switched on

  ui.set({ resolveNames: true });
  vi.advanceTimersByTime(10_000);
  expect(asked).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(sockets.order.length).toBe(0);

  names.received([{ address: '192.0.2.1', name: 'one.example' }]);
  vi.advanceTimersByTime(2000);
  expect(Array.from(sockets.order.shown(), ({ row }) => row.id)).toEqual(['a']);
});
