import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelPair } from './channel';
import type { Channel } from './channel';
import { pageMessage, parse, PROTOCOL_VERSION } from './contract';
import type { Diff, EngineMessage, SnapshotChunk } from './contract';
import { engineStatus, socketRow } from './fixtures/rows';
import { CHUNK_ROWS, NO_CHANGES, Publisher } from './publisher';
import type { SocketRow } from './socket';
import { Subscriber } from './subscriber';

type Data = SnapshotChunk | Diff;
const STATUS = engineStatus();

/** An engine and a page on one wire. The page's acknowledgements wait until {@link Pair.acknowledge}. */
class Pair {
  /** What the engine and what the page believe: id → version of the row. */
  readonly engine = new Map<string, number>();
  readonly page = new Map<string, number>();
  readonly sent: Data[] = [];
  /** Broken promises; whoever finds one is called by the wire, and has nobody to throw at. */
  readonly problems: string[] = [];
  /** Acknowledgements on the page's side, and those that have reached the engine, by `seq`. */
  private readonly held: unknown[] = [];
  private readonly acknowledged = new Set<number>();
  private loseNextDiff = false;
  private readonly wire: Channel;
  private readonly publisher: Publisher;
  private readonly subscriber: Subscriber;

  constructor(ids: readonly string[] = []) {
    for (const id of ids) this.engine.set(id, 0);
    const [engineEnd, pageEnd] = channelPair();
    this.wire = engineEnd;
    this.publisher = new Publisher({ ...silent, send: (message) => this.carry(message as Data) });
    engineEnd.onMessage((message) => this.answer(message));
    this.subscriber = new Subscriber(
      {
        ...silent,
        onMessage: (listener) => pageEnd.onMessage(listener),
        send: (message) =>
          parse(pageMessage, message).type === 'ack' ? this.held.push(message) : pageEnd.send(message),
      },
      {
        welcome: () => {},
        snapshot: (chunk) => {
          if (chunk.first) this.page.clear();
          for (const row of chunk.rows) this.page.set(row.id, row.bytesSent!);
        },
        diff: (diff) => this.apply(diff),
        refused: (message) => this.problems.push(message),
        details: () => {},
        names: () => {},
      },
    );
  }

  /** One reading: the engine's sockets are now these. */
  read(next: ReadonlyMap<string, number>): void {
    const { engine } = this;
    const added = [...next].filter(([id]) => !engine.has(id));
    const changed = [...next].filter(([id, version]) => engine.has(id) && engine.get(id) !== version);
    const removed = [...engine.keys()].filter((id) => !next.has(id));
    engine.clear();
    for (const [id, version] of next) engine.set(id, version);
    this.publisher.publish(
      { added: added.map(rowOf), changed: changed.map(rowOf), removed, ended: [] },
      STATUS,
    );
  }

  /** Everything that is under way arrives. */
  async deliver(): Promise<void> {
    await setImmediate();
  }

  /** The page's oldest waiting acknowledgements reach the engine. */
  async acknowledge(count = Infinity): Promise<void> {
    for (const message of this.held.splice(0, count)) this.answer(message);
    await this.deliver();
  }

  /** The page acknowledges everything until there is nothing more to say. */
  async quiet(): Promise<void> {
    await this.deliver();
    for (let round = 0; this.held.length > 0; round++) {
      if (round > 100) throw new Error('There is always something more to say.');
      await this.acknowledge();
    }
  }

  resync(): void {
    this.subscriber.send({ type: 'resync' });
  }

  /** A message out of line. */
  injectGap(): void {
    const changes = { ...NO_CHANGES, added: [rowOf(['stray', 1])] };
    this.wire.send({ type: 'diff', seq: 1e6, ...changes, status: STATUS });
  }

  /** The next diff never arrives, though the engine believes it has. */
  loseDiff(): void {
    this.loseNextDiff = true;
  }

