/**
 * Times of creation against the clock. Windows stamps a process with the clock of that moment, and the clock is put back: by people,
 * by time servers, by the host of a virtual machine. Then what lives on was created in the future, and no comparison with the
 * present holds for it.
 */

/** ms by which a time of creation may be ahead of Date.now() with nothing put back: the two are read in different ways. */
const SLACK_MS = 1000;

/**
 * Whether something that exists, and was created then, is from before the clock was put back. All times are ms since 1970. When its
 * time is reached once more, nothing tells it from what was created since.
 */
export function isOfOldClock(created: number, now = Date.now()): boolean {
  return created > now + SLACK_MS;
}

/** Whether something that exists, and was created then, was not there yet at that moment of the clock as it goes now. */
export function beganAfter(created: number, moment: number, now = Date.now()): boolean {
  return created > moment && !isOfOldClock(created, now);
}
