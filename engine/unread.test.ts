/** What is read belongs to the engine: another page may choose less between a question and its answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Order, Outcome } from '../shared/orders';
import { DEFAULT_READING } from '../shared/socket';
import type { ReadingOptions } from '../shared/socket';
import type { Engine } from './engine';
import { ListedBackend } from './fixtures/listedBackend';
import { engineOver } from './fixtures/scene';

let listed: ListedBackend;
let engine: Engine;
/** The namespaces that were last asked for */
let chosen: ReadingOptions;

beforeEach(() => {
  listed = new ListedBackend();
  const sources = listed.sources.bind(listed);
  listed.sources = (options) => {
    chosen = options;
    return sources(options).filter(({ namespace }) => options.namespaces || namespace === 0);
  };
  const readTable = listed.readTable.bind(listed);
  listed.readTable = (source, options, into) => {
    const all = listed.listed;
    listed.listed = all.filter(({ state }) => options.bound || state !== 'BOUND');
    readTable(source, options, into);
    listed.listed = all;
  };
  listed.close = () => ({ outcome: 'done', message: null });
  ({ engine } = engineOver(listed));
  listed.listed = [
    { id: 1, local: ['10.0.0.5', 53], protocol: 'udp', state: null },
    { id: 2, local: ['10.0.0.5', 443], state: 'LISTEN' },
    { id: 3, local: ['10.0.0.5', 444], state: 'BOUND' },
    { id: 4, local: ['10.0.0.5', 445], state: 'LISTEN', namespace: 7 },
  ];
});

const WIDE: ReadingOptions = { ...DEFAULT_READING, bound: true, namespaces: true };
const order = (...ids: string[]): Order => ({ action: 'reset', ids });
const NOT_READ = 'It is not among what is read now.';

async function act(...ids: string[]): Promise<[Outcome, string | null][]> {
  const { results } = await engine.act(
    order(...ids),
    'browser',
    () => undefined,
    new AbortController().signal,
  );
  return results.map(({ outcome, message }) => [outcome, message]);
}

describe('a socket that is not read any more', () => {
  it.each<[what: string, id: string, now: ReadingOptions]>([
    ['its protocol', '1', { ...WIDE, protocols: ['tcp'] }],
    ['those that are bound only', '3', { ...WIDE, bound: false }],
    ['other namespaces', '4', { ...WIDE, namespaces: false }],
  ])('is not called gone, neither in the question nor in the report: %s', async (_, id, now) => {
    engine.choose(WIDE);
    expect(engine.prepare(order(id, '2')).order).toEqual(order(id, '2'));
    engine.choose(now);
    expect(await act(id, '2', '99')).toEqual([
      ['failed', NOT_READ],
      ['done', null],
      ['gone', null],
    ]);
    expect(engine.prepare(order(id, '99')).missing).toEqual([
      { id, outcome: 'failed', label: id, message: NOT_READ },
      { id: '99', outcome: 'gone', label: '99', message: null },
    ]);
    expect(chosen).toEqual(now); // and the engine goes on with what was chosen
    expect(engine.locate([id])).toEqual([]);
  });

  it('is gone where it has ended meanwhile', async () => {
    engine.choose(WIDE);
    engine.prepare(order('1'));
    engine.choose({ ...WIDE, protocols: ['tcp'] });
    listed.listed = listed.listed.filter(({ id }) => id !== 1);
    expect(await act('1')).toEqual([['gone', null]]);
  });

  it('is told of also where some other table cannot be read', async () => {
    engine.choose(WIDE);
    engine.prepare(order('1'));
    engine.choose({ ...WIDE, protocols: ['tcp'] });
    const readTable = listed.readTable.bind(listed);
    listed.readTable = (source, options, into) => {
      readTable(source, options, into);
      if (source.table === 'udp6') throw new Error('It broke.');
    };
    expect(await act('1')).toEqual([['failed', NOT_READ]]);
  });

  it('costs nothing where as much is read as ever', async () => {
    engine.choose(WIDE);
    engine.prepare(order('1'));
    let rounds = 0;
    const sources = listed.sources.bind(listed);
    listed.sources = (options) => {
      rounds++;
      return sources(options);
    };
    engine.prepare(order('99'));
    expect(rounds).toBe(1);
  });
});
