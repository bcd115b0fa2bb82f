import { MessageChannelMain, utilityProcess } from 'electron';
import type { MessagePortMain, UtilityProcess } from 'electron';
import type { EngineState } from '../../shared/bridge';
import { FIRST_ENGINE, LEAVE } from '../../shared/contract';
import type {
  Addressed,
  EngineChoice,
  HostNews,
  HostOrder,
  HostReply,
  HostRequest,
  Progress,
} from '../../shared/contract';
import type { ActionReport, Order, Preparation, ProcessIdentity } from '../../shared/orders';

const LONGEST_DELAY_MS = 5000;
/** A run this long counts as healthy: the next failure restarts at once again. */
const HEALTHY_MS = 10_000;
/** Longer than any answer takes; an engine that hangs must not keep the user's question open for ever. */
const ANSWER_MS = 60_000;
/** For stopping what is under way. A target takes milliseconds, and what is only waited for is not waited for. */
const LEAVING_MS = 1500;

interface Waiting {
  field: ReplyField;
  resolve: (reply: HostReply) => void;
  reject: (error: Error) => void;
  onProgress: (progress: Progress) => void;
  /** Gives it another while to answer. */
  refresh: () => void;
}
/** A request as it is written down here; its number is added. */
type Asked = HostRequest extends infer Each
  ? Each extends HostRequest
    ? Omit<Each, 'request'>
    : never
  : never;
type ReplyField = 'preparation' | 'report' | 'stopped' | 'program';

const LOCAL: EngineChoice = { kind: 'local' };

/** The engine in its utility process: started, restarted when it dies, and asked for actions on main's own port. */
export class EngineProcess {
  private child: UtilityProcess | null = null;
  private current: EngineState = { kind: 'restarting' };
  private readonly listeners: (() => void)[] = [];
  private noticeListener: (text: string) => void = () => undefined;
  private readonly waiting = new Map<number, Waiting>();
  private readonly choosing = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  /** What served last: another machine is what it is also after the engine's process was started anew. */
  private engine: EngineChoice = LOCAL;
  /** As the engine host counts its engines */
  private number = FIRST_ENGINE;
  private served = 0;
  private requests = 0;
  /** The request of the order under way */
  private acting: number | null = null;
  private failures = 0;
  private disposed = false;

  constructor(
    private readonly modulePath: string,
    private readonly args: string[],
  ) {}

  start(): void {
    const child = utilityProcess.fork(this.modulePath, this.args, { serviceName: 'SocketScope engine' });
    this.child = child;
    const startedAt = Date.now();
    child.on('spawn', () => this.spawned());
    child.on('message', (message: HostReply | HostNews) => this.receive(message));
    // A fatal error of V8's. The exit that follows says enough; without a listener, Node would throw it here in main.
    child.on('error', () => undefined);
    child.on('exit', () => this.ended(child, Date.now() - startedAt));
  }

  get state(): EngineState {
    return this.current;
  }

