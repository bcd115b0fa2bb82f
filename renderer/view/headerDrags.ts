/** The two things that are dragged in the header: a column's edge, and the column. */
import type { PointerEvent as ReactPointerEvent } from 'react';
import type { ColumnId } from '../../shared/columnIds';
import { clampWidth, moveAmong, resizeColumns } from '../model/columnLayout';
import type { ColumnLayout } from '../model/columnLayout';
import { trackVariables, tracksOf } from '../model/columnTracks';
import type { ColumnSpec } from '../model/columns';
import { ui } from '../model/uiStore';
import { showDropMark } from './ColumnFeedback';
import { gridOf, measuredWidths } from './columnWidths';
import { dropIndex, followPointer, SLOP } from './dragging';

/** px beside the grid's edge at which it scrolls, and by how much at a time */
const EDGE = 40;
const STEP = 16;

type Widths = ColumnLayout['widths'];

/**
 * The widths to keep when a column is given one: its own, and those that the columns before it happen to have. Without the
 * latter they would give way, and the edge would not stay under the pointer; those behind it go on sharing what is left.
 */
export function widthsWith(measured: ReadonlyMap<ColumnId, number>, id: ColumnId, width: number): Widths {
  const ids = [...measured.keys()];
  const before = ids.slice(0, ids.indexOf(id));
  return {
    ...Object.fromEntries(before.map((other) => [other, measured.get(other)!])),
    [id]: clampWidth(width),
  };
}

/** Drags the right edge of a column. Until it is let go, only CSS variables of the grid change. */
export function dragEdge(
  event: ReactPointerEvent<HTMLElement>,
  id: ColumnId,
  shown: readonly ColumnSpec[],
): void {
  if (event.button !== 0) return;
  event.preventDefault();
  event.stopPropagation();
  const grid = gridOf(event.currentTarget);
  const measured = measuredWidths(grid);
  const width = measured.get(id)!;
  const { widths, pinned } = ui.get().columns;
  const show = (change: Widths): void => {
    const variables = trackVariables(tracksOf(shown, { ...widths, ...change }, pinned));
    for (const [name, value] of Object.entries(variables)) grid.style.setProperty(name, value);
  };
  let change: Widths = {};
  grid.classList.add('resizing');
  followPointer(event.currentTarget, event.nativeEvent, {
    move: (dx) => {
      change = widthsWith(measured, id, width + dx);
      show(change);
    },
    end: (done) => {
      grid.classList.remove('resizing');
      if (done && Object.keys(change).length > 0)
        ui.set(({ columns }) => ({ columns: resizeColumns(columns, change) }));
      else show({});
    },
  });
}

/** Drags a column to another place, within the pinned ones or within the others. A mark shows where it would go. */
export function dragColumn(event: ReactPointerEvent<HTMLElement>, id: ColumnId): void {
  if (event.button !== 0) return;
  const grid = gridOf(event.currentTarget);
  const { pinned } = ui.get().columns;
  const isPinned = pinned.includes(id);
  const headers = [...grid.querySelectorAll<HTMLElement>('[role=columnheader]')].filter(
    ({ dataset }) => pinned.includes(dataset['header'] as ColumnId) === isPinned,
  );
  const button = event.currentTarget;
  let to: number | null = null;
  followPointer(button, event.nativeEvent, {
    move: (dx, _, { clientX }) => {
      if (to === null && Math.abs(dx) < SLOP) return;
      button.parentElement?.classList.add('moving');
      scrollAtEdge(grid, clientX);
      const stretches = headers.map(stretchOf);
      to = dropIndex(stretches, clientX);
      const { left } = grid.getBoundingClientRect();
      const edge = stretches[to]?.start ?? stretches.at(-1)!.end;
      showDropMark(edge - left);
    },
    end: (done) => {
      showDropMark(null);
      button.parentElement?.classList.remove('moving');
      if (to === null) return;
      // What follows is the click of the same press: it was not meant to sort.
      button.addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => button.removeEventListener('click', swallow, { capture: true }));
      const ids = headers.map(({ dataset }) => dataset['header'] as ColumnId);
      const place = to;
      if (done) ui.set(({ columns }) => ({ columns: moveAmong(columns, ids, id, place) }));
    },
  });
}

function stretchOf(element: HTMLElement): { start: number; end: number } {
  const { left, right } = element.getBoundingClientRect();
  return { start: left, end: right };
}

function scrollAtEdge(grid: HTMLElement, x: number): void {
  const { left, right } = grid.getBoundingClientRect();
  if (x < left + EDGE) grid.scrollLeft -= STEP;
  else if (x > right - EDGE) grid.scrollLeft += STEP;
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}
