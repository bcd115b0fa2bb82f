/** The invented Windows machine: its programs, its network, and what listens there. */
import { parseAddress } from '../../shared/address';
import type { ProcessInfo, ProgramFacts } from '../../shared/socket';
import { BOOT } from './inventor';

export interface WindowsProgram extends ProcessInfo {
  user: string;
  program: ProgramFacts | null;
  /** How often it connects, relative to the others */
  weight: number;
}

const SYSTEM = 'NT AUTHORITY\\SYSTEM';
const LOCAL = 'NT AUTHORITY\\LOCAL SERVICE';
const NETWORK = 'NT AUTHORITY\\NETWORK SERVICE';
const ANNA = 'STUDIO-PC\\anna';
const SYSTEM32 = 'C:\\Windows\\System32';

type Facts = Omit<ProgramFacts, 'session'>;
const WINDOWS: Facts = {
  ...{ company: 'Microsoft Corporation', product: 'Microsoft® Windows® Operating System' },
  ...{ description: null, version: '10.0.26100.1742', bits: 64 },
};
const windows = (description: string): Facts => ({ ...WINDOWS, description });

/** A process of a user in a session; `after`: s after the machine was started */
function process(
  [pid, path, user, session]: readonly [number, string, string, number],
  [parentPid, parentName]: readonly [number, string],
  facts: Facts | null,
  {
    unit = null,
    weight = 0,
    after = pid / 50,
  }:
    { unit?: string; weight?: number; after?: number } | { unit: null; weight?: number; after?: number } = {},
): WindowsProgram {
  const startedAt = BOOT + Math.round(1000 * after);
  return {
    ...{ pid, startKey: String(startedAt), startedAt, user, unit, weight, parentPid, parentName },
    ...{ name: path.slice(path.lastIndexOf('\\') + 1), container: null },
    path: path.includes('\\') ? path : null,
    program: facts === null ? null : { ...facts, session },
  };
}

const SERVICES = [820, 'services.exe'] as const;
const EXPLORER = [5120, 'explorer.exe'] as const;

const service = (pid: number, user: string, unit: string, weight = 0): WindowsProgram =>
  process(
    [pid, `${SYSTEM32}\\svchost.exe`, user, 0],
    SERVICES,
    windows('Host Process for Windows Services'),
    { unit, weight },
  );

const CHROME = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
const CHROME_FACTS: Facts = {
  ...{ company: 'Google LLC', product: 'Google Chrome', description: 'Google Chrome' },
  ...{ version: '131.0.6778.86', bits: 64 },
};

/** Every process that is to be seen, by PID. */
export const WINDOWS_PROGRAMS: readonly WindowsProgram[] = [
  process([4, 'System', SYSTEM, 0], [0, 'System Idle Process'], null, { after: 0 }),
  process([688, `${SYSTEM32}\\wininit.exe`, SYSTEM, 0], [560, ''], windows('Windows Start-Up Application')),
  process(
    [820, `${SYSTEM32}\\services.exe`, SYSTEM, 0],
    [688, 'wininit.exe'],
    windows('Services and Controller app'),
  ),
  process(
    [844, `${SYSTEM32}\\lsass.exe`, SYSTEM, 0],
    [688, 'wininit.exe'],
    windows('Local Security Authority Process'),
  ),
  service(1012, NETWORK, 'RpcEptMapper'),
  service(1364, LOCAL, 'EventLog'),
  service(1508, SYSTEM, 'Schedule'),
  service(1764, NETWORK, 'Dnscache', 3),
  service(1988, NETWORK, 'TermService'),
  process([2260, `${SYSTEM32}\\spoolsv.exe`, SYSTEM, 0], SERVICES, windows('Spooler SubSystem App'), {
    unit: 'Spooler',
  }),
  service(2544, LOCAL, 'SSDPSRV'),
  service(2908, SYSTEM, 'DoSvc', 6),
  service(3076, SYSTEM, 'wuauserv', 4),
  process(
    [3524, 'C:\\Program Files\\Fabrikam\\Database\\bin\\fabrikamdb.exe', 'NT SERVICE\\FabrikamDb', 0],
    SERVICES,
    {
      ...{ company: 'Fabrikam, Inc.', product: 'Fabrikam Database', description: 'Fabrikam Database Server' },
      ...{ version: '16.0.4135.4', bits: 64 },
    },
    { unit: 'FabrikamDb' },
  ),
  process(
    [3960, 'C:\\Program Files (x86)\\Contoso\\Backup\\BackupAgent.exe', SYSTEM, 0],
    SERVICES,
    {
      ...{ company: 'Contoso Ltd.', product: 'Contoso Backup', description: 'Contoso Backup Agent' },
      ...{ version: '7.2.0.118', bits: 32 },
    },
    { unit: 'ContosoBackup', weight: 5 },
  ),
  process([5120, 'C:\\Windows\\explorer.exe', ANNA, 1], [5004, 'userinit.exe'], windows('Windows Explorer')),
  process([6212, CHROME, ANNA, 1], EXPLORER, CHROME_FACTS),
  process([6480, CHROME, ANNA, 1], [6212, 'chrome.exe'], CHROME_FACTS, { weight: 34 }),
  process(
    [7044, 'C:\\Users\\anna\\AppData\\Local\\Contoso\\Chat\\ContosoChat.exe', ANNA, 1],
    EXPLORER,
    {
      ...{ company: 'Contoso Ltd.', product: 'Contoso Chat', description: 'Contoso Chat' },
      ...{ version: '24.11.3', bits: 64 },
    },
    { weight: 12 },
  ),
  process(
    [7388, 'C:\\Program Files\\nodejs\\node.exe', ANNA, 1],
    [7360, 'cmd.exe'],
    {
      ...{ company: 'Node.js', product: 'Node.js', description: 'Node.js JavaScript Runtime' },
      ...{ version: '22.11.0', bits: 64 },
    },
    { weight: 7 },
  ),
  process([8120, 'C:\\Program Files\\SocketScope\\SocketScope.exe', ANNA, 1], EXPLORER, {
    ...{ company: 'The SocketScope authors', product: 'SocketScope', description: 'SocketScope' },
    ...{ version: '0.1.0', bits: 64 },
  }),
  process(
    [9016, 'C:\\Tools\\sync.exe', 'STUDIO-PC\\ben', 2],
    [8990, 'explorer.exe'],
    // Nobody has put anything into its file.
    { company: null, product: null, description: null, version: null, bits: 32 },
    { weight: 3 },
  ),
];
export const OWN_PID = 8120;