  private carry(message: Data): void {
    this.checkSent(message);
    this.sent.push(message);
    if (message.type === 'diff' && this.loseNextDiff) {
      this.loseNextDiff = false;
      this.held.push({ type: 'ack', seq: message.seq });
    } else this.wire.send(message);
  }

  private checkSent(message: Data): void {
    const before = this.sent.at(-1);
    this.check(message.seq === (before?.seq ?? 0) + 1, 'seq goes up by one');
    if (message.type === 'snapshot' && message.first) return;
    this.check(this.acknowledged.has(before!.seq), 'one message is under way');
    if (message.type === 'snapshot') return;
    const isTrue = (row: SocketRow): boolean => this.engine.get(row.id) === row.bytesSent;
    this.check(message.added.every(isTrue) && message.changed.every(isTrue), 'rows are sent as they are now');
    this.check(!message.removed.some((id) => this.engine.has(id)), 'only what has ended is removed');
  }

  private apply({ added, changed, removed }: Diff): void {
    const known = (id: string): boolean => this.page.has(id);
    this.check(!added.some((row) => known(row.id)), 'only what the page does not know is added');
    this.check(
      changed.every((row) => known(row.id)),
      'only what the page knows is changed',
    );
    this.check(removed.every(known), 'only what the page knows is removed');
    for (const row of [...added, ...changed]) this.page.set(row.id, row.bytesSent!);
    for (const id of removed) this.page.delete(id);
  }

  private check(kept: boolean, promise: string): void {
    if (!kept) this.problems.push(`Broken: ${promise}`);
  }

  /** As the engine does. */
  private answer(message: unknown): void {
    const parsed = parse(pageMessage, message);
    if (parsed.type === 'ack') {
      this.acknowledged.add(parsed.seq);
      this.publisher.acknowledge(parsed.seq);
    } else this.publisher.snapshot([...this.engine].map(rowOf), STATUS);
  }
}

const silent: Channel = { send: () => {}, onMessage: () => {}, onClose: () => {}, close: () => {} };

function rowOf([id, version]: readonly [string, number]): SocketRow {
  return socketRow({ id, bytesSent: version });
}

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

