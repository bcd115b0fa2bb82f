import { narrows } from '../../shared/filter';
import type { TableToggles } from './filter';
import type { QuickFilters } from './uiStore';

/** By what rows are accepted. */
export interface Criteria {
  /** The filter's */
  text: string;
  tables: TableToggles;
  hidden: QuickFilters;
}

/** Whether every row that `after` accepts is plainly accepted by `before` too: then nobody need look at the others. */
export function narrowsTo(before: Criteria | undefined, after: Criteria | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const isSame = before.tables === after.tables && before.hidden === after.hidden;
  return isSame && narrows(after.text, before.text);
}
