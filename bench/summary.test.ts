import { describe, expect, it } from 'vitest';
import { barList, sizeTable } from './report';
import { bars, COLD, isReached, median, ratios, STEADY, summarise } from './summary';
import type { Measured, Outcome } from './summary';
import { growth } from './trend';

const measured: Measured[] = [
  { name: STEADY, runs: [50, 40, 60], rssMb: 80.12345, rows: 50_000 },
  { name: COLD, runs: [300, 250, 200], rssMb: 90, rows: 50_000 },
  { name: 'ss -tanp', runs: [1000, 700, 900, 800], rssMb: null, rows: 49_001 },
  { name: 'psutil', runs: [400], rssMb: 30, rows: 50_000 },
];
const size = summarise(50_000, [26, 24, 30], measured);

describe('median', () => {
  it('is the middle one, or half-way between the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 9, 1, 100])).toBe(9.5);
    // Numbers, not texts: 9 comes before 10.
    expect(median([9, 10, 80])).toBe(10);
  });
});

describe('the JSON file', () => {
  it('has one entry for each number of sockets, with every tool', () => {
    expect(size).toEqual({
      sockets: 50_000,
      floorMs: 26,
      tools: [
        { name: 'socketscope-steady', medianMs: 50, minMs: 40, rssMb: 80.123 },
        { name: 'socketscope-cold', medianMs: 250, minMs: 200, rssMb: 90 },
        { name: 'ss -tanp', medianMs: 850, minMs: 700, rssMb: null },
        { name: 'psutil', medianMs: 400, minMs: 400, rssMb: 30 },
      ],
    });
  });
});

describe('ratios', () => {
  it('are of the steady tick', () => {
    expect([...ratios(size)]).toEqual([
      [STEADY, 1],
      [COLD, 5],
      ['ss -tanp', 17],
      ['psutil', 8],
    ]);
  });
});

describe('bars', () => {
  const outcome: Outcome = {
    size,
    diffMs: 2,
    memory: { alone: 60, withPage: 91 },
    idleMemory: { alone: 15, withPage: 16 },
    idleCpu: 0.5,
  };
  const verdicts = (given: Outcome): Record<string, boolean | null> =>
    Object.fromEntries(bars(given).map((bar) => [bar.title, isReached(bar)]));

  it('are computed from what was measured', () => {
    expect(verdicts(outcome)).toEqual({
      'steady tick against ss -tanp': true,
      'steady tick against netstat -tanp': null,
      'steady tick against lsof -nP -i': null,
      'steady tick against psutil': false,
      'steady tick against systeminformation': null,
      'steady tick against the floor': true,
      'diff, of the tick': false,
      'first snapshot against ss -tanp': false,
      'memory over an empty process, engine alone': true,
      'memory over an empty process, with a page': false,
      'memory at 500 sockets, engine alone': true,
      'memory at 500 sockets, with a page': false,
      'CPU of one core at 500 sockets, 1 s, with a page': true,
    });
  });

  it('say nothing of what was not measured', () => {
    const nothing: Outcome = { size: null, diffMs: null, memory: null, idleMemory: null, idleCpu: null };
    expect(Object.values(verdicts(nothing)).every((verdict) => verdict === null)).toBe(true);
    expect(barList(bars(nothing))).toContain('not measured');
  });

  it('are listed with their verdict', () => {
    const lines = barList(bars(outcome)).split('\n');
    expect(lines.find((line) => line.startsWith('steady tick against ss'))).toMatch(
      /≥ 12× +17\.00× +reached$/,
    );
    expect(lines.find((line) => line.startsWith('diff'))).toMatch(/≤ 3 % +4\.00 % +missed$/);
  });
});

describe('the table', () => {
  it('has a line for each tool, one for the floor, and the notes', () => {
    const lines = sizeTable(size, measured, ['left out: lsof -nP -i: not found']).split('\n');
    expect(lines).toHaveLength(2 + measured.length + 2);
    expect(lines[4]).toMatch(/^ss -tanp +850\.0 +700\.0 +17\.00× +– +49001$/);
    expect(lines.at(-1)).toBe('left out: lsof -nP -i: not found');
  });
});

describe('growth', () => {
  it('is told from what comes and goes', () => {
    expect(growth([50, 90, 51, 49, 95, 50])).toBe(-1);
    expect(growth([50, 52, 54, 56, 58, 60])).toBe(6);
    expect(growth([50, 95, 54, 100, 58, 60])).toBe(8);
    expect(growth([50])).toBe(0);
  });
});
