/** The page's one instance of everything: the stores, the wire, and what the commands do. */
import { COPY_FORMATS } from '../../shared/bridge';
import type { CopyFormat } from '../../shared/bridge';
import { MAX_CLOSE } from '../../shared/actions';
import type { Channel } from '../../shared/channel';
import { INTERVALS } from '../../shared/contract';
import type { EngineStatus } from '../../shared/contract';
import { neutralise } from '../../shared/csv';
import { isOn, isSameReading, READING_SWITCHES, turned } from '../../shared/reading';
import { MAIN_TABLES } from '../../shared/socket';
import type { ReadingOptions, SocketRow } from '../../shared/socket';
import type { Filter } from '../../shared/filter';
import type { Lookups } from '../../shared/rowFacts';
import { serviceName } from '../../shared/services';
import { Subscriber } from '../../shared/subscriber';
import type { Command, Shell } from '../shell/shell';
import { t } from '../strings';
import { shownColumns } from './columnLayout';
import { columnOf } from './columns';
import type { ColumnSpec } from './columns';
import { asCsv } from './copyFormats';
import { copyOf } from './copying';
import { Deferred } from './deferred';
import { filterOf, rowFilter } from './filter';
import { Inspector } from './inspector';
import { groupingOf } from './groupings';
import { Holding } from './holding';
import { foldKey } from './lines';
import { Names } from './names';
import { browserPace } from './pace';
import type { Arrangement } from './rowOrder';
import { Selection } from './selection';
import { SocketStore } from './socketStore';
import { chosenReading, toggleTable, ui, useUi } from './uiStore';
import { toggleFold, Upkeep } from './upkeep';
import type { UiState } from './uiStore';
import { isDialogOpen, isMenuAffected, runViewCommand, switchesOn } from './viewCommands';

export class App {
  /** What is known of names and the time: one object, by which others keep what they derive from it. */
  readonly lookups: Lookups = {
    service: (protocol, port) => serviceName(ui.get().welcome?.services ?? {}, protocol, port),
    host: (address) => this.names.get(address),
    now: () => Date.now(),
  };
  readonly names = new Names((message) => this.subscriber?.send(message));
  private applied = filterOf(ui.get().search, this.lookups);
  readonly sockets: SocketStore;
  readonly selection: Selection;
  /** Whether the rows keep their places for the moment */
  readonly holding = new Holding((held) => this.sockets.hold(held));
  private subscriber: Subscriber | null = null;
  readonly inspector = new Inspector({
    ask: (id) => this.subscriber?.send({ type: 'details', id }),
    changed: (details) => ui.set({ details }),
    entry: (id) => this.sockets.order.get(id),
    rows: () => this.allRows(),
    focused: () => this.selection.focused,
    now: () => performance.now(),
  });
  private readonly revealListeners = new Set<(id: string) => void>();

  private readonly upkeep: Upkeep;
  private readonly rearranging = new Deferred(() => this.rearrange());

  constructor(readonly shell: Shell) {
    this.sockets = new SocketStore(this.arrangement(), browserPace());
    this.selection = new Selection(this.sockets.order);
    this.upkeep = new Upkeep(this.sockets, this.holding, this.names, () => this.applied);
    // Rows that have gone are no longer selected; those a filter hides still are.
    this.sockets.subscribe(() => this.selection.prune());
    this.selection.subscribe(() => this.reportView());
    this.selection.subscribe(() => this.inspector.focusMoved());
  }

  start(): void {
    let before = ui.get();
    const watch = (state: UiState): void => {
      const last = before;
      before = state;
      // Who types sees the letters first, then what they come to.
      if (state.search !== last.search) this.rearranging.ask();
      if (state.tables !== last.tables || state.hidden !== last.hidden || state.sort !== last.sort || state.view !== last.view) {
        this.rearrange();
      }
      if (isMenuAffected(state, last)) this.reportView();
    };
    useUi.subscribe(watch);
    this.upkeep.start();
    this.shell.start({
      channel: (channel) => this.connect(channel),
      connection: (connection) => ui.set({ connection }),
      // A native menu knows nothing of the page's dialogs.
      command: (command) => {
        if (!isDialogOpen(ui.get())) this.run(command);
      },
      notice: (text) => ui.set({ notice: { kind: 'error', text } }),
    });
  }

  /** The filter whose rows are on screen; while somebody types, a moment behind the text. */
  get filter(): Filter {
    return this.applied;
  }

  /** Filters and sorts anew, by what the user interface says now. */
  private rearrange(): void {
    const state = ui.get();
    this.applied = filterOf(state.search, this.lookups);
    this.sockets.arrange(this.arrangement());
  }

  private arrangement(): Arrangement {
    return arrangementOf(ui.get(), this.applied, this.lookups);
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
        void this.copyRows('text');
        return;
      case 'copy-cell':
        void this.copyCell();
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
    this.inspector.close();
    document.getElementById('grid')?.focus();
  }

  /** Of several selected rows, the one that the keyboard is on. */
  private openDetails(): void {
    const { focused } = this.selection;
    const ids = this.selection.shownIds();
    const id = focused !== null && ids.includes(focused) ? focused : ids[0];
    const entry = id === undefined ? undefined : this.sockets.order.get(id);
    if (entry !== undefined) this.inspector.open(entry.row);
  }

