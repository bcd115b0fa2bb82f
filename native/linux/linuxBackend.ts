import fs from 'node:fs';
import os from 'node:os';
import { ALWAYS_COUNTED } from '../../shared/abilities';
import type { Rights, Traffic } from '../../shared/abilities';
import type { ProcessAction, ProcessIdentity, SocketAction } from '../../shared/orders';
import { protocolOf, TABLES } from '../../shared/socket';
import type { Services } from '../../shared/services';
import type { Family, ProcessInfo, ReadingOptions, TableName } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import type { SocketDetails } from '../../shared/details';
import type { Attempt, OwnerLookup, ProcessEntry, SocketBackend, TableSource } from '../backend';
import { InterfaceAddresses } from '../interfaceAddresses';
import { ReverseNames } from '../reverseNames';
import { readServices } from '../systemFiles';
import { CgroupPaths } from './cgroupPaths';
import { Closing, OTHER_NAMESPACE } from './closing';
import { DestroyWatch } from './destroyWatch';
import { readDetails } from './details';
import { DIAG_TABLES, INET_TABLES, lacksHandler, MissingHandlers } from './diagTables';
import { mayNotEnter } from './enterNamespace';
import { InterfaceNames } from './interfaceNames';
import { cannotList, hasNoSockets } from './kernelProtocols';
import { assertLittleEndian } from './libc';
import { NamespaceGone, Namespaces } from './namespaces';
import { ReplyBuffer } from './netlink';
import { OwnerIndex } from './ownerIndex';
import { Privileges } from './privileges';
import { actOnProcess } from './processActions';
import { listAncestors, listProcesses } from './processList';
import { ProcessReader } from './processes';
import { ProcNet } from './procNet';
import { SockDiag } from './sockDiag';
import { UserNames } from './users';

