import { parse } from 'csv-parse/sync';
import { describe, expect, it, vi } from 'vitest';
import type { LogEntry } from '../../shared/actionLog';
import type { LogReply, PageMessage } from '../../shared/contract';
import { t } from '../strings';
import { ActionLog, localTime, logCsv, logJson, logText, matching } from './actionLog';

function entry(changes: Partial<LogEntry> = {}): LogEntry {
  return {
    at: '2026-11-21T17:20:40.123Z',
    ...{ host: 'here', user: 'ann', uid: 1000, origin: 'window', action: 'reset', target: '4026531840.1-2' },
    label: 'nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122',
    ...{ outcome: 'done', message: null },
    ...changes,
  };
}

function reply(labels: string[], before: number | null, problem: string | null = null): LogReply {
  return { type: 'log', entries: labels.map((label) => entry({ label })), before, problem };
}

function set() {
  const sent: PageMessage[] = [];
  const log = new ActionLog((message) => sent.push(message));
  const labels = (): string[] => log.get().entries.map(({ label }) => label);
  return { log, sent, labels };
}

describe('ActionLog', () => {
  it('is read page by page, one question at a time', () => {
    const { log, sent, labels } = set();
    const told = vi.fn();
    log.subscribe(told);
    log.open();
    log.more();
    expect(sent).toEqual([{ type: 'log', before: null }]);
    expect(log.get()).toMatchObject({ entries: [], reading: true });
    log.received(reply(['c', 'b'], 17));
    expect(log.get()).toMatchObject({ more: true, reading: false });
    log.more();
    log.more();
    expect(sent.slice(1)).toEqual([{ type: 'log', before: 17 }]);
    log.received(reply(['a'], null, 'Two lines were damaged.'));
    expect(labels()).toEqual(['c', 'b', 'a']);
    expect(log.get()).toMatchObject({ more: false, problem: 'Two lines were damaged.' });
    log.more();
    expect(sent).toHaveLength(2);
    expect(told).toHaveBeenCalledTimes(4);
  });

  it('is read to its end for an export, and shown once it is there', async () => {
    const { log, sent, labels } = set();
    log.open();
    log.received(reply(['z'], 99));
    const told = vi.fn();
    log.subscribe(told);
    const all = log.all();
    for (let before = 98; before > 0; before--) {
      await Promise.resolve();
      log.received(reply([`${before}`], before));
    }
    expect(told).toHaveBeenCalledOnce(); // that it is being read
    expect(labels()).toEqual(['z']);
    log.received(reply(['a'], null));
    expect(told).toHaveBeenCalledTimes(2);
    expect((await all).map(({ label }) => label)).toEqual(labels());
    expect(labels()).toHaveLength(100);
    expect(sent.slice(1)).toEqual(Array.from({ length: 99 }, (_, i) => ({ type: 'log', before: 99 - i })));
    expect(await log.all()).toHaveLength(100);
    expect(sent).toHaveLength(100);
  });

  it('goes by the answers to what was asked since it was opened anew', async () => {
    const { log, sent, labels } = set();
    log.open();
    log.received(reply(['old 3'], 2));
    const all = log.all();
    log.open();
    await expect(all).rejects.toThrow(t.actions.log.reopened);
    log.open();
    log.received(reply(['old 2'], 1));
    log.received(reply(['old 3'], 2));
    expect(log.get()).toMatchObject({ entries: [], reading: true });
    log.received(reply(['new 4'], 3));
    expect(labels()).toEqual(['new 4']);
    log.more();
    expect(sent.at(-1)).toEqual({ type: 'log', before: 3 });
    log.received(reply(['new 3'], null));
    expect(labels()).toEqual(['new 4', 'new 3']);
  });

  it('is not exported in part where the wire was lost, and waits for nothing any more', async () => {
    const { log, labels } = set();
    log.open();
    log.received(reply(['b'], 1));
    const all = log.all();
    log.reconnected();
    await expect(all).rejects.toThrow(t.actions.log.lost);
    await expect(log.all()).rejects.toThrow(t.actions.log.lost);
    expect(log.get()).toMatchObject({ reading: false, problem: t.actions.log.lost });
    log.received(reply(['late'], null));
    expect(labels()).toEqual(['b']);
    log.open();
    log.received(reply(['fresh'], null));
    expect(labels()).toEqual(['fresh']);
    expect(log.get().problem).toBeNull();
    expect(await log.all()).toHaveLength(1);
  });

  it('counts the damaged lines of all of its pages, and says what else is wrong', () => {
    const { log } = set();
    const problems = [
      '1 damaged line was left out.',
      null,
      '2 damaged lines were left out.',
      'It has \nmoved.',
    ];
    const shown = problems.map((problem, i) => {
      if (i === 0) log.open();
      else log.more();
      log.received(reply(['x'], 1, problem));
      return log.get().problem;
    });
    expect(shown).toEqual([
      '1 damaged line was left out.',
      '1 damaged line was left out.',
      '3 damaged lines were left out.',
      '3 damaged lines were left out. It has ?moved.',
    ]);
    log.open();
    log.received(reply(['x'], 1));
    expect(log.get().problem).toBeNull();
  });
});

