import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diff, EngineMessage, SnapshotChunk } from './contract';
import { Pair, rowOf, silent, STATUS } from './fixtures/pair';
import type { Data } from './fixtures/pair';
import { engineStatus, socketRow } from './fixtures/rows';
import { CHUNK_ROWS, NO_CHANGES, Publisher } from './publisher';

type Step =
  | { do: 'read'; rows: ReadonlyMap<string, number> }
  | { do: 'acknowledge'; count: number }
  | { do: 'deliver' | 'resync' | 'injectGap' | 'loseDiff' };

async function perform(pair: Pair, step: Step): Promise<void> {
  if (step.do === 'read') pair.read(step.rows);
  else if (step.do === 'acknowledge') await pair.acknowledge(step.count);
  else await pair[step.do]();
}

const rows = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(2)), { maxLength: 6 })
  .map((entries) => new Map(entries));
const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('read'), rows }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge'), count: fc.constantFrom(1, 2) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('deliver', 'resync', 'injectGap', 'loseDiff') }),
    },
  ),
  { maxLength: 30 },
);

describe('Publisher and Subscriber', () => {
  it('end with the page knowing what the engine knows, whatever comes between', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const pair = new Pair(['a', 'b']);
        for (const step of list) await perform(pair, step);
        await pair.quiet();
        // A message that was lost is noticed with the next one.
        for (const version of [98, 99]) {
          pair.read(new Map([['z', version]]));
          await pair.quiet();
        }
        expect(pair.problems).toEqual([]);
        expect(pair.page).toEqual(pair.engine);
      }),
      { numRuns: 300 },
    );
  });

  it('a slow page has one message under way, and gets one diff of everything since', async () => {
    const pair = new Pair(['kept', 'changing', 'ending', 'returning']);
    await pair.quiet();
    pair.read(new Map(pair.engine)); // under way from here on
    for (let version = 1; version <= 100; version++) {
      const brief = `brief ${version}`;
      pair.read(
        new Map([
          ['kept', 0],
          ['changing', version],
          ['new', version],
          [version === 50 ? brief : 'returning', version],
        ]),
      );
    }
    await pair.deliver();
    expect(pair.sent).toHaveLength(2); // the snapshot, and the one under way
    await pair.acknowledge();
    const last = pair.sent.at(-1) as Diff;
    expect(pair.sent).toHaveLength(3);
    expect(last.added.map((row) => [row.id, row.bytesSent])).toEqual([['new', 100]]);
    // "returning" ended and came back between two messages: to the page, it has never been away.
    expect(last.changed.map((row) => row.id).toSorted()).toEqual(['changing', 'returning']);
    expect(last.removed).toEqual(['ending']);
    await pair.quiet();
    expect(pair.problems).toEqual([]);
    expect(pair.page).toEqual(pair.engine);
  });

  it('never tells of a row that came and went between two messages', async () => {
    const pair = new Pair();
    await pair.quiet();
    pair.read(new Map()); // under way
    pair.read(new Map([['brief', 1]]));
    pair.read(new Map());
    await pair.quiet();
    expect(pair.sent).toHaveLength(3);
    expect(pair.sent[2]).toMatchObject({ type: 'diff', added: [], changed: [], removed: [] });
  });

  it('a row that ends, returns and ends again has ended', async () => {
    const pair = new Pair(['a']);
    await pair.quiet();
    pair.read(new Map([['a', 1]])); // under way
    pair.read(new Map());
    pair.read(new Map([['a', 2]]));
    pair.read(new Map());
    await pair.quiet();
    expect(pair.sent.at(-1)).toMatchObject({ added: [], changed: [], removed: ['a'] });
    expect(pair.page).toEqual(new Map());
  });

  it.each([
    [0, [0]],
    [1, [1]],
    [CHUNK_ROWS, [CHUNK_ROWS]],
    [2 * CHUNK_ROWS + 1, [CHUNK_ROWS, CHUNK_ROWS, 1]],
  ])('sends %i rows as chunks of %j, one at a time', async (count, sizes) => {
    const pair = new Pair(Array.from({ length: count }, (_, i) => `row ${i}`));
    await pair.deliver();
    expect(pair.sent).toHaveLength(1);
    pair.read(new Map([['late', 1]])); // waits for the last chunk
    await pair.quiet();
    const chunks = pair.sent.slice(0, -1) as SnapshotChunk[];
    expect(chunks.map((chunk) => chunk.rows.length)).toEqual(sizes);
    expect(chunks.map((chunk) => chunk.first)).toEqual(sizes.map((_, i) => i === 0));
    expect(chunks.map((chunk) => chunk.last)).toEqual(sizes.map((_, i) => i === sizes.length - 1));
    expect(pair.sent.at(-1)?.type).toBe('diff');
    expect(pair.page).toEqual(new Map([['late', 1]]));
  });

  it('a resync in the middle of a snapshot starts it over; acknowledgements of the old one do not count', async () => {
    const pair = new Pair(Array.from({ length: 3 * CHUNK_ROWS }, (_, i) => `row ${i}`));
    await pair.deliver();
    pair.resync();
    await pair.deliver();
    await pair.acknowledge(1); // of the superseded chunk
    expect(pair.sent.map((message) => (message as SnapshotChunk).first)).toEqual([true, true]);
    await pair.quiet();
    expect(pair.sent).toHaveLength(1 + 3);
    expect(pair.page).toEqual(pair.engine);
  });

  it('a gap leads to one fresh snapshot, and what came out of line is not applied', async () => {
    const pair = new Pair(['a']);
    await pair.quiet();
    pair.injectGap();
    pair.injectGap();
    await pair.quiet();
    expect(pair.sent.map(({ type, seq }) => [type, seq])).toEqual([
      ['snapshot', 1],
      ['snapshot', 2],
    ]);
    expect(pair.page).toEqual(new Map([['a', 0]]));
  });
});

describe('Publisher', () => {
  it('tells a page nothing before it has asked', () => {
    const sent: unknown[] = [];
    const publisher = new Publisher({ ...silent, send: (message) => sent.push(message) });
    publisher.publish({ ...NO_CHANGES, added: [rowOf(['a', 1])] }, STATUS);
    publisher.acknowledge(1);
    expect(sent).toEqual([]);
  });

  it('tells of a new status even where no row has changed', () => {
    const sent: EngineMessage[] = [];
    const publisher = new Publisher({ ...silent, send: (message) => sent.push(message as EngineMessage) });
    publisher.snapshot([], STATUS);
    publisher.acknowledge(1);
    publisher.publish(NO_CHANGES, engineStatus({ paused: true }));
    expect(sent[1]).toMatchObject({ type: 'diff', added: [], status: { paused: true } });
  });
});

it('knows whether a page has yet to answer the beginning of a snapshot', () => {
  const sent: Data[] = [];
  const publisher = new Publisher({ ...silent, send: (message) => sent.push(message as Data) });
  expect(publisher.startingOver).toBe(false);
  const rows = Array.from({ length: CHUNK_ROWS + 1 }, (_, i) => socketRow({ id: String(i) }));
  publisher.snapshot(rows, STATUS);
  expect(publisher.startingOver).toBe(true);
  publisher.acknowledge(sent[0]!.seq);
  expect(sent).toHaveLength(2);
  expect(publisher.startingOver).toBe(false); // its second chunk is under way: a gap there needs a fresh one
  publisher.acknowledge(sent[1]!.seq);
  publisher.publish(NO_CHANGES, STATUS);
  expect(publisher.startingOver).toBe(false);
});
