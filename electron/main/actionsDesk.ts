/** Actions asked for by the page: main asks the user in its own words, and only then tells the engine. */
import { shell } from 'electron';
import type { BrowserWindow } from 'electron';
import { confirmation, targetCount } from '../../shared/confirmation';
import type { OrderReport, Progress } from '../../shared/contract';
import { inOrder } from '../../shared/orders';
import type { Confirmation, Order, ProcessIdentity } from '../../shared/orders';
import type { EngineProcess } from './engineProcess';
import { agrees } from './question';

export type ActingEngine = Pick<
  EngineProcess,
  'prepare' | 'act' | 'stopActing' | 'program' | 'serving' | 'state'
>;

export class ActionsDesk {
  private isBusy = false;

  constructor(
    private readonly window: BrowserWindow,
    private readonly engine: ActingEngine,
    private readonly onProgress: (progress: Progress) => void,
  ) {}

  /** One question at a time, about what the engine has just looked up. */
  async act(asked: Order): Promise<OrderReport> {
    if (this.isBusy) throw new Error('Another question is open, or its answer is being carried out.');
    this.isBusy = true;
    try {
      const { engine } = this;
      const { serving } = engine;
      const preparation = await engine.prepare(asked);
      if (targetCount(preparation) === 0) {
        const results = inOrder(asked, preparation.missing);
        return { confirmed: true, report: { results, unrecorded: null } };
      }
      if (!(await this.agrees(confirmation(preparation)))) return { confirmed: false };
      // Another engine knows other sockets, and other processes by the same numbers.
      if (engine.serving !== serving) throw new Error('The engine has changed meanwhile; nothing was done.');
      // What the user was told of, and nothing else.
      const report = await engine.act(preparation.order, this.onProgress);
      const results = inOrder(asked, [...report.results, ...preparation.missing]);
      return { confirmed: true, report: { ...report, results } };
    } finally {
      this.isBusy = false;
    }
  }

  stop(): Promise<void> {
    return this.engine.stopActing();
  }

  /** Shows in the file manager where the program of this process lies, which the engine says and not the page. */
  async showProgram(process: ProcessIdentity): Promise<void> {
    const { state } = this.engine;
    if (state.kind !== 'running') throw new Error('The engine is not running.');
    const program = await this.engine.program(process);
    if (program === null) throw new Error('The process has ended, or its program may not be seen.');
    const { engine } = state;
    if (engine.kind === 'remote') throw new Error(`The program lies on ${engine.host}: ${program}`);
    shell.showItemInFolder(program);
  }

  private agrees({ title, message, detail, warnings, confirmLabel }: Confirmation): Promise<boolean> {
    const parts = [...warnings.map((warning) => `⚠ ${warning}`), ...this.machine(), detail];
    return agrees(this.window, { title, message, detail: parts.join('\n\n'), confirmLabel });
  }

  /** Says so where it is not this machine that is acted on. */
  private machine(): string[] {
    const { state } = this.engine;
    return state.kind === 'running' && state.engine.kind === 'remote' ? [`On ${state.engine.host}.`] : [];
  }
}
