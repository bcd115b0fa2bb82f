/** Carrying out orders: exactly what was named, in slices, so that readings go on meanwhile and a batch can be stopped. */
import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Attempt, SocketBackend } from '../native';
import type { LogEntry } from '../shared/actionLog';
import type { Progress, TableProblem } from '../shared/contract';
import { processLabel, socketLabel } from '../shared/labels';
import { goneResult, isSocketAction, processId, targetsOf } from '../shared/orders';
import type {
  ActionReport,
  ActionResult,
  Order,
  Origin,
  Preparation,
  ProcessAction,
  ProcessIdentity,
  SocketAction,
} from '../shared/orders';
import { tableTitle } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import type { ActionRecord } from './actionLog';
import type { Clock } from './clock';
import { isItself } from './itself';
import { Peers } from './peers';
import { prepareProcesses, prepareSockets } from './preparing';

/** ms of one slice, and the most sockets in it, should the clock be set back meanwhile. */
const SLICE_MS = 15;
const SLICE_TARGETS = 1000;
/** ms between two words on progress */
const PROGRESS_MS = 100;
/** ms that a process is given to end when it was asked to */
export const PATIENCE_MS = 5000;
/** Processes that are acted on at the same time: one that takes its time does not hold up the others. */
const CONCURRENT = 16;

/** The part of the engine that orders need. */
export interface Ground {
  readonly backend: SocketBackend;
  readonly clock: Clock;
  readonly hostname: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: ActionRecord;
  /** Reads the tables anew, and publishes what has changed. */
  poll(): void;
  /** The rows as last read; another table's after the next reading. */
  readonly table: SocketTable;
  problems(): TableProblem[];
  /** Where in {@link table} the sockets with these ids are. */
  find(ids: readonly string[]): Map<string, number>;
  /** Those of these, which are not in {@link table}, that exist and are merely not read now. */
  unread(ids: readonly string[]): ReadonlySet<string>;
}

/** An order that cannot be carried out now. The message is a sentence for a person. */
export class OrderError extends Error {
  override readonly name = 'OrderError';
}

export class Acting {
  private isBusy = false;
  private readonly ending = new AbortController();
  private readonly peers = new Peers();

  constructor(private readonly ground: Ground) {}

  /** Says what an order would hit, looked up anew. Nothing is done. */
  prepare(order: Order): Preparation {
    this.ground.poll();
    if (!isSockets(order)) return prepareProcesses(this.ground, order.action, order.processes);
    const targets = targetsOf(order);
    const rows = this.ground.find(targets);
    for (const [id, row] of rows) this.peers.remember(id, this.ground.table, row);
    return prepareSockets(this.ground, order.action, targets, rows, this.missing(targets, rows));
  }

  /**
   * Carries an order out, as far as `signal` lets it: what was not begun by then is reported as stopped. Nothing is tried twice.
   * @throws OrderError where another order is being carried out
   */
  async act(
    order: Order,
    origin: Origin,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<ActionReport> {
    if (this.isBusy)
      throw new OrderError('Another order is being carried out. Wait until it is done, or stop it.');
    this.isBusy = true;
    try {
      const batch = new Batch(this.ground, order, origin, onProgress);
      const until = AbortSignal.any([signal, this.ending.signal]);
      setMaxListeners(2 * CONCURRENT, until); // each that is waited for listens: no leak, and no warning of one
      if (isSockets(order)) await this.actOnSockets(order.action, batch, until);
      else await this.actOnProcesses(order, batch, until);
      batch.write(); // whatever becomes of the reading
      if (!this.ending.signal.aborted) this.ground.poll();
      return batch.report();
    } finally {
      this.isBusy = false;
    }
  }

  /** Ends a batch under way before its next target, and reads nothing any more. */
  dispose(): void {
    this.ending.abort();
  }

  /** Where the program of this process lies, if it is still this process. */
  program({ pid, startedAt }: ProcessIdentity): string | null {
    const entry = this.ground.backend.processes().find((each) => each.pid === pid);
    return entry?.startedAt === startedAt ? entry.path : null;
  }

  private async actOnSockets(action: SocketAction, batch: Batch, signal: AbortSignal): Promise<void> {
    const { backend, clock } = this.ground;
    this.ground.poll();
    // Copies: readings go on between the slices, and use the tables' memory again.
    const table = new SocketTable(batch.targets.length);
    const rows = new Map<string, number>();
    const found = this.ground.find(batch.targets);
    const missing = this.missing(batch.targets, found);
    for (const [id, row] of found) {
      if (this.peers.areSame(id, this.ground.table, row))
        rows.set(id, table.appendFrom(this.ground.table, row));
      else missing.set(id, goneResult(id));
    }
    let sliceBegan = clock.now();
    let inSlice = 0;
    for (const [index, id] of batch.targets.entries()) {
      const spent = clock.now() - sliceBegan;
      if (spent >= SLICE_MS || spent < 0 || inSlice >= SLICE_TARGETS) {
        batch.write();
        await setImmediate(); // timers, messages and readings have their turn
        sliceBegan = clock.now();
        inSlice = 0;
      }
      inSlice++;
      const row = rows.get(id);
      if (row === undefined) {
        batch.tell(index, missing.get(id)!);
        continue;
      }
      const label = socketLabel(table.row(row, backend));
      batch.tell(index, {
        ...{ id, label },
        ...(signal.aborted ? STOPPED : attempt(() => backend.close(table, row, action))),
      });
    }
  }

  private async actOnProcesses(
    { action, processes }: Order & { action: ProcessAction },
    batch: Batch,
    signal: AbortSignal,
  ): Promise<void> {
    const { backend } = this.ground;
    const names = new Map(backend.processes().map((entry) => [processId(entry), processLabel(entry)]));
    const own = backend.ancestors()[0];
    const identities = new Map(processes.map((identity) => [processId(identity), identity]));
    const waiting = batch.targets.entries();
    const work = async (): Promise<void> => {
      for (const [index, id] of waiting) {
        const identity = identities.get(id)!;
        const { outcome, message } = signal.aborted
          ? STOPPED
          : isItself(backend, identity.pid) || (own !== undefined && id === processId(own))
            ? NOT_ITSELF
            : await attemptLater(() => backend.act(identity, action, PATIENCE_MS, signal));
        const label = names.get(id) ?? id;
        batch.tell(
          index,
          outcome === 'gone' && message === null ? goneResult(id) : { id, label, outcome, message },
        );
        batch.write();
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT }, work));
  }

