/** Numbers and times as the grid shows them. */
import { factText } from '../../../shared/factText';

const count = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** A zero says nothing and is left blank, as TCPView does. */
export function formatCount(value: number | null): string {
  return value === null || value === 0 ? '' : count.format(value);
}

/** A sum may have more digits than a column has room for: from a billion on it is said in three digits, `1.29 G`. */
export function formatSum(value: number | null): string {
  return value === null || value < 1e9 ? formatCount(value) : short.format(value).replace('B', 'G');
}

/** The time of day, or month, day, hour and minute where it was not today: both fit a narrow column. */
export function formatTime(ms: number, now: number = Date.now()): string {
  const date = day.format(ms);
  const clock = time.format(ms);
  return date === day.format(now) ? clock : `${date.slice('2026-'.length)} ${clock.slice(0, 'HH:MM'.length)}`;
}

/** Date and time in full, for a tooltip. */
export function formatFullTime(ms: number): string {
  return `${day.format(ms)} ${time.format(ms)}`;
}

/** bytes/s as `24.6 kB/s`; blank for none, as a count is. */
export function formatRate(rate: number | null | undefined): string {
  return rate === null || rate === undefined || rate === 0 ? '' : factText({ value: rate, unit: 'bytes/s' });
}

/** ms, in whole seconds: `5 s`, `2 min 5 s`, `3 h 7 min`. A clock that was turned back makes no age negative. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds === 0 ? '0 s' : factText({ value: seconds * 1000, unit: 'ms' });
}

/** A round-trip time in ms, in three digits: `0.04 ms`, `12.3 ms`, `204 ms`. */
export function formatRtt(ms: number | null): string {
  if (ms === null) return '';
  const digits = ms < 10 ? 2 : ms < 100 ? 1 : 0;
  return factText({ value: Number(ms.toFixed(digits)), unit: 'ms' });
}
