/** The page's one instance of everything: the stores, the wire, and what the commands do. */
import { THEMES } from '../../shared/bridge';
import { MAX_CLOSE } from '../../shared/actions';
import type { Channel } from '../../shared/channel';
import { INTERVALS } from '../../shared/contract';
import type { EngineStatus } from '../../shared/contract';
import { neutralise, toCsv } from '../../shared/csv';
import { fieldValue } from '../../shared/fields';
import type { ExportedSocket } from '../../shared/fields';
import { isOn, isSameReading, READING_SWITCHES, turned } from '../../shared/reading';
import { MAIN_TABLES } from '../../shared/socket';
import type { ReadingOptions, SocketRow } from '../../shared/socket';
import { Subscriber } from '../../shared/subscriber';
import type { Command, Shell } from '../shell/shell';
import { columnOf, formatCount, shownColumns } from './columns';
import type { ColumnSpec } from './columns';
import { rowFilter } from './filter';
import { OpenDetails } from './openDetails';
import type { Arrangement } from './rowOrder';
import { Selection } from './selection';
import { SocketStore } from './socketStore';
import { chosenReading, toggleTable, ui, useUi } from './uiStore';
import type { UiState } from './uiStore';

export class App {
  readonly sockets: SocketStore;
  readonly selection: Selection;
  private subscriber: Subscriber | null = null;
  private readonly details = new OpenDetails(
    (id) => this.subscriber?.send({ type: 'details', id }),
    (details) => ui.set({ details }),
  );

  constructor(readonly shell: Shell) {
    this.sockets = new SocketStore(arrangementOf(ui.get()));
    this.selection = new Selection(this.sockets.order);
    // Rows that have gone are no longer selected; those a filter hides still are.
    this.sockets.subscribe(() => this.selection.prune());
    this.selection.subscribe(() => this.reportView());
  }

  start(): void {
    let before = ui.get();
    const watch = (state: UiState): void => {
      const last = before;
      before = state;
      if (state.search !== last.search || state.tables !== last.tables || state.sort !== last.sort) {
        this.sockets.arrange(arrangementOf(state));
      }
      if (state.theme !== last.theme) document.documentElement.dataset['theme'] = state.theme;
      const { status, tables, theme, search } = last;
      if (
        state.status !== status ||
        state.tables !== tables ||
        state.theme !== theme ||
        state.search !== search
      ) {
        this.reportView();
      }
    };
    useUi.subscribe(watch);
    document.documentElement.dataset['theme'] = before.theme;
    this.shell.start({
      channel: (channel) => this.connect(channel),
      connection: (connection) => ui.set({ connection }),
      command: (command) => this.run(command),
    });
  }

  /** What a menu entry, a key or a button asks for. */
  run(command: Command): void {
    switch (command) {
      case 'close-connection':
        void this.closeSelected();
        return;
      case 'export-csv':
        void this.exportCsv(this.shownRows());
        return;
      case 'export-selected':
        void this.exportCsv(this.selectedRows());
        return;
      case 'copy':
        void this.copySelected();
        return;
      case 'select-all':
        this.selection.all();
        return;
      case 'details':
        this.openDetails();
        return;
      case 'find':
        document.getElementById('search')?.focus();
        return;
      case 'pause':
        this.setPolling({ paused: !(ui.get().status?.paused ?? false) });
        return;
      case 'refresh':
        this.subscriber?.send({ type: 'refresh' });
        return;
      default:
        this.choose(command);
    }
  }

  /** Closes the properties, and the keyboard goes on in the grid. */
  closeDetails(): void {
    this.details.close();
    document.getElementById('grid')?.focus();
  }

  /** Of several selected rows, the one that the keyboard is on. */
  private openDetails(): void {
    const { focused } = this.selection;
    const ids = this.selection.shownIds();
    const id = focused !== null && ids.includes(focused) ? focused : ids[0];
    const entry = id === undefined ? undefined : this.sockets.order.get(id);
    if (entry !== undefined) this.details.open(entry.row);
  }

  private refreshDetails(): void {
    const { id } = this.details;
    if (id !== null) this.details.updated(this.sockets.order.get(id)?.row);
  }

  /** The commands that name one of several values. */
  private choose(command: Command): void {
    const interval = INTERVALS.find((ms) => command === `interval-${ms}`);
    const table = MAIN_TABLES.find((name) => command === `toggle-${name}`);
    const theme = THEMES.find((name) => command === `theme-${name}`);
    if (interval !== undefined) this.setPolling({ intervalMs: interval, paused: false });
    if (table !== undefined) toggleTable(table);
    const reading = READING_SWITCHES.find((name) => command === `read-${name}`);
    const now = chosenReading(ui.get());
    if (reading !== undefined && now !== null) this.setReading(turned(now, reading));
    if (theme !== undefined) ui.set({ theme });
  }

  private setReading(reading: ReadingOptions): void {
    ui.set({ wished: reading });
    this.subscriber?.send({ type: 'reading', reading });
  }

  private setStatus(status: EngineStatus): void {
    const { wished } = ui.get();
    const isDone = wished !== null && isSameReading(wished, status.reading);
    ui.set(isDone ? { status, wished: null } : { status });
  }

