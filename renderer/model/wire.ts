/** The page's end of the wire: what it asks of the engine, and where everything goes that the engine says. */
import type { Channel } from '../../shared/channel';
import { DEFAULT_INTERVAL, INTERVALS } from '../../shared/contract';
import type { EngineChoice, EngineStatus, PageMessage, Welcome } from '../../shared/contract';
import { isSameReading } from '../../shared/reading';
import type { ReadingOptions } from '../../shared/socket';
import { Subscriber } from '../../shared/subscriber';
import { plainText } from '../../shared/text';
import { t } from '../strings';
import type { ActionLog } from './actionLog';
import type { Holding } from './holding';
import type { Inspector } from './inspector';
import type { Names } from './names';
import type { Selection } from './selection';
import type { SocketStore } from './socketStore';
import { chosenReading, ui } from './uiStore';

/** ms, one of those that a user may choose */
type Interval = (typeof INTERVALS)[number];

interface Polling {
  intervalMs: Interval;
  paused: boolean;
}

/** Who is told what the engine says, and that it is another one. */
interface Receivers {
  sockets: SocketStore;
  selection: Selection;
  holding: Holding;
  inspector: Inspector;
  names: Names;
  log: ActionLog;
}

export class Wire {
  private subscriber: Subscriber | null = null;
  /** Which engine the last welcome came from */
  private engine: EngineChoice | null = null;

  constructor(private readonly receivers: Receivers) {}

  /** What is sent while there is no wire is lost. */
  send(message: PageMessage): void {
    this.subscriber?.send(message);
  }

  /** Goes on with another wire, whose engine may have been started anew. */
  connect(channel: Channel): void {
    const { sockets, inspector, names, log } = this.receivers;
    const before = ui.get().status;
    const reading = chosenReading(ui.get());
    inspector.reconnected();
    names.reconnected();
    log.reconnected();
    this.subscriber = new Subscriber(channel, {
      welcome: (welcome) => this.welcomed(welcome, reading, before),
      snapshot: async (chunk) => {
        this.setStatus(chunk.status);
        await sockets.snapshot(chunk);
        if (chunk.last) inspector.updated(chunk.status);
      },
      diff: async (diff) => {
        this.setStatus(diff.status);
        await sockets.diff(diff);
        inspector.updated(diff.status);
      },
      details: (reply) => inspector.answered(reply),
      names: (reply) => names.received(reply.names),
      log: (reply) => log.received(reply),
      refused: (text) => ui.set({ wished: null, notice: { kind: 'error', text } }),
    });
  }

  setReading(reading: ReadingOptions): void {
    ui.set({ wished: reading });
    this.send({ type: 'reading', reading });
  }

  /** What is not given stays as it is. */
  setPolling(change: Partial<Polling>): void {
    const now = pollingOf(ui.get().status ?? { intervalMs: DEFAULT_INTERVAL, paused: false });
    this.send({ type: 'polling', ...now, ...change });
  }

  private welcomed(welcome: Welcome, reading: ReadingOptions | null, before: EngineStatus | null): void {
    const last = ui.get().welcome;
    const restarted = last !== null && last.engineId !== welcome.engineId;
    const { engine } = ui.get();
    const lastEngine = this.engine ?? engine;
    this.engine = engine;
    // A machine calls itself what it likes.
    const hostname = plainText(welcome.hostname);
    ui.set({ welcome: { ...welcome, hostname }, connection: { kind: 'connected' } });
    // A restarted engine begins with its defaults: it is given the user's choice again. A wish may also have been lost
    // with the wire.
    if (reading !== null && (restarted || ui.get().wished !== null)) this.setReading(reading);
    if (!restarted) return;
    if (before !== null) this.setPolling(pollingOf(before));
    if (machineOf(engine) !== machineOf(lastEngine)) this.leaveMachine();
    ui.set({ notice: { kind: 'info', text: changeOf(lastEngine, engine) } });
  }

  /** The rows, what was selected and looked at of them, and what came of the last order: all that was another machine's. */
  private leaveMachine(): void {
    const { sockets, selection, holding, inspector, names } = this.receivers;
    inspector.forget();
    selection.clear();
    ui.set({ done: null, menu: null });
    holding.letGo();
    names.forget();
    void sockets.forget();
  }

  private setStatus(status: EngineStatus): void {
    const { wished } = ui.get();
    const isDone = wished !== null && isSameReading(wished, status.reading);
    ui.set(isDone ? { status, wished: null } : { status });
  }
}

function machineOf(engine: EngineChoice): string {
  return engine.kind === 'remote' ? engine.host : '';
}

/** What the user is told once another engine serves, or the same one anew. */
function changeOf(last: EngineChoice, now: EngineChoice): string {
  if (now.kind === 'remote')
    return machineOf(last) === now.host ? t.engine.back(now.host) : t.engine.nowOn(now.host);
  if (last.kind === 'remote') return t.engine.nowLocal;
  return now.kind === 'elevated' && last.kind === 'local' ? t.engine.nowElevated : t.window.engineRestarted;
}

/** An engine may be at an interval that nobody can choose here. */
export function pollingOf(status: Pick<EngineStatus, 'intervalMs' | 'paused'>): Polling {
  const intervalMs = INTERVALS.find((ms) => ms === status.intervalMs) ?? DEFAULT_INTERVAL;
  return { intervalMs, paused: status.paused };
}
