/** Numbers with units, their ranges and comparisons. */
import type { Unit } from './fieldTypes';
import { Invalid } from './invalid';
import type { Operator, Value } from './syntax';

export type NumberTest = (number: number) => boolean;

/** bytes */
const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  ...Object.fromEntries(
    ['k', 'm', 'g', 't'].flatMap((letter, i) => [
      [letter, 1000 ** (i + 1)],
      [`${letter}b`, 1000 ** (i + 1)],
      [`${letter}i`, 1024 ** (i + 1)],
      [`${letter}ib`, 1024 ** (i + 1)],
    ]),
  ),
};

/** ms */
const TIME_UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, sec: 1000 },
  ...{ m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};

const EXAMPLES: Record<Unit, string> = {
  count: '5, 1-9, >1000',
  bytes: '500, 10KB, >1MB, 4KiB-1MiB',
  rate: '500, >10KB/s',
  milliseconds: '50, >=50ms, 1s-5s',
  seconds: '30, <10s, >1h, 5m-10m',
};

/** How much one of this unit is, in the field's own; null where there is no such unit. */
function scale(unit: Unit, name: string): number | null {
  const lower = name.toLowerCase();
  switch (unit) {
    case 'count':
      return lower === '' ? 1 : null;
    case 'bytes':
      return lower === '' ? 1 : (BYTE_UNITS[lower] ?? null);
    case 'rate': {
      const bytes = lower.replace(/(\/s|ps)$/, '');
      return bytes === '' ? 1 : (BYTE_UNITS[bytes] ?? null);
    }
    case 'milliseconds':
      return lower === '' ? 1 : (TIME_UNITS[lower] ?? null);
    case 'seconds':
      return lower === '' ? 1 : TIME_UNITS[lower] === undefined ? null : TIME_UNITS[lower] / 1000;
  }
}

const NUMBER = String.raw`(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*(?:/s)?)`;
const SINGLE = new RegExp(`^${NUMBER}$`, 'i');
const RANGE = new RegExp(`^${NUMBER}\\s*(?:-|\\.\\.)\\s*${NUMBER}$`, 'i');

function amount(digits: string, unitName: string, unit: Unit): number {
  const factor = scale(unit, unitName);
  if (factor === null) throw new Invalid(`There is no unit “${unitName}” here. Examples: ${EXAMPLES[unit]}.`);
  return Number(digits) * factor;
}

export function compare(operator: Exclude<Operator, '!='>, limit: number): NumberTest {
  switch (operator) {
    case '=':
      return (number) => number === limit;
    case '<':
      return (number) => number < limit;
    case '<=':
      return (number) => number <= limit;
    case '>':
      return (number) => number > limit;
    case '>=':
      return (number) => number >= limit;
  }
}

/** `5`, `1-9`, `>5`; null where it is something else altogether. Throws {@link Invalid}. */
export function numberTest({ text, operator }: Value, unit: Unit): NumberTest | null {
  const single = SINGLE.exec(text);
  if (single !== null) return compare(operator ?? '=', amount(single[1]!, single[2]!, unit));
  const range = RANGE.exec(text);
  if (range === null) return null;
  if (operator !== null && operator !== '=')
    throw new Invalid(`“${operator}” takes one number, not a range.`);
  // 1-5MB: the unit counts for both.
  const least = amount(range[1]!, range[2] === '' ? range[4]! : range[2]!, unit);
  const most = amount(range[3]!, range[4]!, unit);
  if (least > most) throw new Invalid('This range ends before it begins.');
  return (number) => number >= least && number <= most;
}

export function noNumber(text: string, unit: Unit): Invalid {
  return new Invalid(`“${text}” is no number. Examples: ${EXAMPLES[unit]}.`);
}
