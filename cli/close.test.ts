import { describe, expect, it } from 'vitest';
import { Engine, UnkeptLog } from '../engine';
import { createBackend } from '../native';
import { goneResult } from '../shared/orders';
import type { ActionResult, Order, Outcome } from '../shared/orders';
import { PROTOCOLS } from '../shared/socket';
import type { Protocol, ReadingOptions } from '../shared/socket';
import { close, localActor } from './close';
import type { Actor, CloseOutput } from './close';

type Answer = Partial<ActionResult> & { outcome: Outcome };
const never = new AbortController().signal;
const idsOf = (order: Order): string[] => ('ids' in order ? order.ids : []);

/** An engine that finds every id, and answers each as told, once. */
function actor(answers: Record<string, Answer>, unrecorded: string | null = null): Actor {
  return {
    choose: () => undefined,
    prepare: (order) =>
      Promise.resolve({
        ...{ order: { action: 'reset', ids: [...new Set(idsOf(order))] }, missing: [] },
        ...{ labels: [], tree: [], cautions: [] },
        kinds: { connections: 1, listeners: 0, datagrams: 0, others: 0 },
        owners: { processes: 0, names: [], hasUnknown: true },
      }),
    act: (order) =>
      Promise.resolve({
        results: idsOf(order).map((id) => ({ id, label: `label of ${id}`, message: null, ...answers[id]! })),
        unrecorded,
      }),
  };
}
const run = (ids: string[], answers: Record<string, Answer>): Promise<CloseOutput> =>
  close(actor(answers), ids, 'reset', never);

const done = { outcome: 'done' } as const;
const gone = { outcome: 'gone' } as const;
const stopped = { outcome: 'stopped' } as const;
const refused = { outcome: 'refused', message: 'It needs CAP_NET_ADMIN (EPERM).' } as const;
const failed = { outcome: 'failed', message: 'The kernel said no (EINVAL).' } as const;

describe('close', () => {
  it.each([
    [['done'], 0],
    [['done', 'done'], 0],
    [['gone'], 1],
    [['done', 'gone'], 1],
    [['refused'], 3],
    [['failed'], 3],
    [['done', 'stopped'], 3],
    [['done', 'refused'], 3],
    [['gone', 'failed', 'done'], 3],
  ] as const)('answers %j with status %i', async (outcomes, exitCode) => {
    const ids = outcomes.map((_, i) => `id${i}`);
    const all = { done, gone, refused, failed, stopped };
    const output = await run(ids, Object.fromEntries(ids.map((id, i) => [id, all[outcomes[i]!]])));
    expect(output.exitCode).toBe(exitCode);
    const words = outcomes.map((outcome) => (outcome === 'done' ? 'closed' : outcome));
    expect(output.stdout).toBe(words.map((word) => `${word}\n`).join(''));
  });

  it('prints one outcome per id, in the order given, also for one given twice', async () => {
    const { stdout } = await run(['c', 'a', 'b', 'a'], { a: done, b: gone, c: refused });
    expect(stdout).toBe('refused\nclosed\ngone\nclosed\n');
  });

  it('says why on the other stream, and nothing where there is nothing to say', async () => {
    expect(await run(['a', 'b', 'c', 'd'], { a: refused, b: gone, c: failed, d: done })).toEqual({
      stdout: 'refused\ngone\nfailed\nclosed\n',
      stderr: 'label of a: It needs CAP_NET_ADMIN (EPERM).\nlabel of c: The kernel said no (EINVAL).\n',
      exitCode: 3,
    });
    expect((await run(['b', 'd'], { b: gone, d: done })).stderr).toBe('');
  });

  it('says so where the log has no record of it, and has closed it all the same', async () => {
    const output = await close(actor({ a: done }, 'The disk is full (ENOSPC).'), ['a'], 'reset', never);
    expect(output).toEqual({
      ...{ stdout: 'closed\n', stderr: 'socketscope: The disk is full (ENOSPC).\n', exitCode: 0 },
    });
  });

  it('lets no control character of a process name reach the terminal', async () => {
    const label = 'evil\u001b]0;owned\u0007\n\u009b2J (7)  TCP 10.0.0.5:443';
    const { stderr } = await run(['a'], { a: { ...refused, label } });
    expect(stderr).toBe('evil?]0;owned???2J (7)  TCP 10.0.0.5:443: It needs CAP_NET_ADMIN (EPERM).\n');
  });
});

