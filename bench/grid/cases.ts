/** What the grid's benchmark measures, and what comes of it: shared by the program and the page in the browser. */

export const DESIGNS = ['socketscope', 'naive'] as const;
export type Design = (typeof DESIGNS)[number];
export const SORTS = ['volatile', 'stable'] as const;
export type Sort = (typeof SORTS)[number];

/** The shares of the rows that an update is about. */
export const CHURNS = [0.01, 0.1] as const;

/** What is on screen. */
export interface Setup {
  design: Design;
  rows: number;
  churn: number;
  sort: Sort;
  filter: string;
  view: 'flat' | 'process';
}

export interface Filtered {
  onScreen: number;
  complete: number;
}

/** What the page does when it is told to. */
export interface PageBench {
  /** Opens the grid with all its rows; resolves once they are on screen. */
  start(setup: Setup): Promise<void>;
  /** One update; resolves once it is on screen. Longest task over 50 ms in it, or 0 */
  tick(): Promise<number>;
  /** Filters; ms until its rows are on screen, and until all of them have been found */
  filter(text: string): Promise<Filtered>;
  /** Scrolls by a step with each frame, for so many ms; ms from each to the frame that shows it */
  scroll(forMs: number): Promise<number[]>;
}

/** One case in the JSON file. */
export interface CaseResult {
  rows: number;
  churn: number;
  sort: Sort;
  design: Design;
  /** What an update takes of the main thread for JavaScript (React included), styles and layout: ms of its CPU time */
  medianMs: number;
  p99Ms: number;
  /** Tasks over 50 ms, in all updates together */
  longTasks: number;
  /** MB in use while updates go on: the median of what they leave behind, garbage included */
  heapMb: number;
}
