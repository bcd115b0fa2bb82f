import { describe, expect, it } from 'vitest';
import type { ColumnId } from '../../shared/columnIds';
import { MIN_WIDTH } from '../model/columnLayout';
import { dropIndex } from './dragging';
import { widthsWith } from './headerDrags';

describe('widthsWith', () => {
  const measured = new Map<ColumnId, number>([
    ['processName', 150],
    ['pid', 64],
    ['user', 82],
  ]);

  it('keeps the widths before the resized column, so that its edge stays where the pointer is', () => {
    expect(widthsWith(measured, 'pid', 90)).toEqual({ processName: 150, pid: 90 });
    expect(widthsWith(measured, 'processName', 200)).toEqual({ processName: 200 });
  });

  it('lets no column vanish', () => {
    expect(widthsWith(measured, 'processName', -40)).toEqual({ processName: MIN_WIDTH });
  });
});

describe('dropIndex', () => {
  const stretches = [
    { start: 0, end: 100 },
    { start: 100, end: 140 },
    { start: 140, end: 300 },
  ];

  it('drops before what the pointer has not passed the middle of', () => {
    expect([-10, 49, 51, 119, 121, 219, 221, 900].map((at) => dropIndex(stretches, at))).toEqual([
      ...[0, 0, 1, 1, 2, 2, 3, 3],
    ]);
    expect(dropIndex([], 5)).toBe(0);
  });
});
