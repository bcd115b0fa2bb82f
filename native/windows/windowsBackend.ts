import os from 'node:os';
import type { Rights, Traffic } from '../../shared/abilities';
import type { SocketDetails } from '../../shared/details';
import type { ProcessAction, ProcessIdentity, SocketAction } from '../../shared/orders';
import type { Services } from '../../shared/services';
import { MAIN_TABLES, protocolOf, stateCode } from '../../shared/socket';
import type { Family, MainTable, ProcessInfo, ReadingOptions } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { Attempt, OwnerLookup, ProcessEntry, SocketBackend, TableSource } from '../backend';
import { InterfaceAddresses } from '../interfaceAddresses';
import { ReverseNames } from '../reverseNames';
import { readServices } from '../systemFiles';
import { BoundEndpoints } from './boundEndpoints';
import { findRow, WindowsClosing } from './closing';
import { holderDetails, readGroups, serviceGroup } from './details';
import { RowIdentities } from './identity';
import { Interfaces } from './interfaces';
import { Libraries } from './libraries';
import { OwnerModules } from './ownerModules';
import { netshOf, PortRangeReader } from './portRanges';
import { WindowsPrivileges } from './privileges';
import { actOnProcess } from './processActions';
import { WindowsProcesses } from './processes';
import { RowOwners } from './rowOwners';
import { isRemoteSession } from './remoteSession';
import { ServiceIndex } from './services';
import { TableBuffers } from './tableReader';
import { TrafficCounters } from './traffic';

const BOUND = stateCode('BOUND');

/** Windows: sockets by GetExtendedTcpTable and GetExtendedUdpTable, which name the PIDs; the rest by what each part's file says. */
export class WindowsBackend implements SocketBackend {
  readonly name = 'Windows';
  readonly demo = false;
  readonly tellsEnds = false;
  readonly tables = MAIN_TABLES;
  private readonly identities = new RowIdentities();
  private readonly buffers: TableBuffers;
  private readonly processIndex: WindowsProcesses;
  private readonly serviceIndex: ServiceIndex;
  private readonly owners: RowOwners;
  private readonly privileges: WindowsPrivileges;
  private readonly counters: TrafficCounters;
  private readonly closing: WindowsClosing;
  private readonly ranges: PortRangeReader;
  private readonly interfaces = new Interfaces();
  private readonly addresses = new InterfaceAddresses(() => os.networkInterfaces());
  private readonly hosts = new ReverseNames({ isOwn: (address) => this.isOwn(address) });
  /** ms since 1970 */
  private tablesReadAt = 0;
  /** One table, read anew for one socket's sake */
  private readonly fresh = new SocketTable();

  /** @param libraries Windows' own, or a test's */
  constructor(private readonly libraries: Libraries = new Libraries()) {
    this.buffers = new TableBuffers(libraries, this.identities, new BoundEndpoints(libraries));
    this.ranges = new PortRangeReader(netshOf(libraries));
    this.processIndex = new WindowsProcesses(libraries);
    this.serviceIndex = new ServiceIndex(libraries);
    const rowBytes = (name: MainTable, index: number): Uint8Array => this.buffers.rowBytes(name, index);
    this.owners = new RowOwners(this.processIndex, this.serviceIndex, new OwnerModules(libraries), rowBytes);
    this.privileges = new WindowsPrivileges(libraries);
    this.counters = new TrafficCounters(libraries);
    const reread = (name: MainTable, into: SocketTable): void => void this.buffers.read(name, into, false);
    this.closing = new WindowsClosing({ libraries, reread, rights: this.privileges.rights() });
  }

  sources({ protocols }: ReadingOptions): TableSource[] {
    const tables = MAIN_TABLES.filter((table) => protocols.includes(protocolOf(table)));
    return tables.map((table) => ({ table, namespace: 0 }));
  }