describe('ended rows', () => {
  /** A publisher whose first diff is under way, and what it sends. */
  function underWay(): { publisher: Publisher; sent: Diff[] } {
    const sent: Data[] = [];
    const publisher = new Publisher({ ...silent, send: (message) => sent.push(message as Data) });
    publisher.snapshot([rowOf(['a', 1])], STATUS);
    return { publisher, sent: sent as Diff[] };
  }
  const versions = (rows: readonly SocketRow[]): unknown[] => rows.map((row) => [row.id, row.bytesSent]);

  it('of one that came and went between two messages appear, and nothing else of it', () => {
    const { publisher, sent } = underWay();
    publisher.publish({ ...NO_CHANGES, added: [rowOf(['brief', 1])] }, STATUS);
    publisher.publish({ ...NO_CHANGES, removed: ['brief'], ended: [rowOf(['brief', 2])] }, STATUS);
    publisher.acknowledge(1);
    expect(sent[1]).toMatchObject({ added: [], changed: [], removed: [] });
    expect(versions(sent[1]!.ended)).toEqual([['brief', 2]]);
    publisher.acknowledge(2);
    publisher.publish(NO_CHANGES, STATUS);
    expect(sent[2]!.ended).toEqual([]); // once
  });

  it('of several readings come together, each socket once, with what was said last', () => {
    const { publisher, sent } = underWay();
    publisher.publish({ ...NO_CHANGES, removed: ['a'], ended: [rowOf(['a', 2])] }, STATUS);
    publisher.publish({ ...NO_CHANGES, ended: [rowOf(['unseen', 7])] }, STATUS);
    publisher.publish({ ...NO_CHANGES, ended: [rowOf(['a', 3])] }, STATUS);
    publisher.acknowledge(1);
    expect(sent[1]!.removed).toEqual(['a']);
    expect(versions(sent[1]!.ended).toSorted()).toEqual([
      ['a', 3],
      ['unseen', 7],
    ]);
  });

  it('of one that is back by now are not told: to the page, it never left', () => {
    const { publisher, sent } = underWay();
    publisher.publish({ ...NO_CHANGES, removed: ['a'], ended: [rowOf(['a', 2])] }, STATUS);
    publisher.publish({ ...NO_CHANGES, added: [rowOf(['a', 3])] }, STATUS);
    publisher.acknowledge(1);
    expect(sent[1]).toMatchObject({ added: [], removed: [], ended: [] });
    expect(versions(sent[1]!.changed)).toEqual([['a', 3]]);
  });

  it('are not kept without limit for a page that does not listen: the oldest are forgotten', () => {
    const { publisher, sent } = underWay();
    for (let reading = 0; reading < 25; reading++) {
      const ended = Array.from({ length: 1000 }, (_, i) => rowOf([`${1000 * reading + i}`, 0]));
      publisher.publish({ ...NO_CHANGES, ended }, STATUS);
    }
    publisher.acknowledge(1);
    expect(sent[1]!.ended.map((row) => row.id)).toEqual(
      Array.from({ length: 10_000 }, (_, i) => String(15_000 + i)),
    );
  });

  it('of before a fresh snapshot are not told after it', () => {
    const { publisher, sent } = underWay();
    publisher.publish({ ...NO_CHANGES, ended: [rowOf(['old', 1])] }, STATUS);
    publisher.snapshot([], STATUS);
    publisher.acknowledge(2);
    publisher.publish({ ...NO_CHANGES, ended: [rowOf(['new', 1])] }, STATUS);
    expect(versions(sent.at(-1)!.ended)).toEqual([['new', 1]]);
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

describe('Subscriber', () => {
  it('says its version first, and passes on refusals, details and names', async () => {
    const [engineEnd, pageEnd] = channelPair();
    const said: unknown[] = [];
    const heard: unknown[] = [];
    engineEnd.onMessage((message) => said.push(message));
    const page = new Subscriber(pageEnd, {
      welcome: (welcome) => heard.push(welcome),
      snapshot: (chunk) => void heard.push(chunk),
      diff: (diff) => void heard.push(diff),
      refused: (message) => heard.push(message),
      details: (reply) => heard.push(reply),
      names: (reply) => heard.push(reply),
    });
    page.send({ type: 'refresh' });
    engineEnd.send({ type: 'refused', message: 'Reload the page.' });
    engineEnd.send({ type: 'details', id: 'a', details: null });
    const names = { type: 'names', names: [{ address: '10.0.0.9', name: null }] };
    engineEnd.send(names);
    await setImmediate();
    expect(said).toEqual([{ type: 'hello', version: PROTOCOL_VERSION }, { type: 'refresh' }]);
    expect(heard).toEqual(['Reload the page.', { type: 'details', id: 'a', details: null }, names]);
  });

  it('acknowledges a message after it has been applied, not before', async () => {
    const [engineEnd, pageEnd] = channelPair();
    const log: string[] = [];
    const note = (message: { seq: number }): void => void log.push(`applied ${message.seq}`);
    pageEnd.send = (message) => log.push(JSON.stringify(message));
    const page = new Subscriber(pageEnd, {
      welcome: () => {},
      snapshot: note,
      diff: note,
      refused: () => {},
      details: () => {},
      names: () => {},
    });
    page.send({ type: 'refresh' });
    engineEnd.send({ type: 'snapshot', seq: 7, first: true, last: true, rows: [], status: STATUS });
    engineEnd.send({ type: 'diff', seq: 8, ...NO_CHANGES, status: STATUS });
    await setImmediate();
    expect(log.slice(2)).toEqual([
      'applied 7',
      '{"type":"ack","seq":7}',
      'applied 8',
      '{"type":"ack","seq":8}',
    ]);
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
