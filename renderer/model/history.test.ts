import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listener, socketRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { History, HISTORY_MS, SERIES } from './history';

const SECOND = 1000;
const row = (changes: Partial<SocketRow>): SocketRow => socketRow(changes);

describe('History', () => {
  it('tells rates by the time between two readings, and nought where nothing has moved', () => {
    const history = new History();
    history.add(10_000, row({ bytesSent: 100, bytesReceived: 5000, rtt: 2 }), SECOND);
    history.add(12_000, row({ bytesSent: 300, bytesReceived: 5000, rtt: 3 }), SECOND);
    history.add(12_500, row({ bytesSent: 300, bytesReceived: 6000, rtt: 3 }), SECOND);
    expect(history.data()).toEqual({
      times: [10, 12, 12.5],
      series: {
        sent: [null, 100, 0],
        received: [null, 0, 2000],
        rtt: [2, 3, 3],
        receiveQueue: [0, 0, 0],
        sendQueue: [0, 0, 0],
      },
    });
    expect(history.latest).toMatchObject({ sent: 0, received: 2000 });
  });

  it('leaves a gap where readings paused, and takes no average over it for a rate', () => {
    const history = new History();
    history.add(0, row({ bytesSent: 0 }), SECOND);
    history.add(1000, row({ bytesSent: 10 }), SECOND);
    history.add(60_000, row({ bytesSent: 1_000_000 }), SECOND);
    history.add(61_000, row({ bytesSent: 1_000_020 }), SECOND);
    const { times, series } = history.data();
    expect(times).toEqual([0, 1, 2, 60, 61]);
    expect(series.sent).toEqual([null, 10, null, null, 20]);
    expect(series.receiveQueue).toEqual([0, 0, null, 0, 0]);
  });

  it('knows no rate of what the system does not count, nor of a counter that went back', () => {
    const history = new History();
    history.add(0, row({ bytesSent: null, bytesReceived: 900 }), SECOND);
    history.add(1000, row({ bytesSent: 10, bytesReceived: 100 }), SECOND);
    history.add(2000, row({ bytesSent: null, bytesReceived: 150 }), SECOND);
    expect(history.data().series).toMatchObject({ sent: [null, null, null], received: [null, null, 50] });
  });

  it('takes each reading once, and begins anew where the clock was set back', () => {
    const history = new History();
    history.add(5000, listener(), SECOND);
    history.add(6000, listener(), SECOND);
    history.add(6000, listener(), SECOND);
    expect(history.data().times).toEqual([5, 6]);
    history.add(3000, listener(), SECOND);
    history.add(4000, listener(), SECOND);
    expect(history.data().times).toEqual([3, 4]);
  });

  it('keeps the last ten minutes in order, whatever comes', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(5000), bytes: fc.nat(1e6) }), { maxLength: 3000 });
    fc.assert(
      fc.property(steps, fc.constantFrom(500, 1000, 10_000), (steps, intervalMs) => {
        const history = new History();
        let at = 0;
        let bytesSent = 0;
        for (const { wait, bytes } of steps) {
          at += wait;
          bytesSent += bytes;
          history.add(at, row({ bytesSent }), intervalMs);
        }
        const { times, series } = history.data();
        expect(times).toHaveLength(history.length);
        expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true);
        for (const name of SERIES) expect(series[name]).toHaveLength(times.length);
        if (steps.length === 0) return;
        expect(times.at(-1)).toBe(at / 1000);
        expect(times[0]! * 1000).toBeGreaterThanOrEqual(at - HISTORY_MS);
      }),
      { numRuns: 30 },
    );
  });

  it('does not grow, however fast readings come', () => {
    const history = new History();
    for (let at = 0; at < 5000; at++) history.add(at, row({ bytesSent: at }), SECOND);
    const { times, series } = history.data();
    expect(times.length).toBeLessThan(1500);
    expect(times.at(-1)).toBe(4.999);
    expect(series.sent.every((rate) => rate === 1000)).toBe(true);
  });
});
