import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_WATCHED } from '../../shared/contract';
import { listener, socketRow, udpSocket } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { lookedAt, TrafficWatch } from './trafficWatch';
import type { Looked } from './trafficWatch';

const rows = (...ids: string[]): SocketRow[] => ids.map((id) => socketRow({ id }));
const looked = (changes: Partial<Looked> = {}): string[] =>
  lookedAt({
    ...{ columns: ['pid', 'rtt'], sortedBy: 'pid', filter: { dependsOnTraffic: false } },
    ...{ visible: rows('a', 'b'), shown: rows('c', 'b', 'a'), all: rows('a', 'b', 'c', 'd') },
    ...changes,
  });

describe('what is looked at', () => {
  it('are the connections on screen, while a column shows their traffic', () => {
    expect(looked()).toEqual(['a', 'b']);
    for (const column of ['segmentsSent', 'bytesReceived', 'sendRate', 'retransmits'] as const)
      expect(looked({ columns: [column] })).toEqual(['a', 'b']);
    expect(looked({ columns: ['pid', 'sendQueue', 'state'] })).toEqual([]);
    const visible = [listener({ id: 'l' }), udpSocket({ id: 'u' }), socketRow({ id: 't' })];
    expect(looked({ visible })).toEqual(['t']);
  });

  it('are also those that a column sorts by their traffic, and those that the filter leaves out for want of it', () => {
    expect(looked({ sortedBy: 'bytesSent' })).toEqual(['a', 'b', 'c']);
    expect(looked({ filter: { dependsOnTraffic: true } })).toEqual(['a', 'b', 'c', 'd']);
    expect(looked({ filter: { dependsOnTraffic: true }, columns: [] })).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are no more than the engine takes, with the one whose properties are open; those on screen first', () => {
    const all = Array.from({ length: 2 * MAX_WATCHED }, (_, i) => socketRow({ id: `${i}` }));
    const ids = looked({ sortedBy: 'rtt', shown: all });
    expect(ids).toHaveLength(MAX_WATCHED - 1);
    expect(ids.slice(0, 3)).toEqual(['a', 'b', '0']);
  });
});

describe('TrafficWatch', () => {
  const sent: (readonly string[])[] = [];
  let watch: TrafficWatch;

  beforeEach(() => {
    vi.useFakeTimers();
    sent.length = 0;
    watch = new TrafficWatch(
      (message) => {
        if (message.type === 'watch') sent.push(message.ids);
      },
      () => Date.now(),
    );
  });
  afterEach(() => void vi.useRealTimers());

  it('says nothing to an engine that counts by itself, or cannot', () => {
    for (const counted of ['always', 'never'] as const) {
      watch.connected(counted);
      watch.show(['a']);
      watch.inspect('b');
      vi.runAllTimers();
      expect(watch.isWanted).toBe(false);
    }
    expect(sent).toEqual([]);
  });

  it('says what is looked at, and again only once that has changed', () => {
    watch.connected('watched');
    watch.show(['a', 'b']);
    vi.advanceTimersByTime(1000);
    watch.show(['b', 'a']);
    watch.inspect('b'); // it is among them
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([['a', 'b']]);
    watch.show(['a']); // the other one's properties are open
    vi.advanceTimersByTime(1000);
    expect(sent).toHaveLength(1);
    watch.inspect(null);
    vi.advanceTimersByTime(1000);
    watch.show([]);
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([['a', 'b'], ['a'], []]);
  });

  it('says it at most four times a second, and the last of it always', () => {
    watch.connected('watched');
    for (let i = 0; i < 100; i++) {
      watch.show([`${i}`]);
      vi.advanceTimersByTime(10);
    }
    expect(sent.length).toBeLessThanOrEqual(5);
    vi.advanceTimersByTime(250);
    expect(sent.at(-1)).toEqual(['99']);
    expect(sent[0]).toEqual(['0']);
  });

  it('says nothing of what changed only for a moment', () => {
    watch.connected('watched');
    watch.show(['a']);
    watch.show(['b']);
    watch.show(['a']);
    vi.runAllTimers();
    expect(sent).toEqual([['a']]);
  });

  it('says it anew to another engine', () => {
    watch.connected('watched');
    watch.show(['a']);
    vi.advanceTimersByTime(1000);
    watch.connected('watched');
    expect(sent).toEqual([['a'], ['a']]);
    watch.connected('always');
    watch.show(['b']);
    vi.runAllTimers();
    expect(sent).toHaveLength(2);
  });
});
