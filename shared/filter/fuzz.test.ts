import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '.';
import { PIECES, violation } from './fixtures/fuzz';
import { LOOKUPS, ROWS } from './fixtures/rows';
import { LONGEST_FILTER } from './parser';
import type { LiveRow } from '../rowFacts';

const cursor = fc.nat(1000);
const check = (text: string, at: number): void => {
  expect(violation(text, at % (text.length + 1))).toBeNull();
};

describe('any text', () => {
  it('is taken: letters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), cursor, check));
  });

  it('is taken: parts of the language', () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, cursor, check), { numRuns: 500 });
  });

  it.each(['(', ')', '"', '-', 'not ', 'or ', 'a ', 'a|', '(a ', 'foo:', 'pid:1,', '""', '/a/ '])(
    'is taken, however long: %s',
    (piece) => {
      const text = piece.repeat(LONGEST_FILTER / piece.length + 1);
      const filter = compileFilter(text, LOOKUPS);
      for (const row of ROWS) filter.accepts(row);
      expect(filter.errors.at(-1)).toMatchObject({ to: text.length });
    },
  );
});

/** A filter as text, and what it means, told without the language's own code. */
interface Meant {
  text: string;
  means(row: LiveRow): boolean;
}

const port = fc.constantFrom(22, 53, 80, 443, 8080, 51_122);
const leaf: fc.Arbitrary<Meant> = fc.oneof(
  port.map((n) => ({
    text: `port:${n}`,
    means: (row: LiveRow) => row.localPort === n || row.remotePort === n,
  })),
  fc.tuple(port, port).map(([a, b]) => ({
    text: `localport:${Math.min(a, b)}-${Math.max(a, b)}`,
    means: (row: LiveRow) =>
      row.localPort !== null && row.localPort >= Math.min(a, b) && row.localPort <= Math.max(a, b),
  })),
  fc.constantFrom('LISTEN', 'ESTABLISHED', 'TIME_WAIT').map((state) => ({
    text: `state:${state}`,
    means: (row: LiveRow) => row.state === state,
  })),
  fc.constantFrom('ngi', 'web', 'SYSTEMD').map((part) => ({
    text: `process:${part}`,
    means: (row: LiveRow) => row.processName?.toLowerCase().includes(part.toLowerCase()) ?? false,
  })),
  fc.constant({
    text: 'sent:>=2MB',
    means: ({ bytesSent }: LiveRow) => bytesSent !== null && bytesSent >= 2e6,
  }),
  fc.constant({ text: 'user:none', means: ({ user, uid }: LiveRow) => user === null && uid === null }),
  fc.constant({
    text: 'remote:10.0.0.0/8',
    means: ({ remoteAddress }: LiveRow) => remoteAddress?.startsWith('10.') ?? false,
  }),
);
const { tree } = fc.letrec<{ tree: Meant }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({
      text: `(${a.text} ${b.text})`,
      means: (row: LiveRow) => a.means(row) && b.means(row),
    })),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({
      text: `(${a.text} or ${b.text})`,
      means: (row: LiveRow) => a.means(row) || b.means(row),
    })),
    tie('tree').map((a) => ({ text: `not ${a.text}`, means: (row: LiveRow) => !a.means(row) })),
  ),
}));

it('means what it says', () => {
  fc.assert(
    fc.property(tree, ({ text, means }) => {
      const filter = compileFilter(text, LOOKUPS);
      expect(filter.errors).toEqual([]);
      expect(ROWS.map((row) => filter.accepts(row))).toEqual(ROWS.map((row) => means(row)));
    }),
  );
});
