/** The benchmark's results as text. */
import { isReached, ratios } from './summary';
import type { Bar, Measured, SizeResult } from './summary';

/** Notes that belong to one size and to no single tool. */
export function sizeTable(
  result: SizeResult,
  measured: readonly Measured[],
  notes: readonly string[],
): string {
  const ratio = ratios(result);
  const rows = result.tools.map(({ name, medianMs, minMs, rssMb }, index) => [
    name,
    medianMs.toFixed(1),
    minMs.toFixed(1),
    `${ratio.get(name)!.toFixed(2)}×`,
    rssMb === null ? '–' : rssMb.toFixed(0),
    String(measured[index]!.rows),
  ]);
  const floor = ['floor', result.floorMs.toFixed(1), '', '', '', ''];
  const heads = ['tool', 'median ms', 'min ms', 'of steady', 'peak RSS MB', 'rows'];
  const lines = [`${result.sockets} sockets`, ...columns([heads, ...rows, floor]), ...notes];
  return lines.join('\n');
}

export function barList(bars: readonly Bar[]): string {
  const rows = bars.map((bar) => {
    const reached = isReached(bar);
    const bound = `${bar.atLeast ? '≥' : '≤'} ${bar.limit}${bar.unit}`;
    if (bar.value === null) return [bar.title, bound, '–', 'not measured'];
    return [bar.title, bound, `${bar.value.toFixed(2)}${bar.unit}`, reached === true ? 'reached' : 'missed'];
  });
  return columns([['bar', 'wanted', 'measured', ''], ...rows]).join('\n');
}

/** Columns of text, the first to the left, the others to the right. */
export function columns(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
