/** The sockets whose traffic pages show: what the system is told to count, and when. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Traffic } from '../shared/abilities';
import { ALWAYS_COUNTED } from '../shared/abilities';
import { MAX_WATCHED } from '../shared/contract';
import type { SocketTable } from '../shared/socketTable';
import { HandClock } from './fixtures/handClock';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { Page } from './fixtures/page';
import { engineOver } from './fixtures/scene';
import type { Engine } from './engine';

const connection = (id: number): Listed => ({
  ...{ id, local: ['10.0.0.5', 443], remote: ['10.0.0.9', 1024 + id] },
});

/** Counts, as Windows does, only what it is told to. */
class CountingBackend extends ListedBackend {
  /** The ids that each reading has been told to count */
  readonly told: string[][] = [];
  counted: Traffic['counted'] = 'watched';
  /** How many ids were made of numbers */
  named = 0;

  override traffic(): Traffic {
    return this.counted === 'always' ? ALWAYS_COUNTED : { counted: this.counted, why: null };
  }

  override watchTraffic(table: SocketTable, rows: readonly number[]): void {
    this.told.push(rows.map((row) => super.id(0, table.columns.idLow[row]!)).sort());
    for (const row of rows) table.columns.bytesSent[row] = 100 + this.told.length;
  }

  override id(high: number, low: number): string {
    this.named++;
    return super.id(high, low);
  }
}

let backend: CountingBackend;
let clock: HandClock;
let engine: Engine;

function begin(counted: Traffic['counted'] = 'watched'): void {
  backend = new CountingBackend();
  backend.counted = counted;
  backend.listed = [1, 2, 3].map(connection);
  clock = new HandClock();
  ({ engine } = engineOver(backend, clock));
  engine.start();
}
beforeEach(() => begin());

/** What the next reading is told to count. */
function next(): string[] | undefined {
  const before = backend.told.length;
  clock.advance(1000);
  expect(backend.told.length - before).toBeLessThanOrEqual(1);
  return backend.told[before];
}

describe('what is counted', () => {
  it('is nothing while nobody looks', () => {
    const page = new Page(engine);
    expect([next(), next()]).toEqual([[], []]);
    expect(page.rows.get('1')!.bytesSent).toBeNull();
  });

  it('is what a page shows, from the next reading on, and comes with that reading', () => {
    const page = new Page(engine);
    page.say({ type: 'watch', ids: ['2', '3'] });
    expect(next()).toEqual(['2', '3']);
    expect(page.rows.get('2')!.bytesSent).toBeGreaterThan(100);
    expect(page.rows.get('1')!.bytesSent).toBeNull();
    page.say({ type: 'watch', ids: ['3'] });
    expect(next()).toEqual(['3']);
    expect(page.rows.get('2')!.bytesSent).toBeNull();
    page.say({ type: 'watch', ids: [] });
    expect(next()).toEqual([]);
  });

  it('is what any of several pages shows, once each, until it goes', () => {
    const [page, other] = [new Page(engine), new Page(engine)];
    page.say({ type: 'watch', ids: ['1', '2'] });
    other.say({ type: 'watch', ids: ['2', '3'] });
    expect(next()).toEqual(['1', '2', '3']);
    page.leave();
    expect(next()).toEqual(['2', '3']);
    other.leave();
    expect(next()).toEqual([]);
  });

  it('is only what is listed, and what comes back under its id', () => {
    const page = new Page(engine);
    page.say({ type: 'watch', ids: ['2', '9', 'nonsense'] });
    expect(next()).toEqual(['2']);
    backend.listed = [1, 3].map(connection);
    expect(next()).toEqual([]);
    backend.listed = [9, 2].map(connection);
    expect(next()).toEqual(['2']);
    // Of an id that was not there when it was named nothing is known, until it is named again.
    page.say({ type: 'watch', ids: ['2', '9'] });
    expect(next()).toEqual(['2', '9']);
  });

  it('stops when the last page goes, also while nothing is read', () => {
    const page = new Page(engine);
    page.say({ type: 'watch', ids: ['1'] });
    next();
    page.say({ type: 'polling', intervalMs: 1000, paused: true });
    expect(next()).toBeUndefined();
    page.leave();
    expect(backend.told.at(-1)).toEqual([]);
  });

  it('is what is still shown while nothing is read', () => {
    const page = new Page(engine);
    page.say({ type: 'watch', ids: ['1', '2'] });
    next();
    page.say({ type: 'polling', intervalMs: 1000, paused: true });
    const shown = page.rows.get('2')!.bytesSent;
    page.say({ type: 'watch', ids: ['2'] });
    expect(backend.told.at(-1)).toEqual(['2']);
    // What that counted comes with the next reading, and not before.
    page.say({ type: 'polling', intervalMs: 1000, paused: false });
    expect(page.rows.get('2')!.bytesSent).toBeGreaterThan(shown!);
  });

  it('is not asked for where the system counts by itself, or cannot', () => {
    for (const counted of ['always', 'never'] as const) {
      begin(counted);
      const page = new Page(engine);
      page.say({ type: 'watch', ids: ['1'] });
      clock.advance(3000);
      page.leave();
      expect(backend.told).toEqual([]);
    }
  });

  it('is refused where there is too much of it; what was watched before still is', () => {
    const page = new Page(engine);
    page.say({ type: 'watch', ids: ['1'] });
    page.say({ type: 'watch', ids: Array.from({ length: MAX_WATCHED + 1 }, (_, i) => `${i}`) });
    expect(page.heard('refused')).toHaveLength(1);
    expect(next()).toEqual(['1']);
  });
});

it('looks for a row by its id once, and by number ever after', () => {
  const page = new Page(engine);
  page.say({ type: 'watch', ids: ['3'] });
  next();
  backend.named = 0;
  next();
  page.say({ type: 'watch', ids: ['3'] });
  next();
  // One for each row that the page is told of: the watched one has moved.
  expect(backend.named).toBe(2);
});
