import { randomBytes } from 'node:crypto';
import { OrderError } from '../engine';
import type { Engine } from '../engine';
import { confirmation, targetCount } from '../shared/confirmation';
import { browserAction, ContractError, parse } from '../shared/contract';
import type { BrowserActionReply } from '../shared/contract';
import { inOrder } from '../shared/orders';
import type { Order, Preparation } from '../shared/orders';

/** How long a question may stay open. */
const QUESTION_MS = 120_000;

interface Question {
  nonce: string;
  /** As the page gave it: the results come in this order */
  asked: Order;
  /** What the user was told of, and nothing else. */
  preparation: Preparation;
  askedAt: number;
}

/**
 * What main is in Electron: the only way from a page in a browser to an action. The page says what it wants done; the desk
 * answers with the question to put, in its own words; only the answer to that very question has anything done.
 * There is one desk for each connection, which asks one question and carries out one order at a time.
 */
export class ActionDesk {
  private question: Question | null = null;
  private acting: AbortController | null = null;

  constructor(
    private readonly engine: Pick<Engine, 'prepare' | 'act'>,
    private readonly allowed: boolean,
    private readonly reply: (reply: BrowserActionReply) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Resolves once everything that the message asks for is done, and answered. */
  async handle(message: unknown): Promise<void> {
    try {
      if (!this.allowed) {
        throw new ContractError('This host only shows. Start it with --allow-actions to act from here.');
      }
      const action = parse(browserAction, message);
      switch (action.type) {
        case 'prepare':
          this.prepare(action.order);
          break;
        case 'confirm':
          await this.confirm(action.nonce);
          break;
        case 'stop':
          this.acting?.abort();
          break;
      }
    } catch (error) {
      if (!(error instanceof ContractError || error instanceof OrderError)) throw error;
      this.reply({ type: 'refused', message: error.message });
    }
  }

  /** The page has gone: its question is void, and its order ends before the next target, since nobody could stop it any more. */
  leave(): void {
    this.question = null;
    this.acting?.abort();
  }

  private prepare(asked: Order): void {
    this.question = null;
    if (this.acting !== null) throw new OrderError('An order is being carried out. Wait, or stop it.');
    const preparation = this.engine.prepare(asked);
    if (targetCount(preparation) === 0) {
      this.reply({
        type: 'report',
        report: { results: inOrder(asked, preparation.missing), unrecorded: null },
      });
      return;
    }
    const nonce = randomBytes(16).toString('hex');
    this.question = { nonce, asked, preparation, askedAt: this.now() };
    this.reply({ type: 'confirm', nonce, confirmation: confirmation(preparation) });
  }

  private async confirm(nonce: string): Promise<void> {
    const { question } = this;
    if (question === null || question.nonce !== nonce)
      throw new ContractError('That question was not asked here.');
    this.question = null;
    const age = this.now() - question.askedAt;
    if (age > QUESTION_MS || age < 0) throw new ContractError('The question is too old; ask again.');
    const { asked, preparation } = question;
    const acting = new AbortController();
    this.acting = acting;
    try {
      const report = await this.engine.act(
        preparation.order,
        'browser',
        (progress) => this.reply({ type: 'progress', progress }),
        acting.signal,
      );
      const results = inOrder(asked, [...report.results, ...preparation.missing]);
      this.reply({ type: 'report', report: { ...report, results } });
    } finally {
      this.acting = null;
    }
  }
}
