/** How the rows are to be shown, by what the user has chosen. */
import type { Filter } from '../../shared/filter';
import type { Lookups } from '../../shared/rowFacts';
import type { Arrangement } from './arrangement';
import { columnOf } from './columns';
import { rowFilter } from './filter';
import { groupingOf } from './groupings';
import type { UiState } from './uiStore';

export function arrangementOf(
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
    criteria: { text: filter.text, tables, hidden },
  };
}
