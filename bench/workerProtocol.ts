/** What a measuring process is for, what it is asked, and what it answers. */
export type Kind = 'empty' | 'cold' | 'steady' | 'engine' | 'engine with a page' | 'systeminformation';

/** One run of what is measured. */
export interface Run {
  ms: number;
  rows: number;
  /** Of `ms`, what comparing with the reading before took */
  diffMs?: number;
}

export interface Answers {
  run: Run;
  floor: { ms: number };
  missed: { missedEvents: number };
  /** CPU time used so far, and the clock it is to be held against; ms */
  usage: { cpuMs: number; now: number };
}
export type Question = keyof Answers;
