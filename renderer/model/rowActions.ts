/** What is done with rows beyond looking at them: they are closed, copied and exported. */
import { MAX_CLOSE } from '../../shared/actions';
import type { CopyFormat } from '../../shared/bridge';
import { neutralise } from '../../shared/csv';
import type { LiveRow, Lookups } from '../../shared/rowFacts';
import type { Shell } from '../shell/shell';
import { t } from '../strings';
import { shownColumns } from './columnLayout';
import { columnOf } from './columns';
import type { CellLookups, ColumnSpec } from './columns';
import { asCsv } from './copyFormats';
import { copyOf } from './copying';
import { focusGrid } from './focus';
import type { RowOrder } from './rowOrder';
import type { Selection } from './selection';
import { ui } from './uiStore';
import type { Notice } from './uiStore';

/** Each acts on rows that are shown, and says what came of it. */
export class RowActions {
  constructor(
    private readonly shell: Shell,
    private readonly order: RowOrder,
    private readonly selection: Selection,
    private readonly lookups: Lookups,
  ) {}

  /** Of the selected rows; the shell asks the user first. */
  async close(): Promise<void> {
    const ids = this.selection.shownIds();
    if (ids.length === 0 || ui.get().closing) return;
    const refused = this.shell.actionsRefused();
    if (refused !== null) return tell('error', refused);
    if (ids.length > MAX_CLOSE) return tell('error', t.window.tooManyToClose(MAX_CLOSE, ids.length));
    ui.set({ closing: true, results: null });
    await attempt(async () => {
      const report = await this.shell.closeSockets(ids);
      if (report.confirmed) ui.set({ results: report.results });
    });
    ui.set({ closing: false });
    // The button that had the focus may be disabled by now; the keyboard goes on in the grid.
    if (document.activeElement === document.body) focusGrid();
  }

  /** Of all shown rows, or of those that are selected. */
  async exportCsv(which: 'shown' | 'selected'): Promise<void> {
    const rows = which === 'shown' ? this.shownRows() : this.selectedRows();
    await attempt(async () => {
      const { saved } = await this.shell.saveCsv(fileName(), asCsv(rows, columns(), this.cellLookups));
      if (saved !== null) tell('info', t.window.savedTo(rows.length, saved));
    });
  }

  async copy(format: CopyFormat | 'text'): Promise<void> {
    const rows = this.selectedRows();
    if (rows.length === 0) return;
    const several = ui.get().status?.reading.namespaces === true;
    const { text, notice } = copyOf(format, rows, columns(), this.cellLookups, several);
    if (text === '' || (await this.copyText(text))) tell('info', notice);
  }

  /** Of the row that the keyboard is on, the cell that was clicked last. */
  async copyCell(): Promise<void> {
    const { cell, sort } = ui.get();
    const id = this.selection.focused;
    // One that is folded in or hidden by the filter is not what anybody means.
    const entry = id === null || this.order.indexOf(id) < 0 ? undefined : this.order.get(id);
    if (entry === undefined) return;
    const text = neutralise(columnOf(cell ?? sort.column).text(entry.row, this.cellLookups));
    if (await this.copyText(text)) tell('info', t.window.copiedCell(text));
  }

  /** Puts text on the clipboard; says so where that fails. Returns whether it is there. */
  async copyText(text: string): Promise<boolean> {
    let done = false;
    await attempt(async () => {
      await this.shell.copyText(text);
      done = true;
    });
    return done;
  }

  /** What is copied says what is on screen. */
  private get cellLookups(): CellLookups {
    return { ...this.lookups, portNames: ui.get().portNames };
  }

  private shownRows(): LiveRow[] {
    return Array.from(this.order.shown(), ({ row }) => row);
  }

  private selectedRows(): LiveRow[] {
    return this.selection.shownIds().map((id) => this.order.get(id)!.row);
  }
}

function columns(): readonly ColumnSpec[] {
  return shownColumns(ui.get().columns, ui.get().status?.reading);
}

function tell(kind: Notice['kind'], text: string): void {
  ui.set({ notice: { kind, text } });
}

/** Shows what went wrong, in words; nothing else is lost by it. */
async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    tell('error', error instanceof Error ? error.message : String(error));
  }
}

/** `sockets-2026-11-21-140312.csv`, in local time. */
function fileName(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `sockets-${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.csv`;
}
