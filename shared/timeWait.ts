/** How long a closed TCP connection is kept in TIME_WAIT: what the system says of it, and how that is told. */

/** Seconds that Microsoft documents for TcpTimedWaitDelay. */
export const TIME_WAIT_RANGE = { min: 30, max: 300 } as const;

export interface TimeWait {
  system: 'windows' | 'linux';
  /**
   * `fixed`: the kernel's own and not to be changed; `default`: nothing is set, and what Windows then does is documented in several
   * ways, so that no number is claimed; `set`; `out-of-range`: set to a number that Windows is not documented to take;
   * `not-a-number`: set to something that is no REG_DWORD.
   */
  state: 'fixed' | 'default' | 'set' | 'out-of-range' | 'not-a-number';
  seconds: number | null;
  /** Of what is set in the registry, e.g. `REG_DWORD` */
  type: string | null;
  /** Where it is set, for a person; null where it cannot be */
  where: string | null;
}

export function isTimeWait(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= TIME_WAIT_RANGE.min && seconds <= TIME_WAIT_RANGE.max;
}

/** One sentence, or two. */
export function timeWaitText({ state, seconds, type }: TimeWait): string {
  const { min, max } = TIME_WAIT_RANGE;
  switch (state) {
    case 'fixed':
      return `TIME_WAIT lasts ${seconds} s. This is fixed in the kernel: tcp_fin_timeout is about FIN_WAIT_2, not about TIME_WAIT.`;
    case 'default':
      return 'TcpTimedWaitDelay is not set: TIME_WAIT lasts as long as Windows has it by default.';
    case 'set':
      return `TcpTimedWaitDelay is set to ${seconds} s. What is set counts from the next start of the computer.`;
    case 'out-of-range':
      return `TcpTimedWaitDelay is set to ${seconds} s, but Windows is documented to take ${min} to ${max} s only.`;
    case 'not-a-number':
      return `TcpTimedWaitDelay is set, but its type is ${type}, not REG_DWORD of 4 bytes: it cannot be read as a time.`;
  }
}
