import { describe, expect, it } from 'vitest';
import { confirmation, summarise, targetCount } from './confirmation';
import { goneResult, inOrder, OUTCOMES, targetsOf } from './orders';
import type { ActionResult, Caution, Order, Outcome, Preparation } from './orders';

const CONNECTION = 'Connections are reset: data still in flight is lost, and both ends see an error.';
const LISTENER =
  'A listening socket stops accepting; its process keeps it, bound but closed, until it closes it itself.';
const UDP = 'A UDP socket is disconnected; its process sees an error and may go on using it.';
const LABEL = 'nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122';

interface Sockets {
  action?: 'reset' | 'finish';
  connections?: number;
  listeners?: number;
  datagrams?: number;
  others?: number;
  owners?: Preparation['owners'];
  missing?: ActionResult[];
  labels?: string[];
  cautions?: Preparation['cautions'];
}

function sockets(of: Sockets): Preparation {
  const { connections = 0, listeners = 0, datagrams = 0, others = 0 } = of;
  const total = connections + listeners + datagrams + others;
  return {
    order: { action: of.action ?? 'reset', ids: Array.from({ length: total }, (_, i) => String(i)) },
    missing: of.missing ?? [],
    kinds: { connections, listeners, datagrams, others },
    owners: of.owners ?? { processes: 1, names: ['nginx'], hasUnknown: false },
    labels: of.labels ?? Array.from({ length: Math.min(total, 50) }, () => LABEL),
    tree: [],
    cautions: of.cautions ?? [],
  };
}

describe('the question about sockets', () => {
  it('says what, whose, and what will be lost: one connection', () => {
    expect(confirmation(sockets({ connections: 1 }))).toEqual({
      title: 'Reset Connection',
      message: 'Reset 1 connection of nginx?',
      detail: `${LABEL}\n\n${CONNECTION}`,
      warnings: [],
      confirmLabel: 'Reset Connection',
    });
  });

  it('counts: many connections of several processes', () => {
    const owners = { processes: 3, names: ['nginx'], hasUnknown: false };
    expect(confirmation(sockets({ connections: 37, owners }))).toMatchObject({
      message: 'Reset 37 connections of nginx (3 processes)?',
      confirmLabel: 'Reset 37 Connections',
    });
  });

  it('a listener, or a UDP socket, is not reset but closed, as far as the kernel goes', () => {
    expect(confirmation(sockets({ listeners: 1 }))).toMatchObject({
      ...{
        title: 'Close Socket',
        message: 'Close 1 listening socket of nginx?',
        confirmLabel: 'Close Socket',
      },
      detail: `${LABEL}\n\n${LISTENER}`,
    });
    expect(confirmation(sockets({ datagrams: 2 }))).toMatchObject({
      ...{ message: 'Close 2 UDP sockets of nginx?', confirmLabel: 'Close 2 Sockets' },
      detail: `${LABEL}\n${LABEL}\n\n${UDP}`,
    });
  });

  it('a mixture: counts each kind, and says of each what will happen', () => {
    const { message, detail, confirmLabel } = confirmation(
      sockets({ connections: 2, listeners: 1, datagrams: 2, others: 1 }),
    );
    expect(message).toBe(
      'Close 2 connections, 1 listening socket, 2 UDP sockets and 1 other socket of nginx?',
    );
    expect(detail.split('\n').slice(-3)).toEqual([CONNECTION, LISTENER, UDP]);
    expect(confirmLabel).toBe('Close 6 Sockets');
    expect(confirmation(sockets({ others: 2 })).message).toBe('Close 2 sockets of nginx?');
  });

  it('gracefully: that what is still to be sent arrives', () => {
    const question = confirmation(sockets({ connections: 2, action: 'finish' }));
    expect(question).toMatchObject({
      ...{ title: 'Close Gracefully', message: 'Close 2 connections of nginx gracefully?' },
      ...{
        confirmLabel: 'Close 2 Connections',
        detail: expect.stringContaining('What is still to be sent is delivered'),
      },
    });
    expect(question.detail).not.toContain(CONNECTION);
    const last = (connections: number): string =>
      confirmation(sockets({ connections, action: 'finish' }))
        .detail.split('\n')
        .at(-1)!;
    expect(last(1)).toBe('Its process cannot send any more, and some programs end then.');
    expect(last(2)).toBe('Their processes cannot send any more, and some programs end then.');
  });

  it('lists twelve and counts the others', () => {
    const lines = confirmation(sockets({ connections: 15 })).detail.split('\n');
    expect(lines.slice(11, 13)).toEqual([LABEL, '… and 3 more']);
    expect(confirmation(sockets({ connections: 12 })).detail).not.toContain('more');
    expect(confirmation(sockets({ connections: 10_000 })).detail).toContain('… and 9988 more');
  });

  it.each([
    [0, CONNECTION],
    [1, '1 of the selected sockets has ended already.'],
    [2, '2 of the selected sockets have ended already.'],
  ])('%i that had ended before', (gone, sentence) => {
    const missing = Array.from({ length: gone }, (_, i) => goneResult(`gone ${i}`));
    expect(
      confirmation(sockets({ connections: 1, missing }))
        .detail.split('\n')
        .at(-1),
    ).toBe(sentence);
  });

  it('does not say of what could not be looked for that it has ended', () => {
    const missing: ActionResult[] = [{ id: 'x', outcome: 'failed', label: 'x', message: 'Not found, but …' }];
    expect(confirmation(sockets({ connections: 1, missing })).detail).toMatch(
      /\n1 of the selected sockets could not be looked for, and is left alone\.$/,
    );
  });

  it('names up to three owners, then counts, and does not count "no owner" as one', () => {
    const of = (owners: Preparation['owners']): string =>
      confirmation(sockets({ connections: 5, owners })).message.replace('Reset 5 connections', '');
    expect(of({ processes: 3, names: ['a', 'b', 'c'], hasUnknown: false })).toBe(
      ' of a, b and c (3 processes)?',
    );
    expect(of({ processes: 5, names: ['a', 'b', 'c', 'd'], hasUnknown: false })).toBe(' of 5 processes?');
    expect(of({ processes: 0, names: [], hasUnknown: true })).toBe('?');
    expect(of({ processes: 1, names: ['a'], hasUnknown: true })).toBe(
      ' of a and others without a known owner?',
    );
  });

  it('lets no name forge a line, nor turn the text round', () => {
    const { message, detail, warnings } = confirmation(
      sockets({
        ...{ connections: 1, labels: ['x\ny'], cautions: [{ caution: 'session', label: 'a\u202eb' }] },
        owners: { processes: 1, names: ['x\nAll is well'], hasUnknown: false },
      }),
    );
    expect(message).toBe('Reset 1 connection of x?All is well?');
    expect(detail.split('\n')[0]).toBe('x?y');
    expect(warnings.join()).not.toContain('\u202e');
  });

  it('warns of the way in and of SocketScope itself, in plain words', () => {
    const warned = (connections: number, ...cautions: Caution[]): string[] =>
      confirmation(sockets({ connections, cautions: cautions.map((caution) => ({ caution, label: LABEL })) }))
        .warnings;
    expect(warned(1, 'session')).toEqual([
      'This is the connection by which you came in. Without it you may have no way to this machine.',
    ]);
    expect(warned(9, 'session')).toEqual([
      `The connection by which you came in is among them: ${LABEL}. Without it you may have no way to this machine.`,
    ]);
    expect(warned(1, 'self', 'session').map((text) => text.slice(0, 20))).toEqual([
      ...['This is the connecti', 'SocketScope itself u'],
    ]);
  });
});

