/** Messages as lines: newline-delimited JSON in UTF-8, what an engine and its client say over a pair of pipes. */
import * as v from 'valibot';
import type { EngineMessage, HostReply } from '../shared/contract';

/** Bytes of the longest line that an engine takes: an order that names as much as the contract allows fits. */
export const MAX_TO_ENGINE = 4 * 1024 * 1024;
/** Bytes of the longest line that a client takes: the report on as many targets, a chunk of rows with command lines. */
export const MAX_FROM_ENGINE = 64 * 1024 * 1024;

/**
 * Client → engine. `page` numbers the pages: one is served at a time, and a higher number ends the page before. What is
 * inside is checked by the engine, which answers what it does not take.
 */
export const clientFrame = v.variant('to', [
  v.strictObject({
    to: v.literal('page'),
    page: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    message: v.unknown(),
  }),
  v.strictObject({ to: v.literal('host'), message: v.unknown() }),
]);

/** The first line of an engine. */
export interface Greeting {
  from: 'engine';
  /** PROTOCOL_VERSION */
  version: number;
  /** The program's own version, for people */
  program: string;
}

/** Engine → client. */
export type EngineFrame =
  Greeting | { from: 'page'; page: number; message: EngineMessage } | { from: 'host'; message: HostReply };

/** A line that is too long, or that is no JSON. Nothing that comes after it makes sense. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** One line. JSON has no line breaks of its own. */
export function encodeFrame(message: unknown): string {
  return `${JSON.stringify(message)}\n`;
}

const NEWLINE = 10;

/** Puts lines together from pieces of any size. What follows the last line break is nothing until its own has come. */
export class FrameDecoder {
  private parts: Uint8Array[] = [];
  private size = 0;
  private readonly text = new TextDecoder('utf-8', { fatal: true });

  constructor(
    /** Bytes of a line */
    private readonly limit: number,
    private readonly receive: (message: unknown) => void,
  ) {}

  /** @throws FrameError at the first line that is none; those before it have been received */
  push(piece: Uint8Array): void {
    let start = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, start);
      this.keep(piece.subarray(start, end === -1 ? piece.length : end));
      if (end === -1) return;
      start = end + 1;
      this.receive(this.takeLine());
    }
  }

  private keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.size += part.length;
    if (this.size > this.limit) throw new FrameError(`a line of more than ${this.limit} bytes`);
    this.parts.push(part);
  }

  private takeLine(): unknown {
    const line = joined(this.parts, this.size);
    this.parts = [];
    this.size = 0;
    try {
      return JSON.parse(this.text.decode(line));
    } catch {
      throw new FrameError('a line that is no JSON');
    }
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
