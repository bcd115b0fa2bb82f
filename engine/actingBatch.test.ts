import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Progress } from '../shared/contract';
import type { ActionResult, Order } from '../shared/orders';
import type { Engine } from './engine';
import { HandClock } from './fixtures/handClock';
import { Page } from './fixtures/page';
import { engineOver } from './fixtures/scene';
import { StillBackend } from './fixtures/stillBackend';

let clock: HandClock;
let engine: Engine;
let stop: AbortController;
beforeEach(() => {
  clock = new HandClock();
  stop = new AbortController();
});

const socketOrder = (ids: string[]): Order => ({ action: 'reset', ids });

async function act(
  order: Order,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<ActionResult[]> {
  const { results } = await engine.act(order, 'window', onProgress, stop.signal);
  return results;
}
const reset = (...targets: string[]): Promise<ActionResult[]> => act(socketOrder(targets));
const outcomes = (results: ActionResult[]): [string, string][] =>
  results.map(({ id, outcome }) => [id, outcome]);

describe('a batch', () => {
  let still: StillBackend;
  const many = (count: number): string[] => {
    still = new StillBackend(count + 10);
    ({ engine } = engineOver(still, clock));
    engine.start();
    return still.ids.slice(0, count);
  };

  it('lets everything else have its turn between slices, which the clock ends', async () => {
    const targets = many(40);
    still.onClose = () => clock.spend(5); // three to a slice
    const seen: number[] = [];
    let isRunning = true;
    const others = (async () => {
      while (isRunning) {
        seen.push(still.closed.length);
        await setImmediate();
      }
    })();
    await reset(...targets);
    isRunning = false;
    await others;
    expect(still.closed).toEqual(targets);
    const steps = seen.slice(1).map((count, i) => count - seen[i]!);
    expect(Math.max(...steps)).toBeLessThanOrEqual(3);
    expect(steps.filter((step) => step > 0).length).toBeGreaterThanOrEqual(13);
  });

  it('does so also where the clock stands still, or is set back', async () => {
    const targets = many(2500);
    let turns = 0;
    const count = (async () => {
      while (still.closed.length < targets.length) {
        turns++;
        await setImmediate();
      }
    })();
    still.onClose = () => {
      if (still.closed.length === 1700) clock.spend(-3_600_000);
    };
    await reset(...targets);
    await count;
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('publishes readings while it goes on', async () => {
    const targets = many(100);
    const page = new Page(engine);
    still.onClose = () => clock.spend(20);
    const done = reset(...targets);
    for (let i = 0; i < 20; i++) {
      await setImmediate();
      clock.advance(1000);
    }
    const under = page.rows.size;
    await done;
    expect(under).toBeLessThan(110);
    expect(under).toBeGreaterThan(10);
    expect(page.rows.size).toBe(10);
  });

  it('is stopped before its next target, and says of the others that they were not tried', async () => {
    const targets = many(10);
    still.onClose = () => {
      clock.spend(20);
      if (still.closed.length === 3) stop.abort();
    };
    const results = await reset(...targets);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      ...['done', 'done', 'done'],
      ...Array<string>(7).fill('stopped'),
    ]);
    expect(still.closed).toEqual(targets.slice(0, 3));
    expect(results[9]).toMatchObject({ id: targets[9], label: expect.stringContaining(':'), message: null });
    // And the next order is as good as any.
    stop = new AbortController();
    expect(outcomes(await reset(targets[9]!))).toEqual([[targets[9], 'done']]);
  });

  it('that was stopped before it began does nothing', async () => {
    const targets = many(3);
    stop.abort();
    expect((await reset(...targets, 'demo-xyz')).map(({ outcome }) => outcome)).toEqual([
      ...['stopped', 'stopped', 'stopped', 'gone'],
    ]);
    expect(still.closed).toEqual([]);
  });

  it('tells how far it is: at once, then ten times a second at most', async () => {
    const told: Progress[] = [];
    const targets = many(45);
    still.onClose = () => clock.spend(10);
    await act(socketOrder(targets), (progress) => told.push(progress));
    expect(told).toEqual([0, 10, 20, 30, 40].map((done) => ({ done, total: 45 })));
  });

  it('is the only one: another order is refused in words, and does nothing', async () => {
    const targets = many(3);
    still.onClose = () => clock.spend(20);
    const first = reset(targets[0]!, targets[1]!);
    await expect(reset(targets[2]!)).rejects.toThrow(/^Another order is being carried out\./);
    expect(outcomes(await first)).toEqual([
      [targets[0], 'done'],
      [targets[1], 'done'],
    ]);
    expect(still.closed).toEqual(targets.slice(0, 2));
    expect(outcomes(await reset(targets[2]!))).toEqual([[targets[2], 'done']]);
  });

  it('ends with the engine, which reads nothing any more', async () => {
    const targets = many(10);
    still.onClose = () => clock.spend(20);
    const done = reset(...targets);
    engine.dispose();
    const read = vi.spyOn(still, 'readTable');
    expect((await done).filter(({ outcome }) => outcome === 'stopped')).toHaveLength(9);
    clock.advance(5000);
    expect(read).not.toHaveBeenCalled();
  });
});
