/** Closing exactly the socket of a row: SOCK_DESTROY with its cookie, or through a duplicate of a holder's descriptor. */
import { reasonByKind, reasonWithoutOwner } from '../../shared/abilities';
import type { SocketAction } from '../../shared/orders';
import { PROTOCOLS, SOCKET_STATES, stateCode } from '../../shared/socket';
import type { ProcessInfo } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { Attempt } from '../backend';
import { DONE, failed, GONE, refused } from '../attempts';
import { INET_TABLES } from './diagTables';
import { EACCES, ENOENT, EOPNOTSUPP, EPERM, errnoName } from './errno';
import { descriptorsOf } from './fdDirectory';
import { disconnect, finish } from './holderSocket';
import type { InetTable } from './inetDiag';
import { NamespaceGone } from './namespaces';
import type { Namespaces } from './namespaces';
import { NativeError } from '../nativeError';
import type { OwnerIndex } from './ownerIndex';
import type { Privileges } from './privileges';
import type { ProcessReader } from './processes';
import { cookieOf, FAILURES, Trial } from './throughHolder';
import type { Barred } from './throughHolder';
import { hasCookie } from './procNet';
import type { SockDiag } from './sockDiag';
import { isDumpable, traceRefusal } from './traceRefusal';

const LISTEN = stateCode('LISTEN');
const TCP = PROTOCOLS.indexOf('tcp');
/** So many holders are tried, one after the other, until one lets us. */
const MAX_TRIED = 16;

/** Cookies by local port */
type Listing = Map<number, Set<bigint>>;

const SHARED =
  'Several sockets share this endpoint (SO_REUSEPORT) and the kernel cannot single this one out.';
const UNFOUND = 'The kernel lists this socket, but does not find it when it is to close it.';

/** What the sockets are closed with. */
export interface ClosingContext {
  namespaces: Namespaces;
  /** Of a namespace that may be entered */
  diagOf(namespace: number): SockDiag;
  owners: OwnerIndex;
  processes: ProcessReader;
  privileges: Privileges;
  /** The name of a user's number */
  user(uid: number): string | null;
}

export class Closing {
  /** Whole tables, read because of a socket that the kernel could not single out; by namespace and name */
  private readonly listings = new Map<string, Listing>();

  constructor(private readonly context: ClosingContext) {}

  /** Forgets what was listed: the tables are read anew. */
  refresh(): void {
    this.listings.clear();
  }

  /** Closes it, or says why not; whatever the kernel says is in the attempt. */
  close(table: SocketTable, row: number, action: SocketAction): Attempt {
    try {
      return this.tryTo(table, row, action);
    } catch (error) {
      if (error instanceof NamespaceGone) return GONE;
      if (error instanceof NativeError) return { outcome: 'failed', message: error.message };
      throw error;
    }
  }

  private tryTo(table: SocketTable, row: number, action: SocketAction): Attempt {
    const { idHigh, namespace, protocol, state } = table.columns;
    const code = state[row]!;
    const stateName = code === 0 ? null : SOCKET_STATES[code - 1]!;
    const unfit = reasonByKind(action, PROTOCOLS[protocol[row]!]!, stateName);
    const inet = INET_TABLES.get(table.tableOf(row));
    if (unfit !== null || inet === undefined) return refused(unfit ?? 'Linux cannot close such a socket.');
    const canEnter = this.context.namespaces.canEnter(namespace[row]!);
    if (!canEnter && !hasCookie(idHigh[row]!))
      return refused(`${OTHER_NAMESPACE}. Run SocketScope as root (EPERM).`);
    if (!hasCookie(idHigh[row]!)) {
      return refused(
        'This kernel does not tell this socket from a later one with the same endpoints: it is left alone. ' +
          'End its process instead.',
      );
    }
    if (action === 'finish') return this.finish(table, row);
    return canEnter ? this.destroy(inet, table, row) : this.disconnect(table, row, OTHER_NAMESPACE);
  }

