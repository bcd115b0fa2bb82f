/** Resetting exactly the connection of a row, as far as Windows lets one say which. */
import { NO_CREATE_TIME, reasonByKind } from '../../shared/abilities';
import type { Right, Rights } from '../../shared/abilities';
import type { SocketAction } from '../../shared/orders';
import { PROTOCOLS, SOCKET_STATES } from '../../shared/socket';
import type { MainTable, SocketState } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { DONE, failed, GONE, refused } from '../attempts';
import type { Attempt } from '../backend';
import { NativeError } from '../nativeError';
import type { Libraries } from './libraries';
import { nsiReset } from './nsi';
import { tcpEntry } from './tcpEntry';
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_MR_MID_NOT_FOUND,
  ERROR_NETWORK_ACCESS_DENIED,
  ERROR_NOT_SUPPORTED,
  windowsErrorName,
} from './windowsError';

/** MIB_TCP_STATE_DELETE_TCB (tcpmib.h): the one state that SetTcpEntry sets */
const DELETE_TCB = 12;
/**
 * ms for which a connection that was reset may still be listed. Windows does not say whether it has left the table when the call
 * returns; it is looked for again until then, so that nothing is called failed that is only late.
 */
const SETTLING_MS = 20;
/** ms between two looks */
const LOOK_AGAIN_MS = 4;

/** What connections are closed with. */
export interface ClosingContext {
  libraries: Libraries;
  /**
   * Appends the rows of one table as it is now, numbered as in the readings: endpoints and create time make the number, and
   * PID and state do not.
   */
  reread(name: MainTable, into: SocketTable): void;
  rights: Pick<Rights, 'reset' | 'reset6' | 'finish'>;
}

/**
 * SetTcpEntry names a connection by its endpoints alone: no create time, no PID, no handle. So the table is read again immediately
 * before, and the connection must be there with the number and the PID that the user saw; the call is bound and its bytes are
 * made before that, so that between the end of the read and the call there is one comparison of numbers.
 *
 * What is left is the time in between, microseconds in which the connection would have to end, its endpoints be free
 * again (they are not while TIME_WAIT lasts, on the side that closed first), and the same two ends connect anew. Then the new
 * connection would be reset. Windows has no call that leaves out that window.
 */
export class WindowsClosing {
  private readonly fresh = new SocketTable();

  constructor(private readonly context: ClosingContext) {}

  /** Closes it, or says why not; whatever Windows says is in the attempt. */
  close(table: SocketTable, row: number, action: SocketAction): Attempt {
    try {
      return this.tryTo(table, row, action);
    } catch (error) {
      if (error instanceof NativeError) return failed(error.message);
      throw error;
    }
  }

  private tryTo(table: SocketTable, row: number, action: SocketAction): Attempt {
    const { libraries, rights } = this.context;
    const { protocol, family } = table.columns;
    const unfit = reasonByKind(action, PROTOCOLS[protocol[row]!]!, stateOf(table, row), 'connections');
    if (unfit !== null) return refused(unfit);
    if (action === 'finish') return refused(rights.finish.why!);
    const is6 = family[row] === 6;
    // An IPv4 reset is for Windows to refuse. The undocumented call is made only where that is wanted.
    if (is6 && rights.reset6?.reach === 'none') return refused(rights.reset6.why!);
    if (Number.isNaN(table.columns.createdAt[row]!)) return refused(NO_CREATE_TIME);
    const reset = is6 ? nsiReset(libraries, table, row) : setTcpEntry(libraries, table, row);
    if (!this.isThere(table, row)) return GONE;
    const code = reset();
    try {
      if (this.isThereStill(table, row, code === 0 ? SETTLING_MS : 0))
        return notReset(code, is6 ? (rights.reset6 ?? rights.reset) : rights.reset);
    } catch (error) {
      if (error instanceof NativeError) return failed(`${saidOf(code)} ${error.message}`);
      throw error;
    }
    return code === 0 ? DONE : GONE;
  }

  /** Whether the very connection of this row is there now, of the same process, and in a state in which it can be reset. */
  private isThere(table: SocketTable, row: number): boolean {
    const { fresh } = this;
    fresh.clear();
    this.context.reread(table.tableOf(row) as MainTable, fresh); // by its kind it is of TCP
    const found = findRow(fresh, table.columns.idHigh[row]!, table.columns.idLow[row]!);
    if (found === null || fresh.columns.tablePid[found] !== table.columns.tablePid[row]) return false;
    return reasonByKind('reset', 'tcp', stateOf(fresh, found), 'connections') === null;
  }

  /** Looks once at least, and then until `patienceMs` are over. */
  private isThereStill(table: SocketTable, row: number, patienceMs: number): boolean {
    const until = performance.now() + patienceMs;
    for (; this.isThere(table, row); sleep(LOOK_AGAIN_MS)) if (performance.now() >= until) return true;
    return false;
  }
}

function setTcpEntry(libraries: Libraries, table: SocketTable, row: number): () => number {
  // https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-settcpentry
  const call = libraries.required<(entry: Uint8Array) => number>('iphlpapi', 'uint32 SetTcpEntry(void *)');
  const entry = tcpEntry(table, row, DELETE_TCB);
  return () => call(entry);
}

/** Where in the table the socket with this number is. */
export function findRow(table: SocketTable, high: number, low: number): number | null {
  const { idHigh, idLow } = table.columns;
  for (let row = 0; row < table.length; row++) if (idLow[row] === low && idHigh[row] === high) return row;
  return null;
}

function stateOf(table: SocketTable, row: number): SocketState | null {
  const code = table.columns.state[row]!;
  return code === 0 ? null : SOCKET_STATES[code - 1]!;
}

/** What Windows answered, where the look afterwards failed. */
function saidOf(code: number): string {
  const answer =
    code === 0
      ? 'Windows said that it is reset'
      : `Windows did not say that it is reset (${windowsErrorName(code)}, ${code})`;
  return `${answer}, and whether it is still there could not be read.`;
}

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Lets others have the processor meanwhile; an attempt is over when it returns, so that it cannot be awaited. */
function sleep(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

/** Why a connection is still there, by what Windows said of its reset. */
function notReset(code: number, right: Right): Attempt {
  const error = `${windowsErrorName(code)}, ${code}`;
  switch (code) {
    case 0:
      return failed('Windows said that it is reset, but the connection is still there.');
    case ERROR_ACCESS_DENIED:
    case ERROR_NETWORK_ACCESS_DENIED:
    case ERROR_MR_MID_NOT_FOUND:
      return refused(
        right.reach === 'all'
          ? `Windows refuses it even to an administrator (${error}).`
          : `Windows refuses it (${error}). ${right.why}`,
      );
    case ERROR_NOT_SUPPORTED:
      return failed(`Windows cannot reset connections here (${error}). End the process instead.`);
    case ERROR_INVALID_PARAMETER:
      return failed(`Windows does not take it for a connection that it could reset (${error}).`);
    default:
      return failed(`Windows did not reset it (${error}).`);
  }
}
