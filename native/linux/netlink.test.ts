import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NativeError } from '../nativeError';
import { bytesOf, datagramBytes, reply, SEQ } from './fixtures/replies';
import { NLMSG_HEADER, readReply, ReplyBuffer } from './netlink';
import type { ReplyStatus } from './netlink';

const BUFFER = 2048;
const NLMSG_OVERRUN = 4;

interface Outcome {
  status: ReplyStatus | null;
  error: string | null;
  message: string;
  visits: [offset: number, end: number][];
}

/** Reads a datagram out of a buffer whose rest is filled with `poison`, which no result may depend on. */
function read(datagram: Uint8Array, poison = 0xee, length = datagram.length): Outcome {
  const buffer = new ReplyBuffer(BUFFER);
  buffer.bytes.fill(poison);
  buffer.bytes.set(datagram);
  const outcome: Outcome = { status: null, error: null, message: '', visits: [] };
  try {
    outcome.status = readReply(buffer, length, SEQ, (offset, end) => outcome.visits.push([offset, end]));
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    outcome.error = error.codeName;
    outcome.message = error.message;
  }
  return outcome;
}

describe('readReply', () => {
  it('visits the payload of every message and waits for more', () => {
    const one = reply('TIME_WAIT v4');
    const { status, visits } = read(datagramBytes(one, one));
    expect(visits).toEqual([
      [NLMSG_HEADER, one.length],
      [one.length + NLMSG_HEADER, 2 * one.length],
    ]);
    expect(status).toEqual({ done: false, interrupted: false, code: 0 });
  });

  it('skips the padding that aligns the next message', () => {
    const odd = bytesOf({ type: 20, payload: new Uint8Array(5) });
    const { visits } = read(datagramBytes(odd, odd));
    expect(visits).toEqual([
      [16, 21],
      [40, 45],
    ]);
  });

  it('ends at NLMSG_DONE, whatever follows', () => {
    const { status, visits } = read(datagramBytes(reply('the end of a dump'), reply('TIME_WAIT v4')));
    expect(visits).toEqual([]);
    expect(status).toMatchObject({ done: true, interrupted: false });
    expect(status!.code === 0).toBe(true);
  });

  it('takes a NLMSG_DONE without payload as a success', () => {
    expect(read(bytesOf({ type: 3 })).status).toMatchObject({ done: true, code: 0 });
  });

  it('reads the errno in the payload of NLMSG_DONE: no handler for this protocol', () => {
    const { status } = read(reply('the end of a dump of a protocol without handler'));
    expect(status).toEqual({ done: true, interrupted: false, code: 2 });
  });

  it('reads the errno of an error message', () => {
    const { status } = read(reply('SOCK_DESTROY of a socket that does not exist'));
    expect(status).toEqual({ done: true, interrupted: false, code: 2 });
  });

  it('tells of a dump that the kernel interrupted', () => {
    const interrupted = bytesOf({ type: 20, flags: 0x12, payload: new Uint8Array(4) });
    expect(read(interrupted).status).toEqual({ done: false, interrupted: true, code: 0 });
    const done = bytesOf({ type: 3, flags: 0x12, payload: new Uint8Array(4) });
    expect(read(done).status).toMatchObject({ done: true, interrupted: true });
  });

  it('passes over answers to an earlier request, their errors and interruptions too', () => {
    const stale = { seq: SEQ - 1, flags: 0x10, payload: Uint8Array.of(0xff, 0xff, 0xff, 0xff) };
    const { status, visits } = read(
      datagramBytes(
        bytesOf({ ...stale, type: 2 }),
        bytesOf({ ...stale, type: 3 }),
        bytesOf({ ...stale, type: 20 }),
        reply('TIME_WAIT v4'),
      ),
    );
    expect(visits).toHaveLength(1);
    expect(status).toEqual({ done: false, interrupted: false, code: 0 });
  });

  it('throws ENOBUFS where the kernel lost messages', () => {
    expect(read(bytesOf({ type: NLMSG_OVERRUN })).error).toBe('ENOBUFS');
  });

  it('throws EOVERFLOW where the datagram is longer than the buffer', () => {
    const datagram = reply('the end of a dump');
    expect(read(datagram, 0, BUFFER + 1).error).toBe('EOVERFLOW');
    expect(read(datagram, 0, BUFFER).error).not.toBe('EOVERFLOW');
  });

  it.each([
    ['a header that is cut off', reply('TIME_WAIT v4').subarray(0, NLMSG_HEADER - 1)],
    ['a message that is cut off', reply('TIME_WAIT v4').subarray(0, 90)],
    ['a length of nothing', bytesOf({ type: 20, size: 0 })],
    ['a length shorter than the header', bytesOf({ type: 20, size: NLMSG_HEADER - 1 })],
    ['a length beyond the datagram', bytesOf({ type: 20, size: NLMSG_HEADER + 1 })],
    ['the largest length', bytesOf({ type: 20, size: 0xffffffff })],
    ['an error message without code', bytesOf({ type: 2 })],
    ['an error message with half a code', bytesOf({ type: 2, payload: Uint8Array.of(0xfe, 0xff) })],
  ])('throws MALFORMED on %s', (_, datagram) => {
    expect(read(datagram).error).toBe('MALFORMED');
  });

  it('gives a result or a NativeError for every datagram, and never looks beyond it', () => {
    const payload = fc.uint8Array({ maxLength: 24 });
    const message = fc.record({
      type: fc.oneof(fc.constantFrom(1, 2, 3, 4, 20), fc.nat(0xffff)),
      flags: fc.constantFrom(0, 2, 0x10, 0xffff),
      seq: fc.constantFrom(SEQ, SEQ, SEQ, SEQ + 1),
      payload,
      size: fc.option(fc.oneof(fc.nat(64), fc.constantFrom(0xffffffff, 0x80000000, 0xfffffff0)), {
        nil: undefined,
        freq: 4,
      }),
    });
    const datagrams = fc.oneof(
      { arbitrary: fc.uint8Array({ maxLength: 80 }), weight: 1 },
      {
        arbitrary: fc
          .tuple(fc.array(message, { maxLength: 6 }), fc.nat(200))
          // Cut at any place.
          .map(([messages, length]) => datagramBytes(...messages.map(bytesOf)).slice(0, length)),
        weight: 4,
      },
    );
    let errors = 0;
    let complete = 0;
    fc.assert(
      fc.property(datagrams, (datagram) => {
        const outcome = read(datagram, 0x00);
        expect(read(datagram, 0xff)).toEqual(outcome);
        expect(read(datagram, 0x14)).toEqual(outcome);
        for (const [offset, end] of outcome.visits) {
          expect(offset).toBeGreaterThanOrEqual(NLMSG_HEADER);
          expect(end).toBeGreaterThanOrEqual(offset);
          expect(end).toBeLessThanOrEqual(datagram.length);
        }
        if (outcome.error === null) complete++;
        else errors++;
      }),
      { seed: 1, numRuns: 4000 },
    );
    // Both kinds were really met.
    expect(errors).toBeGreaterThan(500);
    expect(complete).toBeGreaterThan(500);
  });
});
