import { describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { BrowserActionReply, EngineMessage } from '../shared/contract';
import { applyDiff } from '../shared/fixtures/mirror';
import { MAX_TARGETS } from '../shared/orders';
import { TOKEN, enter, greet, idsOf, start, useHosts } from './fixtures/hostScene';
import type { Started } from './fixtures/hostScene';

useHosts();

describe('/data', () => {
  it('publishes what changes to a page that keeps up', async () => {
    const host = await start('churn');
    const page = await enter(host);
    const rows = await greet(page);
    let removed = 0;
    for (let i = 0; i < 5; i++) {
      page.send({ type: 'refresh' });
      const diff = await page.next();
      if (diff.type !== 'diff') throw new Error(`a ${diff.type}`);
      for (const id of diff.removed) expect(rows.has(id)).toBe(true);
      for (const row of diff.added) expect(rows.has(row.id)).toBe(false);
      for (const row of [...diff.changed, ...diff.moved]) expect(rows.has(row.id)).toBe(true);
      applyDiff(rows, diff);
      removed += diff.removed.length;
      page.send({ type: 'ack', seq: diff.seq });
    }
    expect(removed).toBeGreaterThan(0);
    expect([...rows.keys()].toSorted()).toEqual(idsOf(host.engine).toSorted());
  });

  const order = { action: 'reset', ids: ['demo-01'] };
  it.each<[string, unknown]>([
    ['an action', { type: 'prepare', order }],
    ['an order', order],
    ['the answer to a question', { type: 'confirm', nonce: '0'.repeat(32) }],
    ['a stop', { type: 'stop' }],
    ['main’s request to act', { request: 1, method: 'act', order, origin: 'window' }],
    ['main’s request to act, without a number', { method: 'act', order, origin: 'window' }],
    ['an action dressed as a query', { type: 'refresh', method: 'act', order }],
    ['main’s question', { request: 1, method: 'prepare', order }],
    ['an unknown type', { type: 'shutdown' }],
    ['a type from the prototype', { type: 'constructor' }],
    ['a prototype', '{"type":"polling","intervalMs":500,"paused":true,"__proto__":{}}'],
    ['no type', {}],
    ['a list', [{ type: 'refresh' }]],
    ['nothing', 'null'],
    ['no JSON', 'refresh'],
    ['an empty message', ''],
    ['a binary message', Buffer.from('{"type":"polling","intervalMs":500,"paused":true}')],
    ['nesting without end', '['.repeat(100_000)],
    ['an interval of its own', { type: 'polling', intervalMs: 1, paused: true }],
    ['half a request', { type: 'polling', paused: true }],
    ['an extra field', { type: 'polling', intervalMs: 500, paused: true, at: 1 }],
    ['a negative seq', { type: 'ack', seq: -1 }],
    ['another version', { type: 'hello', version: PROTOCOL_VERSION + 1 }],
    ['the token again', { token: TOKEN }],
  ])('refuses %s, and nothing changes', async (_name, message) => {
    const host = await start('idle', true);
    const page = await enter(host);
    const before = await greet(page);
    expect(await page.ask<EngineMessage>(message)).toEqual({
      type: 'refused',
      message: expect.stringMatching(/./),
    });
    const after = await page.ask<EngineMessage>({ type: 'resync' });
    expect(after).toMatchObject({ type: 'snapshot', status: { paused: false, intervalMs: 1000 } });
    expect(idsOf(host.engine).toSorted()).toEqual([...before.keys()].toSorted());
  });
});

const reset = (...ids: (string | undefined)[]) => ({ action: 'reset', ids });

function goneOf({ engine }: Started, ids: readonly string[]): string[] {
  const left = new Set(engine.locate(ids).map(({ id }) => id));
  return ids.filter((id) => !left.has(id));
}

describe('/actions', () => {
  it('refuses everything unless the host allows actions', async () => {
    const host = await start('idle', false);
    const page = await enter(host, '/actions');
    const ids = idsOf(host.engine);
    for (const message of [
      { type: 'prepare', order: reset(...ids) },
      { type: 'confirm', nonce: '0'.repeat(32) },
    ]) {
      expect(await page.ask(message)).toMatchObject({
        type: 'refused',
        message: expect.stringContaining('--allow-actions'),
      });
    }
    expect(goneOf(host, ids)).toEqual([]);
  });

  it('asks, closes on the answer, and every page sees the effect', async () => {
    const host = await start('idle', true);
    const watching = await enter(host);
    const rows = await greet(watching);
    const connection = [...rows.values()].find(
      (row) => row.state === 'ESTABLISHED' && row.protocol === 'tcp',
    )!;
    const acting = await enter(host, '/actions');

    const question = await acting.ask({ type: 'prepare', order: reset(connection.id) });
    expect(question).toMatchObject({
      type: 'confirm',
      confirmation: {
        message: expect.stringContaining('Reset 1 connection'),
        confirmLabel: 'Reset Connection',
      },
    });
    expect(goneOf(host, [connection.id])).toEqual([]);
    if (question.type !== 'confirm') throw new Error('no question');
    expect(await acting.ask({ type: 'confirm', nonce: question.nonce })).toEqual({
      ...{ type: 'progress', progress: { done: 0, total: 1 } },
    });
    const label = expect.stringContaining('TCP') as string;
    expect(await acting.next<BrowserActionReply>()).toEqual({
      type: 'report',
      report: {
        ...{ results: [{ id: connection.id, outcome: 'done', label, message: null }], unrecorded: null },
      },
    });
    for (;;) {
      const diff = await watching.next();
      if (diff.type !== 'diff') throw new Error(`a ${diff.type}`);
      watching.send({ type: 'ack', seq: diff.seq });
      if (diff.removed.includes(connection.id)) break;
    }
  });

  it('takes an answer only once, and only where the question was asked', async () => {
    const host = await start('idle', true);
    const ids = idsOf(host.engine);
    const one = await enter(host, '/actions');
    const other = await enter(host, '/actions');
    const question = await one.ask({ type: 'prepare', order: reset(ids[0]) });
    const otherQuestion = await other.ask({ type: 'prepare', order: reset(ids[1]) });
    if (question.type !== 'confirm' || otherQuestion.type !== 'confirm') throw new Error('no question');

    const answer = { type: 'confirm', nonce: question.nonce };
    expect((await other.ask(answer)).type).toBe('refused');
    expect((await one.ask({ ...answer, nonce: '0'.repeat(32) })).type).toBe('refused');
    const data = await enter(host);
    expect((await data.ask<EngineMessage>(answer)).type).toBe('refused');
    expect(goneOf(host, ids)).toEqual([]);

    expect((await one.ask(answer)).type).toBe('progress');
    expect((await one.next<BrowserActionReply>()).type).toBe('report');
    expect((await one.ask(answer)).type).toBe('refused');
    expect(goneOf(host, ids)).toEqual([ids[0]]);
  });

  it('reports sockets that are gone, without a question', async () => {
    const page = await enter(await start('idle', true), '/actions');
    expect(await page.ask({ type: 'prepare', order: reset('demo-ffff') })).toEqual({
      type: 'report',
      report: {
        ...{
          results: [{ id: 'demo-ffff', outcome: 'gone', label: 'demo-ffff', message: null }],
          unrecorded: null,
        },
      },
    });
  });

  it('refuses what is malformed or a query, and goes on', async () => {
    const page = await enter(await start('idle', true), '/actions');
    for (const message of [
      'no JSON',
      'null',
      Buffer.from(JSON.stringify({ type: 'prepare', order: reset('demo-01') })),
      { type: 'prepare', order: reset() },
      { type: 'prepare', order: reset('demo-01'), confirmed: true },
      { type: 'hello', version: PROTOCOL_VERSION },
      { request: 1, method: 'act', order: reset('demo-01'), origin: 'browser' },
    ])
      expect((await page.ask(message)).type, JSON.stringify(message)).toBe('refused');
    expect((await page.ask({ type: 'prepare', order: reset('demo-01') })).type).toBe('confirm');
  });

  it('takes as many ids as the contract allows in one message', async () => {
    const page = await enter(await start('idle', true), '/actions');
    // As long as those of Linux, and longer.
    const ids = Array.from(
      { length: MAX_TARGETS },
      (_, i) => `4026531840.5c1f09ab-${i.toString(16).padStart(16, '0')}`,
    );
    const reply = await page.ask({ type: 'prepare', order: reset(...ids) });
    expect(reply.type === 'report' && reply.report.results.length).toBe(MAX_TARGETS);
  });
});
