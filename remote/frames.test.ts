import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, FrameError } from './frames';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a decoder makes of these pieces: the messages, and the error that ended it. */
function decode(pieces: Iterable<Uint8Array>, limit = 1000): { messages: unknown[]; error: unknown } {
  const messages: unknown[] = [];
  const decoder = new FrameDecoder(limit, (message) => messages.push(message));
  try {
    for (const piece of pieces) decoder.push(piece);
    return { messages, error: null };
  } catch (error) {
    return { messages, error };
  }
}

/** Cuts a text's bytes at these places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((end, i) => whole.slice(at[i], end));
}

describe('FrameDecoder', () => {
  it('gives back what was encoded, however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.nat()), (messages, places) => {
        const wire = bytes(messages.map(encodeFrame).join(''));
        const { messages: received, error } = decode(cut(wire, places), 1_000_000);
        expect(error).toBeNull();
        // JSON knows no -0
        expect(received).toEqual(messages.map((message) => JSON.parse(JSON.stringify(message))));
      }),
    );
  });

  it('makes of any bytes what JSON.parse makes of the lines, and stops at the first that is none', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('\n', '{}', '{"a":1}\n', '[', '"\u2028"\n', '\ufeff1\n', '\r\n').map(bytes),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat()), (pieces, places) => {
        const wire = Buffer.concat(pieces);
        const { messages, error } = decode(cut(wire, places));
        const expected: unknown[] = [];
        let ended = false;
        for (const line of wire.toString('latin1').split('\n').slice(0, -1)) {
          try {
            expected.push(
              JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(line, 'latin1'))),
            );
          } catch {
            ended = true;
            break;
          }
        }
        expect(messages).toEqual(expected);
        expect(error instanceof FrameError).toBe(ended);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes a line of just the limit, and none that is longer, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.array(fc.nat()), (length, places) => {
        const line = bytes(`"${'x'.repeat(length - 2)}"\n`);
        const { messages, error } = decode(cut(line, places), 30);
        expect(messages).toHaveLength(length <= 30 ? 1 : 0);
        expect(error instanceof FrameError).toBe(length > 30);
      }),
    );
  });

  it('does not wait for the end of a line that is too long', () => {
    const { error } = decode([bytes('"'), bytes('x'.repeat(30))], 30);
    expect(error).toEqual(new FrameError('a line of more than 30 bytes'));
  });

  it('knows nothing of a line that has not ended', () => {
    expect(decode([bytes('{"a":1}\n{"b":2}')])).toEqual({ messages: [{ a: 1 }], error: null });
  });

  it('refuses bytes that are no UTF-8, instead of guessing', () => {
    expect(decode([Uint8Array.from([34, 0xff, 34, 10])]).error).toEqual(
      new FrameError('a line that is no JSON'),
    );
  });
});
