import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine, UnkeptLog } from '../engine';
import { createBackend } from '../native';
import type { BrowserActionReply } from '../shared/contract';
import { goneResult } from '../shared/orders';
import type { ActionReport, Order, Preparation } from '../shared/orders';
import { ActionDesk } from './actionDesk';

const LONG_MS = 24 * 60 * 60 * 1000;

type Reply<Type> = Extract<BrowserActionReply, { type: Type }>;

/** A desk over the "idle" demonstration, whose sockets stay as they are. */
let desk: ActionDesk;
let engine: Engine;
/** Every order that reached the engine. */
let acted: Order[];
let ids: string[];
let replies: BrowserActionReply[];
let now: number;

beforeEach(() => {
  engine = new Engine({
    backend: createBackend('idle'),
    clock: { now: () => 0, after: () => () => undefined },
    ...{ hostname: 'test', engineId: 'test', log: new UnkeptLog() },
  });
  ids = engine.snapshot().map((row) => row.id);
  acted = [];
  replies = [];
  now = 1_000_000;
  const act = engine.act.bind(engine);
  vi.spyOn(engine, 'act').mockImplementation((order, ...rest) => {
    acted.push(order);
    return act(order, ...rest);
  });
  desk = open(engine);
});

const open = (over: Pick<Engine, 'prepare' | 'act'>, allowed = true): ActionDesk =>
  new ActionDesk(
    over,
    allowed,
    (reply) => replies.push(reply),
    () => now,
  );
const wait = (ms: number): number => (now += ms);
const reset = (...targets: string[]): Order => ({ action: 'reset', ids: targets });
const existing = (): string[] => engine.locate(ids).map(({ id }) => id);

/** The answers to one message. */
async function say(message: unknown, to = desk): Promise<BrowserActionReply[]> {
  const before = replies.length;
  await to.handle(message);
  return replies.slice(before);
}

async function prepare(order: Order, at = desk): Promise<Reply<'confirm'>> {
  const [reply, ...more] = await say({ type: 'prepare', order }, at);
  if (reply?.type !== 'confirm' || more.length > 0)
    throw new Error(`no question, but ${JSON.stringify(reply)}`);
  return reply;
}

/** The last answer: before the report there may be progress. */
async function confirm(nonce: string, at = desk): Promise<BrowserActionReply> {
  return (await say({ type: 'confirm', nonce }, at)).at(-1)!;
}

