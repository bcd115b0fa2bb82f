import { TABLES } from '../../shared/socket';
import type { TableName } from '../../shared/socket';
import { NativeError } from '../nativeError';
import type { DiagTable } from './diagTable';
import { InetTable } from './inetDiag';
import { NetlinkTable } from './netlinkDiag';
import { PacketTable } from './packetDiag';
import { TipcTable } from './tipcDiag';
import { UnixTable } from './unixDiag';
import { VsockTable } from './vsockDiag';
import { XdpTable } from './xdpDiag';

/** The internet tables of inet_diag: whose sockets can be looked up and destroyed one by one. ICMP's have no handler. */
export const INET_TABLES: ReadonlyMap<TableName, InetTable> = new Map(
  TABLES.filter((name) => /\d$/.test(name) && !name.startsWith('icmp')).map((name) => [
    name,
    new InetTable(name),
  ]),
);

/** How each table is dumped, where NETLINK_SOCK_DIAG knows it at all. */
export const DIAG_TABLES: ReadonlyMap<TableName, DiagTable> = new Map<TableName, DiagTable>([
  ...INET_TABLES,
  ['unix', new UnixTable()],
  ['packet', new PacketTable()],
  ['netlink', new NetlinkTable()],
  ['vsock', new VsockTable()],
  ['xdp', new XdpTable()],
  ['tipc', new TipcTable()],
]);

/** For so long a table whose handler is missing is not asked for again, in ms. */
const ASK_AGAIN_MS = 30_000;

/**
 * The tables that this kernel has no handler for. Each request for one may have the kernel start `modprobe` (request_module,
 * net/core/sock_diag.c), so they are asked for rarely; the module may be loaded later.
 */
export class MissingHandlers {
  private readonly askAgainAt = new Map<TableName, number>();

  /** @param now a clock in ms that only goes forwards */
  constructor(private readonly now: () => number = () => performance.now()) {}

  add(table: TableName): void {
    this.askAgainAt.set(table, this.now() + ASK_AGAIN_MS);
  }

  /** Whether the table is not to be asked for now. */
  has(table: TableName): boolean {
    return this.now() < (this.askAgainAt.get(table) ?? 0);
  }
}

/** Whether an error of SockDiag.dump says that this kernel has no handler for the table, or no NETLINK_SOCK_DIAG at all. */
export function lacksHandler(error: unknown): boolean {
  if (!(error instanceof NativeError)) return false;
  if (error.call.startsWith('dump(')) return error.codeName === 'ENOENT';
  return error.call.startsWith('socket(') && /^E(PROTO|AF)NOSUPPORT$/.test(error.codeName);
}
