import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../native/fake/scenarios';
import type { SocketDetails } from '../shared/details';
import { Page } from './fixtures/page';
import { openScene } from './fixtures/scene';

let { clock, backend, engine } = openScene();

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine } = openScene(scenario));
}
beforeEach(() => begin());

describe('names of addresses', () => {
  it('go to the page that asked, in batches, and to no other', async () => {
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    page.say({ type: 'resolve', addresses: ['127.0.0.1', '203.0.113.1', '::ffff:127.0.0.1', 'no address'] });
    await setImmediate();
    clock.advance(50);
    expect(page.heard('names')).toHaveLength(1);
    const names = new Map(page.heard('names')[0]!.names.map(({ address, name }) => [address, name]));
    expect(names).toEqual(
      new Map([
        ['127.0.0.1', 'localhost'],
        ['203.0.113.1', (await backend.reverse('203.0.113.1'))[0] ?? null],
        ['::ffff:127.0.0.1', 'localhost'],
        ['no address', null],
      ]),
    );
    expect(other.heard('names')).toEqual([]);
  });

  it('are not sent to a page that has left', async () => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'resolve', addresses: ['127.0.0.1'] });
    page.leave();
    await setImmediate();
    clock.advance(1000);
    expect(page.heard('names')).toEqual([]);
  });

  it('are looked up for nobody who does not ask', () => {
    const reverse = vi.spyOn(backend, 'reverse');
    engine.start();
    const page = new Page(engine);
    clock.advance(10_000);
    expect(page.rows.size).toBeGreaterThan(0);
    expect(reverse).not.toHaveBeenCalled();
  });
});

describe('details', () => {
  it('of exactly the socket that is asked for go to the page that asked', () => {
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    const asked: string[] = [];
    const found: SocketDetails = {
      groups: [{ name: 'tcp', title: 'TCP', facts: [], note: null }],
      holders: [],
    };
    backend.details = (table, row) => {
      asked.push(table.row(row, backend).id);
      return found;
    };
    const id = [...page.rows.keys()][7]!;
    page.say({ type: 'details', id });
    expect(page.messages.at(-1)).toEqual({ type: 'details', id, details: found });
    expect(asked).toEqual([id]);
    expect(other.heard('details')).toEqual([]);
    expect(backend.rounds).toBe(1); // the backend reads that one socket
  });

  it('of what is not there are null, and of what ends meanwhile', () => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'details', id: 'demo-xyz' });
    expect(page.messages.at(-1)).toEqual({ type: 'details', id: 'demo-xyz', details: null });
    backend.details = () => null;
    const id = [...page.rows.keys()][0]!;
    page.say({ type: 'details', id });
    expect(page.messages.at(-1)).toEqual({ type: 'details', id, details: null });
  });
});

describe('the log of actions', () => {
  it('is told page by page, the newest first, to the page that asks', async () => {
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    page.say({ type: 'log', before: null });
    expect(page.messages.at(-1)).toEqual({ type: 'log', entries: [], before: null, problem: null });
    const targets = Array.from({ length: 250 }, (_, i) => `demo-f${i}`);
    await engine.act(
      { action: 'reset', ids: targets },
      'browser',
      () => undefined,
      new AbortController().signal,
    );
    const told: string[] = [];
    let before: number | null = null;
    do {
      page.say({ type: 'log', before });
      const reply = page.heard('log').at(-1)!;
      told.push(...reply.entries.map(({ target }) => target));
      ({ before } = reply);
    } while (before !== null);
    expect(told).toEqual(targets.toReversed());
    expect(other.heard('log')).toEqual([]);
  });
});
