import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMN_IDS } from '../../shared/columnIds';
import type { ColumnId } from '../../shared/columnIds';
import {
  clampWidth,
  DEFAULT_LAYOUT,
  MAX_WIDTH,
  MIN_WIDTH,
  moveColumn,
  pinColumn,
  PRESET_NAMES,
  presetLayout,
  presetOf,
  readLayout,
  resizeColumns,
  showColumn,
  shownColumns,
  stepColumn,
} from './columnLayout';
import type { ColumnLayout, Reading } from './columnLayout';

const PLAIN: Reading = { namespaces: false, commandLines: false };
const idsOf = (layout: ColumnLayout, reading: Reading | undefined = PLAIN): ColumnId[] =>
  shownColumns(layout, reading).map(({ id }) => id);

const anyId = fc.constantFrom(...COLUMN_IDS);
const anyReading = fc.record({ namespaces: fc.boolean(), commandLines: fc.boolean() });
type Change = (layout: ColumnLayout) => ColumnLayout;
/** Everything that a user can do to the columns. */
const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anyId, fc.option(anyId)).map(
    ([id, before]): Change =>
      (l) =>
        moveColumn(l, id, before),
  ),
  fc.tuple(anyId, fc.constantFrom(-1 as const, 1 as const), anyReading).map(
    ([id, by, reading]): Change =>
      (l) =>
        stepColumn(l, id, by, reading),
  ),
  fc.tuple(anyId, fc.double({ noNaN: true })).map(
    ([id, width]): Change =>
      (l) =>
        resizeColumns(l, { [id]: width }),
  ),
  fc.tuple(anyId, fc.boolean(), anyReading).map(
    ([id, on, reading]): Change =>
      (l) =>
        showColumn(l, id, on, reading),
  ),
  fc.tuple(anyId, fc.boolean(), fc.option(fc.nat(500), { nil: undefined })).map(
    ([id, on, width]): Change =>
      (l) =>
        pinColumn(l, id, on, width),
  ),
  fc.constantFrom(...PRESET_NAMES).map(
    (name): Change =>
      () =>
        presetLayout(name),
  ),
  fc.constant<Change>((l) => readLayout(JSON.parse(JSON.stringify(l)))),
);

describe('a layout of columns', () => {
  it('has all columns of TCPView in its order, with the create time where the system is Windows', () => {
    const TCPVIEW = [
      ...[
        'processName',
        'pid',
        'protocol',
        'state',
        'localAddress',
        'localPort',
        'remoteAddress',
        'remotePort',
      ],
      ...['createdAt', 'moduleName', 'segmentsSent', 'segmentsReceived', 'bytesSent', 'bytesReceived'],
    ];
    expect(idsOf(presetLayout('tcpview', true))).toEqual(TCPVIEW);
    expect(idsOf(presetLayout('tcpview'))).toEqual(
      TCPVIEW.map((id) => (id === 'createdAt' ? 'firstSeenAt' : id)),
    );
    for (const name of PRESET_NAMES) expect(presetOf(presetLayout(name, true), true)).toBe(name);
    expect(presetOf(presetLayout('tcpview', true))).toBeNull();
  });

  it('has every column once and shows at least one, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 30 }), anyReading, (changes, reading) => {
        const layout = changes.reduce((l, change) => change(l), DEFAULT_LAYOUT);
        expect([...layout.order].sort()).toEqual([...COLUMN_IDS].sort());
        expect(new Set(layout.pinned).size).toBe(layout.pinned.length);
        for (const width of Object.values(layout.widths)) {
          expect(width).toBeGreaterThanOrEqual(MIN_WIDTH);
          expect(width).toBeLessThanOrEqual(MAX_WIDTH);
        }
        const shown = idsOf(layout, reading);
        expect(shown.length).toBeGreaterThan(0);
        expect(new Set(shown).size).toBe(shown.length);
        // Pinned columns are first, and within each part the order is kept.
        const pinned = shown.filter((id) => layout.pinned.includes(id));
        expect(shown.slice(0, pinned.length)).toEqual(pinned);
        for (const part of [pinned, shown.slice(pinned.length)])
          expect(part).toEqual(layout.order.filter((id) => part.includes(id)));
      }),
    );
  });

  it('survives being kept and read back', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 20 }), (changes) => {
        const layout = changes.reduce((l, change) => change(l), DEFAULT_LAYOUT);
        // Where nothing is shown but by itself, the default is better than nothing.
        fc.pre(layout.order.some((id) => layout.visible[id] === true));
        expect(readLayout(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
      }),
    );
  });

  it('moves a column before another, or to the end', () => {
    const layout = presetLayout('default');
    expect(idsOf(moveColumn(layout, 'state', 'pid')).slice(0, 4)).toEqual([
      ...['processName', 'state', 'pid', 'user'],
    ]);
    expect(idsOf(moveColumn(layout, 'pid', null)).at(-1)).toBe('pid');
    expect(moveColumn(layout, 'pid', 'pid')).toBe(layout);
  });

  it('steps past the neighbour that is seen, not past hidden ones', () => {
    const layout = moveColumn(presetLayout('default'), 'rtt', 'user'); // hidden, between PID and User
    const once = stepColumn(layout, 'pid', 1, PLAIN);
    expect(idsOf(once).slice(0, 3)).toEqual(['processName', 'user', 'pid']);
    expect(idsOf(stepColumn(once, 'pid', -1, PLAIN))).toEqual(idsOf(layout));
    expect(stepColumn(layout, 'processName', -1, PLAIN)).toBe(layout);
    expect(stepColumn(layout, 'bytesReceived', 1, PLAIN)).toBe(layout);
  });

  it('keeps pinned columns first and steps among them only', () => {
    const layout = pinColumn(pinColumn(presetLayout('default'), 'state', true, 90), 'pid', true, 60);
    expect(idsOf(layout).slice(0, 3)).toEqual(['pid', 'state', 'processName']);
    expect(layout.widths).toEqual({ state: 90, pid: 60 });
    expect(stepColumn(layout, 'state', 1, PLAIN)).toBe(layout);
    expect(idsOf(stepColumn(layout, 'state', -1, PLAIN)).slice(0, 2)).toEqual(['state', 'pid']);
    expect(idsOf(pinColumn(layout, 'pid', false)).slice(0, 3)).toEqual(['state', 'processName', 'pid']);
  });

  it('hides and shows a column where it was, but never the last', () => {
    const layout = presetLayout('default');
    const without = showColumn(layout, 'user', false, PLAIN);
    expect(idsOf(without)).not.toContain('user');
    expect(showColumn(without, 'user', true, PLAIN)).toEqual(layout);
    const one = COLUMN_IDS.filter((id) => id !== 'pid').reduce(
      (l, id) => showColumn(l, id, false, PLAIN),
      layout,
    );
    expect(idsOf(one)).toEqual(['pid']);
    expect(showColumn(one, 'pid', false, PLAIN)).toBe(one);
  });

  it('shows namespace and command line while they are read, unless somebody chose otherwise', () => {
    const layout = presetLayout('default');
    const read = { namespaces: true, commandLines: true };
    const news = (l: ColumnLayout, reading: Reading): ColumnId[] =>
      idsOf(l, reading).filter((id) => id === 'namespace' || id === 'commandLine');
    expect(news(layout, PLAIN)).toEqual([]);
    expect(shownColumns(layout, undefined)).toEqual(shownColumns(layout, PLAIN)); // before an engine was heard of
    expect(news(layout, read)).toEqual(['namespace', 'commandLine']);
    expect(idsOf(layout, read).indexOf('namespace')).toBe(idsOf(layout, read).indexOf('remotePort') + 1);
    expect(news(showColumn(layout, 'namespace', false, read), read)).toEqual(['commandLine']);
    expect(news(showColumn(layout, 'namespace', true, PLAIN), PLAIN)).toEqual(['namespace']);
  });

  it('gives a width within bounds, in whole px', () => {
    expect([-5, 0, 50.4, 1e9].map(clampWidth)).toEqual([MIN_WIDTH, MIN_WIDTH, 50, MAX_WIDTH]);
    const layout = resizeColumns(resizeColumns(DEFAULT_LAYOUT, { pid: 80 }), { user: 90 });
    expect(layout.widths).toEqual({ pid: 80, user: 90 });
  });
});

