import type { Engine } from '../engine';
import type { Progress } from '../shared/contract';
import { inOrder, targetsOf } from '../shared/orders';
import type { ActionReport, ActionResult, Order, Outcome, Preparation, SocketAction } from '../shared/orders';
import type { ReadingOptions } from '../shared/socket';
import { plainText } from '../shared/text';
import { SEARCHES } from './reading';

export interface CloseOutput {
  /** One outcome per id, in the order given. */
  stdout: string;
  /** Why something was refused or failed, or is not on record. */
  stderr: string;
  exitCode: 0 | 1 | 3;
}

/** What closing needs of an engine, in this program or on another machine. */
export interface Actor {
  choose(reading: ReadingOptions): void;
  prepare(order: Order): Promise<Preparation>;
  act(order: Order, onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<ActionReport>;
}

export function localActor(engine: Pick<Engine, 'choose' | 'prepare' | 'act'>): Actor {
  return {
    choose: (reading) => engine.choose(reading),
    prepare: (order) => Promise.resolve(engine.prepare(order)),
    act: (order, onProgress, signal) => engine.act(order, 'command line', onProgress, signal),
  };
}

const WORDS: Record<Outcome, string> = {
  done: 'closed',
  gone: 'gone',
  refused: 'refused',
  failed: 'failed',
  stopped: 'stopped',
};

/** Closes exactly these sockets, at once: whoever types an id has made up their mind. */
export async function close(
  actor: Actor,
  ids: readonly string[],
  action: SocketAction,
  signal: AbortSignal,
): Promise<CloseOutput> {
  const { results, unrecorded } = await carryOut(actor, { action, ids: [...ids] }, signal);
  const byId = new Map(results.map((result) => [result.id, result]));
  const answers = ids.map((id) => byId.get(id) ?? unanswered(id));
  const happened = (...outcomes: Outcome[]): boolean =>
    answers.some(({ outcome }) => outcomes.includes(outcome));
  const reasons = answers.flatMap(({ label, message }) => (message === null ? [] : [`${label}: ${message}`]));
  if (unrecorded !== null) reasons.push(`socketscope: ${unrecorded}`);
  return {
    stdout: answers.map(({ outcome }) => `${WORDS[outcome]}\n`).join(''),
    stderr: reasons.map((reason) => `${plainText(reason)}\n`).join(''),
    exitCode: happened('refused', 'failed', 'stopped') ? 3 : happened('gone') ? 1 : 0,
  };
}

/** Looks no further than it takes to find the sockets: an id that `list --all` printed is as good as any. */
async function carryOut(
  actor: Actor,
  order: Order & { action: SocketAction },
  signal: AbortSignal,
): Promise<ActionReport> {
  /** Of what is in no table, what is said of TCP and UDP holds: a stranger table that cannot be read is not to blame. */
  const missing = new Map<string, ActionResult>();
  // Each search reads all that the one before it did, and is newer: what it does not find has ended since.
  let found: Order = order;
  for (const reading of SEARCHES) {
    actor.choose(reading);
    const preparation = await actor.prepare(order);
    for (const result of preparation.missing) if (!missing.has(result.id)) missing.set(result.id, result);
    found = preparation.order;
    if (preparation.missing.length === 0) break;
  }
  if (targetsOf(found).length === 0) return { results: [...missing.values()], unrecorded: null };
  const report = await actor.act(found, () => undefined, signal);
  for (const result of report.results) missing.set(result.id, result);
  return { ...report, results: inOrder(order, [...missing.values()]) };
}

/** What was asked about and is in nobody's answer: nothing is known of it. */
function unanswered(id: string): ActionResult {
  return { id, outcome: 'failed', label: id, message: 'The engine has said nothing of it.' };
}