describe('targetCount', () => {
  it('is what a yes would be about', () => {
    expect(targetCount(sockets({ connections: 3 }))).toBe(3);
    expect(targetCount(sockets({ missing: [goneResult('x')] }))).toBe(0);
  });
});

describe('an order', () => {
  it('names each target once, and its results come in its order', () => {
    const order: Order = { action: 'reset', ids: ['b', 'a', 'b', 'c'] };
    expect(targetsOf(order)).toEqual(['b', 'a', 'c']);
    expect(inOrder(order, ['c', 'a', 'b'].map(goneResult)).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    const killed: Order = { action: 'kill', processes: [{ pid: 5, startedAt: 7 }] };
    expect(targetsOf(killed)).toEqual(['5@7']);
  });
});

describe('summarise', () => {
  const results = (...outcomes: Outcome[]): ActionResult[] =>
    outcomes.map((outcome) => ({ id: 'a', outcome, label: 'a', message: null }));

  it('counts each outcome, the good ones first, in the words of the action', () => {
    expect(summarise('reset', results('gone', 'done', 'done'))).toBe('2 closed, 1 already gone');
    expect(summarise('finish', results('gone', 'done', 'done', 'done'))).toBe('3 closing, 1 already gone');
    expect(summarise('terminate', results('done', 'done', 'refused'))).toBe('2 ended, 1 refused');
    expect(summarise('kill', results('done'))).toBe('1 ended');
    expect(summarise('suspend', results('done'))).toBe('1 suspended');
    expect(summarise('resume', results('done'))).toBe('1 resumed');
    expect(summarise('reset', results(...OUTCOMES.toReversed()))).toBe(
      '1 closed, 1 already gone, 1 refused, 1 failed, 1 not tried',
    );
    expect(summarise('reset', [])).toBe('');
  });
});
