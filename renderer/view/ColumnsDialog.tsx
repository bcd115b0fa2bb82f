import { GripVertical, Pin } from 'lucide-react';
import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { flushSync } from 'react-dom';
import type { ColumnId } from '../../shared/columnIds';
import { isShown, PRESET_NAMES, presetOf } from '../model/columnLayout';
import { columnOf } from '../model/columns';
import { isWindows } from '../model/system';
import { useUi } from '../model/uiStore';
import { t } from '../strings';
import { choosePreset, move, setPinned, setShown } from './columnCommands';
import { closeDialog, Dialog } from './Dialog';
import { dropIndex, followPointer } from './dragging';

/** Which columns are shown, and in which order. Every change is seen in the grid at once. */
export function ColumnsDialog() {
  const isOpen = useUi((state) => state.dialog === 'columns');
  return isOpen ? <OpenDialog /> : null;
}

function OpenDialog() {
  const layout = useUi((state) => state.columns);
  const reading = useUi((state) => state.status?.reading);
  const [search, setSearch] = useState('');
  const windows = useUi(({ welcome }) => isWindows(welcome));
  const preset = presetOf(layout, windows);
  const sought = search.trim().toLowerCase();
  const found = layout.order.filter((id) => {
    const { title, about } = columnOf(id);
    return `${title}\n${about}`.toLowerCase().includes(sought);
  });
  return (
    <Dialog labelledBy="columns-title" className="columns-dialog">
      <h2 id="columns-title">{t.columns.dialog}</h2>
      <div className="presets" role="group" aria-label={t.columns.presetsTitle}>
        {PRESET_NAMES.map((name) => (
          <button key={name} type="button" aria-pressed={preset === name} onClick={() => choosePreset(name)}>
            {t.columns.presets[name]}
          </button>
        ))}
      </div>
      <input
        type="text"
        // It is a dialog for finding columns; the keys go on from here. React would focus it before the dialog is open.
        ref={(box) => box?.setAttribute('autofocus', '')}
        placeholder={t.columns.find}
        aria-label={t.columns.find}
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul className="column-list" aria-label={t.columns.order}>
        {found.map((id) => (
          <ColumnItem
            key={id}
            id={id}
            shown={isShown(layout, id, reading)}
            pinned={layout.pinned.includes(id)}
            peers={found}
          />
        ))}
        {found.length === 0 && <li className="none">{t.columns.nothingFound}</li>}
      </ul>
      <p className="hint">{t.columns.dialogHint}</p>
      <div className="buttons">
        <button type="button" onClick={() => choosePreset('default')}>
          {t.columns.reset}
        </button>
        <button type="button" onClick={closeDialog}>
          {t.columns.done}
        </button>
      </div>
    </Dialog>
  );
}

interface ColumnItemProps {
  id: ColumnId;
  shown: boolean;
  pinned: boolean;
  /** The columns in the list, in order */
  peers: readonly ColumnId[];
}

function ColumnItem({ id, shown, pinned, peers }: ColumnItemProps) {
  const { title, about } = columnOf(id);
  const item = useRef<HTMLLIElement>(null);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const index = peers.indexOf(id);
    flushSync(() => move(peers, id, event.key === 'ArrowUp' ? index - 1 : index + 2));
    const box = item.current?.querySelector('input');
    box?.focus();
    box?.scrollIntoView({ block: 'nearest' });
  };

  const drag = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    const list = item.current!.parentElement!;
    const items = [...list.querySelectorAll<HTMLElement>('li[data-id]')];
    let to: number | null = null;
    const show = (): void => {
      for (const [i, element] of items.entries()) {
        element.classList.toggle('before', i === to);
        element.classList.toggle('behind', to === items.length && i === items.length - 1);
      }
    };
    followPointer(event.currentTarget, event.nativeEvent, {
      move: (_, __, { clientY }) => {
        scrollAtEdge(list, clientY);
        to = dropIndex(
          items
            .map((element) => element.getBoundingClientRect())
            .map(({ top, bottom }) => ({ start: top, end: bottom })),
          clientY,
        );
        show();
      },
      end: (done) => {
        const place = to;
        to = null;
        show();
        if (done && place !== null) move(peers, id, place);
      },
    });
  };

  return (
    <li ref={item} data-id={id}>
      <span className="grip" aria-hidden title={t.columns.grip} onPointerDown={drag}>
        <GripVertical size={14} aria-hidden />
      </span>
      <label title={about}>
        <input
          type="checkbox"
          checked={shown}
          onChange={(event) => setShown(id, event.target.checked)}
          onKeyDown={onKeyDown}
        />
        <span className="name">{title}</span>
        <span className="about">{about}</span>
      </label>
      <button
        type="button"
        className="pin"
        aria-pressed={pinned}
        aria-label={t.columns.pinned(title)}
        title={pinned ? t.columns.unpin : t.columns.pin}
        onClick={() => setPinned(id, !pinned)}
      >
        <Pin size={13} aria-hidden />
      </button>
    </li>
  );
}

/** px */
const EDGE = 24;

function scrollAtEdge(list: HTMLElement, y: number): void {
  const { top, bottom } = list.getBoundingClientRect();
  if (y < top + EDGE) list.scrollTop -= 8;
  else if (y > bottom - EDGE) list.scrollTop += 8;
}
