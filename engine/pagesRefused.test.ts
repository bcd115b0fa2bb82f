import { beforeEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../native/fake/scenarios';
import { Page } from './fixtures/page';
import { openScene } from './fixtures/scene';

let { clock, backend, engine, log } = openScene();

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine, log } = openScene(scenario));
}
beforeEach(() => begin());

describe('a page', () => {
  it.each<[what: string, message: (ids: string[]) => unknown]>([
    ['an order', (ids) => ({ action: 'reset', ids })],
    ['an order in a message', (ids) => ({ type: 'act', order: { action: 'reset', ids } })],
    ['an order about processes', () => ({ action: 'kill', processes: [{ pid: 1, startedAt: 0 }] })],
    [
      "the host's own request",
      (ids) => ({ request: 1, method: 'act', order: { action: 'reset', ids }, origin: 'window' }),
    ],
    ["the host's question", (ids) => ({ request: 1, method: 'prepare', order: { action: 'reset', ids } })],
    [
      'one with everything right of everything',
      (ids) => ({
        ...{ type: 'act', request: 1, method: 'act', version: 1, origin: 'window' },
        ...{ action: 'reset', ids, order: { action: 'reset', ids } },
      }),
    ],
    ["the browser's action", (ids) => ({ type: 'prepare', order: { action: 'reset', ids } })],
    ["the browser's confirmation", () => ({ type: 'confirm', nonce: 'x'.repeat(32) })],
    ['kill', () => ({ type: 'kill', pid: 1 })],
    ['what asks where a program lies', () => ({ type: 'program', process: { pid: 1, startedAt: 0 } })],
    ['an action within a query', (ids) => ({ type: 'refresh', method: 'act', ids })],
    ['an action within an array', (ids) => [{ type: 'act', ids }]],
  ])('cannot act: %s is refused and changes nothing', (_, message) => {
    engine.start();
    const page = new Page(engine);
    const before = new Map(page.rows);
    page.say(message([...page.rows.keys()]));
    expect(page.messages.at(-1)).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/^Refused: "/),
    });
    expect(backend.closed).toEqual([]);
    expect(log.entries).toEqual([]);
    expect(backend.rounds).toBe(1);
    clock.advance(1000);
    expect(page.rows).toEqual(before);
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, 'message'],
    ['nothing at all', undefined, 'message'],
    ['a number', 42, 'message'],
    ['text', 'hello', 'message'],
    ['a list', [], 'type'],
    ['no type', {}, 'type'],
    ['a type that is no text', { type: 1 }, 'type'],
    ['an unknown type', { type: 'shutdown' }, 'type'],
    ['a type that every object has', { type: 'constructor' }, 'type'],
    ['hello without version', { type: 'hello' }, 'version'],
    ['hello with a version in text', { type: 'hello', version: '1' }, 'version'],
    ['hello with more', { type: 'hello', version: 1, token: 'x' }, 'token'],
    ['ack without number', { type: 'ack' }, 'seq'],
    ['ack of less than nothing', { type: 'ack', seq: -1 }, 'seq'],
    ['ack of a fraction', { type: 'ack', seq: 1.5 }, 'seq'],
    ['ack of too much', { type: 'ack', seq: 2 ** 53 }, 'seq'],
    ['an interval that nobody offered', { type: 'polling', intervalMs: 1, paused: false }, 'intervalMs'],
    ['an interval of nothing', { type: 'polling', intervalMs: 0, paused: false }, 'intervalMs'],
    ['a pause in text', { type: 'polling', intervalMs: 1000, paused: 'no' }, 'paused'],
    ['the log from nowhere', { type: 'log' }, 'before'],
    ['the log from before its beginning', { type: 'log', before: -1 }, 'before'],
    ['the log of another file', { type: 'log', before: null, file: '/etc/passwd' }, 'file'],
    ['a refresh with more', { type: 'refresh', now: true }, 'now'],
  ])('is refused %s, with the name of the field, and may go on', (_, message, field) => {
    engine.start();
    const page = new Page(engine);
    page.say(message);
    const refused = page.messages.at(-1);
    expect(refused).toMatchObject({ type: 'refused', message: expect.stringContaining(`"${field}"`) });
    expect(backend.rounds).toBe(1);
    expect(clock.pending).toEqual([1000]);
    clock.advance(1000);
    expect(page.messages.at(-1)?.type).toBe('diff');
  });
});