export function programOf(pid: number): WindowsProgram {
  return WINDOWS_PROGRAMS.find((program) => program.pid === pid)!;
}

/** What waits for somebody: the tables, the port, the process, and for UDP where that is not any address. */
export const WAITING: readonly (readonly [
  tables: readonly ('tcp4' | 'tcp6' | 'udp4' | 'udp6')[],
  port: number,
  pid: number,
  local?: 'loopback' | 'lan',
])[] = [
  [['tcp4', 'tcp6'], 135, 1012],
  [['tcp4'], 139, 4, 'lan'],
  [['tcp4', 'tcp6'], 445, 4],
  [['tcp4', 'tcp6'], 1433, 3524],
  [['tcp4', 'tcp6'], 3389, 1988],
  [['tcp4', 'tcp6'], 49_664, 844],
  [['tcp4', 'tcp6'], 49_665, 688],
  [['tcp4', 'tcp6'], 49_666, 1364],
  [['tcp4', 'tcp6'], 49_667, 1508],
  [['tcp4', 'tcp6'], 49_668, 2260],
  [['tcp4', 'tcp6'], 49_670, 820],
  [['tcp4'], 7680, 2908],
  [['tcp4'], 9229, 7388, 'loopback'],
  [['tcp4'], 3000, 7388],
  [['udp4'], 137, 4, 'lan'],
  [['udp4'], 138, 4, 'lan'],
  [['udp4', 'udp6'], 3389, 1988],
  [['udp4', 'udp6'], 5353, 1764],
  [['udp4'], 5353, 6480],
  [['udp4', 'udp6'], 5355, 1764],
  [['udp4'], 1900, 2544, 'lan'],
  [['udp6'], 1900, 2544, 'lan'],
  [['udp4'], 58_311, 6480],
];

const bytes = (address: string): Uint8Array => parseAddress(address)!;
/** By number; those between are taken by what is not connected. */
export const WINDOWS_INTERFACES: ReadonlyMap<number, string> = new Map([
  [1, 'Loopback Pseudo-Interface 1'],
  [7, 'Wi-Fi'],
  [12, 'Ethernet'],
]);
/** Its addresses. Public ones are those for documentation (RFC 5737, RFC 3849). */
export const OWN_ADDRESSES = {
  any4: bytes('0.0.0.0'),
  any6: bytes('::'),
  loopback4: bytes('127.0.0.1'),
  loopback6: bytes('::1'),
  lan4: bytes('192.168.1.20'),
  global6: bytes('2001:db8:4:1::20'),
  link6: bytes('fe80::1c2d:3e4f:5a6b:20'),
} as const;
export const LINK = 12;
