import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine';
import { confirmClose, goneResult } from '../shared/actions';
import type { CloseResult } from '../shared/actions';
import { browserAction, ContractError, parse } from '../shared/contract';
import type { BrowserActionReply } from '../shared/contract';

/** How long a question may stay open. */
const QUESTION_MS = 120_000;

interface Question {
  nonce: string;
  /** What the user was told of, and nothing else. */
  ids: string[];
  gone: CloseResult[];
  askedAt: number;
}

/**
 * What main is in Electron: the only way from a page in a browser to an action. The page asks to close sockets; the desk
 * answers with the question to put, in its own words; only the answer to that very question closes anything.
 */
export class ActionDesk {
  private question: Question | null = null;

  constructor(
    private readonly engine: Pick<Engine, 'describe' | 'close'>,
    private readonly allowed: boolean,
    private readonly now: () => number = Date.now,
  ) {}

  handle(message: unknown): BrowserActionReply {
    try {
      if (!this.allowed) {
        throw new ContractError(
          'This host only shows. Start it with --allow-actions to close connections from here.',
        );
      }
      const action = parse(browserAction, message);
      return action.type === 'prepare-close' ? this.prepare(action.ids) : this.confirm(action.nonce);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      return { type: 'refused', message: error.message };
    }
  }

  private prepare(ids: string[]): BrowserActionReply {
    const described = this.engine.describe(ids);
    const { rows } = described;
    const gone = described.gone.map(goneResult);
    if (rows.length === 0) return { type: 'results', results: gone };
    const nonce = randomBytes(16).toString('hex');
    this.question = { nonce, ids: rows.map(({ id }) => id), gone, askedAt: this.now() };
    return { type: 'confirm', nonce, confirmation: confirmClose(rows, gone.length) };
  }

  private confirm(nonce: string): BrowserActionReply {
    const { question } = this;
    if (question === null || question.nonce !== nonce)
      throw new ContractError('That question was not asked here.');
    this.question = null;
    if (this.now() - question.askedAt > QUESTION_MS) {
      throw new ContractError('The question is too old; ask again.');
    }
    return { type: 'results', results: [...this.engine.close(question.ids), ...question.gone] };
  }
}
