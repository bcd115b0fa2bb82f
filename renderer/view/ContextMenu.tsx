import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { COPY_FORMATS } from '../../shared/bridge';
import { plainText } from '../../shared/text';
import { activeParts, addTerm, clearFilters } from '../model/filter';
import { focusGrid } from '../model/focus';
import { hasSs } from '../model/possibleCommands';
import { cellTerm, rowTerms } from '../model/rowTerms';
import type { RowTerm } from '../model/rowTerms';
import { ui, useUi } from '../model/uiStore';
import type { UiState } from '../model/uiStore';
import type { Command } from '../shell/shell';
import { t } from '../strings';
import { ActionEntries } from './actions/ActionEntries';
import { useApp, useSelection } from './AppContext';
import { placeMenu } from './filter/hanging';
import { moveAmong } from './filter/menuKeys';
import { Submenu } from './filter/Submenu';

/** The menu of the selected rows: the same commands as the toolbar's, the keyboard's and the native menu's. */
export function ContextMenu() {
  const menu = useUi((state) => state.menu);
  return menu === null ? null : <OpenMenu key={`${menu.x},${menu.y}`} {...menu} />;
}

function OpenMenu({ x, y, id }: NonNullable<UiState['menu']>) {
  const app = useApp();
  const selection = useSelection();
  const count = selection.shownCount;
  const box = useRef<HTMLDivElement>(null);
  // The menu is about what was clicked; what the row becomes in the meantime does not change its words.
  const [about] = useState(() => ({
    row: app.sockets.order.get(id ?? selection.focused ?? '')?.row,
    column: ui.get().cell,
  }));
  const { row, column } = about;
  const formats = COPY_FORMATS.filter((format) => format !== 'ss' || hasSs(ui.get().welcome));
  const clicked = row === undefined || column === null ? null : cellTerm(column, row, app.lookups);

  // Kept inside the window, whatever corner was clicked.
  useLayoutEffect(() => {
    placeMenu(box.current!, x, y);
    box.current!.querySelector<HTMLButtonElement>('button:not(:disabled, [aria-disabled=true])')?.focus();
  }, [x, y]);

  useEffect(() => {
    const close = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) ui.set({ menu: null });
    };
    const blur = (): void => ui.set({ menu: null });
    window.addEventListener('mousedown', close);
    window.addEventListener('wheel', close);
    window.addEventListener('blur', blur);
    return () => {
      window.removeEventListener('mousedown', close);
      window.removeEventListener('wheel', close);
      window.removeEventListener('blur', blur);
    };
  }, []);

  const run = (command: Command): void => {
    leave();
    app.run(command);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      leave();
    } else if (moveAmong(box.current!, event.key)) event.preventDefault();
  };

  const text = t.filter.menu;
  return (
    <div
      className="menu context"
      ref={box}
      role="menu"
      tabIndex={-1}
      aria-label={text.name}
      onKeyDown={onKeyDown}
    >
      <ActionEntries run={run} />
      <hr />
      {clicked !== null && <TermItem term={clicked} negated={false} named />}
      {clicked !== null && <TermItem term={clicked} negated named />}
      {row !== undefined && (
        <>
          <Submenu label={text.only}>
            {rowTerms(row).map((term) => (
              <TermItem key={`${term.field} ${term.value}`} term={term} negated={false} />
            ))}
          </Submenu>
          <Submenu label={text.hide}>
            {rowTerms(row).map((term) => (
              <TermItem key={`${term.field} ${term.value}`} term={term} negated />
            ))}
          </Submenu>
        </>
      )}
      <Item
        label={text.clearFilter}
        keys="Ctrl+Shift+L"
        disabled={activeParts(ui.get()).length === 0}
        onClick={() => {
          leave();
          clearFilters();
        }}
      />
      <hr />
      {column !== null && id === selection.focused && (
        <Item label={text.copyCell} disabled={row === undefined} onClick={() => run('copy-cell')} />
      )}
      <Item label={text.copy(count)} keys="Ctrl+C" disabled={count === 0} onClick={() => run('copy')} />
      <Submenu label={text.copyAs}>
        {formats.map((format) => (
          <Item
            key={format}
            label={text.formats[format]}
            disabled={count === 0}
            onClick={() => run(`copy-${format}`)}
          />
        ))}
      </Submenu>
      <Item label={text.exportCsv(count)} disabled={count === 0} onClick={() => run('export-selected')} />
      <hr />
      <Item label={text.selectAll} keys="Ctrl+A" onClick={() => run('select-all')} />
      <hr />
      <Item label={text.properties} keys="Enter" disabled={count === 0} onClick={() => run('details')} />
    </div>
  );
}

function leave(): void {
  ui.set({ menu: null });
  focusGrid();
}

/** Adds a term to the filter. `named`: it says by itself what it does. */
function TermItem({ term, negated, named = false }: { term: RowTerm; negated: boolean; named?: boolean }) {
  const { field } = term;
  const value = term.value === null ? null : plainText(term.value);
  const text = t.filter.menu;
  const label = named ? (negated ? text.hideThing : text.onlyThing) : text.thing;
  return (
    <Item
      label={label(field, value)}
      onClick={() => {
        leave();
        addTerm(field, term.value, negated);
      }}
    />
  );
}

interface ItemProps {
  label: string;
  keys?: string;
  disabled?: boolean;
  onClick: () => void;
}

function Item({ label, keys, disabled = false, onClick }: ItemProps) {
  return (
    <button type="button" role="menuitem" disabled={disabled} onClick={onClick}>
      <span className="label">{label}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </button>
  );
}