  private destroy(inet: InetTable, table: SocketTable, row: number): Attempt {
    const code = this.context.diagOf(table.columns.namespace[row]!).destroy(inet, table, row);
    switch (code) {
      case 0:
        return DONE;
      case ENOENT:
        return this.notFound(inet, table, row);
      case EPERM:
      case EACCES:
        return this.disconnect(table, row, 'Resetting this socket needs CAP_NET_ADMIN');
      case EOPNOTSUPP:
        return this.disconnect(
          table,
          row,
          'This kernel cannot close this kind of socket (CONFIG_INET_DIAG_DESTROY)',
          'EOPNOTSUPP',
        );
      default:
        return failed(`The kernel refused: ${errnoName(code)}.`);
    }
  }

  /**
   * What became of a socket that the kernel did not find. A connection is looked up by both its ends, so that ENOENT is an
   * answer; listeners and UDP sockets may share an endpoint (SO_REUSEPORT), of which the kernel looks one up by hash, and
   * refuses where its cookie is another one's. What is still listed is not gone, whatever the kernel found.
   */
  private notFound(inet: InetTable, table: SocketTable, row: number): Attempt {
    const { idHigh, idLow, localPort, namespace, protocol, state } = table.columns;
    if (protocol[row] === TCP && state[row] !== LISTEN) return GONE;
    const cookie = cookieOf(idHigh[row]!, idLow[row]!);
    const key = `${namespace[row]} ${inet.name}`;
    const known = this.listings.get(key);
    const besideNow = (listing: Listing): number => {
      const cookies = listing.get(localPort[row]!);
      return cookies?.has(cookie) === true ? cookies.size : 0;
    };
    let beside = besideNow(known ?? this.list(key, inet, namespace[row]!));
    // One that had its port for itself when they were listed has ended since, as a rule.
    if (known !== undefined && beside === 1) beside = besideNow(this.list(key, inet, namespace[row]!));
    if (beside === 0) return GONE;
    return this.singleOut(table, row, beside > 1 ? SHARED : UNFOUND);
  }

  private list(key: string, inet: InetTable, namespace: number): Listing {
    const listing: Listing = new Map();
    const now = new SocketTable();
    this.context.diagOf(namespace).dump(inet, inet.name, true, now);
    for (let i = 0; i < now.length; i++) {
      const { columns } = now;
      const port = columns.localPort[i]!;
      const cookies = listing.get(port) ?? new Set();
      listing.set(port, cookies.add(cookieOf(columns.idHigh[i]!, columns.idLow[i]!)));
    }
    this.listings.set(key, listing);
    return listing;
  }

  /** Where the kernel does not, a TCP listener can be had through its holder. @param why it does not */
  private singleOut(table: SocketTable, row: number, why: string): Attempt {
    if (table.columns.protocol[row] === TCP) {
      const attempt = this.through(table, row, disconnect);
      if (!('failure' in attempt)) return attempt;
    }
    return failed(why);
  }

  /** Resets a TCP socket without the kernel's leave. @param lacks what forbids the straight way */
  private disconnect(table: SocketTable, row: number, lacks: string, errno = 'EPERM'): Attempt {
    // A UDP socket would lose its peer without a word to its process.
    if (table.columns.protocol[row] !== TCP) return refused(`${lacks} (${errno}).${asRoot(errno)}`);
    const attempt = this.through(table, row, disconnect);
    if (!('failure' in attempt)) return attempt;
    const why = this.explain(attempt, table, row);
    return refused(`${lacks} (${errno}). Through its owner it cannot be done either: ${why}`);
  }

  private finish(table: SocketTable, row: number): Attempt {
    const attempt = this.through(table, row, finish);
    if (!('failure' in attempt)) return attempt;
    return refused(
      `Only through its owner can it be closed gracefully: ${this.explain(attempt, table, row)}`,
    );
  }