  /** Selects a row, scrolls to it and opens its properties. Where it is not among those on screen, a notice says so. */
  reveal(id: string): void {
    const entry = this.sockets.order.get(id);
    if (entry === undefined) {
      ui.set({ notice: { kind: 'info', text: t.inspector.hasGone } });
      return;
    }
    const home = this.sockets.order.homeOf(id);
    if (home?.collapsed === true) toggleFold(foldKey(home));
    if (this.sockets.order.indexOf(id) < 0) {
      ui.set({ notice: { kind: 'info', text: t.inspector.isHidden } });
    } else {
      this.selection.only(id);
      for (const listener of this.revealListeners) listener(id);
      document.getElementById('grid')?.focus();
    }
    this.inspector.open(entry.row);
  }

  /** Tells whoever scrolls the grid which row to bring into sight. Returns how to stop. */
  readonly onReveal = (listener: (id: string) => void): (() => void) => {
    this.revealListeners.add(listener);
    return () => this.revealListeners.delete(listener);
  };

  /** Puts text on the clipboard; says so where that fails. Returns whether it is there. */
  async copyText(text: string): Promise<boolean> {
    let done = false;
    await this.attempt(async () => {
      await this.shell.copyText(text);
      done = true;
    });
    return done;
  }

  private *allRows(): Generator<SocketRow> {
    const { order } = this.sockets;
    for (const id of order.ids()) yield order.get(id)!.row;
  }

  /** The commands that name one of several values. */
  private choose(command: Command): void {
    const interval = INTERVALS.find((ms) => command === `interval-${ms}`);
    const table = MAIN_TABLES.find((name) => command === `toggle-${name}`);
    const format = COPY_FORMATS.find((name) => command === `copy-${name}`);
    if (interval !== undefined) this.setPolling({ intervalMs: interval, paused: false });
    if (table !== undefined) toggleTable(table);
    const reading = READING_SWITCHES.find((name) => command === `read-${name}`);
    const now = chosenReading(ui.get());
    if (reading !== undefined && now !== null) this.setReading(turned(now, reading));
    if (format !== undefined) void this.copyRows(format);
    runViewCommand(command);
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
    this.inspector.reconnected();
    this.names.reconnected();
    this.subscriber = new Subscriber(channel, {
      welcome: (welcome) => {
        const restarted = ui.get().welcome !== null && ui.get().welcome?.engineId !== welcome.engineId;
        ui.set({ welcome, connection: { kind: 'connected' } });
        // A wish may also have been lost with the wire.
        if (reading !== null && (restarted || ui.get().wished !== null)) this.setReading(reading);
        if (restarted && before !== null) this.setPolling(pollingOf(before));
        if (restarted)
          ui.set({
            notice: { kind: 'info', text: t.window.engineRestarted },
          });
      },
      snapshot: async (chunk) => {
        this.setStatus(chunk.status);
        await this.sockets.snapshot(chunk);
        if (chunk.last) this.inspector.updated(chunk.status);
      },
      diff: async (diff) => {
        this.setStatus(diff.status);
        await this.sockets.diff(diff);
        this.inspector.updated(diff.status);
      },
      details: (reply) => this.inspector.answered(reply),
      names: ({ names }) => this.names.received(names),
      refused: (text) => ui.set({ wished: null, notice: { kind: 'error', text } }),
    });
  }

  private shownRows(): SocketRow[] {
    return Array.from(this.sockets.order.shown(), ({ row }) => row);
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
      ui.set({ notice: { kind: 'error', text: t.window.tooManyToClose(MAX_CLOSE, ids.length) } });
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
    await this.attempt(async () => {
      const { saved } = await this.shell.saveCsv(fileName(), asCsv(rows, this.columns()));
      if (saved !== null)
        ui.set({ notice: { kind: 'info', text: t.window.savedTo(rows.length, saved) } });
    });
  }

  private async copyRows(format: CopyFormat | 'text'): Promise<void> {
    const rows = this.selectedRows();
    if (rows.length === 0) return;
    const several = ui.get().status?.reading.namespaces === true;
    const { text, notice } = copyOf(format, rows, this.columns(), this.lookups, several);
    if (text !== '' && !(await this.copyText(text))) return;
    ui.set({ notice: { kind: 'info', text: notice } });
  }

  /** Of the row that the keyboard is on, the cell that was clicked last. */
  private async copyCell(): Promise<void> {
    const { cell, sort } = ui.get();
    const id = this.selection.focused;
    const entry = id === null ? undefined : this.sockets.order.get(id);
    if (entry === undefined) return;
    const text = neutralise(columnOf(cell ?? sort.column).text(entry.row, this.lookups));
    if (await this.copyText(text)) ui.set({ notice: { kind: 'info', text: t.window.copiedCell(text) } });
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
    return shownColumns(ui.get().columns, ui.get().status?.reading);
  }

  private reportView(): void {
    const state = ui.get();
    const { status, tables, theme, density, view } = state;
    if (status === null) return;
    const reading = READING_SWITCHES.filter((name) => isOn(status.reading, name));
    this.shell.reportView({
      ...{ ...pollingOf(status), tables, theme, density, view, reading },
      switches: switchesOn(state),
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

function arrangementOf(
  { tables, hidden, sort, view }: UiState,
  filter: Filter,
  lookups: Lookups,
): Arrangement {
  const column = columnOf(sort.column);
  const isGrouped = view !== 'flat' && view !== 'listeners';
  return {
    column: sort.column,
    gather: isGrouped ? groupingOf(view, lookups) : view === 'listeners' ? view : null,
    sortKey: (row) => column.sortKey(row, lookups),
    descending: sort.descending,
    accepts: rowFilter(filter, tables, hidden),
  };
}

/** `sockets-2026-11-21-140312.csv`, in local time. */
function fileName(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `sockets-${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.csv`;
}