describe('ActionDesk', () => {
  it('asks before it acts, in its own words, and acts on exactly what it asked about', async () => {
    const wanted = ids.slice(0, 2);
    const question = await prepare(reset(...wanted));
    expect(question.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(question.confirmation.message).toMatch(/^(Close|Reset) 2 .*\?$/);
    expect(acted).toEqual([]);

    const answers = await say({ type: 'confirm', nonce: question.nonce });
    expect(answers).toMatchObject([
      { type: 'progress', progress: { done: 0, total: 2 } },
      {
        type: 'report',
        report: { results: wanted.map((id) => ({ id, outcome: 'done' })), unrecorded: null },
      },
    ]);
    expect(acted).toEqual([reset(...wanted)]);
    expect(existing()).toEqual(expect.not.arrayContaining(wanted));
  });

  it('asks about processes too, with what there is to be careful with', async () => {
    const row = engine.snapshot().find(({ pid }) => pid !== null)!;
    const processes = [{ pid: row.pid!, startedAt: row.processStartedAt! }];
    const { nonce, confirmation } = await prepare({ action: 'kill', processes });
    expect(confirmation.message).toBe(`End ${row.processName} (${row.pid}) now, without asking?`);
    expect(await confirm(nonce)).toMatchObject({ report: { results: [{ outcome: 'done' }] } });
    expect(acted).toEqual([{ action: 'kill', processes }]);
  });

  it('takes an answer once', async () => {
    const { nonce } = await prepare(reset(ids[0]!));
    await confirm(nonce);
    expect((await confirm(nonce)).type).toBe('refused');
    expect(acted).toHaveLength(1);
  });

  it('takes an answer once, also where it comes twice at the same time', async () => {
    const { nonce } = await prepare(reset(ids[0]!));
    await Promise.all([desk.handle({ type: 'confirm', nonce }), desk.handle({ type: 'confirm', nonce })]);
    expect(acted).toHaveLength(1);
    expect(replies.filter(({ type }) => type === 'refused')).toHaveLength(1);
  });

  it('refuses an answer to no question, or to another one', async () => {
    expect((await confirm('0'.repeat(32))).type).toBe('refused');
    const { nonce } = await prepare(reset(ids[0]!));
    expect((await confirm('0'.repeat(32))).type).toBe('refused');
    expect(acted).toEqual([]);
    expect((await confirm(nonce)).type).toBe('report');
  });

  it('refuses an answer to a question that another page was asked', async () => {
    const other = open(engine);
    const { nonce } = await prepare(reset(ids[0]!));
    await prepare(reset(ids[1]!), other);
    expect((await confirm(nonce, other)).type).toBe('refused');
    expect(acted).toEqual([]);
  });

  it('forgets a question when a new one is asked, also where there turns out to be nothing to ask', async () => {
    const first = await prepare(reset(ids[0]!));
    const second = await prepare(reset(ids[1]!));
    expect(second.nonce).not.toBe(first.nonce);
    expect((await confirm(first.nonce)).type).toBe('refused');
    expect(acted).toEqual([]);
    const third = await prepare(reset(ids[1]!));
    await say({ type: 'prepare', order: reset('demo-ffff') });
    expect((await confirm(third.nonce)).type).toBe('refused');
    expect((await confirm(second.nonce)).type).toBe('refused');
    expect(acted).toEqual([]);
  });

  it('refuses an answer that comes too late, for good', async () => {
    const { nonce } = await prepare(reset(ids[0]!));
    wait(LONG_MS);
    expect(await confirm(nonce)).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/too old/),
    });
    wait(-LONG_MS);
    expect((await confirm(nonce)).type).toBe('refused');
    expect(acted).toEqual([]);
  });

  it('refuses an answer whose age nobody knows, since the clock was set back', async () => {
    const { nonce } = await prepare(reset(ids[0]!));
    wait(-LONG_MS);
    expect(await confirm(nonce)).toMatchObject({ type: 'refused' });
    expect(acted).toEqual([]);
  });

  it('does not ask about what is gone', async () => {
    expect(await say({ type: 'prepare', order: reset('demo-ffff', 'demo-fffe') })).toEqual([
      { type: 'report', report: { results: ['demo-ffff', 'demo-fffe'].map(goneResult), unrecorded: null } },
    ]);
    expect(acted).toEqual([]);
  });

  it('says how many are gone, and reports them as gone, in the order they were named', async () => {
    const { nonce, confirmation } = await prepare(reset('demo-ffff', ids[0]!));
    expect(confirmation.detail).toContain('1 of the selected sockets has ended already.');
    expect(await confirm(nonce)).toMatchObject({
      report: {
        results: [
          { id: 'demo-ffff', outcome: 'gone' },
          { id: ids[0], outcome: 'done' },
        ],
      },
    });
    expect(acted).toEqual([reset(ids[0]!)]);
  });

  it('acts on nothing that was not in the question, also where it has come back since', async () => {
    const asGone = (order: Order): Preparation => ({
      ...engine.prepare(order),
      ...{ order: reset(ids[0]!), missing: [goneResult(ids[1]!)] },
    });
    const sly = open({ prepare: asGone, act: engine.act.bind(engine) });
    const { nonce } = await prepare(reset(ids[0]!, ids[1]!), sly);
    await confirm(nonce, sly);
    expect(existing()).toContain(ids[1]);
    expect(existing()).not.toContain(ids[0]);
  });

  it('acts on nothing that ends between question and answer', async () => {
    const { nonce } = await prepare(reset(ids[0]!));
    await engine.act(reset(ids[0]!), 'browser', () => undefined, new AbortController().signal);
    expect(await confirm(nonce)).toMatchObject({ report: { results: [{ id: ids[0], outcome: 'gone' }] } });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'prepare'],
    ['no order', { type: 'prepare' }],
    ['ids without an order', { type: 'prepare', ids: ['demo-01'] }],
    ['an empty list', { type: 'prepare', order: reset() }],
    ['ids that are no texts', { type: 'prepare', order: { action: 'reset', ids: [1] } }],
    ['an empty id', { type: 'prepare', order: reset('') }],
    ['an endless id', { type: 'prepare', order: reset('x'.repeat(201)) }],
    ['too many ids', { type: 'prepare', order: reset(...Array.from({ length: 50_001 }, String)) }],
    ['an address', { type: 'prepare', order: { action: 'reset', address: '10.0.0.5', port: 443 } }],
    ['a PID alone', { type: 'prepare', order: { action: 'kill', processes: [{ pid: 1 }] } }],
    ['bare PIDs', { type: 'prepare', order: { action: 'kill', processes: [1] } }],
    [
      'sockets and processes at once',
      { type: 'prepare', order: { ...reset('a'), processes: [{ pid: 1, startedAt: 0 }] } },
    ],
    ['an action nobody has', { type: 'prepare', order: { action: 'delete', ids: ['demo-01'] } }],
    ['an extra field', { type: 'prepare', order: reset('demo-01'), now: true }],
    [
      'an order that agrees with itself',
      { type: 'prepare', order: { ...reset('demo-01'), confirmed: true } },
    ],
    ['a bare order', reset('demo-01')],
    ['an act', { type: 'act', order: reset('demo-01') }],
    ['a nonce of the wrong length', { type: 'confirm', nonce: 'ab' }],
    [
      'an answer with an order of its own',
      { type: 'confirm', nonce: '0'.repeat(32), order: reset('demo-01') },
    ],
    ['a request of main’s', { request: 1, method: 'act', order: reset('demo-01'), origin: 'window' }],
    ['a message of a page’s', { type: 'refresh' }],
  ])('refuses %s', async (_name, message) => {
    expect(await say(message)).toEqual([{ type: 'refused', message: expect.stringMatching(/./) }]);
    expect(acted).toEqual([]);
  });

  it('refuses everything where actions are not allowed', async () => {
    const over = { prepare: vi.fn(), act: vi.fn() };
    const closed = open(over, false);
    for (const message of [
      { type: 'prepare', order: reset('demo-01') },
      { type: 'confirm', nonce: '0'.repeat(32) },
      { type: 'stop' },
    ]) {
      expect(await say(message, closed)).toEqual([
        { type: 'refused', message: expect.stringContaining('--allow-actions') },
      ]);
    }
    expect(over.prepare).not.toHaveBeenCalled();
    expect(over.act).not.toHaveBeenCalled();
  });
});

