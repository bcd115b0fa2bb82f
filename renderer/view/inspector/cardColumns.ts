import type { FactGroup } from '../../../shared/details';

/** Lines' worth of height that a card has beside its facts: title, padding, the gap below it. */
const FRAME = 2.5;
/** px; styles/inspector/overview.css says the same */
const MIN_WIDTH = 250;
const GAP = 12;

/** How many columns of cards fit into so many px. */
export function columnCount(width: number): number {
  return Math.max(1, Math.floor((width + GAP) / (MIN_WIDTH + GAP)));
}

/**
 * Which column each card stands in: in order, each below the shortest column so far, so that the first ones are at the
 * top. Returns one column index a card.
 */
export function placeCards(groups: readonly FactGroup[], columns: number): number[] {
  const heights = new Array<number>(columns).fill(0);
  return groups.map(({ facts, note }) => {
    const column = heights.indexOf(Math.min(...heights));
    heights[column]! += facts.length + (note === null ? 0 : 2) + FRAME;
    return column;
  });
}
