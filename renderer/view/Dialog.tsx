import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { focusGrid } from '../model/focus';
import { ui } from '../model/uiStore';

interface DialogProps {
  /** id of the element that names it */
  labelledBy: string;
  className: string;
  children: ReactNode;
  /** What else is to be done when the user closes it */
  onClose?: () => void;
}

/** One of the dialogs that `ui.dialog` opens: modal, closed by Escape or a click beside it; the keyboard goes on in the grid. */
export function Dialog({ labelledBy, className, children, onClose }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = box.current!;
    if (!opened.open) opened.showModal();
    return () => opened.close();
  }, []);
  return (
    // The keyboard's way is Escape, which the browser sees to.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={box}
      className={className}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
        closeDialog();
      }}
      onMouseDown={(event) => {
        if (event.target === box.current && isBeside(event, box.current)) {
          onClose?.();
          closeDialog();
        }
      }}
    >
      {children}
    </dialog>
  );
}

export function closeDialog(): void {
  ui.set({ dialog: null });
  // Once it has gone: while a modal dialog is open, nothing else can take the focus.
  requestAnimationFrame(focusGrid);
}

function isBeside({ clientX, clientY }: { clientX: number; clientY: number }, box: Element): boolean {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
