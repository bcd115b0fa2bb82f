import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { Inspector } from './inspector';
import type { DetailsState } from './openDetails';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page with these rows; the keyboard is on none. */
function begin(...ids: string[]) {
  const entries = new Map(
    ids.map((id) => [id, { row: socketRow({ id, firstSeenAt: 0 }), mark: null as string | null }]),
  );
  const page = { focused: null as string | null, now: 0, scans: 0 };
  const shown: (DetailsState | null)[] = [];
  const inspector = new Inspector({
    ask: () => undefined,
    changed: (state) => shown.push(state),
    entry: (id) => entries.get(id),
    *rows(): Generator<SocketRow> {
      page.scans++;
      for (const { row } of entries.values()) yield row;
    },
    focused: () => page.focused,
    now: () => page.now,
  });
  inspector.updated({ readAt: 0, intervalMs: 1000 });
  const focus = (id: string | null): void => {
    page.focused = id;
    inspector.focusMoved();
  };
  return { inspector, entries, page, shown, focus };
}

describe('following the keyboard', () => {
  it('turns to the row that the keyboard rests on, and to none that it passes', () => {
    const { inspector, entries, shown, focus } = begin('a', 'b', 'c');
    focus('a');
    inspector.open(entries.get('a')!.row);
    focus('b');
    vi.advanceTimersByTime(100);
    focus('c');
    vi.advanceTimersByTime(100);
    expect(inspector.id).toBe('a');
    vi.advanceTimersByTime(100);
    expect(inspector.id).toBe('c');
    expect(shown.map((state) => state?.id)).not.toContain('b');
  });

  it('opens nothing while it is closed, and does not open again what was closed meanwhile', () => {
    const { inspector, entries, focus } = begin('a', 'b');
    focus('b');
    vi.runAllTimers();
    expect(inspector.id).toBeNull();
    inspector.open(entries.get('b')!.row);
    focus('a');
    inspector.close();
    vi.runAllTimers();
    expect(inspector.id).toBeNull();
  });

  it('stays with a socket that has ended when its row goes and the keyboard is put on the next', () => {
    const { inspector, entries, focus } = begin('a', 'b', 'c');
    focus('a');
    inspector.open(entries.get('a')!.row);
    entries.delete('a');
    focus('b');
    vi.runAllTimers();
    expect(inspector.id).toBe('a');
    focus('c'); // somebody has moved it
    vi.runAllTimers();
    expect(inspector.id).toBe('c');
  });
});

describe('an open socket', () => {
  it('has a history and a timeline of each reading, and keeps its last values', () => {
    const { inspector, entries, shown } = begin('a');
    inspector.open(entries.get('a')!.row);
    const last = { id: 'a', firstSeenAt: 0, bytesSent: 9, state: 'CLOSE_WAIT' } as const;
    entries.set('a', { row: socketRow(last), mark: 'ended' });
    inspector.updated({ readAt: 1000, intervalMs: 1000 });
    inspector.answered({ type: 'details', id: 'a', details: null });
    entries.delete('a');
    inspector.updated({ readAt: 2000, intervalMs: 1000 });
    const watch = inspector.watch('a');
    expect(watch?.history.data().series.sent).toEqual([null, 9]);
    expect(watch?.timeline.events().slice(-2)).toEqual([
      { kind: 'state', at: 1000, from: 'ESTABLISHED', to: 'CLOSE_WAIT' },
      { kind: 'ended', at: 1000 },
    ]);
    expect(shown.at(-1)).toMatchObject({ ended: true, row: { bytesSent: 9 } });
  });

  it('looks through all rows now and then only, and at once when its peer has gone', () => {
    const { inspector, entries, page } = begin('a', 'c');
    const peer = socketRow({ id: 'b', localAddress: '10.0.0.9', localPort: 51_122 });
    entries.set('b', { row: { ...peer, remoteAddress: '10.0.0.5', remotePort: 443, pid: 7 }, mark: null });
    inspector.open(entries.get('a')!.row);
    expect(inspector.neighbours()).toMatchObject({ peer: null, process: ['c'] }); // c has a's very ends
    entries.delete('c');
    page.now = 2999;
    expect(inspector.neighbours().process).toEqual(['c']);
    expect(page.scans).toBe(1);
    page.now = 3000;
    expect(inspector.neighbours()).toEqual({ peer: 'b', process: [], processTotal: 0 });
    expect(page.scans).toBe(2);
    entries.delete('b');
    expect(inspector.neighbours().peer).toBeNull();
    expect(page.scans).toBe(3);
  });
});
