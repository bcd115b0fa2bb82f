/** What is done with rows beyond looking at them, and changes nothing: they are copied and exported. */
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
import type { RowOrder } from './rowOrder';
import type { Selection } from './selection';
import { attempt, fileName, tell } from './telling';
import { ui } from './uiStore';

/** Each acts on rows that are shown, and says what came of it. */
export class RowActions {
  constructor(
    private readonly shell: Shell,
    private readonly order: RowOrder,
    private readonly selection: Selection,
    private readonly lookups: Lookups,
  ) {}

  /** Of all shown rows, or of those that are selected. */
  async exportCsv(which: 'shown' | 'selected'): Promise<void> {
    const rows = which === 'shown' ? this.shownRows() : this.selectedRows();
    await attempt(async () => {
      const text = asCsv(rows, columns(), this.cellLookups);
      const { saved } = await this.shell.saveFile(fileName('sockets', 'csv'), text);
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
    return await attempt(() => this.shell.copyText(text));
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