  /** Calls back whenever the state changes, in the order of the calls. */
  onState(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Changes whenever another engine serves, or the same one anew. What was looked up in one must not be acted upon in
   * another, which knows other sockets by the same numbers.
   */
  get serving(): number {
    return this.served;
  }

  /** Calls back with what the user is to be told. */
  onNotice(listener: (text: string) => void): void {
    this.noticeListener = listener;
  }

  /**
   * Lets another engine serve the pages, as the user wants. A choice that is still under way is given up.
   * @throws Error with a sentence where it cannot be had; the one before goes on then
   */
  useEngine(choice: EngineChoice): Promise<void> {
    return this.choose(choice, true);
  }

  private choose(choice: EngineChoice, mayAsk: boolean): Promise<void> {
    const { child } = this;
    if (child === null) return Promise.reject(new Error('The engine is starting; try again in a moment.'));
    if ([...this.waiting.values()].some(({ field }) => field !== 'program'))
      return Promise.reject(new Error('Something is being done right now; wait until it is, or stop it.'));
    return new Promise((resolve, reject) => {
      const request = ++this.requests;
      this.choosing.set(request, { resolve, reject });
      child.postMessage({ choose: choice, mayAsk, request } satisfies HostOrder);
    });
  }

  /** A fresh port for a page; the engine serves the other end. Null while there is no engine. */
  connectPage(): MessagePortMain | null {
    if (this.child === null || this.state.kind !== 'running') return null;
    const { port1, port2 } = new MessageChannelMain();
    this.child.postMessage('page', [port1]);
    return port2;
  }

  /** What an order would hit. @throws Error with a sentence */
  async prepare(order: Order): Promise<Preparation> {
    return this.ask('preparation', { method: 'prepare', order });
  }

  /** Has an order carried out that the user has agreed to. @throws Error with a sentence */
  async act(order: Order, onProgress: (progress: Progress) => void): Promise<ActionReport> {
    const report = this.ask<ActionReport>('report', { method: 'act', order, origin: 'window' }, onProgress);
    const request = this.requests;
    this.acting = request;
    try {
      return await report;
    } finally {
      if (this.acting === request) this.acting = null;
    }
  }

  /** Ends the order under way before its next target; without one, nothing happens. */
  async stopActing(): Promise<void> {
    if (this.acting !== null) await this.ask('stopped', { method: 'stop', which: this.acting });
  }

  /** Where the program of this process lies; null where it has ended, or may not be seen. @throws Error with a sentence */
  async program(process: ProcessIdentity): Promise<string | null> {
    return this.ask('program', { method: 'program', process });
  }

  /** @throws Error where the engine refuses the request, gives another answer, or ends before it has answered */
  private async ask<Answer>(
    field: ReplyField,
    asked: Asked,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<Answer> {
    const { child } = this;
    if (child === null || this.disposed) throw new Error('The engine is not running; nothing was done.');
    const request = ++this.requests;
    const reply = await new Promise<HostReply>((resolve, reject) => {
      const late = (): void => {
        if (this.waiting.delete(request))
          reject(new Error('The engine does not answer; look at the grid for what became of this.'));
      };
      const timer = setTimeout(late, ANSWER_MS);
      this.waiting.set(request, { field, resolve, reject, onProgress, refresh: () => void timer.refresh() });
      child.postMessage({ engine: this.number, ask: { request, ...asked } } satisfies Addressed);
    });
    if ('error' in reply) throw new Error(reply.error);
    if (!(field in reply)) throw new Error('The engine gave an answer to something else.');
    return (reply as unknown as Record<ReplyField, Answer>)[field];
  }

  /** Whether an order is being carried out */
  get isActing(): boolean {
    return this.acting !== null;
  }

  /** Ends it for good. Resolves once what was under way has stopped, is on record, and the engine has ended. */
  async dispose(): Promise<void> {
    this.disposed = true;
    const { child } = this;
    if (child === null) return;
    child.postMessage(LEAVE);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        child.kill();
        resolve();
      }, LEAVING_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private receive(message: HostReply | HostNews): void {
    if ('fatal' in message) {
      this.disposed = true;
      this.become({ kind: 'failed', message: message.fatal });
      this.child?.kill();
    } else if ('chosen' in message) {
      const choosing = this.choosing.get(message.chosen);
      this.choosing.delete(message.chosen);
      if (message.problem === null) choosing?.resolve();
      else choosing?.reject(new Error(message.problem));
    } else if ('serving' in message) {
      this.engine = message.serving;
      this.number = message.number;
      this.become({ kind: 'running', engine: message.serving });
    } else if ('lost' in message) {
      this.become({ kind: 'lost', ...message.lost });
    } else if ('notice' in message) {
      this.noticeListener(message.notice);
    } else {
      this.answer(message);
    }
  }

  private answer(message: HostReply): void {
    const waiting = this.waiting.get(message.request);
    if (waiting !== undefined && 'progress' in message) {
      waiting.refresh();
      waiting.onProgress(message.progress);
      return;
    }
    this.waiting.delete(message.request);
    waiting?.resolve(message);
  }

  private ended(child: UtilityProcess, ranMs: number): void {
    if (child !== this.child) return;
    this.child = null;
    for (const { reject } of this.waiting.values()) {
      reject(new Error('The engine stopped before it answered; look at the grid for what became of this.'));
    }
    this.waiting.clear();
    for (const { reject } of this.choosing.values()) reject(new Error('The engine stopped meanwhile.'));
    this.choosing.clear();
    if (this.disposed) return;
    this.become({ kind: 'restarting' });
    this.failures = ranMs > HEALTHY_MS ? 0 : this.failures + 1;
    // At once the first time; then slower and slower, so that an engine that cannot start does not eat the machine.
    const delay = this.failures <= 1 ? 0 : Math.min(100 * 2 ** this.failures, LONGEST_DELAY_MS);
    setTimeout(() => {
      if (!this.disposed) this.start();
    }, delay);
  }

  /** A new process begins with its own engine. */
  private spawned(): void {
    const { engine, child } = this;
    if (engine.kind === 'remote') {
      // Not this machine's rows for a moment, where another one's were.
      this.choose(engine, false).catch((error: Error) => {
        if (this.child !== child) return; // it has died as well
        this.noticeListener(`${error.message} These are the sockets of this machine.`);
        this.serveFirst();
      });
      return;
    }
    if (engine.kind === 'elevated')
      this.noticeListener('The engine was started anew, without an administrator’s rights.');
    this.serveFirst();
  }

  private serveFirst(): void {
    this.receive({ serving: LOCAL, number: FIRST_ENGINE });
  }

  private become(state: EngineState): void {
    this.served++;
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}
