import { createContext } from 'react';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import type { Filter } from '../../shared/filter';
import type { ColumnId } from '../../shared/columnIds';
import type { CellLookups } from '../model/columns';

/** What every cell needs besides its row. */
export interface CellFacts {
  lookups: CellLookups;
  /** What the filter found in a cell's text */
  highlights: Filter['highlights'];
  /** Of the columns that stay in place: which of them each is, from the left */
  pins: ReadonlyMap<ColumnId, number>;
}

export const CellFactsContext = createContext<CellFacts>({
  lookups: NO_LOOKUPS,
  highlights: () => [],
  pins: new Map(),
});

/** The classes of a cell that is the `pin`-th of so many pinned ones; blank of one that is none. */
export function pinClass(pin: number | null, pins: number): string {
  if (pin === null) return '';
  return pin === pins - 1 ? ' pinned last' : ' pinned';
}
