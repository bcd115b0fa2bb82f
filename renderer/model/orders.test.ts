import { beforeEach, describe, expect, it, vi } from 'vitest';
import { listener, ownerless, socketRow } from '../../shared/fixtures/rows';
import { MAX_TARGETS } from '../../shared/orders';
import type { ActionReport, ActionResult, Order } from '../../shared/orders';
import { t } from '../strings';
import { liveRow } from './fixtures/lines';
import { ordersOn, ROOT_RIGHTS, welcomeWith } from './fixtures/orders';
import { stillRunning } from './orders';
import { ui } from './uiStore';

const START = ui.get();
const WEB = socketRow({ id: 'web', localPort: 1 });
const LISTENER = listener({ id: 'listens', localPort: 2 });
/** What is done once the browser has drawn what there is now */
let frames: (() => void)[] = [];
const WAITING = ownerless({ id: 'waits', localPort: 3 });

function result(changes: Partial<ActionResult> = {}): ActionResult {
  return { id: 'web', outcome: 'done', label: 'nginx (812)', message: null, ...changes };
}

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => frames.push(then));
  vi.stubGlobal('document', { activeElement: null, body: {}, getElementById: () => null });
  ui.set(START, true);
  ui.set({ welcome: welcomeWith(ROOT_RIGHTS), connection: { kind: 'connected' } });
});

describe('an order', () => {
  it('is about the selected rows that it can be done to', async () => {
    const { orders, selection, given } = ordersOn([WEB, LISTENER, WAITING]);
    selection.all();
    await orders.give('close-gracefully');
    await orders.give('close-connection');
    await orders.give('end-process');
    expect(given).toEqual([
      { action: 'finish', ids: ['web'] },
      { action: 'reset', ids: ['web', 'listens', 'waits'] },
      { action: 'terminate', processes: [{ pid: 812, startedAt: 1_700_000_000_000 }] },
    ]);
  });

  it('leaves alone what a filter hides', async () => {
    const { orders, order, selection, given } = ordersOn([WEB, LISTENER]);
    selection.all();
    const sortKey = (): number => 0;
    order.arrange({ sortKey, descending: false, accepts: ({ id }) => id === 'web' });
    await orders.give('close-connection');
    expect(given).toEqual([{ action: 'reset', ids: ['web'] }]);
    given.length = 0;
    selection.clear();
    await orders.resetShown();
    expect(given).toEqual([{ action: 'reset', ids: ['web'] }]);
  });

  it('says why it cannot be given, and gives none', async () => {
    const { orders, selection, given } = ordersOn([LISTENER]);
    await orders.give('close-gracefully');
    expect(ui.get().notice).toBeNull(); // a key that was pressed with nothing selected
    selection.all();
    await orders.give('close-gracefully');
    expect(ui.get().notice).toMatchObject({ kind: 'error', text: expect.stringContaining('no other side') });
    ui.set({ connection: { kind: 'lost', message: '', retryAt: null } });
    await orders.give('close-connection');
    expect(ui.get().notice).toEqual({ kind: 'error', text: t.actions.noEngine });
    expect(given).toEqual([]);
  });

  it('is not given where the host only shows', async () => {
    const { orders, selection, given } = ordersOn([WEB], { actionsRefused: 'This host only shows.' });
    selection.all();
    expect(orders.reasonAgainst('close-connection')).toBe('This host only shows.');
    await orders.give('close-connection');
    await orders.killThose([{ pid: 1, startedAt: 2 }]);
    expect(ui.get().notice?.text).toBe('This host only shows.');
    expect(given).toEqual([]);
  });

  it('names no more than can be named at once', async () => {
    const rows = Array.from({ length: MAX_TARGETS + 1 }, (_, i) => ({ ...WEB, id: String(i) }));
    const { orders, given } = ordersOn(rows);
    await orders.resetShown();
    expect(given).toEqual([]);
    expect(ui.get().notice?.text).toBe(t.actions.tooMany(MAX_TARGETS, MAX_TARGETS + 1));
  });

  it('is one at a time, and what came of it is shown', async () => {
    let answer!: (report: { confirmed: true; report: { results: ActionResult[]; unrecorded: null } }) => void;
    const asked = ordersOn([WEB], { act: () => new Promise((resolve) => (answer = resolve)) });
    asked.selection.all();
    const first = asked.orders.give('close-connection');
    expect(ui.get().acting).toEqual({ action: 'reset', progress: null, stopping: false });
    await asked.orders.give('kill-process');
    expect(asked.given).toHaveLength(1);
    asked.orders.progressed({ done: 0, total: 1 });
    expect(ui.get().acting?.progress).toEqual({ done: 0, total: 1 });
    const report = { results: [result()], unrecorded: null };
    answer({ confirmed: true, report });
    await first;
    expect(ui.get()).toMatchObject({ acting: null, done: { order: { ids: ['web'] }, report } });
  });

  it('calls what has gone by what the user saw when it was given', async () => {
    let answer!: () => void;
    const gone = (id: string): ActionResult => result({ id, label: id, outcome: 'gone' });
    const report: ActionReport = { results: [gone('web'), gone('812@1700000000000')], unrecorded: null };
    const { orders, order, selection } = ordersOn([WEB], {
      act: () => new Promise((resolve) => (answer = () => resolve({ confirmed: true, report }))),
    });
    for (const [command, label] of [
      ['close-connection', 'nginx (812)  TCP 10.0.0.5:1 → 10.0.0.9:51122'],
      ['kill-process', 'nginx (812)'],
    ] as const) {
      order.put(liveRow(WEB), null);
      selection.all();
      const given = orders.give(command);
      // While the user is asked, it gets another owner.
      order.put(liveRow({ ...WEB, processName: 'other', pid: 9, processStartedAt: 3 }), null);
      answer();
      await given;
      expect(ui.get().done?.report.results.map((one) => one.label)).toContain(label);
    }
  });

  it('to force processes calls them what they were called when they were asked to end', async () => {
    const process = { pid: 8, startedAt: 2 };
    const report = {
      results: [result({ id: '8@2', label: '8@2', outcome: 'gone' })],
      unrecorded: 'No\nroom.',
    };
    const { orders } = ordersOn([], { act: () => Promise.resolve({ confirmed: true, report }) });
    const before = {
      results: [result({ id: '8@2', label: 'sshd (8)', outcome: 'failed' })],
      unrecorded: null,
    };
    ui.set({ done: { order: { action: 'terminate', processes: [process] }, report: before } });
    await orders.killThose([process]);
    expect(ui.get().done?.report).toEqual({
      results: [result({ id: '8@2', label: 'sshd (8)', outcome: 'gone' })],
      unrecorded: 'No?room.',
    });
  });

  it('takes the place of the last one’s results once it is agreed to', async () => {
    ui.set({ done: { order: { action: 'reset', ids: ['a'] }, report: { results: [], unrecorded: null } } });
    const last = ui.get().done;
    const refusing = ordersOn([WEB]);
    refusing.selection.all();
    await refusing.orders.give('close-connection');
    expect(ui.get().done).toBe(last);
    const agreed = ordersOn([WEB], { act: () => new Promise(() => undefined) });
    agreed.selection.all();
    void agreed.orders.give('close-connection');
    expect(ui.get().done).toBe(last);
    agreed.orders.progressed({ done: 0, total: 1 });
    expect(ui.get().done).toBeNull();
  });

  it('leaves the keyboard in the grid where the button that had it goes with its end', async () => {
    const focus = vi.fn();
    const stop = {};
    const page = { activeElement: stop, body: {}, getElementById: () => ({ focus }) };
    vi.stubGlobal('document', page);
    const { orders, selection } = ordersOn([WEB]);
    selection.all();
    await orders.give('close-connection');
    expect(focus).not.toHaveBeenCalled();
    page.activeElement = page.body; // the page has been drawn without the button
    for (const frame of frames) frame();
    expect(focus).toHaveBeenCalledOnce();

    frames = [];
    page.activeElement = stop;
    await orders.give('close-connection');
    for (const frame of frames) frame();
    expect(focus).toHaveBeenCalledOnce(); // it is elsewhere
  });

  it('that fails or is not agreed to leaves nothing behind', async () => {
    const failing = ordersOn([WEB], { act: () => Promise.reject(new Error('The wire broke.')) });
    failing.selection.all();
    await failing.orders.give('close-connection');
    expect(ui.get()).toMatchObject({ acting: null, done: null, notice: { text: 'The wire broke.' } });
    const refusing = ordersOn([WEB]);
    refusing.selection.all();
    await refusing.orders.give('close-connection');
    expect(ui.get()).toMatchObject({ acting: null, done: null });
  });
});

