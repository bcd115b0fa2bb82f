import { ChevronDown } from 'lucide-react';
import { createContext, useCallback, useContext, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useInsideWindow, useOutside } from './hanging';
import { moveAmong } from './menuKeys';

interface MenuButtonProps {
  label: ReactNode;
  icon?: ReactNode;
  title: string;
  /** What the menu is called. */
  name: string;
  /** Shown as on: something in the menu is not as usual. */
  pressed?: boolean;
  className?: string;
  /** Rendered while the menu is open; they close it by {@link useCloseMenu}. */
  children: ReactNode;
}

const CloseMenu = createContext(() => {});

/** For what is in a menu: closes it, and the keyboard goes on at its button. */
export function useCloseMenu(): () => void {
  return useContext(CloseMenu);
}

/** A button of the toolbar with a menu below it: arrows, Home, End and letters move in it, Esc and Tab close it. */
export function MenuButton({
  label,
  icon,
  title,
  name,
  pressed = false,
  className = '',
  children,
}: MenuButtonProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useOutside(open, [box, button], () => setOpen(false));
  useInsideWindow(open, box);

  const close = useCallback((): void => {
    setOpen(false);
    button.current?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (moveAmong(box.current!, event.key)) event.preventDefault();
  };

  return (
    <div className={`menu-button ${className}`}>
      <button
        type="button"
        ref={button}
        aria-haspopup="menu"
        aria-expanded={open}
        data-on={pressed}
        title={title}
        onClick={() => setOpen(!open)}
      >
        {icon}
        {label}
        <ChevronDown size={14} aria-hidden />
      </button>
      {open && (
        <div className="menu" ref={box} role="menu" tabIndex={-1} aria-label={name} onKeyDown={onKeyDown}>
          <CloseMenu value={close}>{children}</CloseMenu>
        </div>
      )}
    </div>
  );
}

interface EntryProps {
  label: ReactNode;
  title?: string;
  /** Stands at the right: a count, a key. */
  end?: ReactNode;
  disabled?: boolean;
  onClick: () => void;
}

interface CheckProps extends EntryProps {
  checked: boolean;
  /** One of several, of which one is chosen. */
  radio?: boolean;
}

export function MenuCheck({
  label,
  title,
  end,
  checked,
  radio = false,
  disabled = false,
  onClick,
}: CheckProps) {
  return (
    <button
      type="button"
      role={radio ? 'menuitemradio' : 'menuitemcheckbox'}
      aria-checked={checked}
      disabled={disabled}
      title={title}
      onClick={onClick}
    >
      <span className="label">{label}</span>
      {end !== undefined && <span className="end">{end}</span>}
    </button>
  );
}

/** @param reason why it cannot be chosen: it stays within reach of the keyboard, and says so */
export function MenuEntry({
  label,
  title,
  end,
  disabled = false,
  reason = null,
  onClick,
}: EntryProps & { reason?: string | null }) {
  return (
    <button
      type="button"
      role="menuitem"
      disabled={disabled}
      aria-disabled={reason !== null}
      data-why={reason ?? undefined}
      title={reason ?? title}
      onClick={() => {
        if (reason === null) onClick();
      }}
    >
      <span className="label">{label}</span>
      {end !== undefined && <span className="end">{end}</span>}
    </button>
  );
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return (
    <div className="heading" role="presentation">
      {children}
    </div>
  );
}
