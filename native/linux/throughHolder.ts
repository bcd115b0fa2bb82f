/** Doing something to a socket through whoever holds it. */
import os from 'node:os';
import type { ProcessInfo } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import type { Attempt } from '../backend';
import { DONE, failed, GONE } from '../attempts';
import { borrow } from './borrowedSocket';
import type { BorrowFailure } from './borrowedSocket';
import { errnoName } from './errno';
import { isStill } from './holderSocket';
import type { ProcessReader } from './processes';

const { EBUSY, ENOTCONN } = os.constants.errno;

/** Why no descriptor of a socket could be used; `unheld`: nobody is known to hold it. */
export type Barred = { failure: 'unheld' } | { failure: BorrowFailure; process: ProcessInfo };

/** The attempts at one socket through one holder after another. */
export class Trial {
  barred: Barred = { failure: 'unheld' };
  attempt: Attempt = GONE;
  /** Those that may not be traced */
  readonly refusers = new Set<ProcessInfo>();
  private readonly cookie: bigint;

  constructor(
    private readonly processes: ProcessReader,
    private readonly table: SocketTable,
    private readonly row: number,
    /** Returns 0 or an errno. */
    private readonly act: (fd: number) => number,
  ) {
    const { idHigh, idLow } = table.columns;
    this.cookie = cookieOf(idHigh[row]!, idLow[row]!);
  }

  /** Whether this descriptor was the one: then `attempt` says what came of it. */
  at(process: ProcessInfo, descriptor: number): boolean {
    const use = (fd: number): void => {
      // Else the socket is somebody else's connection by now.
      this.attempt = isStill(fd, this.table, this.row) ? outcomeOf(this.act(fd)) : GONE;
    };
    const isHolder = (): boolean => this.processes.startKey(process.pid) === process.startKey;
    const failure = borrow(process.pid, descriptor, this.cookie, use, isHolder);
    if (failure !== null) this.isBarred(failure, process);
    return failure === null;
  }

  isBarred(failure: BorrowFailure, process: ProcessInfo): void {
    if (failure === 'refused') this.refusers.add(process);
    // What stands in the way matters more than a descriptor that was closed meanwhile.
    if (['unheld', 'gone', 'other'].includes(this.barred.failure)) this.barred = { failure, process };
  }
}

/** In the words of those that borrow. */
export const FAILURES = { ended: 'gone', limit: 'limit', unreadable: 'refused' } as const;

function outcomeOf(code: number): Attempt {
  switch (code) {
    case 0:
      return DONE;
    case ENOTCONN:
      return GONE;
    case EBUSY:
      return failed(
        'A thread of its process waits on it, and this kernel does not reset it meanwhile (EBUSY). Run SocketScope as root.',
      );
    default:
      return failed(`The kernel refused: ${errnoName(code)}.`);
  }
}

export function cookieOf(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
