import { beforeEach, describe, expect, it } from 'vitest';
import { listener, ownerless, socketRow, udpSocket } from '../../shared/fixtures/rows';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import type { LiveRow } from '../../shared/rowFacts';
import { MAIN_TABLES } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import {
  activeParts,
  addTerm,
  ALL_TABLES,
  clearFilters,
  countedState,
  filterOf,
  NOTHING_HIDDEN,
  removePart,
  rowFilter,
  toggleCounted,
  toggleHidden,
  toggleState,
} from './filter';
import { ui } from './uiStore';

const live = (row: SocketRow): LiveRow => ({ ...row, sendRate: null, receiveRate: null });
const finds = (search: string, row: SocketRow): boolean => rowFilter(filterOf(search, NO_LOOKUPS))(live(row));

describe('rowFilter', () => {
  it('shows everything where nothing is asked for', () => {
    const rows = [socketRow(), ownerless(), udpSocket(), listener()].map(live);
    expect(rows.every(rowFilter(filterOf('  ', NO_LOOKUPS)))).toBe(true);
  });

  it('hides exactly the table that is switched off', () => {
    const rows = [socketRow(), socketRow({ family: 6 }), udpSocket(), udpSocket({ family: 6 })].map(live);
    const all = filterOf('', NO_LOOKUPS);
    for (const [i, table] of MAIN_TABLES.entries()) {
      const accepts = rowFilter(all, { ...ALL_TABLES, [table]: false });
      expect(rows.map(accepts)).toEqual(rows.map((_, at) => at !== i));
    }
  });

  it.each([
    ['loopback', socketRow({ localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' }), false],
    ['loopback', listener({ localAddress: '127.0.0.53' }), false],
    ['loopback', socketRow({ family: 6, localAddress: '::1', remoteAddress: '::1' }), false],
    ['loopback', socketRow({ family: 6, localAddress: '::ffff:127.0.0.1' }), false],
    ['loopback', socketRow(), true],
    ['loopback', listener({ localAddress: '0.0.0.0' }), true],
    ['listeners', listener(), false],
    ['listeners', socketRow(), true],
    ['listeners', udpSocket(), true],
    ['unconnected', listener(), false],
    ['unconnected', udpSocket({ remoteAddress: null, remotePort: null, state: null }), false],
    ['unconnected', socketRow(), true],
    ['unconnected', socketRow({ protocol: 'unix', family: null, remoteAddress: null }), true],
  ] as const)('with %s hidden, a row is shown or not (%#)', (what, row, shown) => {
    const filter = filterOf('', NO_LOOKUPS);
    expect(rowFilter(filter, ALL_TABLES, NOTHING_HIDDEN)(live(row))).toBe(true);
    expect(rowFilter(filter, ALL_TABLES, { ...NOTHING_HIDDEN, [what]: true })(live(row))).toBe(shown);
  });

  it('hides the states that are not wanted', () => {
    const accepts = rowFilter(filterOf('', NO_LOOKUPS), ALL_TABLES, {
      ...NOTHING_HIDDEN,
      states: ['TIME_WAIT', 'LISTEN'],
    });
    expect([socketRow(), listener(), ownerless(), udpSocket({ state: null })].map(live).map(accepts)).toEqual(
      [true, false, false, true],
    );
  });

  it('wants all at once: the switches and the filter', () => {
    const accepts = rowFilter(filterOf('nginx', NO_LOOKUPS), ALL_TABLES, {
      ...NOTHING_HIDDEN,
      listeners: true,
    });
    expect(accepts(live(socketRow({ processName: 'nginx' })))).toBe(true);
    expect(accepts(live(socketRow({ processName: 'apache', processPath: '/bin/apache', unit: null })))).toBe(
      false,
    );
    expect(accepts(live(listener({ processName: 'nginx' })))).toBe(false);
  });

  it.each(['nginx', 'NGINX', '812', '10.0.0.5', '10.0.0.5:443', '10.0.0.9:51122', ' 443   nginx '])(
    'finds %j',
    (search) => expect(finds(search, socketRow())).toBe(true),
  );

  it.each(['apache', 'nginx apache', '4711'])('does not find %j', (search) => {
    expect(finds(search, socketRow())).toBe(false);
  });
});

describe('filterOf', () => {
  it('keeps the last filter, for the same text and the same lookups', () => {
    const first = filterOf('nginx', NO_LOOKUPS);
    expect(filterOf('nginx', NO_LOOKUPS)).toBe(first);
    expect(filterOf('nginx', { ...NO_LOOKUPS })).not.toBe(first);
    expect(filterOf('apache', NO_LOOKUPS).text).toBe('apache');
  });
});

describe('what hides rows', () => {
  beforeEach(clearFilters);

  it('is listed thing by thing, and each can be taken away', () => {
    expect(activeParts(ui.get())).toEqual([]);
    ui.set({ search: ' port:443 ', tables: { ...ALL_TABLES, udp6: false } });
    toggleHidden('loopback');
    toggleState('TIME_WAIT');
    toggleState('CLOSE_WAIT');
    const parts = activeParts(ui.get());
    expect(parts).toEqual([
      { kind: 'text', text: 'port:443' },
      { kind: 'table', table: 'udp6' },
      { kind: 'hidden', what: 'loopback' },
      { kind: 'state', state: 'TIME_WAIT' },
      { kind: 'state', state: 'CLOSE_WAIT' },
    ]);
    for (const [i, part] of parts.entries()) {
      removePart(part);
      expect(activeParts(ui.get())).toEqual(parts.slice(i + 1));
    }
  });

  it('goes all at once', () => {
    ui.set({ search: 'x', tables: { ...ALL_TABLES, tcp4: false } });
    toggleHidden('unconnected');
    toggleState('LISTEN');
    clearFilters();
    expect(ui.get()).toMatchObject({ search: '', tables: ALL_TABLES, hidden: NOTHING_HIDDEN });
  });

  it('is nothing where there are blanks only', () => {
    ui.set({ search: '   ' });
    expect(activeParts(ui.get())).toEqual([]);
  });

  it('takes a term more into the text', () => {
    addTerm('process', 'nginx', false);
    expect(ui.get().search).toBe('process:=nginx');
    expect(finds(ui.get().search, socketRow({ processName: 'nginx' }))).toBe(true);
    addTerm('process', 'nginx', true);
    expect(finds(ui.get().search, socketRow({ processName: 'nginx' }))).toBe(false);
    expect(finds(ui.get().search, socketRow({ processName: 'sshd' }))).toBe(true);
  });
});

describe('the counts of the status bar', () => {
  beforeEach(clearFilters);

  it('filter by a state, one after the other, and the rest of the filter stays', () => {
    ui.set({ search: 'nginx' });
    toggleCounted('listen');
    expect(ui.get().search).toBe('nginx state:listen');
    toggleCounted('time_wait');
    expect(ui.get().search).toBe('nginx state:time_wait');
    expect(countedState(ui.get().search)).toBe('time_wait');
    toggleCounted('time_wait');
    expect(ui.get().search).toBe('nginx');
    expect(countedState(ui.get().search)).toBeNull();
  });

  it('find what they count', () => {
    toggleCounted('listen');
    expect([listener(), socketRow(), ownerless()].map((row) => finds(ui.get().search, row))).toEqual([
      true,
      false,
      false,
    ]);
    toggleCounted('time_wait');
    expect(finds(ui.get().search, ownerless())).toBe(true);
  });

  it('leave other terms about states alone', () => {
    for (const search of ['-state:listen', 'state:listen,close_wait', 'mystate:listen']) {
      expect(countedState(search)).toBeNull();
      ui.set({ search });
      toggleCounted('established');
      toggleCounted('established');
      expect(ui.get().search).toBe(search);
    }
  });
});
