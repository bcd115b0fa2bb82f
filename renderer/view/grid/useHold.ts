import { useEffect, useMemo, useRef } from 'react';
import type { FocusEvent, PointerEvent } from 'react';
import type { App } from '../../model/app';

/** Where the pointer keeps the rows still: over them, and over what says so. */
const HELD_BY = '.rows, .new-rows';

interface Hold {
  /** The user has moved through the rows by keyboard. */
  byKeyboard: () => void;
  /** Handlers of the element that holds the grid and its chip. */
  handlers: {
    onPointerMove(event: PointerEvent): void;
    onPointerDown(event: PointerEvent): void;
    onPointerLeave(): void;
    onFocus(event: FocusEvent): void;
    onBlur(event: FocusEvent): void;
  };
}

/** Tells when the pointer or the keyboard is at the rows, so that they keep their places meanwhile. */
export function useHold({ holding, selection }: App): Hold {
  /** Where the pointer was; null until it is heard of */
  const last = useRef<{ x: number; y: number } | null>(null);
  const selectsByKeyboard = useRef(false);

  useEffect(
    () =>
      selection.subscribe(() => {
        if (!selection.isEmpty) return;
        selectsByKeyboard.current = false;
        holding.set('keyboard', false);
      }),
    [holding, selection],
  );
  useEffect(
    () => () => {
      holding.set('pointer', false);
      holding.set('keyboard', false);
    },
    [holding],
  );

  return useMemo(() => {
    const overRows = (event: PointerEvent): boolean => (event.target as Element).closest(HELD_BY) !== null;
    return {
      byKeyboard() {
        selectsByKeyboard.current = !selection.isEmpty;
        holding.set('keyboard', !selection.isEmpty);
      },
      handlers: {
        onPointerMove(event) {
          const { screenX: x, screenY: y } = event;
          const before = last.current;
          last.current = { x, y };
          // Something that opened, closed or scrolled below a resting pointer also makes the browser send an event: the
          // window itself, to begin with.
          const rests = before === null || (x === before.x && y === before.y);
          if (!rests || !overRows(event)) holding.set('pointer', overRows(event));
        },
        onPointerDown(event) {
          last.current = { x: event.screenX, y: event.screenY };
          if (!overRows(event)) return;
          holding.set('pointer', true);
          selectsByKeyboard.current = false;
          holding.set('keyboard', false);
        },
        onPointerLeave() {
          holding.set('pointer', false);
        },
        onFocus(event) {
          // Back from a menu, say; from the chip, the user has just let go.
          if (event.currentTarget.contains(event.relatedTarget)) return;
          if (selectsByKeyboard.current && !selection.isEmpty) holding.set('keyboard', true);
        },
        onBlur(event) {
          // To another window and back is no reason to let go.
          if (document.hasFocus() && !event.currentTarget.contains(event.relatedTarget))
            holding.set('keyboard', false);
        },
      },
    };
  }, [holding, selection]);
}
