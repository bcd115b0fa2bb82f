/** Which engine serves the page: this process's own, one with more rights, or one on another machine. */
import type { Clock } from '../../engine';
import { RemoteError } from '../../remote/ends';
import type { RemoteEngine } from '../../remote/remoteEngine';
import type { Orders } from '../../remote/serveStdio';
import type { Channel } from '../../shared/channel';
import { ContractError, FIRST_ENGINE, hostRequest, parse } from '../../shared/contract';
import type { Addressed, EngineChoice, HostNews, HostReply } from '../../shared/contract';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** A wire that held this long was sound: the next loss is answered at once again. */
const HEALTHY_MS = 10_000;

/** An engine of this process. It is made anew each time: one that nobody looks at would cost for nothing. */
export interface LocalEngine {
  serve(channel: Channel): void;
  orders: Orders;
  dispose(): void;
}

/** What an elsewhere is: RemoteEngine, as far as it is used */
export type Elsewhere = Pick<RemoteEngine, 'connectPage' | 'request' | 'onEnd' | 'close'>;
export type DistantChoice = Exclude<EngineChoice, { kind: 'local' }>;

export interface EngineSwitchOptions {
  startLocal: (reply: (reply: HostReply) => void) => LocalEngine;
  /** @throws Error with a sentence; RemoteError where it knows whether trying again makes sense */
  startElsewhere: (choice: DistantChoice, mayAsk: boolean, signal: AbortSignal) => Promise<Elsewhere>;
  tell: (message: HostNews | HostReply) => void;
  clock: Clock;
}

type Serving =
  | { choice: { kind: 'local' }; local: LocalEngine }
  | { choice: DistantChoice; remote: Elsewhere; since: number }
  /** The wire broke, and is being mended. */
  | { choice: DistantChoice; retry: AbortController; attempts: number; message: string };

/**
 * The engine before goes on until the chosen one is up and has said its version; where that cannot be had, it goes on for
 * good. Only a wire to another machine is mended by itself: nobody is asked for a password unasked.
 */
export class EngineSwitch {
  private serving: Serving;
  /** Of the engine that serves: main says with each order which one it is for. */
  private number = FIRST_ENGINE;
  private page: Channel | null = null;
  /** The choice that is being carried out. */
  private pending: AbortController | null = null;
  /** Orders without an answer yet */
  private readonly asked = new Set<number>();
  private idle: () => void = () => undefined;

  constructor(private readonly options: EngineSwitchOptions) {
    this.serving = this.local();
  }

  /** Serves a page until it closes or another engine does: main gives it a new port then. */
  connectPage(channel: Channel): void {
    this.page = channel;
    if ('local' in this.serving) this.serving.local.serve(channel);
    else if ('remote' in this.serving) this.serving.remote.connectPage(channel);
    else channel.close();
  }

  /** One order of main's. What is meant for another engine than the one that serves by now is carried out by none. */
  receive({ engine, ask }: Addressed): void {
    const { serving } = this;
    const { request } = ask;
    this.asked.add(request);
    if (engine !== this.number) {
      this.reply({ request, error: 'The engine has changed meanwhile; nothing was done.' });
      return;
    }
    if ('local' in serving) {
      serving.local.orders.receive(ask);
      return;
    }
    try {
      const order = parse(hostRequest, ask);
      if ('remote' in serving) serving.remote.request(order, (reply) => this.reply(reply));
      else this.reply({ request, error: `${serving.message} Nothing was done.` });
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.reply({ request, error: error.message });
    }
  }

  /**
   * Resolves once it serves. A choice that is under way is given up.
   * @param mayAsk whether somebody is there to be asked, for a password for example
   * @throws Error with a sentence; the one before goes on
   */
  async choose(choice: EngineChoice, mayAsk: boolean): Promise<void> {
    this.pending?.abort();
    this.pending = null;
    const isLost = 'retry' in this.serving;
    if (isSame(choice, this.serving.choice) && !isLost) return;
    if (choice.kind === 'local') {
      this.become(this.local());
      return;
    }
    const pending = new AbortController();
    this.pending = pending;
    try {
      const remote = await this.options.startElsewhere(choice, mayAsk, pending.signal);
      // An order that was given meanwhile is carried out by the engine that it was given to.
      while (this.asked.size > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      if (pending.signal.aborted) {
        remote.close();
        throw new Error('Given up.');
      }
      this.serveFrom(choice, remote);
    } finally {
      if (this.pending === pending) this.pending = null;
    }
  }

  /** Stops what is under way before its next target, and ends every engine. Resolves once that is done and on record. */
  async dispose(): Promise<void> {
    this.pending?.abort();
    // One elsewhere does so by itself, when its input ends.
    if ('local' in this.serving) await this.serving.local.orders.stop();
    this.leave();
  }

  private local(): Serving {
    return { choice: { kind: 'local' }, local: this.options.startLocal((reply) => this.reply(reply)) };
  }

  private reply(reply: HostReply): void {
    if (!('progress' in reply)) this.asked.delete(reply.request);
    this.options.tell(reply);
    if (this.asked.size === 0) this.idle();
  }

  private serveFrom(choice: DistantChoice, remote: Elsewhere, attempts = 0): void {
    const serving: Serving = { choice, remote, since: this.options.clock.now() };
    this.become(serving);
    remote.onEnd((why) => {
      if (this.serving !== serving) return;
      if (choice.kind === 'elevated') {
        this.fallBack(`${why.message} SocketScope goes on without.`);
        return;
      }
      const isSound = this.options.clock.now() - serving.since >= HEALTHY_MS;
      this.lose(choice, why.message, isSound ? 0 : attempts);
    });
  }

  private lose(choice: DistantChoice, message: string, attempts: number): void {
    const { clock, tell } = this.options;
    this.leave();
    const retry = new AbortController();
    this.serving = { choice, retry, attempts, message };
    const delay = Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS);
    const cancel = clock.after(delay, () => void this.mend(choice, retry.signal, attempts + 1));
    retry.signal.addEventListener('abort', cancel);
    tell({ lost: { engine: choice, message, retryAt: clock.now() + delay } });
  }

  private async mend(choice: DistantChoice, signal: AbortSignal, attempts: number): Promise<void> {
    try {
      const remote = await this.options.startElsewhere(choice, false, signal);
      if (signal.aborted) remote.close();
      else this.serveFrom(choice, remote, attempts);
    } catch (error) {
      if (signal.aborted) return;
      const { message } = error as Error;
      if (error instanceof RemoteError && error.final)
        this.fallBack(`${message} These are the sockets of this machine.`);
      else this.lose(choice, message, attempts);
    }
  }

  private fallBack(notice: string): void {
    this.become(this.local());
    this.options.tell({ notice });
  }

  private become(serving: Serving): void {
    this.leave();
    this.serving = serving;
    this.options.tell({ serving: serving.choice, number: ++this.number });
  }

  private leave(): void {
    this.page?.close();
    this.page = null;
    if ('local' in this.serving) this.serving.local.dispose();
    else if ('remote' in this.serving) this.serving.remote.close();
    else this.serving.retry.abort();
  }
}

function isSame(a: EngineChoice, b: EngineChoice): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
