/** What a column of the grid is. */
import type { ColumnId } from '../../../shared/columnIds';
import type { FieldValue, FIELDS } from '../../../shared/fields';
import type { LiveRow, Lookups } from '../../../shared/rowFacts';
import type { SocketRow } from '../../../shared/socket';
import { t } from '../../strings';

/** Compared with `<`; null ("not known") sorts last whichever way the column is sorted. */
export type SortKey = string | number | null;

/** A row of the table; rates are only known of rows that are watched. */
export type CellRow = SocketRow & Partial<Pick<LiveRow, 'sendRate' | 'receiveRate'>>;

export interface CellLookups extends Lookups {
  /** Ports are shown by the names of their services. */
  readonly portNames?: boolean;
}

export interface ColumnSpec {
  id: ColumnId;
  title: string;
  /** What it says, where the title does not; blank for most. */
  about: string;
  align: 'left' | 'right';
  /** px at the standard font size: the least that it takes while the user has not chosen a width */
  width: number;
  /** Its share of the room that is left; 0 where more room is of no use. */
  flex: number;
  /** Where a text that is too long is cut. The end of a path says more than its middle. */
  elide: 'end' | 'middle';
  /** The fields it stands for in a CSV file; none where it says what follows from others: {@link derived}. */
  fields: readonly (typeof FIELDS)[number][];
  /** What a CSV file has of it where it stands for no field; its name there is the column's id. */
  derived(row: CellRow, lookups: CellLookups): FieldValue;
  /** A first click sorts downwards: the largest or the latest is what one looks for. */
  largestFirst: boolean;
  /** Its keys change when a host's name becomes known. */
  dependsOnNames: boolean;
  text(row: CellRow, lookups: CellLookups): string;
  /** Stands behind the text, less strongly; blank for most rows. */
  more(row: CellRow, lookups: CellLookups): string;
  /** What the tooltip says; the text where it is no more than that. */
  tooltip(row: CellRow, lookups: CellLookups): string;
  sortKey(row: CellRow, lookups: CellLookups): SortKey;
}

type Rest = Partial<Omit<ColumnSpec, 'id' | 'title' | 'about' | 'width' | 'text' | 'sortKey'>>;

/** A column of text. */
export function column(
  id: ColumnId,
  width: number,
  text: ColumnSpec['text'],
  sortKey: ColumnSpec['sortKey'],
  rest: Rest = {},
): ColumnSpec {
  const [title, about] = t.columns.columns[id];
  return {
    ...{ id, title, about, width, text, sortKey },
    ...{ align: 'left', flex: 0, elide: 'end', fields: [], largestFirst: false, dependsOnNames: false },
    derived: (row, lookups) => text(row, lookups) || null,
    more: () => '',
    tooltip: text,
    ...rest,
  };
}

/** A column of numbers: they stand under each other, on the right. */
export function numbers(
  id: ColumnId,
  width: number,
  text: ColumnSpec['text'],
  sortKey: ColumnSpec['sortKey'],
  rest: Rest = {},
): ColumnSpec {
  return column(id, width, text, sortKey, { align: 'right', ...rest });
}

export const lower = (text: string | null): string | null => text?.toLowerCase() ?? null;
