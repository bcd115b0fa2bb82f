import { describe, expect, it } from 'vitest';
import { formatAge, formatCount, formatFullTime, formatRate, formatRtt, formatTime } from './format';

describe('formatCount', () => {
  it('groups digits, and leaves zero and unknown blank', () => {
    const counts = [null, 0, 1, 999, 1000, 1234567890];
    expect(counts.map(formatCount)).toEqual(['', '', '1', '999', '1,000', '1,234,567,890']);
  });
});

describe('formatTime', () => {
  const now = new Date(2026, 10, 21, 0, 30).getTime();

  it('says the time of day today, in 24 hours, and the date with hour and minute before', () => {
    expect(formatTime(new Date(2026, 10, 21, 0, 5, 9).getTime(), now)).toBe('00:05:09');
    expect(formatTime(new Date(2026, 10, 20, 23, 59, 58).getTime(), now)).toBe('11-20 23:59');
    expect(formatFullTime(new Date(2026, 10, 20, 23, 59, 58).getTime())).toBe('2026-11-20 23:59:58');
  });
});

describe('formatRate', () => {
  it('leaves nothing and unknown blank', () => {
    expect([null, undefined, 0, 1, 999, 24_600].map(formatRate)).toEqual([
      ...['', '', '', '1 B/s', '999 B/s', '24.6 kB/s'],
    ]);
  });
});

describe('formatAge', () => {
  it('counts whole seconds, and is never negative', () => {
    const ages = [-5000, 0, 999, 1000, 59_999, 125_000, 11_220_000, 360_000_000];
    expect(ages.map(formatAge)).toEqual([
      ...['0 s', '0 s', '0 s', '1 s', '59 s', '2 min 5 s', '3 h 7 min', '4 d 4 h'],
    ]);
  });
});

describe('formatRtt', () => {
  it('has three digits', () => {
    expect([null, 0.0449, 1.5, 9.994, 12.345, 204.4, 1500].map(formatRtt)).toEqual([
      ...['', '0.04 ms', '1.5 ms', '9.99 ms', '12.3 ms', '204 ms', '1.5 s'],
    ]);
  });
});
