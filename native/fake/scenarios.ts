/** The demonstrations: what each invents. Deterministic, so that pictures and tests are the same every time. */

export const SCENARIOS = ['empty', 'idle', 'churn', 'large', 'failing', 'unprivileged', 'windows'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface ScenarioRules {
  sockets: number;
  /** The share of sockets that end, and of new ones that come, at each reading. */
  churn: number;
  /** The share of connections whose counters move at each reading. */
  traffic: number;
  /** Whether reading `tcp6` fails. */
  failing: boolean;
  /** Whether other users' owners are hidden and closing is refused. */
  unprivileged: boolean;
}

const QUIET: ScenarioRules = { sockets: 20, churn: 0, traffic: 0, failing: false, unprivileged: false };

export const RULES: Record<Scenario, ScenarioRules> = {
  empty: { ...QUIET, sockets: 0 },
  idle: QUIET,
  churn: { ...QUIET, sockets: 400, churn: 0.02, traffic: 0.2 },
  large: { ...QUIET, sockets: 50_000, churn: 0.01, traffic: 0.1 },
  failing: { ...QUIET, sockets: 60, churn: 0.02, failing: true },
  windows: { ...QUIET, sockets: 140, churn: 0.02, traffic: 0.3 },
  unprivileged: { ...QUIET, sockets: 60, churn: 0.02, traffic: 0.2, unprivileged: true },
};

export function isScenario(name: string): name is Scenario {
  return (SCENARIOS as readonly string[]).includes(name);
}

export interface FakeProgram {
  name: string;
  path: string;
  user: string;
  uid: number;
  /** How often it is picked, relative to the others. */
  weight: number;
  /** The port it serves, or 0 for a program that only connects. */
  port: number;
  unit: string | null;
  container: string | null;
  /** The PID and the name of the process that started it */
  parent: readonly [pid: number, name: string];
}

const SYSTEMD = [1, 'systemd'] as const;
/** Of a container's processes */
const SHIM = [641, 'containerd-shim-runc-v2'] as const;
const ANNA = { user: 'anna', uid: 1000, unit: 'user@1000.service', container: null } as const;

/** A service of the system, with a unit of its own. */
function service(
  name: string,
  path: string,
  user: string,
  uid: number,
): Omit<FakeProgram, 'weight' | 'port'> {
  return { name, path, user, uid, unit: `${name}.service`, container: null, parent: SYSTEMD };
}

export const PROGRAMS: readonly FakeProgram[] = [
  { ...service('nginx', '/usr/sbin/nginx', 'www-data', 33), weight: 30, port: 443 },
  { ...service('postgres', '/usr/lib/postgresql/15/bin/postgres', 'postgres', 113), weight: 16, port: 5432 },
  {
    ...service('redis-server', '/usr/bin/redis-server', 'redis', 114),
    ...{ unit: 'docker.service', container: 'docker 4f5e6d7c8b9a', parent: SHIM, weight: 10, port: 6379 },
  },
  { ...service('sshd', '/usr/sbin/sshd', 'root', 0), unit: 'ssh.service', weight: 4, port: 22 },
  {
    ...{ ...ANNA, name: 'firefox', path: '/usr/lib/firefox/firefox', parent: [1402, 'gnome-shell'] },
    ...{ weight: 14, port: 0 },
  },
  { ...ANNA, name: 'node', path: '/usr/bin/node', parent: [1530, 'npm'], weight: 8, port: 8080 },
  {
    ...service('prometheus', '/usr/bin/prometheus', 'prometheus', 120),
    ...{ unit: 'docker.service', container: 'docker 0a1b2c3d4e5f', parent: SHIM, weight: 6, port: 9090 },
  },
  { ...ANNA, name: 'curl', path: '/usr/bin/curl', parent: [1544, 'bash'], weight: 3, port: 0 },
  {
    ...service('systemd-resolved', '/usr/lib/systemd/systemd-resolved', 'systemd-resolve', 101),
    ...{ weight: 2, port: 53 },
  },
  {
    ...service('chronyd', '/usr/sbin/chronyd', '_chrony', 105),
    unit: 'chrony.service',
    weight: 1,
    port: 323,
  },
];