  /** Does it to a duplicate of the first holder's descriptor that can be had. */
  private through(table: SocketTable, row: number, act: (fd: number) => number): Attempt | Barred {
    const inode = table.columns.inode[row]!;
    const trial = new Trial(this.context.processes, table, row, act);
    if (inode === 0) return trial.barred;
    const links = this.context.owners.linksOf(inode).slice(0, MAX_TRIED);
    for (const { holder, descriptor } of links)
      if (trial.at(holder.process, descriptor)) return trial.attempt;
    // Where its descriptor was as last read there is another one, or nobody was known to hold it.
    const others = table.holders[row]!.slice(0, MAX_TRIED).filter((process) => !trial.refusers.has(process));
    if (others.length > 0 && !this.exists(table, row)) return GONE;
    for (const process of others) {
      const found = descriptorsOf(process.pid, inode);
      if (typeof found === 'string') trial.isBarred(FAILURES[found], process);
      else if (found.length > 0 && trial.at(process, found[0]!)) return trial.attempt;
    }
    // Whoever held it may have closed it while the tables were read.
    const isUnfound = ['unheld', 'gone', 'other'].includes(trial.barred.failure);
    return isUnfound && !this.exists(table, row) ? GONE : trial.barred;
  }

  /** Whether the kernel still finds this connection; what cannot be told is taken to be there. */
  private exists(table: SocketTable, row: number): boolean {
    const { namespace, state } = table.columns;
    if (state[row] === LISTEN || !this.context.namespaces.canEnter(namespace[row]!)) return true;
    const inet = INET_TABLES.get(table.tableOf(row))!;
    return this.context.diagOf(namespace[row]!).get(inet, table, row, 0, () => undefined) !== ENOENT;
  }

  /** Why it could not be done through a holder, and what a person can do about it. */
  private explain(barred: Barred, table: SocketTable, row: number): string {
    if (barred.failure === 'unheld') {
      const { inode, uid } = table.columns;
      if (inode[row] === 0) return 'no process has a descriptor of it.';
      const { privileges } = this.context;
      if (privileges.seesEveryProcess) return lower(reasonWithoutOwner('unfound')!);
      const whose =
        uid[row] === privileges.uid
          ? 'its process protects itself (PR_SET_DUMPABLE), or has another user'
          : `its process is not visible, and the socket belongs to ${this.userName(uid[row]!)}`;
      return `${whose}. Run SocketScope as root.`;
    }
    const { failure, process } = barred;
    switch (failure) {
      case 'gone':
      case 'other':
        return `process ${process.pid} has closed its descriptor, or ended, meanwhile. Try again.`;
      case 'limit':
        return 'SocketScope has no free descriptor for it (EMFILE). Raise its limit (ulimit -n).';
      case 'unsupported':
        return 'it takes Linux 5.6 or newer (pidfd_getfd), and a sandbox that lets it pass (ENOSYS).';
      case 'refused':
        return `process ${process.pid} may not be traced (EPERM), since ${this.refusal(process)}`;
    }
  }

  private refusal(process: ProcessInfo): string {
    const { privileges, processes } = this.context;
    const uid = processes.story(process)?.uid ?? null;
    return traceRefusal({
      uid,
      user: uid === null ? null : this.userName(uid),
      dumpable: isDumpable(process.pid, uid),
      mayTrace: privileges.mayTrace,
      ownUid: privileges.uid,
      scope: privileges.yamaScope,
    });
  }

  private userName(uid: number): string {
    return this.context.user(uid) ?? `user ${uid}`;
  }
}

export const OTHER_NAMESPACE = 'Closing a socket of another network namespace needs CAP_SYS_ADMIN';

function asRoot(errno: string): string {
  return errno === 'EPERM' ? ' Run SocketScope as root.' : '';
}

function lower(sentence: string): string {
  return sentence[0]!.toLowerCase() + sentence.slice(1);
}
