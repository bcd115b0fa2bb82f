/** The page's one instance of everything, and how its parts hang together: stores, wire, commands. */
import { COPY_FORMATS } from '../../shared/bridge';
import { INTERVALS } from '../../shared/contract';
import type { Filter } from '../../shared/filter';
import { isOn, READING_SWITCHES, turned } from '../../shared/reading';
import type { Lookups } from '../../shared/rowFacts';
import { serviceName } from '../../shared/services';
import { MAIN_TABLES } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import type { Command, Shell } from '../shell/shell';
import { t } from '../strings';
import { ActionLog } from './actionLog';
import { arrangementOf } from './chosenArrangement';
import type { ColumnId } from './columns';
import { Deferred } from './deferred';
import { Engines, LOCAL } from './engines';
import { filterOf } from './filter';
import { focusGrid } from './focus';
import { Holding } from './holding';
import { Icons } from './icons';
import { Inspector } from './inspector';
import { foldKey } from './lines';
import { Names } from './names';
import { isActionCommand, Orders } from './orders';
import { allRows, shownRows } from './orderedRows';
import { browserPace } from './pace';
import { possibleCommands } from './possibleCommands';
import { RowActions } from './rowActions';
import type { Arrangement } from './rowOrder';
import { Selection } from './selection';
import { SocketStore } from './socketStore';
import { lookedAt, TrafficWatch } from './trafficWatch';
import { chosenReading, toggleTable, ui, useUi } from './uiStore';
import type { UiState } from './uiStore';
import { toggleFold, Upkeep } from './upkeep';
import { isDialogOpen, isMenuAffected, runViewCommand, switchesOn } from './viewCommands';
import { pollingOf, Wire } from './wire';

export class App {
  /** What is known of names and the time: one object, by which others keep what they derive from it. */
  readonly lookups: Lookups = {
    service: (protocol, port) => serviceName(ui.get().welcome?.services ?? {}, protocol, port),
    host: (address) => this.names.get(address),
    now: () => Date.now(),
  };
  readonly names = new Names((message) => this.wire.send(message));
  private applied = filterOf(ui.get().search, this.lookups);
  readonly sockets: SocketStore;
  readonly selection: Selection;
  /** Whether the rows keep their places for the moment */
  readonly holding = new Holding((held) => this.sockets.hold(held));
  readonly inspector = new Inspector({
    ask: (id) => this.wire.send({ type: 'details', id }),
    changed: (details) => ui.set({ details }),
    entry: (id) => {
      const entry = this.sockets.order.get(id);
      // A copy: the row that is shown changes with the next update, and what it was is compared with what it is.
      return entry && { row: { ...entry.row }, mark: entry.mark };
    },
    rows: () => allRows(this.sockets.order),
    focused: () => this.selection.focused,
    now: () => performance.now(),
  });
  readonly icons: Icons;
  readonly traffic = new TrafficWatch((message) => this.wire.send(message));
  readonly log = new ActionLog((message) => this.wire.send(message));
  readonly orders: Orders;
  readonly engines: Engines;
  private readonly revealListeners = new Set<(id: string) => void>();

  private readonly wire: Wire;
  private readonly rows: RowActions;
  private readonly upkeep: Upkeep;
  private readonly filtering = new Deferred(() => this.showFirst());
  private readonly rearranging = new Deferred(() => this.rearrange());

  constructor(readonly shell: Shell) {
    this.sockets = new SocketStore(this.arrangement(), browserPace());
    this.selection = new Selection(this.sockets.order);
    this.icons = new Icons(shell.icon);
    this.wire = new Wire(this);
    this.orders = new Orders(shell, this.sockets.order, this.selection);
    this.engines = new Engines(shell);
    this.rows = new RowActions(shell, this.sockets.order, this.selection, this.lookups);
    this.upkeep = new Upkeep(this, () => this.applied);
    // Rows that have gone are no longer selected; those a filter hides still are.
    this.sockets.subscribe(() => this.selection.prune());
    this.selection.subscribe(() => this.reportView());
    this.selection.subscribe(() => this.inspector.focusMoved());
    // The rows that a reading brings may be acted upon where those before could not be.
    this.inspector.subscribe(() => this.reportView());
  }