  private setPolling(change: { intervalMs?: (typeof INTERVALS)[number]; paused?: boolean }): void {
    const { status } = ui.get();
    const now = INTERVALS.find((ms) => ms === status?.intervalMs) ?? 1000;
    this.subscriber?.send({
      type: 'polling',
      intervalMs: change.intervalMs ?? now,
      paused: change.paused ?? status?.paused ?? false,
    });
  }

  private connect(channel: Channel): void {
    // A restarted engine begins with its defaults: it is given the user's choice again.
    const before = ui.get().status;
    const reading = chosenReading(ui.get());
    this.details.reconnected();
    this.subscriber = new Subscriber(channel, {
      welcome: (welcome) => {
        const restarted = ui.get().welcome !== null && ui.get().welcome?.engineId !== welcome.engineId;
        ui.set({ welcome, connection: { kind: 'connected' } });
        // A wish may also have been lost with the wire.
        if (reading !== null && (restarted || ui.get().wished !== null)) this.setReading(reading);
        if (restarted && before !== null) this.setPolling(pollingOf(before));
        if (restarted)
          ui.set({
            notice: { kind: 'info', text: 'The engine was restarted; the grid is up to date again.' },
          });
      },
      snapshot: (chunk) => {
        this.setStatus(chunk.status);
        this.sockets.snapshot(chunk);
        if (chunk.last) this.refreshDetails();
      },
      diff: (diff) => {
        this.setStatus(diff.status);
        this.sockets.diff(diff);
        this.refreshDetails();
      },
      details: (reply) => this.details.answered(reply),
      refused: (text) => ui.set({ wished: null, notice: { kind: 'error', text } }),
    });
  }

  private shownRows(): SocketRow[] {
    const { order } = this.sockets;
    return Array.from({ length: order.length }, (_, i) => order.at(i)!.row);
  }

  private selectedRows(): SocketRow[] {
    return this.selection.shownIds().map((id) => this.sockets.order.get(id)!.row);
  }

  private async closeSelected(): Promise<void> {
    const ids = this.selection.shownIds();
    const refused = this.shell.actionsRefused();
    if (ids.length === 0 || ui.get().closing) return;
    if (refused !== null) {
      ui.set({ notice: { kind: 'error', text: refused } });
      return;
    }
    if (ids.length > MAX_CLOSE) {
      const text = `At most ${formatCount(MAX_CLOSE)} sockets can be closed at once; ${formatCount(ids.length)} are selected.`;
      ui.set({ notice: { kind: 'error', text } });
      return;
    }
    ui.set({ closing: true, results: null });
    await this.attempt(async () => {
      const report = await this.shell.closeSockets(ids);
      if (report.confirmed) ui.set({ results: report.results });
    });
    ui.set({ closing: false });
    // The button that had the focus may be disabled by now; the keyboard goes on in the grid.
    if (document.activeElement === document.body) document.getElementById('grid')?.focus();
  }

  private async exportCsv(rows: readonly SocketRow[]): Promise<void> {
    const fields = this.columns().flatMap((column) => column.fields);
    const sockets = rows.map((row): ExportedSocket =>
      Object.fromEntries(fields.map((field) => [field, fieldValue(row, field)])),
    );
    await this.attempt(async () => {
      const { saved } = await this.shell.saveCsv(fileName(), toCsv(fields, sockets));
      const count = `${rows.length} ${rows.length === 1 ? 'socket' : 'sockets'}`;
      if (saved !== null) ui.set({ notice: { kind: 'info', text: `${count} saved to ${saved}` } });
    });
  }

  private async copySelected(): Promise<void> {
    const rows = this.selectedRows();
    if (rows.length === 0) return;
    const columns = this.columns();
    const lines = rows.map((row) => columns.map((column) => neutralise(column.text(row))).join('\t'));
    await this.attempt(() => this.shell.copyText(`${lines.join('\n')}\n`));
  }

  /** Shows what went wrong, in words; nothing else is lost by it. */
  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      ui.set({ notice: { kind: 'error', text: error instanceof Error ? error.message : String(error) } });
    }
  }

  private columns(): readonly ColumnSpec[] {
    return shownColumns(ui.get().status?.reading);
  }

  private reportView(): void {
    const { status, tables, theme } = ui.get();
    if (status === null) return;
    const reading = READING_SWITCHES.filter((name) => isOn(status.reading, name));
    this.shell.reportView({
      ...{ ...pollingOf(status), tables, theme, reading },
      selected: this.selection.shownCount,
    });
  }
}

function pollingOf(status: { intervalMs: number; paused: boolean }): {
  intervalMs: (typeof INTERVALS)[number];
  paused: boolean;
} {
  return { intervalMs: INTERVALS.find((ms) => ms === status.intervalMs) ?? 1000, paused: status.paused };
}

function arrangementOf({ search, tables, sort }: UiState): Arrangement {
  const column = columnOf(sort.column);
  return {
    sortKey: (row) => column.sortKey(row),
    descending: sort.descending,
    accepts: rowFilter(search, tables),
  };
}

/** `sockets-2026-11-21-140312.csv`, in local time. */
function fileName(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `sockets-${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.csv`;
}
