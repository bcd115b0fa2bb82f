import { describe, expect, it } from 'vitest';
import { isReached } from '../summary';
import type { CaseResult, Setup } from './cases';
import { caseResult, gridBars, percentile } from './summary';

const SETUP: Setup = {
  ...{ design: 'socketscope', rows: 100_000, churn: 0.01, sort: 'stable', filter: '', view: 'flat' },
};

describe('percentile', () => {
  it('is by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect([percentile(values, 0.99), percentile(values, 0.5), percentile([7], 0.99)]).toEqual([198, 100, 7]);
  });
});

describe('caseResult', () => {
  it('has the fields of the JSON file', () => {
    const measured = {
      setup: SETUP,
      updates: [1, 3, 2],
      longest: [0, 60, 0],
      heaps: [99, 33.333, 30],
      keptMb: 25,
      scrolling: [],
    };
    expect(caseResult(measured)).toEqual({
      ...{ rows: 100_000, churn: 0.01, sort: 'stable', design: 'socketscope' },
      ...{ medianMs: 2, p99Ms: 3, longTasks: 1, heapMb: 33.33 },
    });
  });
});

describe('gridBars', () => {
  const one = (changes: Partial<CaseResult>): CaseResult => ({
    ...{ rows: 100_000, churn: 0.01, sort: 'stable', design: 'socketscope' },
    ...{ medianMs: 10, p99Ms: 40, longTasks: 0, heapMb: 50 },
    ...changes,
  });
  const naive = { design: 'naive', medianMs: 300, heapMb: 400 } as const;

  it('takes the least favourable of the sorted columns, each against its own', () => {
    const cases = [
      one({}),
      one({ sort: 'volatile', medianMs: 20, p99Ms: 60 }),
      one(naive),
      one({ ...naive, sort: 'volatile', medianMs: 400 }),
      one({ churn: 0.1, p99Ms: 90 }),
      one({ rows: 10_000, p99Ms: 1000 }),
    ];
    const bars = gridBars(cases, [50, 99]);
    expect(bars.map(({ value }) => value)).toEqual([20, 60, 90, 8, 99]);
    expect(bars.map((bar) => isReached(bar))).toEqual([false, false, true, true, true]);
  });

  it('says what was not measured', () => {
    expect(gridBars([one({ rows: 10_000 })], []).every(({ value }) => value === null)).toBe(true);
    expect(gridBars([one({})], [])[0]!.value).toBeNull();
  });
});
