/** What an order would hit, looked up a moment before the user is asked. */
import type { ProcessEntry } from '../native';
import { processLabel, socketLabel } from '../shared/labels';
import { goneResult, MAX_TREE, processId } from '../shared/orders';
import type {
  ActionResult,
  Preparation,
  ProcessAction,
  ProcessFacts,
  ProcessIdentity,
  SocketAction,
} from '../shared/orders';
import type { SocketRow } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';
import type { Ground } from './acting';
import { processCautions, socketCautions, Surroundings } from './cautions';

/** Labels and names that a question may list; it counts the others. */
const MOST_LABELS = 50;
const MOST_NAMES = 10;

/** For an order about sockets; the tables have just been read. `rows` is where in them it was found what was. */
export function prepareSockets(
  ground: Ground,
  action: SocketAction,
  ids: readonly string[],
  rows: ReadonlyMap<string, number>,
  missing: ReadonlyMap<string, ActionResult>,
): Preparation {
  const { backend, table } = ground;
  const present = ids.filter((id) => rows.has(id));
  const kinds = { connections: 0, listeners: 0, datagrams: 0, others: 0 };
  const labels: string[] = [];
  const processes = new Set<string>();
  const names = new Set<string>();
  let hasUnknown = false;
  const surroundings = new Surroundings(backend, ground.environment);
  for (const id of present) {
    const number = rows.get(id)!;
    const row = table.row(number, backend);
    kinds[kindOf(row)]++;
    if (labels.length < MOST_LABELS) labels.push(socketLabel(row));
    if (row.pid === null) hasUnknown = true;
    else {
      processes.add(`${row.pid}@${row.processStartedAt}`);
      if (names.size < MOST_NAMES) names.add(row.processName ?? 'process');
    }
    socketCautions(row, table.holders[number]!, surroundings);
  }
  return {
    order: { action, ids: present },
    missing: ids.flatMap((id) => missing.get(id) ?? []),
    kinds,
    owners: { processes: processes.size, names: [...names], hasUnknown },
    labels,
    tree: [],
    cautions: surroundings.cautions,
  };
}

function kindOf({ protocol, state }: SocketRow): keyof Preparation['kinds'] {
  if (protocol === 'udp') return 'datagrams';
  if (protocol !== 'tcp' || state === 'BOUND') return 'others';
  return state === 'LISTEN' ? 'listeners' : 'connections';
}

/** For an order about processes; the tables have just been read. */
export function prepareProcesses(
  ground: Ground,
  action: ProcessAction,
  wanted: readonly ProcessIdentity[],
): Preparation {
  const { backend } = ground;
  const all = new Map(backend.processes().map((entry) => [entry.pid, entry]));
  const named = new Map<string, ProcessEntry>();
  const missing = new Map<string, ActionResult>();
  for (const { pid, startedAt } of wanted) {
    const id = processId({ pid, startedAt });
    const entry = all.get(pid);
    if (entry?.startedAt === startedAt) named.set(id, entry);
    else missing.set(id, goneResult(id));
  }
  const surroundings = new Surroundings(backend, ground.environment);
  processCautions([...named.values()], all, surroundings);
  return {
    order: { action, processes: [...named.values()].map(({ pid, startedAt }) => ({ pid, startedAt })) },
    missing: [...missing.values()],
    kinds: { connections: 0, listeners: 0, datagrams: 0, others: 0 },
    owners: {
      processes: named.size,
      names: [...new Set([...named.values()].map(({ name }) => name ?? 'process'))].slice(0, MOST_NAMES),
      hasUnknown: false,
    },
    labels: [...named.values()].slice(0, MOST_LABELS).map(processLabel),
    tree: treeOf(named, all, socketCounts(ground.table)),
    cautions: surroundings.cautions,
  };
}

/** Each that was named with its descendants behind it, as far as they were not named themselves, and there is room for them. */
function treeOf(
  named: ReadonlyMap<string, ProcessEntry>,
  all: ReadonlyMap<number, ProcessEntry>,
  sockets: ReadonlyMap<string, number>,
): ProcessFacts[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of all.values()) {
    if (entry.parentPid === null) continue;
    const siblings = children.get(entry.parentPid);
    if (siblings === undefined) children.set(entry.parentPid, [entry]);
    else siblings.push(entry);
  }
  const tree: ProcessFacts[] = [];
  // Those that were named come first: it is they that the question is about.
  let room = MAX_TREE - Math.min(named.size, MAX_TREE);
  const add = (entry: ProcessEntry, depth: number): void => {
    if (depth > 0 && room-- <= 0) return;
    const { pid, startedAt, name, path, user } = entry;
    tree.push({ pid, startedAt, name, path, user, depth, sockets: sockets.get(processId(entry)) ?? 0 });
    for (const child of children.get(pid) ?? []) {
      // A PID that was given anew since is no parent of what is older.
      if (child.startedAt < startedAt || child.pid === pid || named.has(processId(child))) continue;
      add(child, depth + 1);
    }
  };
  for (const entry of [...named.values()].slice(0, MAX_TREE)) add(entry, 0);
  return tree;
}

/** How many sockets each process holds, of those that are read. */
function socketCounts(table: SocketTable): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < table.length; row++) {
    for (const { pid, startedAt } of table.holders[row]!) {
      if (startedAt === null) continue;
      const id = processId({ pid, startedAt });
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}
