/** Facts as people read them, in the page and on the command line alike. */
import type { Fact } from './details';
import { errorText } from './errorCodes';
import { plainText } from './text';

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const RATES = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] as const;

/**
 * The value with its unit: `12,345 B`, `1.204 s`, `45 µs`, `24.6 GB/s`, `yes`. Numbers without a unit (ids, ports) are
 * not grouped; times are local. Text is made safe to show on one line.
 */
export function factText({ value, unit }: Pick<Fact, 'value' | 'unit'>): string {
  if (typeof value === 'string') return plainText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  switch (unit) {
    case 'bytes':
      return `${GROUPED.format(value)} B`;
    case 'ms':
      return duration(value);
    case 'µs':
      return value < 1000 ? `${GROUPED.format(value)} µs` : duration(value / 1000);
    case 'bytes/s':
      return rate(value);
    case 'count':
      return GROUPED.format(value);
    case 'time':
      return localTime(value);
    case 'errno':
      return errorText('linux', value);
    case 'windows-error':
      return errorText('windows', value);
    case 'none':
      return String(value);
  }
}

/** `204 ms`, `1.5 s`, `2 min 5 s`, `3 h 7 min`, `12 d 4 h`. */
function duration(ms: number): string {
  if (ms < 1000) return `${GROUPED.format(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${GROUPED.format(seconds)} s`;
  const whole = Math.floor(seconds);
  if (whole < 3600) return pair(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return pair(whole, 3600, 'h', 60, 'min');
  return pair(whole, 86_400, 'd', 3600, 'h');
}

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  const first = `${GROUPED.format(Math.floor(seconds / large))} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** Powers of 1000, as links are sold; three digits are more than the kernel's estimates are worth. */
function rate(bytes: number): string {
  let step = 0;
  let scaled = bytes;
  while (scaled >= 1000 && step < RATES.length - 1) {
    scaled /= 1000;
    step++;
  }
  const digits = step === 0 ? 0 : scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${GROUPED.format(Number(scaled.toFixed(digits)))} ${RATES[step]}`;
}

/** `2026-01-05 08:00:00` */
function localTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Whether the value is a quantity, to be aligned with others on the right. */
export function isQuantity({ value, unit }: Pick<Fact, 'value' | 'unit'>): boolean {
  return typeof value === 'number' && unit !== 'time' && unit !== 'errno' && unit !== 'windows-error';
}
