/** What the system is set to, as far as it matters for sockets. `linux/` and `windows/` each fill it. */
import type { PortRanges } from '../shared/portRanges';
import type { TimeWait } from '../shared/timeWait';
import type { Winsock } from '../shared/winsock';

/** This system does not have that, or does not let it be changed. The message says why and, where there is one, names the other way. */
export class NotHereError extends Error {
  override readonly name = 'NotHereError';
}

export interface Catalogue {
  /** @throws NotHereError where there is no Winsock */
  winsock(): Winsock;
  /** @throws NativeError */
  timeWait(): TimeWait;
  /**
   * Sets it, reads it back, and returns what was read. It counts from the next start of the computer.
   * @param seconds within TIME_WAIT_RANGE
   * @throws NotHereError, or NativeError: without an administrator's rights its code is 5
   */
  setTimeWait(seconds: number): TimeWait;
  /** Lets the system have its own default again, likewise. Nothing is wrong where nothing was set. */
  removeTimeWait(): TimeWait;
  /** What cannot be read is null, and said under `problems`. */
  portRanges(): Promise<PortRanges>;
}