  readTable({ table }: TableSource, { bound }: ReadingOptions, into: SocketTable): void {
    const name = table as MainTable; // sources() names no others
    const start = into.length;
    this.owners.forget(name);
    this.owners.note(name, start, this.buffers.read(name, into, bound));
    this.tablesReadAt = Date.now();
  }

  readOwners(table: SocketTable): OwnerLookup {
    this.buffers.settle();
    this.processIndex.refresh(this.tablesReadAt);
    this.serviceIndex.refresh();
    return this.owners.lookup(table);
  }

  watchDestroyed(): void {
    // There is nothing to collect.
  }

  takeDestroyed(): number {
    return 0;
  }

  traffic(): Traffic {
    return this.privileges.traffic();
  }

  watchTraffic(table: SocketTable, rows: readonly number[]): void {
    if (this.traffic().counted === 'watched') this.counters.count(table, rows);
  }

  details(table: SocketTable, row: number): SocketDetails | null {
    const c = table.columns;
    const name = table.tableOf(row) as MainTable;
    this.fresh.clear();
    this.buffers.read(name, this.fresh, c.state[row] === BOUND);
    const found = findRow(this.fresh, c.idHigh[row]!, c.idLow[row]!);
    if (found === null) return null;
    copyTraffic(table, row, this.fresh, found);
    const holders = table.holders[row]!;
    const primary = holders[0];
    const services = primary === undefined ? [] : this.serviceIndex.ofPid(primary.pid, primary.startedAt);
    return {
      groups: [
        ...readGroups(this, this.traffic(), this.ranges.current(), this.fresh, found),
        ...serviceGroup(services),
      ],
      holders: holders.map(holderDetails),
    };
  }

  commandLine(process: ProcessInfo): string | null {
    return this.processIndex.commandLine(process);
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
    const { elevated } = this.privileges;
    return actOnProcess({ libraries: this.libraries, elevated }, process, action, patienceMs, signal);
  }

  processes(): ProcessEntry[] {
    return this.processIndex.list();
  }

  ancestors(): ProcessIdentity[] {
    return this.processIndex.ancestors();
  }

  variables(process: ProcessIdentity, names: readonly string[]): Record<string, string> {
    return this.processIndex.variables(process, names);
  }

  remoteDesktop(): boolean {
    return isRemoteSession(this.libraries);
  }

  rights(): Rights {
    return this.privileges.rights();
  }

  missingPrivilege(): string | null {
    return this.privileges.missing();
  }

  /** Protocol, endpoints and create time; of a row that ended long ago, a text that fits no socket. */
  id(high: number, low: number): string {
    return this.identities.idText(high, low) ?? `forgotten-${high}-${low}`;
  }

  /** Windows has no numbers for users. */
  user(): null {
    return null;
  }

  interface(index: number): string {
    return this.interfaces.name(index);
  }

  interfaceOf(bytes: Uint8Array, offset: number, family: Family, index: number): string | null {
    return this.addresses.of(bytes, offset, family, index, 0);
  }

  services(): Services {
    return readServices();
  }

  reverse(address: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.hosts.reverse(address, signal);
  }

  /** Nor network namespaces. */
  namespace(): null {
    return null;
  }

  dispose(): void {
    this.counters.stop();
    this.ranges.stop();
    this.serviceIndex.dispose();
    this.processIndex.dispose();
  }

  private isOwn(address: Uint8Array): boolean {
    return this.addresses.of(address, 0, address.length === 4 ? 4 : 6, 0, 0) !== null;
  }
}

const TRAFFIC = [
  ...(['bytesSent', 'bytesReceived', 'segmentsSent', 'segmentsReceived'] as const),
  ...(['retransmits', 'rtt'] as const),
];

/** What the last reading has counted. */
function copyTraffic(from: SocketTable, row: number, to: SocketTable, target: number): void {
  for (const name of TRAFFIC) to.columns[name][target] = from.columns[name][row]!;
}