describe('entries', () => {
  const NGINX = entry();
  const SSHD = entry({ label: 'sshd (9)', action: 'terminate', outcome: 'refused', message: 'Not yours.' });

  it('are found by all of the words, wherever they stand', () => {
    const found = (words: string): LogEntry[] => [...matching([NGINX, SSHD], words)];
    expect(found('  ')).toEqual([NGINX, SSHD]);
    expect(found('NGINX 443')).toEqual([NGINX]);
    expect(found('refused yours')).toEqual([SSHD]);
    expect(found('nginx refused')).toEqual([]);
    expect(found('ann')).toEqual([NGINX, SSHD]);
  });

  it('are worded once, however often they are searched', () => {
    const worded = vi.fn(() => 'sshd (9)');
    const entries = [Object.defineProperty(entry(), 'label', { get: worded })];
    for (const words of ['s', 'ss', 'ssh', 'nginx']) matching(entries, words);
    expect(worded).toHaveBeenCalledOnce();
  });

  it('with a time that a browser does not know are shown with what they have', () => {
    const odd = entry({ at: '2026-01-01T00:00:00+05' });
    expect(localTime(odd.at)).toBe(odd.at);
    expect(logText([odd]).split('\n')[1]).toContain(odd.at);
    expect(matching([odd], '00:00+05')).toEqual([odd]);
    expect(localTime('2026-01-01T00:00:00Z')).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('are copied as text that no spreadsheet runs', () => {
    const [head, line] = logText([entry({ label: '=1+1\tx\r\u202e', message: 'Why' })]).split('\n');
    expect(head!.split('\t')).toEqual(Object.values(t.actions.log.columns));
    expect(line!.split('\t').slice(1)).toEqual(['ann (window)', 'here', 'Reset', "'=1+1?x??", 'Done', 'Why']);
  });

  it('are exported whole', () => {
    const [head, ...lines] = parse(logCsv([NGINX, SSHD]));
    expect(head).toEqual(Object.keys(NGINX));
    expect(lines[1]!.at(-1)).toBe('Not yours.');
    expect(JSON.parse(logJson([NGINX, SSHD]))).toEqual([NGINX, SSHD]);
  });

  it('say who it was as far as that is known', () => {
    const who = (changes: Partial<LogEntry>): string =>
      logText([entry(changes)])
        .split('\n')[1]!
        .split('\t')[1]!;
    expect(who({ user: null, origin: 'browser' })).toBe('uid 1000 (browser)');
    expect(who({ user: null, uid: null })).toBe('unknown (window)');
  });
});
