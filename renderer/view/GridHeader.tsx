import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { flushSync } from 'react-dom';
import type { ColumnId } from '../../shared/columnIds';
import type { ColumnSpec } from '../model/columns';
import { focusGrid } from '../model/focus';
import { trafficNote } from '../model/system';
import { sortBy, ui, useUi } from '../model/uiStore';
import { t } from '../strings';
import { fit, step, widen } from './columnCommands';
import { pinClass } from './CellFacts';
import { tell } from './ColumnFeedback';
import { dragColumn, dragEdge } from './headerDrags';

/** px that a key press widens a column by */
const WIDEN = 10;

interface GridHeaderProps {
  /** The columns on screen, from left to right */
  shown: readonly ColumnSpec[];
}

/** The row of headers: a click sorts, dragging moves, dragging an edge resizes; the keyboard does all of it too. */
export function GridHeader({ shown }: GridHeaderProps) {
  const pinned = useUi((state) => state.columns.pinned);
  // One header is reached by Tab; the arrows lead from it to the others.
  const [reached, setReached] = useState<ColumnId | null>(null);
  const stop = shown.some(({ id }) => id === reached) ? reached : shown[0]?.id;

  const focus = (id: ColumnId | undefined): void => {
    if (id === undefined) return;
    setReached(id);
    const button = document.querySelector<HTMLElement>(`[data-header=${id}] button`);
    button?.focus();
    button?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  const onKeyDown = (event: KeyboardEvent, id: ColumnId): void => {
    const index = shown.findIndex((spec) => spec.id === id);
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : null;
    if (by !== null && event.ctrlKey && event.shiftKey) {
      // Its element is moved, and loses the focus by that.
      flushSync(() => step(id, by));
      focus(id);
      tell(t.columns.moved(shown[index]!.title, positionOf(id), shown.length));
    } else if (by !== null && event.shiftKey) {
      tell(t.columns.resized(shown[index]!.title, widen(id, by * WIDEN)));
    } else if (by !== null) focus(shown[index + by]?.id);
    else if (event.key === 'Home') focus(shown[0]?.id);
    else if (event.key === 'End') focus(shown.at(-1)?.id);
    else if (event.key === 'ArrowDown') focusGrid();
    else {
      // Enter and Space are the button's own; Tab and Escape mean the grid.
      if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="header" role="row" aria-rowindex={1}>
      <div className="mark" aria-hidden />
      {shown.map((spec) => (
        <HeaderCell
          key={spec.id}
          spec={spec}
          shown={shown}
          pins={shown.filter(({ id }) => pinned.includes(id)).length}
          pin={pinned.includes(spec.id) ? shown.indexOf(spec) : null}
          reached={spec.id === stop}
          onKeyDown={(event) => onKeyDown(event, spec.id)}
          onFocus={() => setReached(spec.id)}
        />
      ))}
    </div>
  );
}

/** Counted from 1, as the screen has it now */
function positionOf(id: ColumnId): number {
  const headers = [...document.querySelectorAll<HTMLElement>('#grid [role=columnheader]')];
  return headers.findIndex(({ dataset }) => dataset['header'] === id) + 1;
}

interface HeaderCellProps {
  spec: ColumnSpec;
  shown: readonly ColumnSpec[];
  pins: number;
  /** Which of the pinned columns it is, or null */
  pin: number | null;
  reached: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: () => void;
}

function HeaderCell({ spec, shown, pins, pin, reached, onKeyDown, onFocus }: HeaderCellProps) {
  const { id, title, about, align } = spec;
  const traffic = useUi((state) => state.welcome?.traffic);
  const note = trafficNote(id, traffic);
  const isBlank = note !== '' && traffic?.counted === 'never';
  const sort = useUi((state) => state.sort);
  const isSorted = sort.column === id;
  const Arrow = sort.descending ? ChevronDown : ChevronUp;

  const openMenu = (event: MouseEvent<HTMLElement>): void => {
    event.preventDefault();
    event.stopPropagation();
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    // The menu key has a place of no use: it would cover the header.
    const isKey = event.button !== 2;
    ui.set({ columnMenu: { id, x: isKey ? left : event.clientX, y: isKey ? bottom : event.clientY } });
  };

  return (
    <div
      role="columnheader"
      data-header={id}
      className={`cell ${align}${isBlank ? ' uncounted' : ''}${pinClass(pin, pins)}`}
      style={pin === null ? undefined : { left: `var(--pin-${pin})` }}
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        tabIndex={reached ? 0 : -1}
        title={t.columns.sortBy(title, [about, note].filter(Boolean).join('\n'))}
        onClick={() => sortBy(id)}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onPointerDown={(event) => dragColumn(event, id)}
        onContextMenu={openMenu}
      >
        <span>{title}</span>
        {isSorted && <Arrow className="sorted" size={12} aria-hidden />}
      </button>
      <div
        className="edge"
        aria-hidden
        onPointerDown={(event) => dragEdge(event, id, shown)}
        onDoubleClick={(event) => {
          event.stopPropagation();
          fit([id]);
        }}
      />
    </div>
  );
}
