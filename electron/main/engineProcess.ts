import { MessageChannelMain, utilityProcess } from 'electron';
import type { MessagePortMain, UtilityProcess } from 'electron';
import type { EngineState } from '../../shared/bridge';
import type { HostReply, HostRequest } from '../../shared/contract';

const LONGEST_DELAY_MS = 5000;
/** A run this long counts as healthy: the next failure restarts at once again. */
const HEALTHY_MS = 10_000;
/** Longer than any answer takes; an engine that hangs must not keep the user's question open for ever. */
const ANSWER_MS = 60_000;

type Waiting = { resolve: (reply: HostReply) => void; reject: (error: Error) => void };
type Method = HostRequest['method'];
type Reply<M extends Method> = Extract<
  HostReply,
  M extends 'describe' ? { rows: unknown } : { results: unknown }
>;

/** The engine in its utility process: started, restarted when it dies, and asked for actions on main's own port. */
export class EngineProcess {
  private child: UtilityProcess | null = null;
  private current: EngineState = { kind: 'restarting' };
  private listener: () => void = () => undefined;
  private readonly waiting = new Map<number, Waiting>();
  private requests = 0;
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
    child.on('spawn', () => this.become({ kind: 'running' }));
    child.on('message', (message: HostReply | { fatal: string }) => this.receive(message));
    // A fatal error of V8's. The exit that follows says enough; without a listener, Node would throw it here in main.
    child.on('error', () => undefined);
    child.on('exit', () => this.ended(child, Date.now() - startedAt));
  }

  get state(): EngineState {
    return this.current;
  }

  /** Calls back whenever the state changes. */
  onState(listener: () => void): void {
    this.listener = listener;
  }

  /** A fresh port for a page; the engine serves the other end. Null while there is no engine. */
  connectPage(): MessagePortMain | null {
    if (this.child === null || this.state.kind !== 'running') return null;
    const { port1, port2 } = new MessageChannelMain();
    this.child.postMessage('page', [port1]);
    return port2;
  }

  /** @throws Error where the engine refuses the request, or ends before it has answered */
  async request<M extends Method>(method: M, ids: string[]): Promise<Reply<M>> {
    const { child } = this;
    if (child === null) throw new Error('The engine is not running; nothing was done.');
    const request = ++this.requests;
    const reply = await new Promise<HostReply>((resolve, reject) => {
      this.waiting.set(request, { resolve, reject });
      setTimeout(() => {
        if (this.waiting.delete(request)) {
          reject(new Error('The engine does not answer; look at the grid for what became of these sockets.'));
        }
      }, ANSWER_MS);
      child.postMessage({ request, method, ids } satisfies HostRequest);
    });
    if ('error' in reply) throw new Error(reply.error);
    return reply as Reply<M>;
  }

  dispose(): void {
    this.disposed = true;
    this.child?.kill();
  }

  private receive(message: HostReply | { fatal: string }): void {
    if ('fatal' in message) {
      this.disposed = true;
      this.become({ kind: 'failed', message: message.fatal });
      this.child?.kill();
      return;
    }
    const waiting = this.waiting.get(message.request);
    this.waiting.delete(message.request);
    waiting?.resolve(message);
  }

  private ended(child: UtilityProcess, ranMs: number): void {
    if (child !== this.child) return;
    this.child = null;
    for (const { reject } of this.waiting.values()) {
      reject(
        new Error(
          'The engine stopped before it answered; look at the grid for what became of these sockets.',
        ),
      );
    }
    this.waiting.clear();
    if (this.disposed) return;
    this.become({ kind: 'restarting' });
    this.failures = ranMs > HEALTHY_MS ? 0 : this.failures + 1;
    // At once the first time; then slower and slower, so that an engine that cannot start does not eat the machine.
    const delay = this.failures <= 1 ? 0 : Math.min(100 * 2 ** this.failures, LONGEST_DELAY_MS);
    setTimeout(() => {
      if (!this.disposed) this.start();
    }, delay);
  }

  private become(state: EngineState): void {
    this.current = state;
    this.listener();
  }
}
