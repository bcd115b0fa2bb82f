/** Which rows are shown: the filter's text, the switches of the toolbar, and what of them hides something at the moment. */
import { compileFilter, withTerm } from '../../shared/filter';
import type { Filter } from '../../shared/filter';
import { isLoopbackAddress } from '../../shared/rowFacts';
import type { LiveRow, Lookups } from '../../shared/rowFacts';
import { MAIN_TABLES, tableOf } from '../../shared/socket';
import type { MainTable, SocketRow, SocketState, TableName } from '../../shared/socket';
import { ui } from './uiStore';
import type { QuickFilters, UiState } from './uiStore';

/** Shows every row again. */
export { showEverything as clearFilters } from './uiStore';

export type TableToggles = Record<MainTable, boolean>;

export const ALL_TABLES: TableToggles = { tcp4: true, tcp6: true, udp4: true, udp6: true };
export const NOTHING_HIDDEN: QuickFilters = {
  loopback: false,
  listeners: false,
  unconnected: false,
  states: [],
};

/** What the toolbar hides besides states. */
export const HIDABLE = ['loopback', 'listeners', 'unconnected'] as const;
export type Hidable = (typeof HIDABLE)[number];

let last: { filter: Filter; lookups: Lookups } | null = null;

/** The filter of a text. The last one is kept: the grid, the box and the bar below it all ask for the same. */
export function filterOf(text: string, lookups: Lookups): Filter {
  if (last === null || last.filter.text !== text || last.lookups !== lookups) {
    last = { filter: compileFilter(text, lookups), lookups };
  }
  return last.filter;
}

/** Whether a row is of the kind that a switch of the toolbar hides. */
export const isHidable: Record<Hidable, (row: SocketRow) => boolean> = {
  loopback: ({ localAddress, remoteAddress }) =>
    isLoopbackAddress(localAddress) || isLoopbackAddress(remoteAddress),
  listeners: ({ state }) => state === 'LISTEN',
  // A connected UNIX socket need not have an address on either side.
  unconnected: ({ remoteAddress, state }) => remoteAddress === null && state !== 'ESTABLISHED',
};

/** A row is shown where its table is switched on, no switch hides it, and the filter accepts it. */
export function rowFilter(
  filter: Filter,
  tables: TableToggles = ALL_TABLES,
  hidden: QuickFilters = NOTHING_HIDDEN,
): (row: LiveRow) => boolean {
  const off = new Set<TableName>(MAIN_TABLES.filter((table) => !tables[table]));
  const states = new Set<SocketState | null>(hidden.states);
  const kinds = HIDABLE.filter((kind) => hidden[kind]).map((kind) => isHidable[kind]);
  return (row) => {
    if (off.size > 0 && off.has(tableOf(row.protocol, row.family))) return false;
    if (states.size > 0 && states.has(row.state)) return false;
    for (const isOfKind of kinds) if (isOfKind(row)) return false;
    return filter.isEmpty || filter.accepts(row);
  };
}

/** One thing that hides rows, and can be taken away on its own. */
export type FilterPart =
  | { kind: 'text'; text: string }
  | { kind: 'table'; table: MainTable }
  | { kind: 'hidden'; what: Hidable }
  | { kind: 'state'; state: SocketState };

type FilterState = Pick<UiState, 'search' | 'tables' | 'hidden'>;

/** Everything that may hide rows at the moment. */
export function activeParts({ search, tables, hidden }: FilterState): FilterPart[] {
  const parts: FilterPart[] = [];
  if (search.trim() !== '') parts.push({ kind: 'text', text: search.trim() });
  for (const table of MAIN_TABLES) if (!tables[table]) parts.push({ kind: 'table', table });
  for (const what of HIDABLE) if (hidden[what]) parts.push({ kind: 'hidden', what });
  for (const state of hidden.states) parts.push({ kind: 'state', state });
  return parts;
}

/** Takes one thing away that hides rows. */
export function removePart(part: FilterPart): void {
  if (part.kind === 'text') ui.set({ search: '' });
  else if (part.kind === 'table') ui.set(({ tables }) => ({ tables: { ...tables, [part.table]: true } }));
  else if (part.kind === 'hidden') ui.set(({ hidden }) => ({ hidden: { ...hidden, [part.what]: false } }));
  else toggleState(part.state);
}

export function toggleHidden(what: Hidable): void {
  ui.set(({ hidden }) => ({ hidden: { ...hidden, [what]: !hidden[what] } }));
}

/** Hides the rows in a state, or shows them again. */
export function toggleState(state: SocketState): void {
  ui.set(({ hidden }) => ({
    hidden: {
      ...hidden,
      states: hidden.states.includes(state)
        ? hidden.states.filter((one) => one !== state)
        : [...hidden.states, state],
    },
  }));
}

/** Adds a term to the filter's text, where it can be seen and changed. */
export function addTerm(field: string, value: string | null, negated: boolean): void {
  ui.set(({ search }) => ({ search: withTerm(search, field, value, negated) }));
}

/** The states that the status bar counts, as the filter names them. */
export const COUNTED_STATES = ['established', 'listen', 'time_wait', 'close_wait'] as const;
export type CountedState = (typeof COUNTED_STATES)[number];

const COUNTED_TERM = /(?<!\S)state:=?(established|listen|time_wait|close_wait)(?!\S)\s*/gi;

/** The counted state that the filter asks for in a term of its own, or null. */
export function countedState(search: string): CountedState | null {
  const [first, more] = [...search.matchAll(COUNTED_TERM)];
  return first === undefined || more !== undefined ? null : (first[1]!.toLowerCase() as CountedState);
}

/** Shows the rows in one state only, in place of another counted one; or no longer so. */
export function toggleCounted(state: CountedState): void {
  ui.set(({ search }) => {
    const rest = search.replaceAll(COUNTED_TERM, '').trim();
    const isOn = countedState(search) === state;
    return { search: isOn ? rest : `${rest} state:${state}`.trim() };
  });
}
