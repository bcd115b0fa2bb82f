/** What is done to a column from its header, its menu and the keyboard alike. */
import type { ColumnId } from '../../shared/columnIds';
import {
  moveAmong,
  pinColumn,
  presetLayout,
  resizeColumns,
  showColumn,
  stepColumn,
} from '../model/columnLayout';
import type { PresetName } from '../model/columnLayout';
import { isWindows } from '../model/system';
import { ui } from '../model/uiStore';
import { fittingWidth, measuredWidths } from './columnWidths';
import { widthsWith } from './headerDrags';

const grid = (): HTMLElement => document.getElementById('grid')!;
const reading = () => ui.get().status?.reading;

export function setSort(column: ColumnId, descending: boolean): void {
  ui.set({ sort: { column, descending } });
}

export function setShown(id: ColumnId, visible: boolean): void {
  ui.set(({ columns }) => ({ columns: showColumn(columns, id, visible, reading()) }));
}

/** A column that is on screen is pinned as wide as it is. */
export function setPinned(id: ColumnId, pinned: boolean): void {
  const width = measuredWidths(grid()).get(id);
  ui.set(({ columns }) => ({ columns: pinColumn(columns, id, pinned, width) }));
}

export function fit(ids: readonly ColumnId[]): void {
  const widths = Object.fromEntries(ids.map((id) => [id, fittingWidth(grid(), id)]));
  ui.set(({ columns }) => ({ columns: resizeColumns(columns, widths) }));
}

export function fitAll(): void {
  fit([...measuredWidths(grid()).keys()]);
}

/** px, positive or negative. Returns the width that it has then. */
export function widen(id: ColumnId, by: number): number {
  const measured = measuredWidths(grid());
  const widths = widthsWith(measured, id, measured.get(id)! + by);
  ui.set(({ columns }) => ({ columns: resizeColumns(columns, widths) }));
  return widths[id]!;
}

export function step(id: ColumnId, by: -1 | 1): void {
  ui.set(({ columns }) => ({ columns: stepColumn(columns, id, by, reading()) }));
}

/** See {@link moveAmong}. */
export function move(peers: readonly ColumnId[], id: ColumnId, to: number): void {
  ui.set(({ columns }) => ({ columns: moveAmong(columns, peers, id, to) }));
}

/** Shows the columns of a preset, in its order, each as wide as it comes; a sort by what is no longer shown is kept. */
export function choosePreset(name: PresetName): void {
  ui.set({ columns: presetLayout(name, isWindows(ui.get().welcome)) });
}
