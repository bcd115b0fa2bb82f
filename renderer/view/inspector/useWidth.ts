import { useCallback, useSyncExternalStore } from 'react';

/** The width of an element, px, as it is now; 0 before it is there. */
export function useWidth(element: HTMLElement | null): number {
  const observe = useCallback(
    (changed: () => void): (() => void) => {
      const observer = new ResizeObserver(changed);
      if (element !== null) observer.observe(element);
      return () => observer.disconnect();
    },
    [element],
  );
  return useSyncExternalStore(observe, () => element?.clientWidth ?? 0);
}
