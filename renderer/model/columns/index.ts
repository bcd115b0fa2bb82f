/** The grid's columns: what each shows, sorts by, and is called in a CSV file. */
import { COLUMN_IDS } from '../../../shared/columnIds';
import type { ColumnId } from '../../../shared/columnIds';
import { ENDPOINT_COLUMNS } from './endpointColumns';
import { PROCESS_COLUMNS } from './processColumns';
import type { ColumnSpec } from './spec';
import { TRAFFIC_COLUMNS } from './trafficColumns';

export { COLUMN_IDS } from '../../../shared/columnIds';
export type { ColumnId } from '../../../shared/columnIds';
export {
  formatAge,
  formatCount,
  formatFullTime,
  formatRate,
  formatRtt,
  formatSum,
  formatTime,
} from './format';
export { OWNER_EXPLANATION } from './processColumns';
export { COUNTED_COLUMNS } from './trafficColumns';
export type { CellLookups, CellRow, ColumnSpec, SortKey } from './spec';

const byId = new Map<ColumnId, ColumnSpec>(
  [...PROCESS_COLUMNS, ...ENDPOINT_COLUMNS, ...TRAFFIC_COLUMNS].map((spec) => [spec.id, spec]),
);

/** Every column, in the order of {@link COLUMN_IDS}. */
export const COLUMNS: readonly ColumnSpec[] = COLUMN_IDS.map((id) => byId.get(id)!);

export function columnOf(id: ColumnId): ColumnSpec {
  return byId.get(id)!;
}
