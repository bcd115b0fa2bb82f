import fs from 'node:fs';
import { TABLES } from '../../shared/socket';
import type { ProcessInfo, TableName } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { CloseAttempt, OwnerLookup, SocketBackend } from '../backend';
import { EACCES, ENOENT, EOPNOTSUPP, EPERM, errnoName } from './errno';
import { scanHolders } from './holders';
import { assertLittleEndian, interfaceName } from './libc';
import { ProcessReader } from './processes';
import { SockDiag } from './sockDiag';
import { UserNames } from './users';

/** Bits of /proc/self/status CapEff (linux/capability.h). */
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;
const CAP_NET_ADMIN = 1n << 12n;
const CAP_SYS_PTRACE = 1n << 19n;

/** Linux: TCP and UDP by NETLINK_SOCK_DIAG, owners by /proc, closing by SOCK_DESTROY. */
export class LinuxBackend implements SocketBackend {
  readonly name = 'Linux';
  readonly demo = false;
  readonly tables = TABLES;
  private readonly diag = new SockDiag();
  private readonly processes = new ProcessReader();
  private readonly users = new UserNames();
  private readonly interfaces = new Map<number, string>();
  /** Network namespaces and cookies are counted from the start at each boot: an id of an earlier one must not fit. */
  private readonly scope = `${readNamespace()}.${readBootId()}`;
  private readonly capabilities = readCapabilities();

  constructor() {
    assertLittleEndian();
  }

  readTable(name: TableName, into: SocketTable): void {
    this.diag.dump(name, into);
  }

  readOwners(_table: SocketTable): OwnerLookup {
    this.users.refresh();
    this.interfaces.clear();
    return scanHolders(this.processes, this.seesEveryProcess());
  }

  commandLine(process: ProcessInfo): string | null {
    return this.processes.commandLine(process);
  }

  close(table: SocketTable, row: number): CloseAttempt {
    const code = this.diag.destroy(table, row);
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
    this.diag.dump(table.tableOf(row), now);
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
  id(high: number, low: number): string {
    const cookie = (BigInt(high) << 32n) | BigInt(low);
    return `${this.scope}-${cookie.toString(16)}`;
  }

  user(uid: number): string | null {
    return this.users.name(uid);
  }

  interface(index: number): string {
    let name = this.interfaces.get(index);
    if (name === undefined) {
      name = interfaceName(index);
      this.interfaces.set(index, name);
    }
    return name;
  }

  dispose(): void {
    this.diag.close();
  }
}

/** The inode number of this process's network namespace, from the link `net:[4026531840]`. */
function readNamespace(): string {
  try {
    return /\d+/.exec(fs.readlinkSync('/proc/self/ns/net'))?.[0] ?? '0';
  } catch {
    return '0';
  }
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