describe('presets', () => {
  it('are recognised, whatever the widths and pins, until columns change', () => {
    for (const name of PRESET_NAMES) {
      const layout = presetLayout(name);
      expect(presetOf(layout)).toBe(name);
      expect(presetOf(pinColumn(layout, 'pid', true, 99))).toBe(name);
      expect(presetOf(showColumn(layout, 'inode', name !== 'everything', PLAIN))).toBeNull();
      expect(presetOf(stepColumn(layout, 'pid', 1, PLAIN))).toBeNull();
    }
  });

  it('"everything" shows everything, but command lines only where they are read', () => {
    expect(idsOf(presetLayout('everything'))).toEqual(COLUMN_IDS.filter((id) => id !== 'commandLine'));
    expect(idsOf(presetLayout('everything'), { namespaces: false, commandLines: true })).toEqual([
      ...COLUMN_IDS,
    ]);
  });

  it('"TCPView" begins as TCPView does', () => {
    expect(idsOf(presetLayout('tcpview')).slice(0, 8)).toEqual([
      ...['processName', 'pid', 'protocol', 'state', 'localAddress', 'localPort'],
      ...['remoteAddress', 'remotePort'],
    ]);
  });
});

describe('readLayout', () => {
  it('makes a layout of anything', () => {
    fc.assert(
      fc.property(fc.anything(), (kept) => {
        expect([...readLayout(kept).order].sort()).toEqual([...COLUMN_IDS].sort());
      }),
    );
    expect(readLayout(null)).toBe(DEFAULT_LAYOUT);
    expect(readLayout({ order: ['gone'], visible: { gone: true } })).toBe(DEFAULT_LAYOUT);
  });

  it('drops what is not known, and puts what is new in its usual place, hidden', () => {
    const kept = {
      order: ['pid', 'gone', 'processName', 'pid', 7],
      visible: { pid: true, processName: true, gone: true, state: 'yes', rtt: true },
      widths: { pid: 70.2, gone: 5, state: 'wide', processName: Infinity, user: -3 },
      pinned: ['gone', 'pid', 'pid'],
    };
    const layout = readLayout(kept);
    expect(idsOf(layout)).toEqual(['pid', 'processName']);
    expect(idsOf(layout, { namespaces: true, commandLines: false })).toContain('namespace');
    expect(layout.widths).toEqual({ pid: 70, user: MIN_WIDTH });
    expect(layout.pinned).toEqual(['pid']);
    expect(layout.order.indexOf('user')).toBe(layout.order.indexOf('pid') + 1);
  });
});
