import { stateCode } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';

const LISTEN = stateCode('LISTEN');
const NONE: readonly number[] = [];

/** Finds the listening socket that accepted a connection, by its local endpoint. */
export class ListenerIndex {
  /** Made when it is first needed. */
  private byPort: Map<number, number[]> | null = null;

  constructor(private readonly table: SocketTable) {}

  /** Whether any listener may have accepted this connection: one on its local address and port, or on the wildcard. */
  has(connections: SocketTable, row: number): boolean {
    for (const listener of this.onPort(connections.columns.localPort[row]!)) {
      if (!this.isOfItsKind(listener, connections, row)) continue;
      if (this.isExact(listener, connections, row) || this.isOpenTo(listener, connections, row)) return true;
    }
    return false;
  }

  /**
   * The row of the listener on this connection's local address and port, exact before wildcard; -1 where there is none, or
   * several (SO_REUSEPORT), any of which may have accepted it.
   */
  find(connections: SocketTable, row: number): number {
    const rows = this.onPort(connections.columns.localPort[row]!).filter((listener) =>
      this.isOfItsKind(listener, connections, row),
    );
    const exact = rows.filter((listener) => this.isExact(listener, connections, row));
    const wildcard = rows.filter((listener) => this.isOpenTo(listener, connections, row));
    const [listener = -1, ...others] = exact.length > 0 ? exact : wildcard;
    return others.length > 0 ? -1 : listener;
  }

  private onPort(port: number): readonly number[] {
    this.byPort ??= this.index();
    return this.byPort.get(port) ?? NONE;
  }

  private index(): Map<number, number[]> {
    const byPort = new Map<number, number[]>();
    const { state, localPort } = this.table.columns;
    for (let row = 0; row < this.table.length; row++) {
      if (state[row] !== LISTEN) continue;
      const rows = byPort.get(localPort[row]!);
      if (rows === undefined) byPort.set(localPort[row]!, [row]);
      else rows.push(row);
    }
    return byPort;
  }

  private isOfItsKind(listener: number, { columns }: SocketTable, row: number): boolean {
    const { protocol, namespace } = this.table.columns;
    return protocol[listener] === columns.protocol[row] && namespace[listener] === columns.namespace[row];
  }

  /** Whether it listens on any address, and of this connection's IP version. */
  private isOpenTo(listener: number, { columns }: SocketTable, row: number): boolean {
    const { family, dualStack } = this.table.columns;
    return (
      this.isWildcard(listener) && (family[listener] === columns.family[row] || dualStack[listener] === 2)
    );
  }

  private isExact(listener: number, connections: SocketTable, row: number): boolean {
    if (this.table.columns.family[listener] !== connections.columns.family[row]) return false;
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
