import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { BY_PORT, chunk, diff } from './fixtures/stores';
import type { Pace } from './pace';
import { SocketStore } from './socketStore';

describe('SocketStore: slices', () => {
  /** Time passes by a ms a look at the clock, and what is put off waits until it is asked for. */
  function slowPace(): Pace & { run(): boolean } {
    const tasks: (() => void)[] = [];
    let time = 0;
    return {
      now: () => time++,
      later: (task) => tasks.push(task),
      run: () => {
        const task = tasks.shift();
        task?.();
        return task !== undefined;
      },
    };
  }
  const many = (n: number, from = 0): SocketRow[] =>
    Array.from({ length: n }, (_, i) => socketRow({ id: `r${from + i}`, localPort: from + i }));

  it('a large message takes several, and is on screen once it is complete', async () => {
    const pace = slowPace();
    const store = new SocketStore(BY_PORT, pace);
    let heard = 0;
    store.subscribe(() => heard++);
    const done = store.snapshot(chunk(many(1000)));
    expect([heard, store.lines.length, store.loaded]).toEqual([0, 0, false]);
    let slices = 1;
    while (pace.run()) slices++;
    expect(slices).toBeGreaterThan(2);
    await done;
    expect([heard, store.lines.length, store.loaded]).toEqual([1, 1000, true]);
  });

  it('messages are applied in the order in which they came, whatever else happens in between', async () => {
    const pace = slowPace();
    const store = new SocketStore(BY_PORT, pace);
    void store.snapshot(chunk(many(500)));
    void store.diff(diff({ removed: many(250).map(({ id }) => id) }));
    const last = store.diff(diff({ added: many(10, 1000) }));
    pace.run();
    store.arrange({ ...BY_PORT, descending: true });
    store.hold(true);
    while (pace.run()) pace.run();
    store.hold(false);
    await last;
    expect(store.order.total).toBe(260);
    const ports = Array.from(store.order.shown(), ({ row }) => row.localPort!);
    expect(ports).toEqual(ports.toSorted((a, b) => b - a));
    expect(ports).toHaveLength(260);
  });

  it('a small message is applied at once', () => {
    const store = new SocketStore(BY_PORT, slowPace());
    expect(store.snapshot(chunk(many(10)))).toBeUndefined();
    expect(store.lines.length).toBe(10);
  });
});