describe('stop', () => {
  it('is asked for once, and can be asked for again where it failed', async () => {
    const stopActing = vi.fn().mockRejectedValueOnce(new Error('Not now.')).mockResolvedValue(undefined);
    const { orders } = ordersOn([], { stopActing });
    await orders.stop(); // nothing is under way
    ui.set({ acting: { action: 'reset', progress: { done: 1, total: 9 }, stopping: false } });
    await orders.stop();
    expect(ui.get()).toMatchObject({ acting: { stopping: false }, notice: { text: 'Not now.' } });
    await orders.stop();
    await orders.stop();
    expect(ui.get().acting?.stopping).toBe(true);
    expect(stopActing).toHaveBeenCalledTimes(2);
  });
});

describe('showing a program', () => {
  it('is of one process whose program is known, on this machine', () => {
    const other = socketRow({ id: 'other', pid: 9, localPort: 4 });
    const { orders, selection } = ordersOn([WEB, LISTENER, WAITING, other]);
    expect(orders.reasonAgainst('show-program')).toBe(t.actions.nothingSelected);
    selection.only('web');
    selection.toggle('listens');
    expect(orders.reasonAgainst('show-program')).toBeNull();
    selection.toggle('other');
    expect(orders.reasonAgainst('show-program')).toBe(t.actions.oneProcess);
    selection.only('waits');
    expect(orders.reasonAgainst('show-program')).toBe(t.actions.owners.none);
    selection.only('web');
    ui.set({ engine: { kind: 'remote', host: 'server' } });
    expect(orders.reasonAgainst('show-program')).toBe(t.actions.elsewhere);
  });
});

describe('stillRunning', () => {
  const [gone, stays] = [
    { pid: 7, startedAt: 1 },
    { pid: 8, startedAt: 2 },
  ];
  const results = [result({ id: '7@1' }), result({ id: '8@2', outcome: 'failed', message: 'still running' })];

  it('is what was asked to end and did not, and nothing that failed otherwise', () => {
    const order: Order = { action: 'terminate', processes: [gone, stays] };
    expect(stillRunning(order, { results, unrecorded: null })).toEqual([stays]);
    expect(stillRunning({ ...order, action: 'kill' }, { results, unrecorded: null })).toEqual([]);
    expect(stillRunning({ action: 'reset', ids: ['8@2'] }, { results, unrecorded: null })).toEqual([]);
  });
});
