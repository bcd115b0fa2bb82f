import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ActionLog } from './actionLog';
import { entry, everything, targets } from './fixtures/logEntries';
import { MOST_READ, PAGE_ENTRIES } from './logPages';

let folder: string;
let log: ActionLog;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-log-'));
  log = new ActionLog({ SOCKETSCOPE_STATE_DIR: folder });
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('a page of the log', () => {
  it('is the newest, then what was before it, each entry once', () => {
    const all = Array.from({ length: 2 * PAGE_ENTRIES + 7 }, (_, i) => String(i));
    for (const target of all) log.append([entry(target)]);
    expect(everything(log)).toEqual({ targets: all.toReversed(), problems: [], pages: 3 });
    // What is added meanwhile does not move what was asked for.
    const { before } = log.page(null);
    log.append([entry('new')]);
    expect(targets(log.page(before).entries)[0]).toBe(String(all.length - PAGE_ENTRIES - 1));
  });

  it('of exactly one page is the only one', () => {
    log.append(Array.from({ length: PAGE_ENTRIES }, (_, i) => entry(String(i))));
    expect(everything(log)).toMatchObject({ pages: 1, problems: [] });
  });

  it('is right wherever the blocks that are read begin and end', () => {
    const all: string[] = [];
    for (let i = 0; i < 600; i++) {
      all.push(String(i));
      log.append([entry(String(i), { label: 'ü'.repeat(i % 97), message: 'z'.repeat((i * 37) % 1999) })]);
    }
    expect(everything(log).targets).toEqual(all.toReversed());
  });

  it('reads no more of a large file than it needs', () => {
    const line = `${JSON.stringify(entry('x'.repeat(150)))}\n`;
    fs.mkdirSync(path.dirname(log.file), { recursive: true });
    const fd = fs.openSync(log.file, 'w', 0o600);
    const block = line.repeat(4000);
    for (let i = 0; i < 40; i++) fs.writeSync(fd, block);
    fs.closeSync(fd);
    const size = fs.statSync(log.file).size;
    expect(size).toBeGreaterThan(40_000_000);
    const read = vi.spyOn(fs, 'readSync');
    const page = log.page(null);
    expect(page.entries).toHaveLength(PAGE_ENTRIES);
    const bytes = read.mock.results.reduce((sum, { value }) => sum + (value as number), 0);
    expect(bytes).toBeLessThan(PAGE_ENTRIES * line.length + 2 * 64 * 1024);
    expect(page.before).toBe(size - PAGE_ENTRIES * line.length);
  });

  it('leaves damaged lines out and counts them', () => {
    log.append([entry('a')]);
    const bad = [
      'not JSON',
      '{}',
      'null',
      JSON.stringify({ ...entry('x'), outcome: 'vanished' }),
      JSON.stringify({ ...entry('x'), at: 'yesterday' }),
      '\u0000\u0000',
      '\ufffd\ufffd',
    ];
    fs.appendFileSync(log.file, `${bad.join('\n')}\n\n\n`);
    log.append([entry('b')]);
    expect(log.page(null)).toEqual({
      ...{ entries: [entry('b'), entry('a')], before: null, problem: '7 damaged lines were left out.' },
    });
  });

  it('does not take a line that is being written for a damaged one', () => {
    log.append([entry('a')]);
    fs.appendFileSync(log.file, '{"at":"2026');
    expect(log.page(null)).toEqual({ entries: [entry('a')], before: null, problem: null });
  });

  it('gets past what has no line ends, without reading all of it at once', () => {
    log.append([entry('a')]);
    fs.appendFileSync(log.file, `${'x'.repeat(2 * MOST_READ)}\n`);
    log.append([entry('b')]);
    const first = log.page(null);
    expect(targets(first.entries)).toEqual(['b']);
    const { targets: all, pages, problems } = everything(log);
    expect(all).toEqual(['b', 'a']);
    expect(pages).toBeLessThan(6);
    expect(problems.length).toBeGreaterThan(0);
  });

  it.each([1, 5, 1e6, Number.MAX_SAFE_INTEGER])('may be asked for from anywhere: %i', (before) => {
    log.append([entry('a'), entry('b')]);
    const { entries } = log.page(before);
    expect(targets(entries)).toEqual(before > 1000 ? ['b', 'a'] : []);
  });
});
