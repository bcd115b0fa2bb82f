/** The grid's figures: medians and ratios, and the bars that they are held against. */
import type { Bar } from '../summary';
import { median } from '../summary';
import type { CaseResult, Design, Setup } from './cases';

/** What was measured of one case. */
export interface Measured {
  setup: Setup;
  /** ms of the main thread's CPU time, one an update */
  updates: number[];
  /** ms, the longest task of each update; 0 where none took over 50 */
  longest: number[];
  /** MB in use after an update, one each; and without garbage at the end */
  heaps: number[];
  keptMb: number;
  /** ms from scrolling to the frame that shows it, while updates go on */
  scrolling: number[];
}

/** The value that a share of the values does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

export function caseResult({ setup, updates, longest, heaps }: Measured): CaseResult {
  return {
    ...{ rows: setup.rows, churn: setup.churn, sort: setup.sort, design: setup.design },
    medianMs: round(median(updates)),
    p99Ms: round(percentile(updates, 0.99)),
    longTasks: longest.filter((ms) => ms > 0).length,
    heapMb: round(median(heaps)),
  };
}

export const BAR_ROWS = 100_000;

/** `typing`: ms until the result of a filter is on screen at BAR_ROWS; empty where that was not measured. */
export function gridBars(cases: readonly CaseResult[], typing: readonly number[]): Bar[] {
  const of = (design: Design, churn: number): CaseResult[] =>
    cases.filter((one) => one.rows === BAR_ROWS && one.design === design && one.churn === churn);
  /** The least favourable of the two sorted columns. */
  const worst = (values: (number | null)[], pick: (...all: number[]) => number): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : pick(...known);
  };
  const ratio = (pick: (one: CaseResult) => number): number | null => {
    const ratios = of('socketscope', 0.01).map((own) => {
      const other = of('naive', 0.01).find(({ sort }) => sort === own.sort);
      return other === undefined ? null : pick(other) / pick(own);
    });
    return worst(ratios, Math.min);
  };
  const p99 = (churn: number): number | null =>
    worst(
      of('socketscope', churn).map(({ p99Ms }) => p99Ms),
      Math.max,
    );
  const atMost = (title: string, value: number | null, limit: number): Bar => {
    return { title, value, limit, atLeast: false, unit: ' ms' };
  };
  const times = (title: string, value: number | null, limit: number): Bar => {
    return { title, value, limit, atLeast: true, unit: '×' };
  };
  return [
    times(
      'median update against naive, 1 %',
      ratio(({ medianMs }) => medianMs),
      25,
    ),
    atMost('p99 of an update, 1 %', p99(0.01), 50),
    atMost('p99 of an update, 10 %', p99(0.1), 100),
    times(
      'heap against naive, 1 %',
      ratio(({ heapMb }) => heapMb),
      6,
    ),
    atMost('filter on screen, the worst', typing.length === 0 ? null : Math.max(...typing), 100),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