  start(): void {
    let before = ui.get();
    const watch = (state: UiState): void => {
      const last = before;
      before = state;
      // Who types sees the letters first, then what they come to.
      if (state.search !== last.search) this.filtering.ask();
      if (
        state.tables !== last.tables ||
        state.hidden !== last.hidden ||
        state.sort !== last.sort ||
        state.view !== last.view
      ) {
        this.rearrange();
      }
      if (isMenuAffected(state, last)) this.reportView();
    };
    useUi.subscribe(watch);
    this.upkeep.start();
    this.shell.start({
      channel: (channel) => this.wire.connect(channel),
      connection: (connection) => ui.set({ connection }),
      engine: (engine) => ui.set({ engine }),
      progress: (progress) => this.orders.progressed(progress),
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

  /** What a new filter leaves: first what is on screen, then all of it. */
  private showFirst(): void {
    this.applied = filterOf(ui.get().search, this.lookups);
    if (this.sockets.preview(this.arrangement())) this.rearranging.ask();
    else this.rearrange();
  }

  /** Filters and sorts anew, by what the user interface says now. */
  private rearrange(): void {
    const state = ui.get();
    this.applied = filterOf(state.search, this.lookups);
    this.sockets.arrange(this.arrangement());
    this.reportView();
  }

  private arrangement(): Arrangement {
    return arrangementOf(ui.get(), this.applied, this.lookups);
  }

  /** What a menu entry, a key or a button asks for. */
  run(command: Command): void {
    // What is acted upon is what the filter says, and not what it said a moment ago.
    this.filtering.now();
    this.rearranging.now();
    switch (command) {
      case 'close-shown':
        void this.orders.resetShown();
        return;
      case 'show-program':
        void this.orders.showProgram();
        return;
      case 'elevate':
        void this.engines.elevate();
        return;
      case 'connect-to':
        if (this.engines.reasonAgainst('connect-to') === null) ui.set({ dialog: 'connect' });
        return;
      case 'connect-local':
        void this.engines.use(LOCAL);
        return;
      case 'export-csv':
        void this.rows.exportCsv('shown');
        return;
      case 'export-selected':
        void this.rows.exportCsv('selected');
        return;
      case 'copy':
        void this.rows.copy('text');
        return;
      case 'copy-cell':
        void this.rows.copyCell();
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
        this.wire.setPolling({ paused: !(ui.get().status?.paused ?? false) });
        return;
      case 'refresh':
        this.wire.send({ type: 'refresh' });
        return;
      default:
        if (isActionCommand(command)) void this.orders.give(command);
        else this.choose(command);
    }
  }

  /** Closes the properties, and the keyboard goes on in the grid. */
  closeDetails(): void {
    this.inspector.close();
    focusGrid();
  }

  /** Of several selected rows, the one that the keyboard is on. */
  private openDetails(): void {
    const { focused } = this.selection;
    const ids = this.selection.shownIds();
    const id = focused !== null && ids.includes(focused) ? focused : ids[0];
    const entry = id === undefined ? undefined : this.sockets.order.get(id);
    if (entry !== undefined) this.inspector.open({ ...entry.row });
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
      this.selection.clear(); // what is looked at is what is acted upon, or nothing is
    } else {
      this.selection.only(id);
      for (const listener of this.revealListeners) listener(id);
      focusGrid();
    }
    this.inspector.open({ ...entry.row });
  }

  /** Tells whoever scrolls the grid which row to bring into sight. Returns how to stop. */
  readonly onReveal = (listener: (id: string) => void): (() => void) => {
    this.revealListeners.add(listener);
    return () => this.revealListeners.delete(listener);
  };

  /** These rows and columns are on screen: whose icons are wanted, and whose traffic the system has to be told to count. */
  lookAt(visible: readonly SocketRow[], columns: readonly ColumnId[]): void {
    this.icons.want(columns.includes('processName') ? visible : []);
    if (!this.traffic.isWanted) return;
    const { order } = this.sockets;
    this.traffic.show(
      lookedAt({
        ...{ visible, columns, filter: this.applied, sortedBy: ui.get().sort.column },
        shown: shownRows(order),
        all: allRows(order),
      }),
    );
  }

  /** See {@link RowActions.copyText}. */
  copyText(text: string): Promise<boolean> {
    return this.rows.copyText(text);
  }

  /** The commands that name one of several values. */
  private choose(command: Command): void {
    const interval = INTERVALS.find((ms) => command === `interval-${ms}`);
    const table = MAIN_TABLES.find((name) => command === `toggle-${name}`);
    const format = COPY_FORMATS.find((name) => command === `copy-${name}`);
    if (interval !== undefined) this.wire.setPolling({ intervalMs: interval, paused: false });
    if (table !== undefined) toggleTable(table);
    const reading = READING_SWITCHES.find((name) => command === `read-${name}`);
    const now = chosenReading(ui.get());
    if (reading !== undefined && now !== null) this.wire.setReading(turned(now, reading));
    if (format !== undefined) void this.rows.copy(format);
    runViewCommand(command);
  }

  private reportView(): void {
    const state = ui.get();
    const { status, tables, theme, density, view, welcome } = state;
    const { orders, engines } = this;
    const selected = this.selection.shownCount;
    // Only there is a native menu, and it takes a look at every selected row.
    if (status === null || this.shell.kind !== 'electron') return;
    const reading = READING_SWITCHES.filter((name) => isOn(status.reading, name));
    this.shell.reportView({
      ...{ ...pollingOf(status), tables, theme, density, view, reading },
      switches: switchesOn(state),
      selected,
      possible: possibleCommands({ orders, engines, selected, welcome }),
    });
  }
}
