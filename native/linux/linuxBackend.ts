import fs from 'node:fs';
import { protocolOf, TABLES } from '../../shared/socket';
import type { ProcessInfo, ReadingOptions } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { SocketDetails } from '../../shared/details';
import type { CloseAttempt, OwnerLookup, SocketBackend, TableSource } from '../backend';
import { EACCES, ENOENT, EOPNOTSUPP, EPERM, errnoName } from './errno';
import { scanHolders } from './holders';
import { InetTable } from './inetDiag';
import { assertLittleEndian, interfaceName } from './libc';
import { Namespaces } from './namespaces';
import { ReplyBuffer } from './netlink';
import { ProcessReader } from './processes';
import { SockDiag } from './sockDiag';
import { UserNames } from './users';

/** Bits of /proc/self/status CapEff (linux/capability.h). */
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;
const CAP_NET_ADMIN = 1n << 12n;
const CAP_SYS_PTRACE = 1n << 19n;

/** How each table is dumped. */
const DIAG_TABLES = new Map(
  TABLES.filter((name) => /\d$/.test(name)).map((name) => [name, new InetTable(name)]),
);

/** Linux: sockets by NETLINK_SOCK_DIAG, owners by /proc, closing by SOCK_DESTROY. */
export class LinuxBackend implements SocketBackend {
  readonly name = 'Linux';
  readonly demo = false;
  readonly tables = TABLES;
  private readonly namespaces = new Namespaces();
  private readonly diags = new Map<number, SockDiag>();
  private readonly reply = new ReplyBuffer();
  private readonly processes = new ProcessReader();
  private readonly users = new UserNames();
  private readonly interfaces = new Map<string, string>();
  /** Network namespaces and cookies are counted from the start at each boot: an id of an earlier one must not fit. */
  private readonly boot = readBootId();
  private readonly capabilities = readCapabilities();

  constructor() {
    assertLittleEndian();
  }

  sources({ protocols, namespaces }: ReadingOptions): TableSource[] {
    const tables = TABLES.filter((table) => protocols.includes(protocolOf(table)));
    if (namespaces) this.namespaces.refresh();
    const all = namespaces ? this.namespaces.all() : [this.namespaces.own];
    for (const [namespace, diag] of this.diags) {
      if (all.includes(namespace)) continue;
      diag.close();
      this.diags.delete(namespace);
    }
    return all.flatMap((namespace) => tables.map((table) => ({ table, namespace })));
  }

  readTable({ table, namespace }: TableSource, { bound }: ReadingOptions, into: SocketTable): void {
    this.diagOf(namespace).dump(DIAG_TABLES.get(table)!, table, bound, into);
  }

  readOwners(table: SocketTable): OwnerLookup {
    this.users.refresh();
    this.interfaces.clear();
    return scanHolders(this.processes, this.seesEveryProcess(), table);
  }

  watchDestroyed(): void {}

  takeDestroyed(_into: SocketTable): number {
    return 0;
  }

  details(_table: SocketTable, _row: number): SocketDetails | null {
    return null;
  }

  commandLine(process: ProcessInfo): string | null {
    return this.processes.commandLine(process);
  }

  close(table: SocketTable, row: number): CloseAttempt {
    const code = this.diagOf(table.columns.namespace[row]!).destroy(inetTableOf(table, row), table, row);
    switch (code) {
      case 0:
        return { outcome: 'closed', message: null };
      case ENOENT:
        return this.explainMissing(table, row);
      case EPERM:
      case EACCES:
        return {
          outcome: 'refused',
          message: 'Closing a connection needs CAP_NET_ADMIN. Run SocketScope as root (EPERM).',
        };
      case EOPNOTSUPP:
        return {
          outcome: 'refused',
          message: 'This kernel cannot close this kind of socket (EOPNOTSUPP; CONFIG_INET_DIAG_DESTROY).',
        };
      default:
        return { outcome: 'failed', message: `The kernel refused: ${errnoName(code)}.` };
    }
  }

  /**
   * ENOENT is "gone", unless the socket is still listed: among sockets that share one endpoint (SO_REUSEPORT) the kernel
   * looks one up by hash, and refuses when its cookie is another one's.
   */
  private explainMissing(table: SocketTable, row: number): CloseAttempt {
    const now = new SocketTable();
    const name = table.tableOf(row);
    this.diagOf(table.columns.namespace[row]!).dump(inetTableOf(table, row), name, true, now);
    const { idHigh, idLow } = table.columns;
    for (let i = 0; i < now.length; i++) {
      if (now.columns.idLow[i] === idLow[row] && now.columns.idHigh[i] === idHigh[row]) {
        return {
          outcome: 'failed',
          message:
            'Several sockets share this endpoint (SO_REUSEPORT) and the kernel cannot single this one out.',
        };
      }
    }
    return { outcome: 'gone', message: null };
  }

  missingPrivilege(): string | null {
    const close = (this.capabilities & CAP_NET_ADMIN) !== 0n;
    const see = this.seesEveryProcess();
    if (close && see) return null;
    const lacks = [see ? null : 'see other users’ processes', close ? null : 'close connections'];
    return `Without root, SocketScope cannot ${lacks.filter((part) => part !== null).join(' or ')}.`;
  }

  /** /proc/PID/fd may be listed by its own user, and its links be read with ptrace access: it takes two capabilities. */
  private seesEveryProcess(): boolean {
    const list = (this.capabilities & (CAP_DAC_READ_SEARCH | CAP_DAC_OVERRIDE)) !== 0n;
    return list && (this.capabilities & CAP_SYS_PTRACE) !== 0n;
  }

  /** Network namespace, boot and cookie: a socket's name for as long as the machine runs, and no other's afterwards. */
  id(high: number, low: number, namespace: number): string {
    const cookie = (BigInt(high) << 32n) | BigInt(low);
    return `${namespace}.${this.boot}-${cookie.toString(16)}`;
  }

  user(uid: number): string | null {
    return this.users.name(uid);
  }

  interface(index: number, namespace: number): string {
    const key = `${index} ${namespace}`;
    let name = this.interfaces.get(key);
    if (name === undefined) {
      name = this.namespaces.enter(namespace, () => interfaceName(index));
      this.interfaces.set(key, name);
    }
    return name;
  }

  namespace(namespace: number): string | null {
    return this.namespaces.name(namespace);
  }

  dispose(): void {
    for (const diag of this.diags.values()) diag.close();
    this.diags.clear();
  }

  private diagOf(namespace: number): SockDiag {
    let diag = this.diags.get(namespace);
    if (diag === undefined) {
      diag = new SockDiag(namespace, (use) => this.namespaces.enter(namespace, use), this.reply);
      this.diags.set(namespace, diag);
    }
    return diag;
  }
}

function inetTableOf(table: SocketTable, row: number): InetTable {
  return DIAG_TABLES.get(table.tableOf(row))!;
}

/** Eight hexadecimal digits of this boot's random UUID. */
function readBootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  } catch {
    return '0';
  }
}

function readCapabilities(): bigint {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined ? 0n : BigInt(`0x${mask}`);
  } catch {
    return 0n;
  }
}