describe('an order under way', () => {
  let signal: AbortSignal;
  let finish: (report: ActionReport) => void;
  let under: Promise<void>;
  beforeEach(async () => {
    desk = open({
      prepare: (order) => engine.prepare(order),
      act: (order, _origin, onProgress, given) => {
        acted.push(order);
        signal = given;
        onProgress({ done: 1, total: 2 });
        return new Promise((resolve) => (finish = resolve));
      },
    });
    const { nonce } = await prepare(reset(ids[0]!, ids[1]!));
    under = desk.handle({ type: 'confirm', nonce });
  });
  const end = async (): Promise<void> => {
    finish({ results: [], unrecorded: 'The disk is full.' });
    await under;
  };

  it('is told of as it goes on, and with what the log has to say', async () => {
    expect(replies.at(-1)).toEqual({ type: 'progress', progress: { done: 1, total: 2 } });
    await end();
    expect(replies.at(-1)).toEqual({
      type: 'report',
      report: { results: [], unrecorded: 'The disk is full.' },
    });
  });

  it('is stopped when the page says so', async () => {
    expect(await say({ type: 'stop' })).toEqual([]);
    expect(signal.aborted).toBe(true);
    await end();
    expect(await say({ type: 'stop' })).toEqual([]); // nothing to stop: no harm
  });

  it('is stopped when the page has gone', async () => {
    desk.leave();
    expect(signal.aborted).toBe(true);
    await end();
  });

  it('is the only one', async () => {
    expect(await say({ type: 'prepare', order: reset(ids[2]!) })).toMatchObject([{ type: 'refused' }]);
    await end();
    expect((await prepare(reset(ids[2]!))).type).toBe('confirm');
    expect(acted).toHaveLength(1);
  });

  it('keeps a page that has left from answering a question', async () => {
    await end();
    const { nonce } = await prepare(reset(ids[2]!));
    desk.leave();
    expect(await confirm(nonce)).toMatchObject({ type: 'refused' });
  });
});
