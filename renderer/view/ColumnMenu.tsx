import { useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import type { ColumnId } from '../../shared/columnIds';
import { PRESET_NAMES, presetOf } from '../model/columnLayout';
import { isWindows } from '../model/system';
import { columnOf } from '../model/columns';
import { ui, useUi } from '../model/uiStore';
import { t } from '../strings';
import { choosePreset, fit, fitAll, setPinned, setShown, setSort } from './columnCommands';
import { placeMenu, useOutside } from './filter/hanging';
import { MenuCheck, MenuEntry, MenuHeading } from './filter/MenuButton';
import { moveAmong } from './filter/menuKeys';

/** The menu of a column's header. */
export function ColumnMenu() {
  const menu = useUi((state) => state.columnMenu);
  return menu === null ? null : <OpenMenu key={`${menu.id} ${menu.x} ${menu.y}`} {...menu} />;
}

function close(): void {
  ui.set({ columnMenu: null });
}

function OpenMenu({ x, y, id }: { x: number; y: number; id: ColumnId }) {
  const box = useRef<HTMLDivElement>(null);
  const layout = useUi((state) => state.columns);
  const sort = useUi((state) => state.sort);
  const { title } = columnOf(id);
  const isPinned = layout.pinned.includes(id);
  const windows = useUi(({ welcome }) => isWindows(welcome));
  const preset = presetOf(layout, windows);
  useOutside(true, [box], close);

  // Kept inside the window, whichever corner was clicked.
  useLayoutEffect(() => {
    const menu = box.current!;
    placeMenu(menu, x, y);
    menu.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
  }, [x, y]);

  const leave = (): void => {
    close();
    const header = document.querySelector<HTMLElement>(`[data-header=${id}] button`);
    (header ?? document.getElementById('grid'))?.focus();
  };
  const then = (action: () => void) => (): void => {
    action();
    leave();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') leave();
    else if (!moveAmong(box.current!, event.key)) return;
    event.preventDefault();
  };

  const sorted = (descending: boolean): boolean => sort.column === id && sort.descending === descending;
  return (
    <div
      className="menu column-menu"
      ref={box}
      role="menu"
      tabIndex={-1}
      aria-label={`${t.columns.menu} ${title}`}
      onKeyDown={onKeyDown}
    >
      <MenuCheck
        radio
        label={t.columns.sortUp}
        checked={sorted(false)}
        onClick={then(() => setSort(id, false))}
      />
      <MenuCheck
        radio
        label={t.columns.sortDown}
        checked={sorted(true)}
        onClick={then(() => setSort(id, true))}
      />
      <hr />
      <MenuEntry label={t.columns.hide} onClick={then(() => setShown(id, false))} />
      <MenuEntry
        label={isPinned ? t.columns.unpin : t.columns.pin}
        onClick={then(() => setPinned(id, !isPinned))}
      />
      <MenuEntry label={t.columns.fit} onClick={then(() => fit([id]))} />
      <MenuEntry label={t.columns.fitAll} onClick={then(fitAll)} />
      <hr />
      <MenuHeading>{t.columns.presetsTitle}</MenuHeading>
      {PRESET_NAMES.map((name) => (
        <MenuCheck
          key={name}
          radio
          label={t.columns.presets[name]}
          checked={preset === name}
          onClick={then(() => choosePreset(name))}
        />
      ))}
      <MenuEntry
        label={t.columns.choose}
        onClick={() => {
          close();
          ui.set({ dialog: 'columns' });
        }}
      />
      <MenuEntry label={t.columns.reset} onClick={then(() => choosePreset('default'))} />
    </div>
  );
}
