/** Pages of a file of lines, from its end to its beginning: never the whole of it, however large it has become. */
import fs from 'node:fs';
import type { LogEntry } from '../shared/actionLog';

/** Entries of one page. */
export const PAGE_ENTRIES = 200;
/** Bytes that are read at a time, and for one page at most. */
const BLOCK = 64 * 1024;
export const MOST_READ = 4 * 1024 * 1024;
const NEWLINE = 10;

export interface LogPage {
  /** The newest first */
  entries: LogEntry[];
  /** What to ask for as `before` to get those before; null where there are none */
  before: number | null;
  /** A sentence where not all of it could be read */
  problem: string | null;
}

/**
 * Reads backwards from offset `end` (bytes) until a page is full. What follows the last line end is not a line yet: somebody
 * may be writing it. Damaged lines are counted, not shown.
 */
export function readPage(fd: number, end: number, parse: (line: string) => LogEntry | null): LogPage {
  const entries: LogEntry[] = [];
  let damaged = 0;
  /** Offset of the line end before which the next line to be taken ends; null until the first is found. */
  let lineEnd: number | null = null;
  /** What has been read already of the line that ends there. */
  let tail: Buffer[] = [];
  let position = end;
  const finish = (before: number): LogPage => ({
    entries,
    before: before > 0 ? before : null,
    problem:
      damaged === 0 ? null : `${damaged} damaged ${damaged === 1 ? 'line was' : 'lines were'} left out.`,
  });

  const take = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    const entry = parse(bytes.toString('utf8'));
    if (entry === null) damaged++;
    else entries.push(entry);
  };

  while (position > 0) {
    if (end - position >= MOST_READ) {
      // Enough for one page; unless all of it was one line, which is none of ours.
      if (lineEnd !== null && entries.length + damaged > 0) return finish(lineEnd + 1);
      damaged++;
      return finish(position);
    }
    const length = Math.min(BLOCK, position);
    const block = readBlock(fd, position - length, length);
    position -= length;
    let rest = block.length;
    for (let newline = block.lastIndexOf(NEWLINE); newline >= 0; newline = lastNewline(block, newline)) {
      if (lineEnd !== null) {
        take(Buffer.concat([block.subarray(newline + 1, rest), ...tail]));
        // The line end that was found belongs to the page before.
        if (entries.length === PAGE_ENTRIES) return finish(position + newline + 1);
      }
      tail = [];
      rest = newline;
      lineEnd = position + newline;
    }
    if (lineEnd !== null) tail = [block.subarray(0, rest), ...tail];
  }
  if (lineEnd !== null) take(Buffer.concat(tail));
  return finish(0);
}

function lastNewline(block: Buffer, before: number): number {
  return before === 0 ? -1 : block.lastIndexOf(NEWLINE, before - 1);
}

function readBlock(fd: number, position: number, length: number): Buffer {
  const block = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = fs.readSync(fd, block, filled, length - filled, position + filled);
    if (read === 0) break; // it has become shorter
    filled += read;
  }
  return block.subarray(0, filled);
}