/** Linux: sockets by NETLINK_SOCK_DIAG, owners by /proc, closing by SOCK_DESTROY, processes by pidfd. */
export class LinuxBackend implements SocketBackend {
  readonly name = 'Linux';
  readonly demo = false;
  readonly tellsEnds = true;
  readonly tables = TABLES;
  private readonly namespaces = new Namespaces();
  private readonly diags = new Map<number, SockDiag>();
  private readonly reply = new ReplyBuffer();
  private readonly procNet = new ProcNet();
  private readonly missingHandlers = new MissingHandlers();
  private readonly reader = new ProcessReader();
  private readonly owners = new OwnerIndex(this.reader);
  private readonly users = new UserNames();
  private readonly cgroups = new CgroupPaths();
  private destroyed: DestroyWatch | null = null;
  private readonly interfaces = new InterfaceNames(this.namespaces);
  private readonly addresses = new InterfaceAddresses((namespace) => this.readInterfaces(namespace));
  private readonly hosts = new ReverseNames({ isOwn: (address) => this.isOwn(address) });
  /** Network namespaces and cookies are counted from the start at each boot: an id of an earlier one must not fit. */
  private readonly boot = readBootId();
  private readonly privileges = new Privileges();
  private readonly closing = new Closing({
    namespaces: this.namespaces,
    diagOf: (namespace) => this.diagOf(namespace),
    owners: this.owners,
    processes: this.reader,
    privileges: this.privileges,
    user: (uid) => this.user(uid),
  });

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
    this.destroyed?.watch(all);
    return all.flatMap((namespace) => {
      // Where there is no way in, one table fails for all of them: a person is told once.
      const readable = this.namespaces.canEnter(namespace) || this.namespaces.hasTables(namespace);
      return tables.slice(0, readable ? tables.length : 1).map((table) => ({ table, namespace }));
    });
  }

  readTable({ table, namespace }: TableSource, { bound }: ReadingOptions, into: SocketTable): void {
    const start = into.length;
    try {
      if (!this.dumpTable(table, namespace, bound, into)) this.readProcNet(table, namespace, into);
    } catch (error) {
      // It has ended since it was found, and its sockets with it.
      if (!(error instanceof NamespaceGone)) throw error;
      into.truncate(start);
    }
  }

  /** False where NETLINK_SOCK_DIAG does not list this table, or not to this process. */
  private dumpTable(table: TableName, namespace: number, bound: boolean, into: SocketTable): boolean {
    const diagTable = DIAG_TABLES.get(table);
    if (diagTable === undefined || this.missingHandlers.has(table)) return false;
    if (!this.namespaces.canEnter(namespace)) return false;
    const start = into.length;
    try {
      this.diagOf(namespace).dump(diagTable, table, bound, into);
      return true;
    } catch (error) {
      if (!lacksHandler(error)) throw error;
      this.missingHandlers.add(table);
      into.truncate(start);
      return false;
    }
  }

  /** Reads the table from /proc/net. @throws NativeError where it is not there and the kernel may have such sockets */
  private readProcNet(table: TableName, namespace: number, into: SocketTable): void {
    const start = into.length;
    const allowed = this.namespaces.canEnter(namespace);
    const read = (folder: string): void => {
      into.truncate(start); // it may be a second attempt
      const nameOf = (index: number): string => this.interfaces.name(index, namespace);
      if (this.procNet.read(table, folder, nameOf, into) || hasNoSockets(table, folder)) return;
      throw allowed ? cannotList(table) : mayNotEnter();
    };
    if (allowed) this.namespaces.enter(namespace, () => read('/proc/thread-self/net'));
    else this.namespaces.readTables(namespace, read);
    into.columns.namespace.fill(namespace, start, into.length);
  }

  readOwners(table: SocketTable): OwnerLookup {
    this.users.refresh();
    this.closing.refresh();
    this.interfaces.clear();
    return this.owners.update(table, this.privileges.seesEveryProcess);
  }

  watchDestroyed(): void {
    this.destroyed ??= new DestroyWatch(this.namespaces);
    this.destroyed.watch([this.namespaces.own]);
  }

  takeDestroyed(into: SocketTable): number {
    return this.destroyed?.take(into) ?? 0;
  }

  traffic(): Traffic {
    return ALWAYS_COUNTED;
  }

  watchTraffic(): void {
    // The kernel counts everything by itself.
  }

  details(table: SocketTable, row: number): SocketDetails | null {
    const namespace = table.columns.namespace[row]!;
    try {
      return readDetails(
        {
          names: this,
          processes: this.reader,
          cgroups: this.cgroups,
          diag: this.namespaces.canEnter(namespace) ? this.diagOf(namespace) : null,
          inet: INET_TABLES.get(table.tableOf(row)) ?? null,
          mayTrace: this.privileges.mayTrace,
        },
        table,
        row,
      );
    } catch (error) {
      if (error instanceof NamespaceGone) return null;
      throw error;
    }
  }

  commandLine(process: ProcessInfo): string | null {
    return this.reader.commandLine(process);
  }

  close(table: SocketTable, row: number, action: SocketAction): Attempt {
    return this.closing.close(table, row, action);
  }

  act(
    process: ProcessIdentity,
    action: ProcessAction,
    patienceMs: number,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { reader: processes, privileges } = this;
    const { uid, mayKill } = privileges;
    const context = { processes, user: (uid: number) => this.user(uid), uid, mayKill };
    return actOnProcess(context, process, action, patienceMs, signal);
  }

  processes(): ProcessEntry[] {
    this.users.refresh();
    return listProcesses(this.reader, (uid) => this.user(uid));
  }

  ancestors(): ProcessIdentity[] {
    return listAncestors(this.reader);
  }

  variables(process: ProcessIdentity, names: readonly string[]): Record<string, string> {
    return this.reader.variables(process, names);
  }

  rights(): Rights {
    const why = this.privileges.mayEnterNamespaces ? null : `${OTHER_NAMESPACE}. Run SocketScope as root.`;
    return this.privileges.rights({ own: this.namespace(this.namespaces.own), why });
  }

  missingPrivilege(): string | null {
    return this.privileges.missing();
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
    return this.interfaces.name(index, namespace);
  }

  interfaceOf(bytes: Uint8Array, offset: number, family: Family, index: number, namespace: number) {
    return this.addresses.of(bytes, offset, family, index, namespace);
  }

  services(): Services {
    return readServices();
  }

  reverse(address: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.hosts.reverse(address, signal);
  }

  namespace(namespace: number): string | null {
    return this.namespaces.name(namespace);
  }

  dispose(): void {
    this.owners.close();
    this.destroyed?.close();
    for (const diag of this.diags.values()) diag.close();
    this.diags.clear();
  }

  private readInterfaces(namespace: number): ReturnType<typeof os.networkInterfaces> {
    try {
      if (this.namespaces.canEnter(namespace)) {
        return this.namespaces.enter(namespace, () => os.networkInterfaces());
      }
    } catch {
      // It has ended, or there is no free descriptor: nothing is known of it.
    }
    return {};
  }

  private isOwn(address: Uint8Array): boolean {
    const family = address.length === 4 ? 4 : 6;
    return this.addresses.of(address, 0, family, 0, this.namespaces.own) !== null;
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

/** Eight hexadecimal digits of this boot's random UUID. */
function readBootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  } catch {
    return '0';
  }
}
