import { describe, expect, it, vi } from 'vitest';
import { Engine } from '../engine';
import { createBackend } from '../native';
import type { BrowserActionReply } from '../shared/contract';
import { ActionDesk } from './actionDesk';

const LONG_MS = 24 * 60 * 60 * 1000;

interface Desk {
  desk: ActionDesk;
  engine: Engine;
  /** Every request to close that reached the engine. */
  closed: (readonly string[])[];
  ids: string[];
  wait(ms: number): void;
}

/** A desk over the "idle" demonstration, whose sockets stay as they are. */
function openDesk(allowed = true): Desk {
  const engine = new Engine({
    backend: createBackend('idle'),
    clock: { now: () => 0, after: () => () => undefined },
    hostname: 'test',
    engineId: 'test',
  });
  const ids = engine.snapshot().map((row) => row.id);
  const closed: (readonly string[])[] = [];
  let now = 1_000_000;
  const desk = new ActionDesk(
    {
      describe: (wanted) => engine.describe(wanted),
      close: (wanted) => {
        closed.push(wanted);
        return engine.close(wanted);
      },
    },
    allowed,
    () => now,
  );
  return { desk, engine, closed, ids, wait: (ms) => (now += ms) };
}

function prepare(desk: ActionDesk, ids: readonly string[]): Extract<BrowserActionReply, { type: 'confirm' }> {
  const reply = desk.handle({ type: 'prepare-close', ids });
  if (reply.type !== 'confirm') throw new Error(`no question, but ${JSON.stringify(reply)}`);
  return reply;
}

const confirm = (desk: ActionDesk, nonce: string): BrowserActionReply =>
  desk.handle({ type: 'confirm-close', nonce });

describe('ActionDesk', () => {
  it('asks before it closes, in its own words, and closes exactly the sockets it asked about', () => {
    const { desk, engine, closed, ids } = openDesk();
    const wanted = ids.slice(0, 2);
    const question = prepare(desk, wanted);
    expect(question.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(question.confirmation.message).toMatch(/^Close 2 .*\?$/);
    expect(closed).toEqual([]);

    const reply = confirm(desk, question.nonce);
    expect(reply).toMatchObject({
      type: 'results',
      results: wanted.map((id) => ({ id, outcome: 'closed' })),
    });
    expect(closed).toEqual([wanted]);
    expect(engine.describe(wanted).gone).toEqual(wanted);
  });

  it('takes an answer once', () => {
    const { desk, closed, ids } = openDesk();
    const { nonce } = prepare(desk, ids.slice(0, 1));
    confirm(desk, nonce);
    expect(confirm(desk, nonce).type).toBe('refused');
    expect(closed).toHaveLength(1);
  });

  it('refuses an answer to no question, or to another one', () => {
    const { desk, closed, ids } = openDesk();
    expect(confirm(desk, '0'.repeat(32)).type).toBe('refused');
    const { nonce } = prepare(desk, ids.slice(0, 1));
    expect(confirm(desk, '0'.repeat(32)).type).toBe('refused');
    expect(closed).toEqual([]);
    expect(confirm(desk, nonce).type).toBe('results');
  });

  it('forgets a question when a new one is asked', () => {
    const { desk, closed, ids } = openDesk();
    const first = prepare(desk, [ids[0]!]);
    const second = prepare(desk, [ids[1]!]);
    expect(second.nonce).not.toBe(first.nonce);
    expect(confirm(desk, first.nonce).type).toBe('refused');
    expect(closed).toEqual([]);
    confirm(desk, second.nonce);
    expect(closed).toEqual([[ids[1]]]);
  });

  it('refuses an answer that comes too late, for good', () => {
    const { desk, closed, ids, wait } = openDesk();
    const { nonce } = prepare(desk, ids.slice(0, 1));
    wait(LONG_MS);
    expect(confirm(desk, nonce)).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/too old/),
    });
    wait(-LONG_MS);
    expect(confirm(desk, nonce).type).toBe('refused');
    expect(closed).toEqual([]);
  });

  it('does not ask about sockets that are gone', () => {
    const { desk, closed } = openDesk();
    expect(desk.handle({ type: 'prepare-close', ids: ['demo-ffff', 'demo-fffe'] })).toEqual({
      type: 'results',
      results: ['demo-ffff', 'demo-fffe'].map((id) => ({ id, outcome: 'gone', label: id, message: null })),
    });
    expect(closed).toEqual([]);
  });

  it('says how many are gone, and reports them as gone', () => {
    const { desk, ids } = openDesk();
    const { nonce, confirmation } = prepare(desk, [ids[0]!, 'demo-ffff']);
    expect(confirmation.detail).toContain('1 of the selected sockets has ended already.');
    expect(confirm(desk, nonce)).toMatchObject({
      results: [
        { id: ids[0], outcome: 'closed' },
        { id: 'demo-ffff', outcome: 'gone' },
      ],
    });
  });

  it('closes nothing that was not in the question, also where it has come back since', () => {
    const { engine, ids } = openDesk();
    const describeAsGone = vi.fn((wanted: readonly string[]) => {
      const { rows } = engine.describe(wanted);
      return { rows: rows.filter(({ id }) => id !== ids[1]), gone: [ids[1]!] };
    });
    const close = vi.fn((wanted: readonly string[]) => engine.close(wanted));
    const desk = new ActionDesk({ describe: describeAsGone, close }, true);
    const { nonce } = prepare(desk, [ids[0]!, ids[1]!]);
    confirm(desk, nonce);
    expect(close).toHaveBeenCalledExactlyOnceWith([ids[0]]);
  });

  it('closes nothing that ends between question and answer', () => {
    const { desk, engine, ids } = openDesk();
    const { nonce } = prepare(desk, [ids[0]!]);
    engine.close([ids[0]!]);
    expect(confirm(desk, nonce)).toMatchObject({ results: [{ id: ids[0], outcome: 'gone' }] });
  });

  it.each([
    ['nothing', null],
    ['text', 'prepare-close'],
    ['no ids', { type: 'prepare-close' }],
    ['an empty list', { type: 'prepare-close', ids: [] }],
    ['ids that are no texts', { type: 'prepare-close', ids: [1] }],
    ['an empty id', { type: 'prepare-close', ids: [''] }],
    ['an endless id', { type: 'prepare-close', ids: ['x'.repeat(201)] }],
    ['too many ids', { type: 'prepare-close', ids: Array.from({ length: 10_001 }, String) }],
    ['an extra field', { type: 'prepare-close', ids: ['demo-01'], now: true }],
    ['a nonce of the wrong length', { type: 'confirm-close', nonce: 'ab' }],
    ['a request of main’s', { request: 1, method: 'close', ids: ['demo-01'] }],
    ['a message of a page’s', { type: 'refresh' }],
  ])('refuses %s', (_name, message) => {
    const { desk, closed } = openDesk();
    expect(desk.handle(message)).toEqual({ type: 'refused', message: expect.stringMatching(/./) });
    expect(closed).toEqual([]);
  });

  it('refuses everything where actions are not allowed', () => {
    const engine = { describe: vi.fn(), close: vi.fn() };
    const desk = new ActionDesk(engine, false);
    for (const message of [
      { type: 'prepare-close', ids: ['demo-01'] },
      { type: 'confirm-close', nonce: '0'.repeat(32) },
    ]) {
      expect(desk.handle(message)).toEqual({
        type: 'refused',
        message: expect.stringContaining('--allow-actions'),
      });
    }
    expect(engine.describe).not.toHaveBeenCalled();
    expect(engine.close).not.toHaveBeenCalled();
  });
});
