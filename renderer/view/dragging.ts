/** Dragging by pointer events, with the pointer held: it may leave what it began on, and even the window. */

interface Drag {
  /** px that the pointer has moved since it was pressed, and where it is */
  move(dx: number, dy: number, event: PointerEvent): void;
  /** `done` is false where Escape, another window or the system took it back. */
  end(done: boolean): void;
}

/** Follows the pointer that pressed `target` until it is let go. */
export function followPointer(target: HTMLElement, pressed: PointerEvent, drag: Drag): void {
  const { pointerId, clientX, clientY } = pressed;
  const stop = new AbortController();
  const { signal } = stop;
  const end = (done: boolean): void => {
    stop.abort();
    if (target.hasPointerCapture(pointerId)) target.releasePointerCapture(pointerId);
    drag.end(done);
  };
  target.setPointerCapture(pointerId);
  target.addEventListener(
    'pointermove',
    (event) => drag.move(event.clientX - clientX, event.clientY - clientY, event),
    { signal },
  );
  target.addEventListener('pointerup', () => end(true), { signal });
  target.addEventListener('pointercancel', () => end(false), { signal });
  window.addEventListener('blur', () => end(false), { signal });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      end(false);
    },
    { signal, capture: true },
  );
}

/** px that a press may stray and still be a click */
export const SLOP = 5;

/**
 * Between which of the stretches something is dropped: the number of those whose middle is before `at`. Used for places
 * along a line, in their order.
 */
export function dropIndex(stretches: readonly { start: number; end: number }[], at: number): number {
  return stretches.filter(({ start, end }) => (start + end) / 2 < at).length;
}
