import { ChevronRight } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { MENU_MARGIN, placeMenu } from './hanging';
import { entriesOf, moveAmong } from './menuKeys';

/** ms that the pointer rests before a menu inside a menu opens, so that passing over it opens nothing */
const REST_MS = 150;

/** An entry that opens a menu beside it: by a click, by resting on it, or by the right arrow; the left one closes it. */
export function Submenu({ label, children }: { label: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const entry = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const wantsFocus = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => () => clearTimeout(timer.current), []);

  // Beside its entry: to the right where there is room, else to the left; inside the window in any case.
  useLayoutEffect(() => {
    const menu = box.current;
    if (!open || menu === null) return;
    const { left, right, top } = entry.current!.getBoundingClientRect();
    const fits = right + menu.offsetWidth + MENU_MARGIN <= window.innerWidth;
    placeMenu(menu, fits ? right : left - menu.offsetWidth, top - MENU_MARGIN - 1);
    if (wantsFocus.current) entriesOf(menu)[0]?.focus();
  }, [open]);

  const show = (withFocus: boolean): void => {
    clearTimeout(timer.current);
    wantsFocus.current = withFocus;
    setOpen(true);
    if (open && withFocus) entriesOf(box.current!)[0]?.focus();
  };
  const hide = (): void => {
    clearTimeout(timer.current);
    setOpen(false);
  };
  const later = (then: () => void): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(then, REST_MS);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') {
      entry.current?.focus();
      hide();
    } else if (!moveAmong(box.current!, event.key)) return; // Esc and Tab close the whole
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className="submenu"
      onPointerEnter={() => later(() => show(false))}
      onPointerLeave={() => later(hide)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) hide();
      }}
    >
      <button
        type="button"
        ref={entry}
        role="menuitem"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => show(true)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowRight') return;
          event.preventDefault();
          show(true);
        }}
      >
        <span className="label">{label}</span>
        <ChevronRight size={14} aria-hidden />
      </button>
      {open && (
        <div className="menu" ref={box} role="menu" tabIndex={-1} aria-label={label} onKeyDown={onKeyDown}>
          {children}
        </div>
      )}
    </div>
  );
}
