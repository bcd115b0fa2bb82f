/**
 * Races between a user and the system: what was seen ends, and its endpoints, descriptor or PID are given to something else,
 * at every moment between seeing and acting. Nothing but what was seen may ever be hit.
 */
import { Engine, systemClock, UnkeptLog } from '../engine';
import { createBackend } from '../native';
import type { SocketBackend } from '../native';
import { withCapabilities } from '../native/linux/fixtures/stage';
import { seededRandom } from '../shared/random';
import type { ActionResult, Order, Outcome, ProcessAction, SocketAction } from '../shared/orders';
import { MissedRace, RaceAgent } from './raceAgent';
import type { Event, Facts, Kind } from './raceAgent';

/**
 * When it happens. `never`: the order must hit. `during`: after the engine has looked, just before the system is told.
 * `anytime`: by itself, while the engine is at it.
 */
export const MOMENTS = ['never', 'before', 'between', 'during', 'anytime'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Race {
  kind: Kind;
  action: SocketAction | ProcessAction;
  event: Event;
  moment: Moment;
  /** Without CAP_NET_ADMIN: through the descriptor of whoever holds the socket */
  borrowed: boolean;
  /** ms, for `anytime` */
  delay: number;
}

export interface RaceReport {
  races: number;
  /** Races that could not be run as meant */
  missed: string[];
  /** Wrong closes, wrong kills, and results that are not true */
  violations: string[];
  /** How often each came of what */
  outcomes: Map<string, number>;
}

const SOCKETS: readonly [Kind, SocketAction, boolean][] = [
  ['tcp', 'reset', false],
  ['tcp', 'reset', true],
  ['tcp', 'finish', false],
  ['listener', 'reset', false],
  ['udp', 'reset', false],
];
const PROCESSES: readonly ProcessAction[] = ['kill', 'terminate', 'suspend'];

/** Each that differs from the others, again and again in another order; the same for the same seed. */
export function* racesOf(seed: number): Generator<Race, never> {
  const random = seededRandom(seed);
  const victims: Pick<Race, 'kind' | 'action' | 'borrowed'>[] = [
    ...SOCKETS.map(([kind, action, borrowed]) => ({ kind, action, borrowed })),
    ...PROCESSES.map((action) => ({ kind: 'process' as const, action, borrowed: false })),
  ];
  const events = MOMENTS.flatMap((moment) =>
    // More of those in which something else could be hit.
    (moment === 'never' ? (['end'] as const) : (['reuse', 'reuse', 'end'] as const)).map((event) => ({
      ...{ moment, event },
    })),
  );
  const all = victims.flatMap((victim) => events.map((event) => ({ ...victim, ...event })));
  for (;;) {
    const left = [...all];
    while (left.length > 0) {
      const [race] = left.splice(Math.floor(random() * left.length), 1);
      yield { ...race!, delay: 15 * random() };
    }
  }
}

export interface RaceOptions {
  python: string;
  seed: number;
  races: number;
  /** What is put to the test; this machine's own, unless a test has one that is known to be careless. */
  backend?: SocketBackend;
  progress: (done: number, report: RaceReport) => void;
}

/** Runs them one after the other. */
export async function runRaces({
  python,
  seed,
  races,
  backend = createBackend(null),
  progress,
}: RaceOptions): Promise<RaceReport> {
  const report: RaceReport = { races: 0, missed: [], violations: [], outcomes: new Map() };
  const agent = new RaceAgent(python);
  const track = new Track(agent, backend);
  const plan = racesOf(seed);
  try {
    for (let number = 0; number < races; number++) {
      const race = plan.next().value;
      const name = `${race.kind} ${race.action}${race.borrowed ? ' (borrowed)' : ''}, ${race.moment === 'never' ? 'nothing' : race.event} ${race.moment}`;
      try {
        const { outcome, violation } = await track.run(race);
        report.races++;
        const key = `${name}: ${outcome}`;
        report.outcomes.set(key, (report.outcomes.get(key) ?? 0) + 1);
        if (violation !== null) report.violations.push(`seed ${seed}, race ${number}, ${name}: ${violation}`);
      } catch (error) {
        if (!(error instanceof MissedRace)) throw error;
        report.missed.push(`race ${number}, ${name}: ${error.message}`);
      }
      progress(number + 1, report);
    }
  } finally {
    track.dispose();
    agent.end();
  }
  return report;
}

class Track {
  private readonly engine: Engine;
  /** Happens once, when the engine has looked for the last time and is about to tell the system. */
  private atLast: () => void = () => undefined;

  constructor(
    private readonly agent: RaceAgent,
    private readonly backend: SocketBackend,
  ) {
    const close = backend.close.bind(backend);
    const act = backend.act.bind(backend);
    backend.close = (...args) => {
      this.last();
      return close(...args);
    };
    backend.act = (...args) => {
      this.last();
      return act(...args);
    };
    this.engine = new Engine({
      ...{ backend, clock: systemClock, hostname: 'races', engineId: 'races', log: new UnkeptLog() },
    });
  }

  async run(race: Race): Promise<{ outcome: Outcome; violation: string | null }> {
    const { agent, engine } = this;
    const facts = agent.open(race.kind);
    try {
      const order = this.see(race, facts);
      if (race.moment === 'before') agent.happen(race.event);
      const prepared = engine.prepare(order);
      if (race.moment === 'between') agent.happen(race.event);
      if (race.moment === 'during') this.atLast = () => agent.happen(race.event);
      if (race.moment === 'anytime') agent.begin(race.event, race.delay);
      let missed: unknown = null;
      const results = await this.act(order, race.borrowed).catch((error: unknown) => {
        missed = error;
        return [];
      });
      if (race.moment === 'anytime') agent.happened();
      if (missed !== null) throw missed;
      const [result] = results;
      if (result === undefined) throw new Error('no result');
      if (race.moment === 'during' && result.message?.includes('races.py') === true)
        throw new MissedRace(result.message);
      const wasGone = prepared.missing.length > 0;
      return { outcome: result.outcome, violation: this.judge(race, result, wasGone) };
    } finally {
      this.atLast = () => undefined;
      agent.close();
    }
  }

  dispose(): void {
    this.engine.dispose();
  }

  private last(): void {
    const happen = this.atLast;
    this.atLast = () => undefined;
    happen();
  }

  /** What the user sees and clicks. */
  private see({ kind, action }: Race, facts: Facts): Order {
    if (kind === 'process') {
      const entry = this.backend.processes().find(({ pid }) => pid === facts.pid);
      if (entry === undefined) throw new Error(`process ${facts.pid} is not seen`);
      const { pid, startedAt } = entry;
      return { action: action as ProcessAction, processes: [{ pid, startedAt }] };
    }
    const protocol = kind === 'udp' ? 'udp' : 'tcp';
    const row = this.engine
      .snapshot()
      .find(
        (each) =>
          each.protocol === protocol &&
          each.localPort === facts.localPort &&
          each.remotePort === facts.remotePort,
      );
    if (row === undefined) throw new Error(`no ${kind} with port ${facts.localPort} is seen`);
    return { action: action as SocketAction, ids: [row.id] };
  }

  /** One target is acted on before the first turn is given away, so that what is taken from this thread is lacking throughout. */
  private async act(order: Order, borrowed: boolean): Promise<ActionResult[]> {
    const act = () => this.engine.act(order, 'command line', () => undefined, new AbortController().signal);
    const report = borrowed
      ? withCapabilities(['SYS_PTRACE', 'DAC_READ_SEARCH', 'DAC_OVERRIDE'], act)
      : act();
    return (await report).results;
  }

  /** What is wrong with how it ended; null where all is well. */
  private judge(race: Race, { outcome, message }: ActionResult, wasGone: boolean): string | null {
    const state = this.agent.probe();
    const said = `said ${outcome}${message === null ? '' : ` (${message})`}, found it ${state}`;
    const happened = race.moment !== 'never';
    if (happened && race.event === 'reuse' && state !== 'alive') return `hit a bystander: ${said}`;
    switch (race.moment) {
      case 'never':
        if (wasGone || outcome !== 'done') return `did not do what it should: ${said}`;
        return state === 'alive' ? `said what is not true: ${said}` : null;
      case 'before':
        if (!wasGone) return `took what it found for what was seen: ${said}`;
        return outcome === 'gone' ? null : `did not say "gone": ${said}`;
      case 'between':
      case 'during':
        return outcome === 'gone' ? null : `did not say "gone": ${said}`;
      case 'anytime':
        return outcome === 'gone' || outcome === 'done' ? null : `said neither "done" nor "gone": ${said}`;
    }
  }
}