describe('looking for the sockets', () => {
  /** Sockets of another kind, or of a container, and which tables cannot be read. */
  interface Place {
    protocol: Protocol;
    contained?: boolean;
  }
  const PLACES: Record<string, Place> = {
    tcp: { protocol: 'tcp' },
    unix: { protocol: 'unix' },
    contained: { protocol: 'tcp', contained: true },
  };

  async function look(ids: string[], unreadable: readonly Protocol[] = []) {
    const readings: ReadingOptions[] = [];
    const acted: { ids: string[]; reading: ReadingOptions }[] = [];
    let reading: ReadingOptions;
    const isRead = ({ protocol, contained }: Place): boolean =>
      reading.protocols.includes(protocol) && (contained !== true || reading.namespaces);
    const found = (id: string): boolean => PLACES[id] !== undefined && isRead(PLACES[id]);
    const missing = (id: string): ActionResult =>
      unreadable.some((protocol) => reading.protocols.includes(protocol))
        ? { id, label: id, outcome: 'failed', message: 'Not found, but …' }
        : goneResult(id);
    const engine: Actor = {
      choose: (chosen) => void readings.push((reading = chosen)),
      prepare: async (order) => ({
        ...(await actor({}).prepare(order)),
        order: { action: 'reset', ids: idsOf(order).filter(found) },
        missing: idsOf(order)
          .filter((id) => !found(id))
          .map(missing),
      }),
      act: (order) => {
        acted.push({ ids: idsOf(order), reading });
        return actor(Object.fromEntries(idsOf(order).map((id) => [id, done]))).act(
          order,
          () => undefined,
          never,
        );
      },
    };
    const { stdout } = await close(engine, ids, 'reset', never);
    return { words: stdout.trim().split('\n'), acted, looks: readings };
  }
  const everything = { protocols: PROTOCOLS, bound: true, namespaces: true, commandLines: false };

  it('goes no further than TCP and UDP where they are there', async () => {
    const { words, acted } = await look(['tcp']);
    expect(words).toEqual(['closed']);
    expect(acted).toEqual([
      { ids: ['tcp'], reading: { ...everything, protocols: ['tcp', 'udp'], namespaces: false } },
    ]);
  });

  it('goes everywhere for what is not', async () => {
    expect((await look(['unix'])).acted).toEqual([{ ids: ['unix'], reading: everything }]);
    const both = await look(['contained', 'tcp']);
    expect(both.acted).toEqual([{ ids: ['contained', 'tcp'], reading: everything }]);
    expect(both.words).toEqual(['closed', 'closed']);
  });

  it('does not lose one that is there because another has ended', async () => {
    expect((await look(['gone', 'unix'])).words).toEqual(['gone', 'closed']);
    const { words, acted } = await look(['gone', 'tcp']);
    expect(words).toEqual(['gone', 'closed']);
    expect(acted).toEqual([{ ids: ['tcp'], reading: everything }]); // as it was last looked for
    expect(await look(['gone'])).toMatchObject({ words: ['gone'], acted: [] });
  });

  /** Answers one search after the other with these, of `a` and `b`; what is acted upon is done. */
  async function searchedBy(...finds: string[][]): Promise<CloseOutput> {
    let search = 0;
    return close(
      {
        choose: () => undefined,
        prepare: async (order) => {
          const found = finds[search++]!;
          return {
            ...(await actor({}).prepare(order)),
            order: { action: 'reset', ids: found },
            missing: idsOf(order)
              .filter((id) => !found.includes(id))
              .map(goneResult),
          };
        },
        act: (order) =>
          Promise.resolve({
            results: idsOf(order).map((id) => ({ id, label: id, outcome: 'done' as const, message: null })),
            unrecorded: null,
          }),
      },
      ['a', 'b'],
      'reset',
      never,
    );
  }

  it('calls nothing gone that the last search found, also where the first found as much', async () => {
    expect((await searchedBy(['a'], ['b'])).stdout).toBe('gone\nclosed\n');
    expect((await searchedBy(['a'], [])).stdout).toBe('gone\ngone\n');
    expect((await searchedBy(['a', 'b'])).stdout).toBe('closed\nclosed\n');
  });

  it('says so of what nobody has said anything of', async () => {
    const silent: Actor = {
      ...actor({}),
      act: () => Promise.resolve({ results: [], unrecorded: null }),
    };
    expect(await close(silent, ['a'], 'reset', never)).toEqual({
      ...{ stdout: 'failed\n', stderr: 'a: The engine has said nothing of it.\n', exitCode: 3 },
    });
  });

  it('blames no table that has nothing to do with it', async () => {
    expect((await look(['gone', 'unix'], ['dccp'])).words).toEqual(['gone', 'closed']);
    expect((await look(['gone'], ['dccp'])).words).toEqual(['gone']);
    expect((await look(['gone'], ['tcp'])).words).toEqual(['failed']);
  });
});

describe('an engine of its own', () => {
  it('closes, records who gave the order, and stops where it is told to', async () => {
    const log = new UnkeptLog();
    const engine = new Engine({
      backend: createBackend('idle'),
      clock: { now: () => 0, after: () => () => undefined },
      ...{ hostname: 'test', engineId: 'test', log },
    });
    const [first, second] = engine.snapshot().map(({ id }) => id) as [string, string];
    expect((await close(localActor(engine), [first, 'demo-ffff'], 'reset', never)).stdout).toBe(
      'closed\ngone\n',
    );
    expect(log.entries).toMatchObject([{ target: first, origin: 'command line', action: 'reset' }]);
    expect(await close(localActor(engine), [second], 'finish', AbortSignal.abort())).toMatchObject({
      ...{ stdout: 'stopped\n', exitCode: 3 },
    });
    expect(engine.locate([second])).toHaveLength(1);
  });
});
