/** What deserves a second thought before it is closed or ended: the way in, SocketScope itself, the system, the desktop. */
import type { ProcessEntry, SocketBackend } from '../native';
import { canonicalAddress } from '../shared/address';
import { cautionOfName } from '../shared/criticalProcesses';
import { processLabel, socketLabel } from '../shared/labels';
import { processId } from '../shared/orders';
import type { Caution, Preparation, ProcessIdentity } from '../shared/orders';
import type { SocketRow } from '../shared/socket';
import type { Holders } from '../shared/socketTable';
import { isItself } from './itself';

const INIT = 1;
const RDP_PORT = 3389;
/** Of Windows: "Remote Desktop Services" */
const RDP_SERVICE = 'TermService';
/** Of one kind; the others are left to the warning's "and others". */
const MOST_OF_A_KIND = 5;

interface Endpoints {
  local: string | null;
  localPort: number;
  remote: string | null;
  remotePort: number;
}

/** What tells the way by which the user came in. */
const WAYS_IN = ['SSH_CONNECTION', 'XRDP_SESSION', 'SESSIONNAME'];

/**
 * The ways in as this process knows them, else as the nearest one above it does: sudo, pkexec and what starts an engine with
 * more rights leave it no environment.
 */
function inherited(
  backend: SocketBackend,
  environment: NodeJS.ProcessEnv,
  above: readonly ProcessIdentity[],
): NodeJS.ProcessEnv {
  let missing = WAYS_IN.filter((name) => environment[name] === undefined);
  const found: NodeJS.ProcessEnv = { ...environment };
  for (const process of above) {
    if (missing.length === 0) break;
    Object.assign(found, backend.variables(process, missing));
    missing = missing.filter((name) => found[name] === undefined);
  }
  return found;
}

/** Where the engine runs, and what was found to be careful with. */
export class Surroundings {
  readonly cautions: Preparation['cautions'] = [];
  /** This process, what started it, and so on up to the first */
  readonly lineage: readonly string[];
  private readonly ssh: Endpoints | null;
  readonly isRemoteDesktop: boolean;

  constructor(
    private readonly backend: SocketBackend,
    environment: NodeJS.ProcessEnv,
  ) {
    // Everything runs under the first process; of that there is more to say.
    const ancestors = backend.ancestors().filter(({ pid }) => pid !== INIT);
    this.lineage = ancestors.map(processId);
    const variables = inherited(backend, environment, ancestors.slice(1));
    this.ssh = sshConnection(variables['SSH_CONNECTION']);
    // The name of a session of Windows stays what it was at log-on, while people go from the machine's own screen to another's.
    this.isRemoteDesktop =
      variables['XRDP_SESSION'] !== undefined ||
      /^RDP-/i.test(variables['SESSIONNAME'] ?? '') ||
      backend.remoteDesktop?.() === true;
  }

  /** Whether the environment names this as the connection by which the user came in. */
  isSsh(row: SocketRow): boolean {
    const { ssh } = this;
    return (
      ssh !== null &&
      row.localPort === ssh.localPort &&
      row.remotePort === ssh.remotePort &&
      plainAddress(row.localAddress) === ssh.local &&
      plainAddress(row.remoteAddress ?? '') === ssh.remote
    );
  }

  /** Whether this PID is this process's, whatever is known of {@link lineage} */
  isItself(pid: number): boolean {
    return isItself(this.backend, pid);
  }

  add(caution: Caution, label: string): void {
    const sameKind = this.cautions.filter((each) => each.caution === caution);
    if (sameKind.length < MOST_OF_A_KIND && !sameKind.some((each) => each.label === label))
      this.cautions.push({ caution, label });
  }
}

/** Notes what there is to say of closing this socket, which these processes hold. */
export function socketCautions(row: SocketRow, holders: Holders, surroundings: Surroundings): void {
  const isConnection = row.protocol === 'tcp' && row.remotePort !== null;
  const ids = holders.map(identity).map((each) => (each === null ? '' : processId(each)));
  const [own, ...above] = surroundings.lineage;
  if ((own !== undefined && ids.includes(own)) || holders.some(({ pid }) => surroundings.isItself(pid)))
    surroundings.add('self', socketLabel(row));
  // A connection of what SocketScope was started from: sshd's, or a terminal's over some other wire.
  const isHeldAbove =
    isConnection && holders.some(({ name }, i) => above.includes(ids[i]!) && !isOfWindows(name));
  const isRdp = surroundings.isRemoteDesktop && isConnection && isOfRemoteDesktop(row);
  if ((isConnection && surroundings.isSsh(row)) || isHeldAbove || isRdp)
    surroundings.add('session', socketLabel(row));
}

