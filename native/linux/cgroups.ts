/** What a process's control group says of it: its systemd unit, and the container it runs in (man 7 cgroups). */

export interface Placement {
  /** The innermost systemd unit, e.g. `nginx.service` or `session-3.scope`. */
  unit: string | null;
  /** Runtime and first twelve digits of the id, or the name: `docker 4f5e6d7c8b9a`, `lxc web`. */
  container: string | null;
}

export const NOWHERE: Placement = { unit: null, container: null };

/** Unit types that hold processes, or whose processes can be met (man 5 systemd.unit). */
const UNIT = /^.+\.(?:service|scope|socket|mount|swap)$/;
/** The id of an OCI container. Twelve digits of it are what `docker ps` and `podman ps` show. */
const ID = '([0-9a-f]{12})[0-9a-f]{52}';
/** What runtimes put before the id: scopes (`docker-ID.scope`), plain groups (`libpod-ID`), containerd's own (`x:cri-…:ID`). */
const PREFIXED = new RegExp(
  String.raw`(?:^|:)(docker|libpod(?:-payload)?|cri-containerd|nerdctl|containerd|crio)[-:]${ID}(?:\.scope)?$`,
);
const RUNTIMES: Record<string, string> = {
  docker: 'docker',
  libpod: 'podman',
  'libpod-payload': 'podman',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  containerd: 'containerd',
  crio: 'cri-o',
};
const BARE_ID = new RegExp(`^${ID}$`);
/** Kubernetes' groups (`kubepods`, `kubepods-burstable-pod….slice`) do not tell the runtime. */
const KUBERNETES = /^kubepods(?:[.-]|$)/;
/** `systemd-nspawn@NAME.service` is both the container and, in a group of its own, what supervises it. */
const NSPAWN_SERVICE = /^systemd-nspawn@(.+)\.service$/;
/** machinectl's scopes; those of libvirt's virtual machines are no containers. */
const MACHINE = /^machine-(?!qemu-)(.+)\.scope$/;
const LXC_PAYLOAD = /^lxc\.payload\.(.+)$/;

/**
 * Reads /proc/PID/cgroup: lines of `hierarchy:controllers:path`. The unified hierarchy (`0::`) counts first, then
 * systemd's own (v1), then the others, which only container runtimes fill.
 */
export function parseCgroups(text: string): Placement {
  const paths = cgroupLines(text)
    .sort((a, b) => rank(a) - rank(b))
    .map(({ path }) => path.split('/').filter((part) => part !== ''));
  return {
    unit: firstOf(paths, unitOf),
    container: firstOf(paths, containerOf),
  };
}

/** The path in the unified hierarchy (v2), or null where there is none. */
export function unifiedPath(text: string): string | null {
  return cgroupLines(text).find(({ hierarchy }) => hierarchy === '0')?.path ?? null;
}

interface Line {
  hierarchy: string;
  controllers: string;
  path: string;
}

function cgroupLines(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    const [, hierarchy, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (hierarchy === undefined || controllers === undefined || path === undefined) return [];
    return [{ hierarchy, controllers, path: path.replace(/ \(deleted\)$/, '') }];
  });
}

function rank({ hierarchy, controllers }: Line): number {
  return hierarchy === '0' ? 0 : controllers === 'name=systemd' ? 1 : 2;
}

function firstOf(
  paths: readonly string[][],
  find: (parts: readonly string[]) => string | null,
): string | null {
  for (const parts of paths) {
    const found = find(parts);
    if (found !== null) return found;
  }
  return null;
}

function unitOf(parts: readonly string[]): string | null {
  const units = parts.map(unescapeUnit).filter((part) => UNIT.test(part));
  const last = units.at(-1);
  if (last === undefined) return null;
  // A user's own systemd sits in `user@1000.service/init.scope`: it is that service.
  return last === 'init.scope' ? (units.at(-2) ?? last) : last;
}

function containerOf(parts: readonly string[]): string | null {
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = unescapeUnit(parts[i]!);
    const above = parts[i - 1] ?? '';
    const [, runtime, prefixedId] = PREFIXED.exec(part) ?? [];
    if (runtime !== undefined) return `${RUNTIMES[runtime]} ${prefixedId}`;
    const bareId = BARE_ID.exec(part)?.[1];
    if (bareId !== undefined) {
      if (above === 'docker') return `docker ${bareId}`;
      if (above === 'libpod_parent') return `podman ${bareId}`;
      if (parts.some((other) => KUBERNETES.test(other))) return `kubernetes ${bareId}`;
      if (parts[0] === 'ecs') return `ecs ${bareId}`;
    }
    const lxc = LXC_PAYLOAD.exec(part)?.[1] ?? (isLxcFolder(above) ? part : undefined);
    if (lxc !== undefined) return `lxc ${lxc}`;
    const supervised = NSPAWN_SERVICE.exec(part)?.[1];
    if (supervised !== undefined && parts[i + 1] !== 'supervisor') return `nspawn ${supervised}`;
    const machine = MACHINE.exec(part)?.[1];
    if (machine !== undefined) return `machine ${machine}`;
  }
  return null;
}

function isLxcFolder(part: string): boolean {
  return part === 'lxc' || part === 'lxc.payload';
}

/**
 * A unit's name as systemd escapes it in file names: `\x2d` is a byte (man systemd-escape), and a `_` in front keeps a
 * name from looking like one of the kernel's files (systemd, cg_escape).
 */
function unescapeUnit(part: string): string {
  const name = part.startsWith('_') ? part.slice(1) : part;
  return name.replace(/(?:\\x[0-9a-f]{2})+/g, (escaped) => {
    const bytes = Buffer.from(escaped.replaceAll(String.raw`\x`, ''), 'hex');
    const text = bytes.toString('utf8');
    // What is no UTF-8 stays as it is.
    return Buffer.from(text).equals(bytes) ? text : escaped;
  });
}
