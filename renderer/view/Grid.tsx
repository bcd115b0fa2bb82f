import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { MouseEvent } from 'react';
import { rowHeightOf } from '../model/appearance';
import { foldKey } from '../model/lines';
import type { Line } from '../model/lines';
import type { Selection } from '../model/selection';
import { ui, useUi } from '../model/uiStore';
import { toggleFold } from '../model/upkeep';
import { t } from '../strings';
import { useApp, useSelection, useSockets } from './AppContext';
import { CellFactsContext } from './CellFacts';
import { ColumnFeedback } from './ColumnFeedback';
import { ColumnMenu } from './ColumnMenu';
import { ColumnsDialog } from './ColumnsDialog';
import { EmptyState } from './EmptyState';
import { columnFeatures, TABLE_COLUMNS, useGridColumns } from './gridColumns';
import { Fold } from './grid/Fold';
import { Unchanged } from './grid/Unchanged';
import { useAnchor } from './grid/useAnchor';
import { useHold } from './grid/useHold';
import { pressKey } from './grid/pressKey';
import { GridHeader } from './GridHeader';
import { GroupRow } from './GroupRow';
import { NewRowsChip } from './NewRowsChip';
import { rowElement, rowElementId } from './rowElement';

/** px; styles/grid.css says the same */
const HEADER_HEIGHT = 29;

const MARKS = { new: '+', changed: '●', ended: '×' } as const;

