/** What it is compared with: a new array at each update, which TanStack Table sorts and filters, and shows virtualised. */
import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_includesString,
  globalFilteringFeature,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { NO_LOOKUPS } from '../../../shared/rowFacts';
import type { SocketRow } from '../../../shared/socket';
import { DEFAULT_LAYOUT, shownColumns } from '../../../renderer/model/columnLayout';
import { tracksOf, trackVariables } from '../../../renderer/model/columnTracks';

const ROW_HEIGHT = 24;

const features = tableFeatures({
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  filterFns: { includesString: filterFn_includesString },
  sortFns: { basic: sortFn_basic },
});

const SPECS = shownColumns(DEFAULT_LAYOUT, undefined);
const STYLE = trackVariables(tracksOf(SPECS, {}, [])) as React.CSSProperties;

const COLUMNS = SPECS.map((spec) => ({
  id: spec.id,
  header: spec.title,
  accessorFn: (row: SocketRow) => spec.sortKey(row, NO_LOOKUPS),
  sortFn: 'basic' as const,
  cell: ({ row }: { row: { original: SocketRow } }) => (
    <div className={`cell ${spec.align}`} role="gridcell" title={spec.tooltip(row.original, NO_LOOKUPS)}>
      {spec.text(row.original, NO_LOOKUPS)}
    </div>
  ),
}));

interface Props {
  rows: SocketRow[];
  sort: { id: string; desc: boolean };
  filter: string;
}

export function NaiveTable({ rows, sort, filter }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const table = useTable({
    features,
    columns: COLUMNS,
    data: rows,
    state: { sorting: [sort], globalFilter: filter },
    globalFilterFn: 'includesString',
    getRowId: ({ id }) => id,
  });
  const shown = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  return (
    <div className="grid-area">
      <div id="grid" className="grid" ref={scroller} role="grid" style={STYLE}>
        <div className="rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = shown[index]!;
            return (
              <div key={row.id} role="row" className="row" style={{ transform: `translateY(${start}px)` }}>
                <div className="mark" />
                {row.getAllCells().map((cell) => (
                  <table.FlexRender key={cell.id} cell={cell} />
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
