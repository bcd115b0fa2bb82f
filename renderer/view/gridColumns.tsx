import {
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
} from '@tanstack/react-table';
import type { ColumnDef } from '@tanstack/react-table';
import { useMemo } from 'react';
import { COLUMN_IDS } from '../../shared/columnIds';
import { shownColumns } from '../model/columnLayout';
import { COLUMNS } from '../model/columns';
import { trackVariables, tracksOf } from '../model/columnTracks';
import type { Entry } from '../model/rowOrder';
import { useUi } from '../model/uiStore';
import { useApp } from './AppContext';
import { Cell } from './Cell';
import type { CellFacts } from './CellFacts';

export const columnFeatures = tableFeatures({
  columnOrderingFeature,
  columnVisibilityFeature,
  columnPinningFeature,
  columnSizingFeature,
});

/** Every column, as TanStack Table wants them. */
export const TABLE_COLUMNS: ColumnDef<typeof columnFeatures, Entry>[] = COLUMNS.map((spec) => ({
  id: spec.id,
  header: spec.title,
  size: spec.width,
  cell: ({ row }) => <Cell spec={spec} row={row.original.row} />,
}));

/** The shown columns, as the table's state, as CSS variables for the grid, and as what cells need to know. */
export function useGridColumns() {
  const app = useApp();
  const layout = useUi((state) => state.columns);
  const namespaces = useUi((state) => state.status?.reading.namespaces ?? false);
  const commandLines = useUi((state) => state.status?.reading.commandLines ?? false);
  const portNames = useUi((state) => state.portNames);
  const { filter, lookups } = app;
  const shown = useMemo(
    () => shownColumns(layout, { namespaces, commandLines }),
    [layout, namespaces, commandLines],
  );
  const state = useMemo(() => {
    const ids = shown.map(({ id }) => id);
    return {
      columnOrder: [...layout.order],
      columnVisibility: Object.fromEntries(COLUMN_IDS.map((id) => [id, ids.includes(id)])),
      columnPinning: { start: ids.filter((id) => layout.pinned.includes(id)), end: [] },
      columnSizing: { ...layout.widths },
    };
  }, [shown, layout]);
  const style = useMemo(
    () => trackVariables(tracksOf(shown, layout.widths, layout.pinned)) as React.CSSProperties,
    [shown, layout],
  );
  const facts = useMemo(
    (): CellFacts => ({
      lookups: { ...lookups, portNames },
      highlights: (column, text) => filter.highlights(column, text),
      pins: new Map(shown.filter(({ id }) => layout.pinned.includes(id)).map(({ id }, i) => [id, i])),
    }),
    [lookups, portNames, filter, shown, layout],
  );
  return { shown, state, style, facts };
}
