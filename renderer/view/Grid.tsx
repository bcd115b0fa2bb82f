import { tableFeatures, useTable } from '@tanstack/react-table';
import type { ColumnDef } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { shownColumns } from '../model/columns';
import type { ColumnSpec } from '../model/columns';
import type { Entry } from '../model/rowOrder';
import type { Selection } from '../model/selection';
import { ui, useUi } from '../model/uiStore';
import { useApp, useSelection, useSockets } from './AppContext';
import { Cell } from './Cell';
import { EmptyState } from './EmptyState';
import { GridHeader } from './GridHeader';

/** px; styles/grid.css says the same */
const ROW_HEIGHT = 24;
const HEADER_HEIGHT = 29;

const features = tableFeatures({});
/** px; of the column of marks */
const MARK_WIDTH = 22;

/** The columns as TanStack Table wants them, and as CSS variables that header and rows share. */
function layoutOf(specs: readonly ColumnSpec[]): {
  columns: ColumnDef<typeof features, Entry>[];
  style: React.CSSProperties;
} {
  const tracks = [`${MARK_WIDTH}px`, ...specs.map((spec) => spec.width)].join(' ');
  // A track's first number is the least that it takes.
  const width = specs.reduce((sum, spec) => sum + Number(/\d+/.exec(spec.width)), MARK_WIDTH);
  return {
    columns: specs.map((spec) => ({
      id: spec.id,
      header: spec.title,
      accessorFn: (entry) => spec.text(entry.row),
      cell: ({ row }) => <Cell spec={spec} entry={row.original} />,
    })),
    style: { '--tracks': tracks, '--least-width': `${width}px` } as React.CSSProperties,
  };
}

const MARKS = { new: '+', changed: '●', ended: '×' } as const;
const MARK_TITLES = { new: 'New', changed: 'State changed', ended: 'Ended' } as const;

/** The grid: TanStack Table and React see the rows on screen; all others stay in RowOrder. */
export function Grid() {
  const app = useApp();
  const { order } = useSockets();
  const selection = useSelection();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    // The header sticks to the top of the same scroller: a row at its very end would be that far out of sight.
    scrollPaddingEnd: HEADER_HEIGHT,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const visible = items.map(({ index }) => order.at(index)).filter((entry) => entry !== undefined);
  const withNamespaces = useUi((state) => state.status?.reading.namespaces ?? false);
  const { columns, style } = useMemo(
    () => layoutOf(shownColumns({ namespaces: withNamespaces })),
    [withNamespaces],
  );
  const table = useTable({ features, columns, data: visible, getRowId: (entry) => entry.row.id });
  const rows = table.getRowModel().rows;

  // A new search or sort begins at its top.
  const search = useUi((state) => state.search);
  const sort = useUi((state) => state.sort);
  useEffect(() => {
    // In braces: newer browsers return a promise here, which React would take for a clean-up.
    scroller.current?.scrollTo({ top: 0 });
  }, [search, sort]);

  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') app.run('details');
    // What was opened last goes first.
    if (event.key === 'Escape' && ui.get().details !== null) {
      app.closeDetails();
      return;
    }
    const index = targetIndex(event, selection, app.sockets.order, virtualizer.scrollRect?.height ?? 0);
    if (index === null) return;
    event.preventDefault();
    const entry = order.at(index);
    if (entry === undefined) return;
    if (event.shiftKey) selection.extendTo(entry.row.id);
    else selection.only(entry.row.id);
    virtualizer.scrollToIndex(index);
  };

  const press = (event: MouseEvent): void => {
    const id = rowIdOf(event);
    if (id === null) return;
    if (event.button === 2) {
      if (!selection.has(id)) selection.only(id);
    } else if (event.button !== 0) return;
    else if (event.shiftKey) selection.extendTo(id);
    else if (event.ctrlKey || event.metaKey) selection.toggle(id);
    else selection.only(id);
  };

  const openMenu = (event: MouseEvent): void => {
    event.preventDefault();
    if (rowIdOf(event) !== null) ui.set({ menu: { x: event.clientX, y: event.clientY } });
    // The menu key (or Shift+F10) means the row that the keyboard is on.
    else if (event.target === scroller.current && selection.focused !== null) {
      if (selection.shownCount === 0) selection.only(selection.focused);
      const row = document.getElementById(`row-${selection.focused}`)?.getBoundingClientRect();
      if (row !== undefined) ui.set({ menu: { x: row.left + 40, y: row.bottom } });
    }
  };

  return (
    <div className="grid-area">
      <div
        id="grid"
        className="grid"
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label="Sockets"
        aria-rowcount={order.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-activedescendant={selection.focused === null ? undefined : `row-${selection.focused}`}
        style={style}
        onKeyDown={move}
        onMouseDown={press}
        onDoubleClick={(event) => {
          if (rowIdOf(event) !== null) app.run('details');
        }}
        onContextMenu={openMenu}
      >
        <GridHeader headers={table.getHeaderGroups()[0]!.headers} />
        <div className="rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row, i) => {
            const { mark } = row.original;
            const { id } = row;
            const index = first + i;
            return (
              <div
                key={id}
                id={`row-${id}`}
                data-id={id}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={selection.has(id)}
                className={`row${mark === null ? '' : ` ${mark}`}${index % 2 === 1 ? ' odd' : ''}${selection.focused === id ? ' focused' : ''}`}
                style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
              >
                <div className="mark" aria-hidden title={mark === null ? undefined : MARK_TITLES[mark]}>
                  {mark === null ? '' : MARKS[mark]}
                </div>
                {row.getAllCells().map((cell) => (
                  <table.FlexRender key={cell.id} cell={cell} />
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {order.length === 0 && <EmptyState />}
    </div>
  );
}

function rowIdOf(event: MouseEvent): string | null {
  const row = (event.target as HTMLElement).closest<HTMLElement>('[data-id]');
  return row?.dataset['id'] ?? null;
}

/** Where a key moves the focus to, or null where it is not one that moves it. */
function targetIndex(
  event: KeyboardEvent,
  selection: Selection,
  order: { length: number; indexOf(id: string): number },
  height: number,
): number | null {
  if (event.key === 'Escape') {
    selection.clear();
    return null;
  }
  if (order.length === 0) return null;
  const now = selection.focused === null ? -1 : order.indexOf(selection.focused);
  const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 2);
  const last = order.length - 1;
  const targets: Record<string, number> = {
    ArrowDown: now + 1,
    ArrowUp: now < 0 ? 0 : now - 1,
    PageDown: now + page,
    PageUp: now - page,
    Home: 0,
    End: last,
  };
  const target = targets[event.key];
  return target === undefined ? null : Math.min(Math.max(target, 0), last);
}
