import { NativeError } from '../native';
import { ContractError, hostRequest, parse } from '../shared/contract';
import type { HostReply, HostRequest } from '../shared/contract';
import { OrderError } from './acting';
import type { Engine } from './engine';

/** What a host asks of an engine. */
export type HostEngine = Pick<Engine, 'prepare' | 'act' | 'program'>;

/**
 * Carries out the requests of one host: Electron's main, or a program on the other end of a wire. A malformed one is answered
 * with what is wrong, and changes nothing. `reply` gets every answer: of `act` any number of progress replies, then its report.
 */
export class HostDesk {
  /** Orders under way, by the number of their request. */
  private readonly acting = new Map<number, { stop: AbortController; ended: Promise<void> }>();

  constructor(
    private readonly engine: HostEngine,
    private readonly reply: (reply: HostReply) => void,
  ) {}

  /** @throws whatever is a fault of the engine's own: it is not hidden from whoever runs it */
  receive(message: unknown): void {
    this.answering(requestOf(message), () => this.carryOut(parse(hostRequest, message)));
  }

  /** Ends what is under way before its next target, as when the host has gone; resolves once nothing is. */
  async stop(): Promise<void> {
    const orders = [...this.acting.values()];
    for (const { stop } of orders) stop.abort();
    await Promise.all(orders.map(({ ended }) => ended));
  }

  private carryOut(asked: HostRequest): void {
    const { request } = asked;
    switch (asked.method) {
      case 'prepare':
        this.reply({ request, preparation: this.engine.prepare(asked.order) });
        break;
      case 'act':
        this.act(asked);
        break;
      case 'stop': {
        const order = this.acting.get(asked.which);
        order?.stop.abort();
        this.reply({ request, stopped: order !== undefined });
        break;
      }
      case 'program':
        this.reply({ request, program: this.engine.program(asked.process) });
        break;
    }
  }

  private act({ request, order, origin }: HostRequest & { method: 'act' }): void {
    if (this.acting.has(request)) throw new ContractError('Refused: "request" is under way already.');
    const stop = new AbortController();
    const report = this.engine.act(
      order,
      origin,
      (progress) => this.reply({ request, progress }),
      stop.signal,
    );
    const ended = report.then(
      (done) => {
        this.acting.delete(request);
        this.reply({ request, report: done });
      },
      (error: unknown) => {
        this.acting.delete(request);
        this.answering(request, () => {
          throw error;
        });
      },
    );
    this.acting.set(request, { stop, ended });
  }

  /** Answers with the sentence of what may well go wrong. */
  private answering(request: number, answer: () => void): void {
    try {
      answer();
    } catch (error) {
      const isExpected =
        error instanceof ContractError || error instanceof OrderError || error instanceof NativeError;
      if (!isExpected) throw error;
      this.reply({ request, error: error.message });
    }
  }
}

function requestOf(message: unknown): number {
  const request = (message as { request?: unknown } | null)?.request;
  return typeof request === 'number' ? request : -1;
}
