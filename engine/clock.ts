/** Time, passed in so that tests decide it. */
export interface Clock {
  /** ms since 1970-01-01 UTC */
  now(): number;
  /** Calls back once after `ms`; returns the way to cancel it. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
