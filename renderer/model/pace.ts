/** The clock and the scheduler that work in slices goes by: passed in, so that tests decide what time it is. */
export interface Pace {
  /** ms */
  now(): number;
  /** Runs the task soon, once the browser has had its turn. */
  later(task: () => void): void;
}

/** Everything at once. */
export const AT_ONCE: Pace = { now: () => 0, later: (task) => task() };

/** A message to oneself: unlike a timer it does not wait, also where the page is hidden. */
export function browserPace(): Pace {
  const tasks: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => tasks.shift()?.();
  return {
    now: () => performance.now(),
    later: (task) => {
      tasks.push(task);
      port2.postMessage(null);
    },
  };
}
