import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { Command } from '../shell/shell';
import { ui, useUi } from '../model/uiStore';
import { useApp, useSelection } from './AppContext';

/** The menu of the selected rows: the same commands as the toolbar's, the keyboard's and the native menu's. */
export function ContextMenu() {
  const menu = useUi((state) => state.menu);
  return menu === null ? null : <OpenMenu key={`${menu.x},${menu.y}`} x={menu.x} y={menu.y} />;
}

function OpenMenu({ x, y }: { x: number; y: number }) {
  const app = useApp();
  const count = useSelection().shownCount;
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: x, top: y });
  const refused = app.shell.actionsRefused();

  // Kept inside the window, whatever corner was clicked.
  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight } = box.current!;
    setPlace({
      left: Math.max(4, Math.min(x, window.innerWidth - offsetWidth - 4)),
      top: Math.max(4, Math.min(y, window.innerHeight - offsetHeight - 4)),
    });
    box.current!.querySelector<HTMLButtonElement>('button:not(:disabled)')?.focus();
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
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const items = [...box.current!.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
    const now = items.indexOf(document.activeElement as HTMLButtonElement);
    items[(now + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
  };

  const rows = count === 1 ? 'row' : `${count} rows`;
  return (
    <div
      className="menu"
      ref={box}
      role="menu"
      tabIndex={-1}
      aria-label="Selected sockets"
      style={place}
      onKeyDown={onKeyDown}
    >
      <Item
        label={count > 1 ? `Close ${count} Connections…` : 'Close Connection…'}
        keys="Del"
        danger
        disabled={refused !== null || count === 0}
        onClick={() => run('close-connection')}
      />
      <hr />
      <Item label={`Copy ${rows}`} keys="Ctrl+C" disabled={count === 0} onClick={() => run('copy')} />
      <Item label={`Export ${rows} to CSV…`} disabled={count === 0} onClick={() => run('export-selected')} />
      <hr />
      <Item label="Select all" keys="Ctrl+A" onClick={() => run('select-all')} />
      <hr />
      <Item label="Properties…" keys="Enter" disabled={count === 0} onClick={() => run('details')} />
    </div>
  );
}

function leave(): void {
  ui.set({ menu: null });
  document.getElementById('grid')?.focus();
}

interface ItemProps {
  label: string;
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function Item({ label, keys, danger = false, disabled = false, onClick }: ItemProps) {
  return (
    <button
      type="button"
      role="menuitem"
      className={danger ? 'danger' : ''}
      disabled={disabled}
      onClick={onClick}
    >
      <span>{label}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </button>
  );
}
