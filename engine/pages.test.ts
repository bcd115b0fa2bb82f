import { beforeEach, describe, expect, it } from 'vitest';
import { FAKE_SERVICES } from '../native/fake/fakeNetwork';
import type { Scenario } from '../native/fake/scenarios';
import { PROTOCOL_VERSION } from '../shared/contract';
import { NO_CHANGES } from '../shared/publisher';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { Page } from './fixtures/page';
import { byId, engineOver, openScene, rowsOf } from './fixtures/scene';

let { clock, backend, engine } = openScene();

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine } = openScene(scenario));
}
beforeEach(() => begin());

describe('a page', () => {
  it('is welcomed and given everything', () => {
    engine.start();
    const page = new Page(engine);
    expect(page.messages[0]).toEqual({
      type: 'welcome',
      version: PROTOCOL_VERSION,
      hostname: 'testhost',
      backend: 'demonstration "idle"',
      demo: true,
      engineId: 'run-1',
      missingPrivilege: null,
      rights: backend.rights(),
      traffic: { counted: 'always', why: null },
      services: FAKE_SERVICES,
    });
    expect(page.messages.slice(1).map((message) => message.type)).toEqual(['snapshot']);
    expect(page.rows).toEqual(byId(engine.snapshot()));
    expect(page.rows.size).toBe(20);
  });

  it('is given everything also by an engine that has read nothing yet', () => {
    const page = new Page(engine);
    expect(page.rows.size).toBe(20);
    expect(page.status?.endpoints).toBe(20);
  });

  it('follows every change', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    const first = new Set(page.rows.keys());
    for (let reading = 0; reading < 30; reading++) {
      clock.advance(1000);
      expect(page.rows).toEqual(rowsOf(engine));
    }
    const sums = (['added', 'changed', 'moved', 'removed'] as const).map((kind) =>
      page.heard('diff').reduce((sum, diff) => sum + diff[kind].length, 0),
    );
    for (const sum of sums) expect(sum).toBeGreaterThan(30);
    expect([...page.rows.keys()].filter((id) => !first.has(id)).length).toBeGreaterThan(10);
    const numbers = page.messages.flatMap((message) => ('seq' in message ? [message.seq] : []));
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
  });

  it('is told nothing about sockets that have not changed', () => {
    engine.start();
    const page = new Page(engine);
    clock.advance(5000);
    const diffs = page.heard('diff');
    expect(diffs).toHaveLength(5);
    for (const diff of diffs) expect(diff).toMatchObject(NO_CHANGES);
  });

  it('that is slow gets one message at a time, and then all that happened at once', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    page.slow = true;
    clock.advance(20_000);
    expect(page.heard('diff')).toHaveLength(1);
    page.acknowledge();
    expect(page.heard('diff')).toHaveLength(2);
    page.acknowledge();
    expect(page.heard('diff')).toHaveLength(2);
    expect(page.rows).toEqual(rowsOf(engine));
  });

  it('that has left is told nothing more', () => {
    engine.start();
    const page = new Page(engine);
    page.leave();
    const heard = page.messages.length;
    clock.advance(5000);
    expect(page.messages).toHaveLength(heard);
  });

  it('that has not said hello is told nothing', () => {
    engine.start();
    const page = new Page(engine, false);
    clock.advance(5000);
    expect(page.messages).toEqual([]);
  });

  it('starts over when it asks to', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    clock.advance(3000);
    page.rows.clear();
    page.say({ type: 'resync' });
    expect(page.messages.at(-1)).toMatchObject({ type: 'snapshot', first: true, last: true });
    expect(page.rows).toEqual(rowsOf(engine));
    clock.advance(3000);
    expect(page.rows).toEqual(rowsOf(engine));
  });

  it('that speaks another version is refused, and told both versions', () => {
    engine.start();
    const page = new Page(engine, false);
    page.say({ type: 'hello', version: PROTOCOL_VERSION + 1 });
    clock.advance(5000);
    expect(page.messages.map((message) => message.type)).toEqual(['refused']);
    const { message } = page.heard('refused')[0]!;
    expect(message).toContain(`version ${PROTOCOL_VERSION + 1}`);
    expect(message).toContain(`version ${PROTOCOL_VERSION}.`);
    // And with the right one it is welcome.
    page.say({ type: 'hello', version: PROTOCOL_VERSION });
    expect(page.rows.size).toBe(20);
  });

  it('may acknowledge what was never sent without doing harm', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    page.slow = true;
    clock.advance(1000);
    for (const seq of [0, 1, 99]) page.say({ type: 'ack', seq });
    clock.advance(5000);
    expect(page.heard('diff')).toHaveLength(1);
  });
});

describe('destroyed sockets', () => {
  it('are collected from before the first reading on, and their end is told to every page', () => {
    const log: string[] = [];
    const listed = new ListedBackend();
    listed.watchDestroyed = () => void log.push('watch');
    const take = listed.takeDestroyed.bind(listed);
    listed.takeDestroyed = (into) => {
      log.push('take');
      return take(into);
    };
    ({ engine } = engineOver(listed, clock));
    const seen: Listed = { id: 1, local: ['10.0.0.5', 443], remote: ['10.0.0.9', 5], bytesSent: 1 };
    listed.listed = [seen];
    engine.start();
    expect(log).toEqual(['watch', 'take', 'take']); // before the tables are read, and after
    const [page, other] = [new Page(engine), new Page(engine)];
    expect(page.status?.missedEvents).toBe(0);

    listed.listed = [];
    listed.missed = 2;
    listed.destroyed = [
      { ...seen, state: 'CLOSE', bytesSent: 9 },
      { ...seen, id: 2, local: ['10.0.0.5', 80], state: 'CLOSE' },
    ];
    clock.advance(1000);
    for (const each of [page, other]) {
      const [diff] = each.heard('diff');
      expect(diff).toMatchObject({ added: [], changed: [], removed: ['1'] });
      expect(diff!.ended).toMatchObject([{ id: '1', bytesSent: 9, destroyedAt: clock.now() }]);
      expect(each.status?.missedEvents).toBe(2);
    }
    clock.advance(1000);
    expect(page.heard('diff')[1]!.ended).toMatchObject([{ id: '2', owner: 'none' }]);
    clock.advance(1000);
    expect(page.heard('diff')[2]!.ended).toEqual([]);
    expect(page.rows.size).toBe(0);
  });
});
