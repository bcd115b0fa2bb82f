import { describe, expect, it } from 'vitest';
import type { Diff } from './contract';
import { rowOf, silent, STATUS } from './fixtures/pair';
import type { Data } from './fixtures/pair';
import { NO_CHANGES, Publisher } from './publisher';
import type { SocketRow } from './socket';

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
