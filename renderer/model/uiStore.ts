import { create } from 'zustand';
import type { EngineChoice, EngineStatus, Progress, Welcome } from '../../shared/contract';
import type { Action, ActionReport, Confirmation, Order } from '../../shared/orders';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import type { Density, Highlight, Theme, View } from '../../shared/settings';
import type { MainTable, ReadingOptions, SocketState } from '../../shared/socket';
import type { Connection } from '../shell/shell';
import { DEFAULT_LAYOUT } from './columnLayout';
import type { ColumnLayout } from './columnLayout';
import { columnOf } from './columns';
import type { ColumnId } from './columns';
import type { TableToggles } from './filter';
import type { DetailsState } from './openDetails';

/** A sentence that stays until it is dismissed. */
export interface Notice {
  kind: 'info' | 'error';
  text: string;
}

export { VIEWS } from '../../shared/settings';
export type { View } from '../../shared/settings';

/** The parts of the inspector. */
export const INSPECTOR_TABS = ['overview', 'charts', 'timeline', 'process', 'peer'] as const;
export type InspectorTab = (typeof INSPECTOR_TABS)[number];

/** How the inspector stands in the window. */
export interface InspectorLayout {
  /** px: its height below the grid, its width beside it */
  size: number;
  /** Beside the grid only where the window is wide. */
  side: 'below' | 'right';
  tab: InspectorTab;
}

/** What a dialog is open about. */
export const DIALOGS = ['settings', 'shortcuts', 'columns', 'filters', 'log', 'connect'] as const;
export type DialogName = (typeof DIALOGS)[number];

/** An order that the user is asked about, or that is being carried out. */
export interface Acting {
  action: Action;
  /** null until the user has agreed and the engine has begun */
  progress: Progress | null;
  /** Whether the user wants no more of it */
  stopping: boolean;
}

/** The last order, and what came of it. */
export interface Done {
  order: Order;
  report: ActionReport;
}

/** What the toolbar hides, on top of the filter. */
export interface QuickFilters {
  loopback: boolean;
  listeners: boolean;
  unconnected: boolean;
  /** These states are hidden. */
  states: readonly SocketState[];
}

/** What the interface shows, apart from the sockets themselves: those are in {@link SocketStore}. */
export interface UiState {
  connection: Connection;
  welcome: Welcome | null;
  status: EngineStatus | null;
  /** What the engine was last asked to read, until it does. */
  wished: ReadingOptions | null;
  /** Which engine serves the page */
  engine: EngineChoice;
  /** The engine that is being started or reached, until it serves or has failed */
  nextEngine: EngineChoice | null;
  /** The last one first */
  recentHosts: readonly string[];
  search: string;
  tables: TableToggles;
  sort: { column: ColumnId; descending: boolean };
  columns: ColumnLayout;
  /** Where the menu of a column's header is open, and of which column. */
  columnMenu: { x: number; y: number; id: ColumnId } | null;
  hidden: QuickFilters;
  savedFilters: readonly { name: string; text: string }[];
  view: View;
  /** Keys of the groups that are folded in, of the present view. */
  collapsed: ReadonlySet<string>;
  /** Nothing changes its place while this is on; new rows come at the end. */
  keepStill: boolean;
  /** Whether the names of hosts are looked up, which tells the other side. */
  resolveNames: boolean;
  /** Whether ports are shown by the name of their service. */
  portNames: boolean;
  theme: Theme;
  density: Density;
  /** px */
  fontSize: number;
  /** How new, changed and ended rows stand out, and for how long */
  highlight: Highlight;
  dialog: DialogName | null;
  notice: Notice | null;
  acting: Acting | null;
  done: Done | null;
  /** The socket whose properties are open. */
  details: DetailsState | null;
  inspector: InspectorLayout;
  /** The column of the cell that was clicked last: the one to copy. */
  cell: ColumnId | null;
  /** Where the context menu is open, and of which row. */
  menu: { x: number; y: number; id?: string } | null;
  /** The host's question, in a browser. */
  question: { confirmation: Confirmation; answer: (yes: boolean) => void } | null;
}

export const useUi = create<UiState>(() => ({
  connection: { kind: 'connecting' },
  welcome: null,
  status: null,
  wished: null,
  engine: { kind: 'local' },
  nextEngine: null,
  recentHosts: [],
  search: '',
  tables: { tcp4: true, tcp6: true, udp4: true, udp6: true },
  sort: { column: 'processName', descending: false },
  columns: DEFAULT_LAYOUT,
  columnMenu: null,
  hidden: { loopback: false, listeners: false, unconnected: false, states: [] },
  savedFilters: [],
  view: 'flat',
  collapsed: new Set<string>(),
  keepStill: false,
  resolveNames: false,
  portNames: false,
  theme: DEFAULT_SETTINGS.theme,
  density: DEFAULT_SETTINGS.density,
  fontSize: DEFAULT_SETTINGS.fontSize,
  highlight: DEFAULT_SETTINGS.highlight,
  dialog: null,
  notice: null,
  acting: null,
  done: null,
  details: null,
  inspector: { size: 340, side: 'below', tab: 'overview' },
  cell: null,
  menu: null,
  question: null,
}));

export const ui = {
  get: useUi.getState,
  set: useUi.setState,
};

/** What the switches say: the user's choice, which the engine may not have come to yet. */
export function chosenReading({ wished, status }: UiState): ReadingOptions | null {
  return wished ?? status?.reading ?? null;
}

/** Takes away the filter and everything else that hides rows. */
export function showEverything(): void {
  const { tables, hidden } = DEFAULT_SETTINGS;
  ui.set({ search: '', tables, hidden });
}

export function toggleTable(table: MainTable): void {
  ui.set(({ tables }) => ({ tables: { ...tables, [table]: !tables[table] } }));
}

/** A first click sorts upwards, the next one downwards; columns of counts begin with the largest. */
export function sortBy(column: ColumnId): void {
  ui.set(({ sort }) => ({
    sort:
      sort.column === column
        ? { column, descending: !sort.descending }
        : { column, descending: columnOf(column).largestFirst },
  }));
}
