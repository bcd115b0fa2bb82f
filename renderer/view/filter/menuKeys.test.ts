import { describe, expect, it } from 'vitest';
import { targetOf } from './menuKeys';

const LABELS = ['Close', 'Copy row', 'Copy as', 'Export', 'Properties'];

describe('the keys of a menu', () => {
  it.each([
    ['ArrowDown', 0, 1],
    ['ArrowDown', 4, 0],
    ['ArrowDown', -1, 0],
    ['ArrowUp', 0, 4],
    ['ArrowUp', -1, 4],
    ['ArrowUp', 3, 2],
    ['Home', 3, 0],
    ['End', 1, 4],
  ])('%s leads from %i to %i', (key, from, to) => expect(targetOf(LABELS, from, key)).toBe(to));

  it('letters lead to the next entry that begins with them', () => {
    expect([-1, 0, 1, 2].map((from) => targetOf(LABELS, from, 'c'))).toEqual([0, 1, 2, 0]);
    expect(targetOf(LABELS, 0, 'P')).toBe(4);
    expect(targetOf(LABELS, 0, 'z')).toBeNull();
  });

  it('other keys lead nowhere', () => {
    for (const key of ['Enter', ' ', 'F5', 'Escape']) expect(targetOf(LABELS, 0, key)).toBeNull();
    expect(targetOf([], -1, 'ArrowDown')).toBeNull();
  });
});
