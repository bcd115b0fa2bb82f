import { createContext, useContext, useMemo, useRef } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { useInsideWindow, useOutside } from './hanging';

interface Hanging {
  box: RefObject<HTMLDivElement | null>;
  /** Puts the sheet away; the keyboard goes on at its button. */
  close: () => void;
}

const HangingContext = createContext<Hanging>({ box: { current: null }, close: () => {} });

/** For what is on a {@link Sheet}. */
export function useSheet(): Hanging {
  return useContext(HangingContext);
}

interface SheetButtonProps {
  icon: ReactNode;
  title: string;
  open: boolean;
  onOpen: (open: boolean) => void;
  /** Its {@link Sheet}; rendered while it is open. */
  children: ReactNode;
}

/** A button in the filter's box with a sheet that hangs below it. A press elsewhere puts it away. */
export function SheetButton({ icon, title, open, onOpen, children }: SheetButtonProps) {
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useOutside(open, [box, button], () => onOpen(false));
  const hanging = useMemo<Hanging>(() => {
    const close = (): void => {
      onOpen(false);
      button.current?.focus();
    };
    return { box, close };
  }, [onOpen]);
  return (
    <div className="hanging">
      <button
        type="button"
        ref={button}
        className="clear"
        aria-label={title}
        title={title}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => onOpen(!open)}
      >
        {icon}
      </button>
      {open && <HangingContext value={hanging}>{children}</HangingContext>}
    </div>
  );
}

interface SheetProps {
  /** What it is called. */
  name: string;
  className?: string;
  /** Keys beside Esc; one that is prevented from its default is not looked at any further. */
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/** What hangs there. Esc puts it away. */
export function Sheet({ name, className = '', onKeyDown, children }: SheetProps) {
  const { box, close } = useSheet();
  useInsideWindow(true, box);
  return (
    // It has no action of its own: the keys are those of what is in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={`sheet ${className}`.trim()}
      ref={box}
      role="dialog"
      tabIndex={-1}
      aria-label={name}
      onKeyDown={(event) => {
        event.stopPropagation();
        onKeyDown?.(event);
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      {children}
    </div>
  );
}