/** Notes what there is to say of acting on these processes. `all` are those of the machine, by PID. */
export function processCautions(
  processes: readonly ProcessEntry[],
  all: ReadonlyMap<number, ProcessEntry>,
  surroundings: Surroundings,
): void {
  const { lineage } = surroundings;
  const entries = lineage.map((id) => [...all.values()].find((entry) => processId(entry) === id));
  // As far up as the last sshd lies the way in; above it is only what would take new ones in.
  const way = entries.findLastIndex((entry) => entry !== undefined && isSshd(entry));
  const app = appOf(entries);
  for (const entry of processes) {
    const label = processLabel(entry);
    const depth = lineage.indexOf(processId(entry));
    if (entry.pid === INIT) surroundings.add('init', label);
    else if (surroundings.isItself(entry.pid) || (depth >= 0 && app.has(processId(entry))))
      surroundings.add('self', label);
    else if (depth >= 0 && depth <= way) surroundings.add('session', label);
    else if (depth >= 0 && !isOfWindows(entry.name)) surroundings.add('self', label);
    else if (belongsTo(entry, app, all)) surroundings.add('self', label);
    const byName = entry.pid === INIT ? null : cautionOfName(entry.name ?? '', entry.pid);
    if (byName !== null) surroundings.add(byName, label);
  }
}

/** What the window's processes are called, in lower case and without ".exe". */
const APP_NAMES: readonly string[] = ['socketscope', 'electron'];

function isNamedLikeApp(name: string | null): boolean {
  return name !== null && APP_NAMES.includes(name.toLowerCase().replace(/\.exe$/, ''));
}

/**
 * Whether this is the desktop or a part of Windows: nearly everything runs under them, does not end with them, and came in by
 * nothing that they are connected to.
 */
function isOfWindows(name: string | null): boolean {
  return name !== null && /\.exe$/i.test(name) && cautionOfName(name, 0) !== null;
}

/** Whether this may be the connection of a remote desktop: by its usual port, or by the service that serves it on any. */
function isOfRemoteDesktop(row: SocketRow): boolean {
  const services = row.unit?.split(/, | and /) ?? [];
  return row.localPort === RDP_PORT || (services.includes(RDP_SERVICE) && row.direction !== 'outbound');
}

/**
 * This process, those directly above it that run the same program, and the window's: an elevated engine is another program, and
 * sudo may stand between.
 */
function appOf(lineage: readonly (ProcessEntry | undefined)[]): ReadonlySet<string> {
  const app = new Set<string>();
  const path = lineage[0]?.path ?? null;
  let isDirect = true;
  for (const [depth, entry] of lineage.entries()) {
    isDirect &&= depth === 0 || (path !== null && entry?.path === path);
    if (entry !== undefined && (isDirect || isNamedLikeApp(entry.name))) app.add(processId(entry));
  }
  return app;
}

/** Whether it was started by one of the app's and runs its program: its page, its helpers. */
function belongsTo(
  entry: ProcessEntry,
  app: ReadonlySet<string>,
  all: ReadonlyMap<number, ProcessEntry>,
): boolean {
  if (entry.path === null) return false;
  let parent = entry.parentPid === null ? undefined : all.get(entry.parentPid);
  for (let depth = 0; depth < 5 && parent?.path === entry.path; depth++) {
    if (app.has(processId(parent))) return true;
    parent = parent.parentPid === null ? undefined : all.get(parent.parentPid);
  }
  return false;
}

function isSshd({ name }: ProcessEntry): boolean {
  // Of Windows, too: sshd.exe, sshd-session.exe
  return name?.toLowerCase().startsWith('sshd') === true;
}

/** `client port server port`, as sshd sets it (ssh(1), ENVIRONMENT). */
function sshConnection(text: string | undefined): Endpoints | null {
  const [remote, remotePort, local, localPort] = text?.split(' ') ?? [];
  if (localPort === undefined) return null;
  return {
    local: plainAddress(local!),
    localPort: Number(localPort),
    remote: plainAddress(remote!),
    remotePort: Number(remotePort),
  };
}

/** In one spelling, IPv4 whether it is mapped or not. */
function plainAddress(address: string): string | null {
  return canonicalAddress(address.replace(/%.*/, ''));
}

function identity({ pid, startedAt }: Holders[number]): ProcessIdentity | null {
  return startedAt === null ? null : { pid, startedAt };
}
