/** The widths of the shown columns, as CSS: header and rows share them through variables of the grid. */
import type { ColumnId } from '../../shared/columnIds';
import type { ColumnLayout } from './columnLayout';
import type { ColumnSpec } from './columns';

/** px at the standard font size; of the column of marks before all others */
const MARK_WIDTH = 22;

export interface Tracks {
  /** `grid-template-columns` of a row */
  tracks: string;
  /** What the row takes at the least */
  leastWidth: string;
  /** How far from the left edge each pinned column stays, in their order */
  pins: readonly string[];
}

type Widths = ColumnLayout['widths'];

/**
 * A column whose width was chosen has it in px; the others grow with the size of the font (`--unit`: one px at the standard
 * size), and share the room that is left. A pinned one does not: where the next one stays must be known.
 */
export function tracksOf(shown: readonly ColumnSpec[], widths: Widths, pinned: readonly ColumnId[]): Tracks {
  let units = MARK_WIDTH;
  let pixels = 0;
  const sum = (): string => `calc(${units} * var(--unit) + ${pixels}px)`;
  const tracks = [`calc(${MARK_WIDTH} * var(--unit))`];
  const pins: string[] = [];
  for (const { id, width, flex } of shown) {
    const isPinned = pinned.includes(id);
    if (isPinned) pins.push(sum());
    const chosen = widths[id];
    if (chosen === undefined) units += width;
    else pixels += chosen;
    const least = `calc(${width} * var(--unit))`;
    if (chosen !== undefined) tracks.push(`${chosen}px`);
    else tracks.push(flex === 0 || isPinned ? least : `minmax(${least}, ${flex}fr)`);
  }
  return { tracks: tracks.join(' '), leastWidth: sum(), pins };
}

/** The CSS variables that say so. */
export function trackVariables({ tracks, leastWidth, pins }: Tracks): Record<string, string> {
  return {
    '--tracks': tracks,
    '--least-width': leastWidth,
    ...Object.fromEntries(pins.map((left, i) => [`--pin-${i}`, left])),
  };
}
