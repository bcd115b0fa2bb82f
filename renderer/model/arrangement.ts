/** How the rows are to be shown: sorted, filtered and gathered by what. */
import type { LiveRow } from '../../shared/rowFacts';
import type { SortKey } from './columns';
import type { Criteria } from './criteria';
import type { Grouping } from './groupings';

export interface Arrangement {
  sortKey: (row: LiveRow) => SortKey;
  descending: boolean;
  /** Whether a row is shown. */
  accepts: (row: LiveRow) => boolean;
  /** The column that the rows are sorted by: groups are sorted by its sum, where it has one. */
  column?: string;
  /** By what rows are accepted, to see whether another arrangement accepts some of the same only. */
  criteria?: Criteria;
  /** How the rows are gathered; flat where it is left out. */
  gather?: Grouping | 'listeners' | null;
}

/** Whether both put rows in the same order, whichever they show. */
export function isOrderOf(a: Arrangement, b: Arrangement): boolean {
  const isSame = a.column === b.column && a.descending === b.descending && a.gather === b.gather;
  return isSame && a.column !== undefined;
}
