import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HostName } from '../shared/contract';
import { HandClock } from './fixtures/handClock';
import { hostName, HostNames } from './hostNames';
import type { NameReader } from './hostNames';

interface Question {
  address: string;
  signal: AbortSignal;
  answer(names: readonly string[]): void;
  fail(): void;
}

let clock: HandClock;
let questions: Question[];
let hosts: HostNames;

beforeEach(() => {
  clock = new HandClock();
  questions = [];
  hosts = new HostNames(
    (address, signal) =>
      new Promise((resolve, reject) => {
        questions.push({ address, signal, answer: resolve, fail: () => reject(new Error('ENOTFOUND')) });
      }),
    clock,
  );
});

interface Page {
  reader: NameReader;
  batches: HostName[][];
  /** All that was told, by address */
  known(): Record<string, string | null>;
}

function page(): Page {
  const batches: HostName[][] = [];
  const reader = hosts.reader((names) => batches.push(names));
  const known = (): Record<string, string | null> =>
    Object.fromEntries(batches.flat().map(({ address, name }) => [address, name]));
  return { reader, batches, known };
}

/** Lets what is ready happen, and batches leave. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await setImmediate();
  clock.advance(50);
}

const asked = (): string[] => questions.map(({ address }) => address);
const address = (i: number): string => `198.51.${Math.floor(i / 250)}.${1 + (i % 250)}`;

describe('HostNames', () => {
  it('answers later, in batches', async () => {
    const { reader, batches } = page();
    reader.ask(['198.51.100.1', '198.51.100.2']);
    expect(batches).toEqual([]);
    questions[0]!.answer(['one.example.com.']);
    questions[1]!.fail();
    await settle();
    expect(batches).toEqual([
      [
        { address: '198.51.100.1', name: 'one.example.com' },
        { address: '198.51.100.2', name: null },
      ],
    ]);
  });

  it('has eight look-ups under way at the most, and does all in the end', async () => {
    const { reader, known } = page();
    const addresses = Array.from({ length: 1000 }, (_, i) => address(i));
    for (let i = 0; i < 1000; i += 500) reader.ask(addresses.slice(i, i + 500));
    for (let done = 0; done < 1000; done++) {
      expect(questions.length).toBe(Math.min(done + 8, 1000));
      questions[done]!.answer([`host-${done}.example.com`]);
      await setImmediate();
    }
    await settle();
    expect(known()).toEqual(Object.fromEntries(addresses.map((each, i) => [each, `host-${i}.example.com`])));
  });

  it('asks once for what several want, under whatever spelling', async () => {
    const [one, other] = [page(), page()];
    one.reader.ask(['10.0.0.9', '::ffff:10.0.0.9', '10.0.0.9']);
    other.reader.ask(['::FFFF:a00:9', '2001:db8:0::1']);
    expect(asked()).toEqual(['10.0.0.9', '2001:db8::1']);
    for (const question of questions) question.answer(['a.example']);
    await settle();
    expect(one.known()).toEqual({ '10.0.0.9': 'a.example', '::ffff:10.0.0.9': 'a.example' });
    expect(one.batches.flat()).toHaveLength(2);
    expect(other.known()).toEqual({ '::FFFF:a00:9': 'a.example', '2001:db8:0::1': 'a.example' });
  });

  it('asks nobody for what has no name of its own', async () => {
    const { reader, known } = page();
    const nameless = ['0.0.0.0', '::', '224.0.0.251', 'ff02::fb%eth0', 'fe80::1%eth0', '169.254.1.1'];
    reader.ask([...nameless, '/run/socket', 'eth0', '']);
    await settle();
    expect(asked()).toEqual([]);
    expect(Object.keys(known())).toHaveLength(9);
    expect(new Set(Object.values(known()))).toEqual(new Set([null]));
  });

  it('gives up after two seconds, and lets the next one in', async () => {
    const { reader, known } = page();
    reader.ask(Array.from({ length: 9 }, (_, i) => address(i)));
    expect(questions).toHaveLength(8);
    clock.advance(1999);
    expect(questions.every(({ signal }) => !signal.aborted)).toBe(true);
    clock.advance(1);
    expect(questions.every(({ signal }) => signal.aborted)).toBe(true);
    await settle();
    expect(questions).toHaveLength(9);
    expect(known()[address(0)]).toBeNull();
    questions[0]!.answer(['too.late.example']);
    await settle();
    expect(known()[address(0)]).toBeNull();
  });

  it('keeps a name for ten minutes, and for one that there is none', async () => {
    const { reader, batches } = page();
    const ask = async (): Promise<void> => {
      reader.ask(['10.0.0.1', '10.0.0.2']);
      await settle();
    };
    await ask();
    questions[0]!.answer(['a.example']);
    questions[1]!.fail();
    await settle();
    expect(batches).toHaveLength(1);
    await ask();
    expect(questions).toHaveLength(2);
    expect(batches[1]).toEqual(batches[0]);
    clock.advance(60_000);
    await ask();
    expect(asked().slice(2)).toEqual(['10.0.0.2']);
    questions[2]!.answer(['b.example']);
    await settle();
    clock.advance(540_000);
    await ask();
    expect(asked().slice(3)).toEqual(['10.0.0.1']);
  });

  it('keeps ten thousand at the most, and forgets what was not used for the longest time', async () => {
    hosts = new HostNames((each) => {
      questions.push({ address: each } as Question);
      return Promise.resolve([]);
    }, clock);
    const { reader } = page();
    const askFor = async (from: number, to: number): Promise<string[]> => {
      questions = [];
      for (let i = from; i < to; i += 500)
        reader.ask(Array.from({ length: Math.min(500, to - i) }, (_, k) => address(i + k)));
      for (let i = 0; i < 4 * (to - from); i++) await Promise.resolve();
      return asked();
    };
    expect(await askFor(0, 10_000)).toHaveLength(10_000);
    expect(await askFor(0, 1)).toEqual([]);
    await askFor(10_000, 10_001);
    expect(await askFor(0, 1)).toEqual([]);
    expect(await askFor(1, 2)).toEqual([address(1)]);
  });

  it('does not look up what only a page wanted that has left, and tells it nothing', async () => {
    const [leaving, staying] = [page(), page()];
    leaving.reader.ask(Array.from({ length: 20 }, (_, i) => address(i)));
    staying.reader.ask([address(0), address(19)]);
    leaving.reader.leave();
    for (let i = 0; i < 9; i++) {
      questions[i]!.answer(['a.example']);
      await setImmediate();
    }
    await settle();
    expect(asked()).toEqual([...Array.from({ length: 8 }, (_, i) => address(i)), address(19)]);
    expect(leaving.batches).toEqual([]);
    expect(staying.known()).toEqual({ [address(0)]: 'a.example', [address(19)]: 'a.example' });
    leaving.reader.ask(['10.0.0.77']);
    expect(asked()).not.toContain('10.0.0.77');
  });

  it('answers at once that there is no name where too many wait', async () => {
    const { reader, known } = page();
    for (let i = 0; i < 10_100; i += 100)
      reader.ask(
        Array.from({ length: 100 }, (_, k) => `10.${(i + k) >> 16}.${((i + k) >> 8) & 255}.${(i + k) & 255}`),
      );
    await settle();
    expect(Object.keys(known()).length).toBeGreaterThan(0);
    expect(Object.keys(known()).length).toBeLessThanOrEqual(100);
    expect(questions).toHaveLength(8);
  });

  it('takes the first name that may be shown', async () => {
    const { reader, known } = page();
    reader.ask(['10.0.0.1', '10.0.0.2']);
    questions[0]!.answer(['<b>evil</b>', '10.0.0.1', 'good.example', 'other.example']);
    questions[1]!.answer(['\u001b[2J']);
    await settle();
    expect(known()).toEqual({ '10.0.0.1': 'good.example', '10.0.0.2': null });
  });
});

describe('hostName', () => {
  it.each(['a', 'a.b', 'ec2-1-2-3-4.example.com', '_sip.example.com', 'xn--bcher-kva.example', '1.example'])(
    'lets %s through',
    (name) => {
      expect(hostName(name)).toBe(name);
      expect(hostName(`${name}.`)).toBe(name);
    },
  );

  it.each([
    ...['', '.', 'a..b', '.a', 'a b', 'a\0b', 'bücher.example', 'a/b', 'a\\.b', '<i>', 'a\nb', "a'b"],
    ...['10.0.0.1', '127.0.0.1.', 'a.1', '4711', 'fe80::1', `${'a'.repeat(64)}.b`, 'a.'.repeat(127) + 'aa'],
  ])('drops %j', (text) => expect(hostName(text)).toBeNull());

  it('shows nothing but letters, digits, dots, hyphens and underscores', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(hostName(text) ?? 'a').toMatch(/^[A-Za-z0-9_.-]{1,253}$/);
      }),
    );
  });
});
