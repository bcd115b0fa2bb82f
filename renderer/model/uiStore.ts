import { create } from 'zustand';
import type { CloseResult, Confirmation } from '../../shared/actions';
import type { EngineStatus, Welcome } from '../../shared/contract';
import type { MainTable, ReadingOptions, SocketState } from '../../shared/socket';
import type { Connection, Theme } from '../shell/shell';
import type { ColumnId } from './columns';
import type { TableToggles } from './filter';
import type { DetailsState } from './openDetails';

/** A sentence that stays until it is dismissed. */
export interface Notice {
  kind: 'info' | 'error';
  text: string;
}

/** How the rows are gathered. */
export const VIEWS = ['flat', 'process', 'host', 'service', 'listeners'] as const;
export type View = (typeof VIEWS)[number];

/** What a dialog is open about. */
export const DIALOGS = ['settings', 'shortcuts', 'columns', 'filters'] as const;
export type DialogName = (typeof DIALOGS)[number];

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
  search: string;
  tables: TableToggles;
  sort: { column: ColumnId; descending: boolean };
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
  dialog: DialogName | null;
  notice: Notice | null;
  results: CloseResult[] | null;
  closing: boolean;
  /** The socket whose properties are open. */
  details: DetailsState | null;
  /** Where the context menu is open. */
  menu: { x: number; y: number } | null;
  /** The host's question, in a browser. */
  question: { confirmation: Confirmation; answer: (yes: boolean) => void } | null;
}

export const useUi = create<UiState>(() => ({
  connection: { kind: 'connecting' },
  welcome: null,
  status: null,
  wished: null,
  search: '',
  tables: { tcp4: true, tcp6: true, udp4: true, udp6: true },
  sort: { column: 'processName', descending: false },
  hidden: { loopback: false, listeners: false, unconnected: false, states: [] },
  savedFilters: [],
  view: 'flat',
  collapsed: new Set<string>(),
  keepStill: false,
  resolveNames: false,
  portNames: false,
  theme: 'system',
  dialog: null,
  notice: null,
  results: null,
  closing: false,
  details: null,
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

export function toggleTable(table: MainTable): void {
  ui.set(({ tables }) => ({ tables: { ...tables, [table]: !tables[table] } }));
}

/** A first click sorts upwards, the next one downwards; columns of counts begin with the largest. */
export function sortBy(column: ColumnId): void {
  ui.set(({ sort }) => ({
    sort:
      sort.column === column
        ? { column, descending: !sort.descending }
        : {
            column,
            descending: column === 'bytesSent' || column === 'bytesReceived' || column === 'firstSeenAt',
          },
  }));
}