/** The grid: TanStack Table and React see the rows on screen; all others stay in RowOrder. */
export function Grid() {
  const app = useApp();
  const { order, lines } = useSockets();
  const { names } = app;
  const namesVersion = useSyncExternalStore(names.subscribe, names.version);
  const selection = useSelection();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useUi(rowHeightOf);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    // The header sticks to the top of the same scroller: a row at its very end would be that far out of sight.
    scrollPaddingEnd: HEADER_HEIGHT,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const shown = virtualizer.getVirtualItems().flatMap(({ index }) => {
    const line = lines.at(index);
    return line === undefined ? [] : [{ index, line }];
  });
  const visible = shown.flatMap(({ line }) => (line.kind === 'socket' ? [line.entry] : []));
  useAnchor(order, virtualizer, shown, rowHeight);
  useEffect(() => names.want(visible.flatMap(({ row }) => [row.remoteAddress, row.localAddress])));
  const columns = useGridColumns();
  useEffect(() =>
    app.lookAt(
      visible.map(({ row }) => row),
      columns.shown.map(({ id }) => id),
    ),
  );
  const table = useTable({
    features: columnFeatures,
    columns: TABLE_COLUMNS,
    data: visible,
    state: columns.state,
    getRowId: (entry) => entry.row.id,
  });
  const rows = table.getRowModel().rows;
  const cellsOf = (row: (typeof rows)[number]) => () =>
    row.getVisibleCells().map((cell) => <table.FlexRender key={cell.id} cell={cell} />);
  const welcome = useUi((state) => state.welcome);
  const isAgeing = columns.shown.some(({ id }) => id === 'age');
  const readAt = useUi((state) => (isAgeing ? (state.status?.readAt ?? 0) : 0));
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- what cells show besides their rows
  const by = useMemo(() => ({}), [columns.shown, columns.facts, namesVersion, welcome, readAt]);

  // A new search or sort begins at its top.
  const search = useUi((state) => state.search);
  const sort = useUi((state) => state.sort);
  const view = useUi((state) => state.view);
  useEffect(() => {
    // In braces: newer browsers return a promise here, which React would take for a clean-up.
    scroller.current?.scrollTo({ top: 0 });
  }, [search, sort, view]);

  useEffect(
    () =>
      app.onReveal((id) => {
        const index = order.indexOf(id);
        if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' });
      }),
    [app, order, virtualizer],
  );

  const hold = useHold(app);
  const press = (event: MouseEvent): void => {
    const id = rowIdOf(event);
    if (id === null) return;
    if (event.button === 2) {
      // Of several selected rows the menu is about the one that was clicked.
      if (selection.has(id)) selection.focus(id);
      else selection.only(id);
    } else if (event.button !== 0) return;
    else if (event.shiftKey) selection.extendTo(id);
    else if (event.ctrlKey || event.metaKey) selection.toggle(id);
    else selection.only(id);
  };

  const openMenu = (event: MouseEvent): void => {
    event.preventDefault();
    const id = rowIdOf(event);
    if (id !== null) ui.set({ menu: { x: event.clientX, y: event.clientY, id } });
    // The menu key (or Shift+F10) means the row that the keyboard is on.
    else if (event.target === scroller.current && selection.focused !== null) {
      if (selection.shownCount === 0) selection.only(selection.focused);
      const row = rowElement(selection.focused)?.getBoundingClientRect();
      if (row !== undefined) ui.set({ menu: { x: row.left + 40, y: row.bottom, id: selection.focused } });
    }
  };

  const isTree = view !== 'flat';
  let nextRow = 0;
  return (
    <div className="grid-area" role="presentation" {...hold.handlers}>
      {/* Its role is one of two, and both are interactive. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        id="grid"
        className={`grid${isTree ? ' tree' : ''}${columns.facts.pins.size > 0 ? ' pins' : ''}`}
        ref={scroller}
        role={isTree ? 'treegrid' : 'grid'}
        tabIndex={0}
        aria-label={t.grid.title}
        aria-rowcount={lines.length + 1}
        aria-colcount={columns.shown.length}
        aria-multiselectable
        aria-activedescendant={selection.focused === null ? undefined : rowElementId(selection.focused)}
        style={columns.style}
        onKeyDown={(event) => pressKey(event, app, virtualizer, hold.byKeyboard)}
        onMouseDown={press}
        onDoubleClick={(event) => {
          const line = lines.at(order.indexOf(rowIdOf(event) ?? ''));
          if (line?.kind === 'group') toggleFold(foldKey(line));
          else if (line !== undefined) app.run('details');
        }}
        onContextMenu={openMenu}
      >
        <GridHeader shown={columns.shown} />
        <CellFactsContext value={columns.facts}>
          <div className="rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
            {shown.map(({ index, line }) => {
              const common = lineProps(line, index, { rowHeight, isTree, selection });
              if (line.kind === 'group') {
                return (
                  <div key={line.id} {...common} data-group={line.id}>
                    <GroupRow line={line} columns={columns.shown} />
                  </div>
                );
              }
              const { mark } = line.entry;
              return (
                <div key={line.id} {...common} data-id={line.id}>
                  <div className="mark" aria-hidden title={mark === null ? undefined : t.grid.marks[mark]}>
                    {mark === null ? '' : MARKS[mark]}
                  </div>
                  {line.count > 0 && <Fold line={line} />}
                  <Unchanged
                    row={line.entry.row}
                    stamp={line.entry.stamp}
                    by={by}
                    render={cellsOf(rows[nextRow++]!)}
                  />
                </div>
              );
            })}
          </div>
        </CellFactsContext>
      </div>
      <ColumnFeedback />
      <ColumnMenu />
      <ColumnsDialog />
      <NewRowsChip />
      {lines.length === 0 && <EmptyState />}
    </div>
  );
}

/** What lines of every kind have in common. */
function lineProps(
  line: Line,
  index: number,
  { rowHeight, isTree, selection }: { rowHeight: number; isTree: boolean; selection: Selection },
): React.HTMLAttributes<HTMLDivElement> {
  const mark = line.kind === 'group' ? null : line.entry.mark;
  const isFolder = line.kind === 'group' || line.count > 0;
  const classes = [
    'row',
    ...(line.kind === 'group' ? ['group-row'] : []),
    ...(line.depth > 0 ? ['below'] : []),
    ...(mark === null ? [] : [mark]),
    ...(index % 2 === 1 ? ['odd'] : []),
    ...(selection.focused === line.id ? ['focused'] : []),
  ];
  return {
    id: rowElementId(line.id),
    role: 'row',
    className: classes.join(' '),
    style: { transform: `translateY(${index * rowHeight}px)` },
    'aria-rowindex': index + 2,
    'aria-selected': selection.has(line.id),
    ...(isTree && {
      'aria-level': line.depth + 1,
      'aria-posinset': line.position,
      'aria-setsize': line.setSize,
      ...(isFolder && { 'aria-expanded': !line.collapsed }),
    }),
  };
}

/** The id of the line that an event is about, or null. */
function rowIdOf(event: MouseEvent): string | null {
  const { id, group } = (event.target as HTMLElement).closest<HTMLElement>('.row')?.dataset ?? {};
  return id ?? group ?? null;
}
