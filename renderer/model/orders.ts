/** What is done to sockets and processes from the page: whom it would hit, that the user is asked, how it goes, what came of it. */
import type { GuardedCommand } from '../../shared/bridge';
import { isSocketAction, MAX_TARGETS, processId } from '../../shared/orders';
import type { Action, ActionReport, Order, ProcessIdentity } from '../../shared/orders';
import type { Progress } from '../../shared/contract';
import type { SocketRow } from '../../shared/socket';
import { plainText } from '../../shared/text';
import type { Shell } from '../shell/shell';
import { t } from '../strings';
import { focusGrid } from './focus';
import type { RowOrder } from './rowOrder';
import type { Selection } from './selection';
import { labelsOf, withLabels } from './results';
import { ownersOf, reasonAgainstAll, targetsOf } from './targets';
import type { Targets } from './targets';
import { attempt, tell } from './telling';
import { ui } from './uiStore';

/** The commands that act on the selected rows, and what each does to them. */
export const ACTION_OF = {
  'close-connection': 'reset',
  'close-gracefully': 'finish',
  'end-process': 'terminate',
  'kill-process': 'kill',
  'suspend-process': 'suspend',
  'resume-process': 'resume',
} as const satisfies Partial<Record<GuardedCommand, Action>>;
export type ActionCommand = keyof typeof ACTION_OF;
export const ACTION_COMMANDS = Object.keys(ACTION_OF) as ActionCommand[];

export function isActionCommand(command: string): command is ActionCommand {
  return command in ACTION_OF;
}

/** Every order is about rows that are shown, and only after the user has said yes to the host's own question. */
export class Orders {
  constructor(
    private readonly shell: Shell,
    private readonly order: RowOrder,
    private readonly selection: Selection,
  ) {}

  /** Of the selected rows. */
  async give(command: ActionCommand): Promise<void> {
    const reason = this.reasonAgainst(command);
    if (reason !== null) return this.refuse(reason);
    await this.carryOutOn(this.targets(command));
  }

  /** Resets everything that the list shows. */
  async resetShown(): Promise<void> {
    const reason = this.reasonAgainst('close-shown');
    if (reason !== null) return tell('error', reason);
    await this.carryOutOn(this.shownTargets());
  }

  /** Of a `terminate` that some processes have not followed: ends those without asking them. */
  async killThose(processes: ProcessIdentity[]): Promise<void> {
    const reason = this.closedToAll();
    if (reason !== null) return tell('error', reason);
    const labels = new Map(ui.get().done?.report.results.map(({ id, label }) => [id, label]));
    await this.carryOut({ action: 'kill', processes }, labels);
  }

  /** Nothing follows the target that is being acted upon. */
  async stop(): Promise<void> {
    const { acting } = ui.get();
    if (acting === null || acting.stopping) return;
    ui.set({ acting: { ...acting, stopping: true } });
    if (await attempt(() => this.shell.stopActing())) return;
    const now = ui.get().acting;
    if (now !== null) ui.set({ acting: { ...now, stopping: false } });
  }

  progressed(progress: Progress): void {
    const { acting } = ui.get();
    // The user has agreed: what came of the order before is over.
    if (acting !== null) ui.set({ acting: { ...acting, progress }, done: null });
  }

  async showProgram(): Promise<void> {
    const reason = this.reasonAgainst('show-program');
    if (reason !== null) return tell('error', reason);
    const [process] = ownersOf(rowsOf(this.selection.shown()));
    await attempt(() => this.shell.showProgram(process!));
  }

  /** What a command would be done to now. */
  targets(command: ActionCommand): Targets {
    const rows = this.selection.shownIds().map((id) => this.order.get(id)!.row);
    return targetsOf(ACTION_OF[command], rows, ui.get().welcome!.rights);
  }

  /** What {@link resetShown} would be done to now. */
  shownTargets(): Targets {
    return targetsOf('reset', [...rowsOf(this.order.shown())], ui.get().welcome!.rights);
  }

  /** Why a command cannot be carried out now, as a sentence; null where it can, for one row at least. */
  reasonAgainst(command: ActionCommand | 'close-shown' | 'show-program'): string | null {
    if (command === 'show-program') return this.reasonAgainstShowing();
    const closed = this.closedToAll();
    if (closed !== null) return closed;
    const { rights } = ui.get().welcome!;
    if (command === 'close-shown')
      return this.order.length === 0
        ? t.actions.nothingShown
        : reasonAgainstAll('reset', rowsOf(this.order.shown()), rights);
    return reasonAgainstAll(ACTION_OF[command], rowsOf(this.selection.shown()), rights);
  }

  private reasonAgainstShowing(): string | null {
    const { programsRefused } = this.shell;
    if (programsRefused !== null) return programsRefused;
    const { engine, connection } = ui.get();
    if (connection.kind !== 'connected') return t.actions.noEngine;
    if (engine.kind === 'remote') return t.actions.elsewhere;
    if (this.selection.shownCount === 0) return t.actions.nothingSelected;
    const rows = [...rowsOf(this.selection.shown())];
    const owners = ownersOf(rows);
    if (owners.length === 0) return t.actions.owners[rows[0]!.owner];
    if (owners.length > 1) return t.actions.oneProcess;
    return rows.some(({ processPath }) => processPath !== null) ? null : t.actions.noProgram;
  }

  /** Why nothing at all can be done now. */
  private closedToAll(): string | null {
    const { connection, welcome, acting } = ui.get();
    // Whether actions are allowed is known once connected.
    if (connection.kind !== 'connected' || welcome === null) return t.actions.noEngine;
    const refused = this.shell.actionsRefused();
    if (refused !== null) return refused;
    return acting === null ? null : t.actions.underWay;
  }

  /** A key that was pressed with nothing selected needs no answer. */
  private refuse(reason: string): void {
    if (this.selection.shownCount > 0 && ui.get().acting === null) tell('error', reason);
  }

  private async carryOutOn({ order, rows }: Targets): Promise<void> {
    // Worded now: the rows are the list's own, and go on changing while the user is asked.
    if (order !== null) await this.carryOut(order, labelsOf(order.action, rows));
  }

  /** @param labels what the user saw the targets as, by their ids */
  private async carryOut(order: Order, labels: ReadonlyMap<string, string>): Promise<void> {
    const size = isAboutSockets(order) ? order.ids.length : order.processes.length;
    if (size > MAX_TARGETS) return tell('error', t.actions.tooMany(MAX_TARGETS, size));
    ui.set({ acting: { action: order.action, progress: null, stopping: false } });
    await attempt(async () => {
      const answer = await this.shell.act(order);
      if (!answer.confirmed) return;
      const results = withLabels(answer.report.results, labels);
      const { unrecorded } = answer.report;
      const report = { results, unrecorded: unrecorded === null ? null : plainText(unrecorded) };
      ui.set({ done: { order, report } });
    });
    ui.set({ acting: null });
    // The button that had the focus may be disabled or gone once that is shown; the keyboard goes on in the grid.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) focusGrid();
    });
  }
}

function* rowsOf(entries: Iterable<{ row: SocketRow }>): Generator<SocketRow> {
  for (const { row } of entries) yield row;
}

function isAboutSockets(order: Order): order is Extract<Order, { ids: string[] }> {
  return isSocketAction(order.action);
}

/** Of an order to end processes politely, those that may be running still. */
export function stillRunning(order: Order, { results }: ActionReport): ProcessIdentity[] {
  if (order.action !== 'terminate') return [];
  const failed = new Set(results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id));
  return order.processes.filter((process) => failed.has(processId(process)));
}
