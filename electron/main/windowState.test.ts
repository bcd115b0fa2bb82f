import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAST_SIZE, placeWindow, readWindowState } from './windowState';

const LEFT = { x: 0, y: 0, width: 1920, height: 1040 };
const RIGHT = { x: 1920, y: 0, width: 2560, height: 1400 };
const USUAL = { width: 1280, height: 800 };

describe('placeWindow', () => {
  it('opens the window where it was', () => {
    const kept = { x: 2000, y: 100, width: 1500, height: 900 };
    expect(placeWindow(kept, [LEFT, RIGHT])).toEqual(kept);
  });

  it.each([
    ['on a display that is gone', { x: 2000, y: 100, width: 1500, height: 900 }],
    ['above the display', { x: 10, y: -40, width: 1500, height: 900 }],
    ['below it', { x: 10, y: 1030, width: 1500, height: 900 }],
    ['but for a sliver beside it', { x: -1450, y: 10, width: 1500, height: 900 }],
  ])('lets the system choose the place of a window %s', (_name, kept) => {
    expect(placeWindow(kept, [LEFT])).toEqual(USUAL);
  });

  it('is no larger than the display', () => {
    expect(placeWindow({ x: 0, y: 0, width: 2560, height: 1400 }, [LEFT])).toEqual(LEFT);
  });

  it('begins with the usual size', () => {
    expect(placeWindow(null, [LEFT])).toEqual(USUAL);
  });

  it('can always be taken hold of', () => {
    const number = fc.integer({ min: -6000, max: 6000 });
    const kept = fc.record({ x: number, y: number, width: number, height: number });
    fc.assert(
      fc.property(kept, (rectangle) => {
        const place = placeWindow(rectangle, [LEFT, RIGHT]);
        expect(place.width).toBeGreaterThanOrEqual(LEAST_SIZE.width);
        expect(place.height).toBeGreaterThanOrEqual(LEAST_SIZE.height);
        if (place.x === undefined || place.y === undefined) return;
        expect(place.y).toBeGreaterThanOrEqual(0);
        expect(place.y).toBeLessThan(1400);
        expect(place.x + place.width).toBeGreaterThan(0);
        expect(place.x).toBeLessThan(1920 + 2560);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readWindowState', () => {
  it('reads what was written', () => {
    const state = { x: 1, y: -2, width: 800, height: 600, maximised: true };
    expect(readWindowState(JSON.stringify(state))).toEqual(state);
  });

  it.each(['', '{', 'null', '{"x":1}', '{"x":1.5,"y":0,"width":1,"height":1,"maximised":false}'])(
    'knows damage: %j',
    (text) => {
      expect(readWindowState(text)).toBeNull();
    },
  );
});
