/** The demonstrations: what each invents. Deterministic, so that pictures and tests are the same every time. */

export const SCENARIOS = ['empty', 'idle', 'churn', 'large', 'failing', 'unprivileged'] as const;
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
}

export const PROGRAMS: readonly FakeProgram[] = [
  { name: 'nginx', path: '/usr/sbin/nginx', user: 'www-data', uid: 33, weight: 30, port: 443 },
  {
    name: 'postgres',
    path: '/usr/lib/postgresql/15/bin/postgres',
    user: 'postgres',
    uid: 113,
    weight: 16,
    port: 5432,
  },
  { name: 'redis-server', path: '/usr/bin/redis-server', user: 'redis', uid: 114, weight: 10, port: 6379 },
  { name: 'sshd', path: '/usr/sbin/sshd', user: 'root', uid: 0, weight: 4, port: 22 },
  { name: 'firefox', path: '/usr/lib/firefox/firefox', user: 'anna', uid: 1000, weight: 14, port: 0 },
  { name: 'node', path: '/usr/bin/node', user: 'anna', uid: 1000, weight: 8, port: 8080 },
  { name: 'prometheus', path: '/usr/bin/prometheus', user: 'prometheus', uid: 120, weight: 6, port: 9090 },
  { name: 'curl', path: '/usr/bin/curl', user: 'anna', uid: 1000, weight: 3, port: 0 },
  {
    name: 'systemd-resolved',
    path: '/usr/lib/systemd/systemd-resolved',
    user: 'systemd-resolve',
    uid: 101,
    weight: 2,
    port: 53,
  },
  { name: 'chronyd', path: '/usr/sbin/chronyd', user: '_chrony', uid: 105, weight: 1, port: 323 },
];
