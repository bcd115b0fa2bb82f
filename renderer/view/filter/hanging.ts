/** What hangs below a button of the toolbar, and menus elsewhere: when they are put away, and where they have room. */
import { useEffect, useLayoutEffect, useRef } from 'react';

/** px between what hangs and the window's edge */
const MARGIN = 6;
/** px between a menu that opens where it was asked for and the window's edge */
export const MENU_MARGIN = 4;

/** Puts away what is open when the mouse is pressed elsewhere. */
export function useOutside(
  open: boolean,
  inside: readonly React.RefObject<HTMLElement | null>[],
  close: () => void,
): void {
  const latest = useRef({ inside, close });
  useEffect(() => {
    latest.current = { inside, close };
  });
  useEffect(() => {
    if (!open) return undefined;
    const onPress = (event: Event): void => {
      const { inside, close } = latest.current;
      if (!inside.some((box) => box.current?.contains(event.target as Node) === true)) close();
    };
    window.addEventListener('mousedown', onPress);
    return () => window.removeEventListener('mousedown', onPress);
  }, [open]);
}

/** Keeps it inside the window once it is open, and focuses its first entry. */
export function useInsideWindow(open: boolean, box: React.RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    if (!open || box.current === null) return;
    fit(box.current);
    const first = box.current.querySelector<HTMLElement>('[role^=menuitem], input, button');
    (first ?? box.current).focus();
  }, [open, box]);
}

/** Pushes it to one side, as far as it stands out of the window. */
function fit(element: HTMLElement): void {
  const { style } = element;
  style.marginInline = '0';
  const { left, right } = element.getBoundingClientRect();
  const over = right + MARGIN - document.documentElement.clientWidth;
  if (over > 0) style.marginInline = `${-over}px ${over}px`;
  else if (left < MARGIN) style.marginInline = `${MARGIN - left}px ${left - MARGIN}px`;
}

/** Puts a menu at this place (px), or as near to it as it can be without standing out of the window. */
export function placeMenu(menu: HTMLElement, x: number, y: number): void {
  const within = (wanted: number, size: number, room: number): string =>
    `${Math.max(MENU_MARGIN, Math.min(wanted, room - size - MENU_MARGIN))}px`;
  const { offsetWidth, offsetHeight, style } = menu;
  style.left = within(x, offsetWidth, window.innerWidth);
  style.top = within(y, offsetHeight, window.innerHeight);
}
