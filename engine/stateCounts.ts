import type { EngineStatus } from '../shared/contract';
import { PROTOCOLS, stateCode } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';

const TCP = PROTOCOLS.indexOf('tcp');

/** How many of TCP's sockets are in each state: a UNIX socket listens too, but no administrator means those. */
export function countStates(
  table: SocketTable,
): Pick<EngineStatus, 'established' | 'listening' | 'timeWait' | 'closeWait'> {
  const byState = new Uint32Array(256);
  for (let row = 0; row < table.length; row++) {
    if (table.columns.protocol[row] === TCP) byState[table.columns.state[row]!]!++;
  }
  return {
    established: byState[stateCode('ESTABLISHED')]!,
    listening: byState[stateCode('LISTEN')]!,
    timeWait: byState[stateCode('TIME_WAIT')]!,
    closeWait: byState[stateCode('CLOSE_WAIT')]!,
  };
}
