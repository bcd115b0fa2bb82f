/** A short, seeded form of `npm run stress:netlink`. */
import { describe, expect, it } from 'vitest';
import { SocketTable } from '../../shared/socketTable';
import type { DiagTable } from './diagTable';
import { DIAG_TABLES } from './diagTables';
import { fuzzCase, Fuzzer, recordedCorpus, Violation } from './fixtures/fuzz';
import type { FuzzCase } from './fixtures/fuzz';
import { reply } from './fixtures/replies';

const SEED = 20;
const CASES = 20_000;

describe('netlink datagrams that no sane kernel sends', () => {
  it('are read, or refused with a typed error', () => {
    const corpus = recordedCorpus();
    const fuzzer = new Fuzzer();
    const outcomes = new Map<string, number>();
    for (let number = 0; number < CASES; number++) {
      const fuzzed = fuzzCase(corpus, SEED, number);
      try {
        const outcome = fuzzer.check(fuzzed);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        const hex = Buffer.from(fuzzed.bytes).toString('hex');
        throw new Error(`case ${number}, ${fuzzed.table}, length ${fuzzed.length}: ${hex}`, { cause: error });
      }
    }
    // Each kind of outcome is there in numbers, or the cases would be of no use.
    for (const outcome of ['read', 'MALFORMED', 'EOVERFLOW']) {
      expect(outcomes.get(outcome), outcome).toBeGreaterThan(CASES / 200);
    }
  });

  it('are the same for the same seed and number', () => {
    const corpus = recordedCorpus();
    expect(fuzzCase(corpus, SEED, 7)).toEqual(fuzzCase(corpus, SEED, 7));
    expect(fuzzCase(corpus, SEED, 7)).not.toEqual(fuzzCase(corpus, SEED + 1, 7));
  });
});

describe('the fuzzer notices', () => {
  const bytes = reply('LISTEN v4');
  const fuzzed: FuzzCase = { table: 'tcp4', bytes, length: bytes.length, multicast: false };

  /** What is said of a decoder that does this to each message. */
  function verdict(decode: DiagTable['decode']): unknown {
    const tables = DIAG_TABLES as Map<string, DiagTable>;
    const real = tables.get('tcp4')!;
    tables.set('tcp4', { dumpRequest: real.dumpRequest.bind(real), decode });
    try {
      return new Fuzzer().check(fuzzed);
    } catch (error) {
      return error;
    } finally {
      tables.set('tcp4', real);
    }
  }

  it('a byte read past the end', () => {
    const said = verdict((reply, _offset, end, into) => {
      into.columns.inode[into.append()] = reply.bytes[end]!;
    });
    expect(said).toBeInstanceOf(Violation);
    expect(String(said)).toContain('past the end: inode is');
  });

  it('an exception of another kind', () => {
    const said = verdict(() => {
      throw new RangeError('off by one');
    });
    expect(String(said)).toContain('off by one');
  });

  it('a row that cannot be shown', () => {
    const said = verdict((_reply, _offset, _end, into: SocketTable) => {
      const row = into.append();
      into.columns.family[row] = 4;
      into.columns.namespace[row] = 1;
      into.holders[row] = undefined as never;
    });
    expect(said).toBeInstanceOf(Violation);
  });

  it('nothing where there is nothing', () => {
    expect(new Fuzzer().check(fuzzed)).toBe('read');
  });
});
