import { stateCode } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';

const LISTEN = stateCode('LISTEN');

/** Finds the listening socket that accepted a connection, by its local endpoint. */
export class ListenerIndex {
  private readonly byPort = new Map<number, number[]>();

  constructor(private readonly table: SocketTable) {
    const { state, localPort } = table.columns;
    for (let row = 0; row < table.length; row++) {
      if (state[row] !== LISTEN) continue;
      const rows = this.byPort.get(localPort[row]!);
      if (rows === undefined) this.byPort.set(localPort[row]!, [row]);
      else rows.push(row);
    }
  }

  /**
   * The row of the listener on this connection's local address and port, exact before wildcard; -1 where there is none, or
   * several (SO_REUSEPORT), any of which may have accepted it.
   */
  find(connections: SocketTable, row: number): number {
    const { protocol, namespace, localPort, family } = connections.columns;
    const { columns } = this.table;
    const rows = (this.byPort.get(localPort[row]!) ?? []).filter(
      (listener) =>
        columns.protocol[listener] === protocol[row] && columns.namespace[listener] === namespace[row],
    );
    const exact = rows.filter(
      (listener) =>
        columns.family[listener] === family[row] && this.isLocalAddress(listener, connections, row),
    );
    const wildcard = rows.filter(
      (listener) =>
        this.isWildcard(listener) &&
        (columns.family[listener] === family[row] || columns.dualStack[listener] === 2),
    );
    const [listener = -1, ...others] = exact.length > 0 ? exact : wildcard;
    return others.length > 0 ? -1 : listener;
  }

  private isLocalAddress(listener: number, connections: SocketTable, row: number): boolean {
    for (let i = 0; i < 4; i++) {
      if (this.table.addressWords[8 * listener + i] !== connections.addressWords[8 * row + i]) return false;
    }
    return true;
  }

  private isWildcard(listener: number): boolean {
    for (let i = 0; i < 4; i++) if (this.table.addressWords[8 * listener + i] !== 0) return false;
    return true;
  }
}
