import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, tailStart } from './cellPieces';

/** Ranges in order that do not overlap */
const anyRanges = fc
  .uniqueArray(fc.nat(40), { maxLength: 8 })
  .map((points) => points.sort((a, b) => a - b))
  .map((points) =>
    Array.from({ length: points.length >> 1 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!] as const),
  );

describe('piecesOf', () => {
  it('cuts a text without losing a letter, and marks what is in a range', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz0123456789';
    fc.assert(
      fc.property(anyRanges, fc.nat(36), (ranges, cut) => {
        const pieces = [...piecesOf(text, ranges, 0, cut), ...piecesOf(text, ranges, cut)];
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        const isMarked = (i: number): boolean => ranges.some(([from, to]) => from <= i && i < to);
        for (const piece of pieces)
          for (let i = 0; i < piece.text.length; i++) expect(isMarked(piece.at + i)).toBe(piece.marked);
      }),
    );
  });

  it('is one piece where nothing is found', () => {
    expect(piecesOf('nginx', [])).toEqual([{ text: 'nginx', at: 0, marked: false }]);
    expect(piecesOf('', [])).toEqual([]);
  });
});

describe('tailStart', () => {
  const tail = (text: string): string => text.slice(tailStart(text));

  it('keeps the last part of a path, or the last characters', () => {
    expect(tail('/usr/lib/postgresql/15/bin/postgres')).toBe('/postgres');
    expect(tail('C:\\Windows\\System32\\svchost.exe')).toBe('\\svchost.exe');
    expect(tail('2001:db8:85a3:8d3:1319:8a2e:370:7348')).toBe(':370:7348'.padStart(10, 'e'));
    expect(tail('/run/user/1000/a-very-long-name-of-a-socket')).toBe('f-a-socket');
  });

  it('leaves short texts whole', () => {
    expect(tailStart('255.255.255.255')).toBe(0);
    expect(tailStart('')).toBe(0);
  });

  it('never cuts within a character of two units', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8, maxLength: 30 }), (text) => {
        const start = tailStart(text);
        const halves =
          /[\ud800-\udbff]$/.test(text.slice(0, start)) && /^[\udc00-\udfff]/.test(text.slice(start));
        expect(halves).toBe(false);
      }),
    );
  });
});
