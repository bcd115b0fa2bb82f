import type { Virtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useReducer, useRef } from 'react';
import { isInPlace } from '../../model/lines';
import type { Line } from '../../model/lines';
import type { RowOrder } from '../../model/rowOrder';

/**
 * What is in sight stays in sight: when lines come or go above it, the grid is scrolled by as much before it is painted.
 * It goes by the first line in sight that has not itself moved. At the very top new lines are meant to be seen.
 */
export function useAnchor(
  order: RowOrder,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  shown: readonly { index: number; line: Line }[],
  rowHeight: number,
): void {
  const seen = useRef<readonly { index: number; line: Line }[]>([]);
  const [, renderAgain] = useReducer((n: number) => n + 1, 0);
  // After every rendering. It renders once more only where something has moved, and then nothing does.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const { scrollElement: element, scrollOffset } = virtualizer;
    const top = scrollOffset ?? 0;
    const shift = top <= 0 || element === null ? 0 : shiftOf(order, seen.current) * rowHeight;
    const first = Math.floor(top / rowHeight);
    seen.current = shown.filter(({ index }) => index >= first);
    if (shift === 0 || element === null) return;
    element.scrollTop = top + shift;
    // Its scroll event would come after the paint.
    // oxlint-disable-next-line react/immutability -- the virtualizer is an object outside of React
    virtualizer.scrollOffset = element.scrollTop;
    seen.current = [];
    renderAgain();
  });
}

function shiftOf(order: RowOrder, seen: readonly { index: number; line: Line }[]): number {
  for (const { index, line } of seen) {
    const now = isInPlace(line) ? order.indexOf(line.id) : -1;
    if (now >= 0) return now - index;
  }
  return 0;
}