  /** What there is to say of those that were not found: each is gone, unless it is not read now, or could not be. */
  private missing(targets: readonly string[], found: ReadonlyMap<string, number>): Map<string, ActionResult> {
    const ids = targets.filter((id) => !found.has(id));
    const unread = this.ground.unread(ids);
    const [problem] = this.ground.problems();
    const doubt =
      problem && `Not found, but ${tableTitle(problem.table)} could not be read: ${problem.message}`;
    return new Map(
      ids.map((id) => {
        const message = unread.has(id) ? NOT_READ : doubt;
        return [id, message === undefined ? goneResult(id) : { id, outcome: 'failed', label: id, message }];
      }),
    );
  }
}

const NOT_READ = 'It is not among what is read now.';
const STOPPED: Attempt = { outcome: 'stopped', message: null };
const NOT_ITSELF: Attempt = {
  outcome: 'refused',
  message:
    'This is the engine of SocketScope, which would not be there to report it. Close SocketScope instead.',
};

/** The results of one order as they come, and their record. */
class Batch {
  readonly targets: string[];
  private readonly results: ActionResult[] = [];
  private unwritten: LogEntry[] = [];
  private unrecorded: string | null = null;
  private done = 0;
  private toldAt: number;

  constructor(
    private readonly ground: Ground,
    private readonly order: Order,
    private readonly origin: Origin,
    private readonly onProgress: (progress: Progress) => void,
  ) {
    this.targets = targetsOf(order);
    this.toldAt = ground.clock.now();
    onProgress({ done: 0, total: this.targets.length });
  }

  tell(index: number, result: ActionResult): void {
    const { clock, hostname, log } = this.ground;
    const now = clock.now();
    this.results[index] = result;
    this.done++;
    this.unwritten.push({
      ...{ at: new Date(now).toISOString(), host: hostname, ...log.who, origin: this.origin },
      ...{ action: this.order.action, target: result.id, label: result.label },
      ...{ outcome: result.outcome, message: result.message },
    });
    if (Math.abs(now - this.toldAt) < PROGRESS_MS || this.done === this.targets.length) return;
    this.toldAt = now;
    this.onProgress({ done: this.done, total: this.targets.length });
  }

  /** Records what has been done up to now, so that it is on record also where the engine does not live to the end. */
  write(): void {
    const problem = this.ground.log.append(this.unwritten);
    this.unwritten = [];
    this.unrecorded ??= problem;
  }

  report(): ActionReport {
    this.write();
    return { results: this.results, unrecorded: this.unrecorded };
  }
}

function isSockets(order: Order): order is Order & { action: SocketAction } {
  return isSocketAction(order.action);
}

/** Nothing that goes wrong with one target keeps the others from their turn. */
function attempt(act: () => Attempt): Attempt {
  try {
    return act();
  } catch (error) {
    return failure(error);
  }
}

async function attemptLater(act: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await act();
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Attempt {
  return { outcome: 'failed', message: error instanceof Error ? error.message : String(error) };
}
