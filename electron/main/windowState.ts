/** Where the window was when it was closed, and where it can be opened. */
import * as v from 'valibot';

/** px of the desktop, as Electron counts them */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const LEAST_SIZE = { width: 760, height: 420 };
const USUAL_SIZE = { width: 1280, height: 800 };
/** px of the title bar that must be on a display, for it to be taken hold of */
const GRIP = { width: 120, height: 24 };

const pixels = v.pipe(v.number(), v.safeInteger());
const windowState = v.object({ x: pixels, y: pixels, width: pixels, height: pixels, maximised: v.boolean() });
export type WindowState = v.InferOutput<typeof windowState>;

/** Makes a state of a file's text; null where it is damaged. */
export function readWindowState(text: string): WindowState | null {
  try {
    const result = v.safeParse(windowState, JSON.parse(text));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/**
 * Where to open the window: where it was, if its title bar is within a display's work area, and no larger than that. A
 * display may have been taken away since. Without a place it is for the system to choose one.
 */
export function placeWindow(
  kept: Rectangle | null,
  workAreas: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  if (kept === null) return USUAL_SIZE;
  const places = workAreas.map((area) => ({ area, place: fitted(kept, area) }));
  return places.find(({ area, place }) => isInReach(place, area))?.place ?? USUAL_SIZE;
}

function fitted({ x, y, width, height }: Rectangle, area: Rectangle): Rectangle {
  return {
    x,
    y,
    width: Math.max(LEAST_SIZE.width, Math.min(width, area.width)),
    height: Math.max(LEAST_SIZE.height, Math.min(height, area.height)),
  };
}

function isInReach(place: Rectangle, area: Rectangle): boolean {
  const across = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x);
  return across >= GRIP.width && place.y >= area.y && place.y + GRIP.height <= area.y + area.height;
}
