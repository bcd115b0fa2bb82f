/** The log of actions as the page shows it: read page by page from the engine, the newest first. Outside React. */
import type { LogEntry } from '../../shared/actionLog';
import type { LogReply, PageMessage } from '../../shared/contract';
import { neutralise, toCsv } from '../../shared/csv';
import { plainText } from '../../shared/text';
import { t } from '../strings';

export interface LogState {
  /** As far as they have been read, the newest first */
  entries: readonly LogEntry[];
  /** Whether there are older ones, as far as is known */
  more: boolean;
  reading: boolean;
  /** What is wrong with the log, or with reading it */
  problem: string | null;
}

const NOTHING: LogState = { entries: [], more: false, reading: false, problem: null };

/** The fields in an export, in order */
const FIELDS = [
  'at',
  'host',
  'user',
  'uid',
  'origin',
  'action',
  'target',
  'label',
  'outcome',
  'message',
] as const satisfies readonly (keyof LogEntry)[];

interface Waiting {
  resolve: (entries: readonly LogEntry[]) => void;
  reject: (error: Error) => void;
}

/** Each page counts the damaged lines of its own. */
const DAMAGED = /^(\d+) damaged lines? (?:was|were) left out\.$/;

export class ActionLog {
  private state = NOTHING;
  /** What has come; shown in {@link state} at once, or as a whole where somebody waits for all of it */
  private entries: LogEntry[] = [];
  private damaged = 0;
  private readonly problems = new Set<string>();
  private before: number | null = null;
  /** Questions under way. They are answered in order, and only the last one's answer is still wanted. */
  private unanswered = 0;
  /** Whether the wire broke while it was read, so that there may be more than is there */
  private isCut = false;
  private readonly listeners = new Set<() => void>();
  /** Who waits for the rest */
  private readonly waiting: Waiting[] = [];

  constructor(private readonly send: (message: PageMessage) => void) {}

  /** For useSyncExternalStore. */
  readonly get = (): LogState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Reads anew from the newest entry on. */
  open(): void {
    this.giveUp(t.actions.log.reopened);
    this.entries = [];
    this.damaged = 0;
    this.problems.clear();
    this.before = null;
    this.isCut = false;
    this.set({ ...NOTHING, reading: true });
    this.ask();
  }

  /** Reads the next older ones, where there are any. */
  more(): void {
    if (this.state.reading || this.before === null) return;
    this.set({ ...this.state, reading: true });
    this.ask();
  }

  /** Reads all that there is, and shows it once it is there. @throws Error with a sentence where that cannot be had */
  async all(): Promise<readonly LogEntry[]> {
    if (this.isCut) throw new Error(t.actions.log.lost);
    if (!this.state.reading && this.before === null) return this.state.entries;
    return await new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.more();
    });
  }

  received({ entries, before, problem }: LogReply): void {
    if (this.unanswered === 0 || --this.unanswered > 0) return;
    for (const entry of entries) this.entries.push(entry);
    if (problem !== null) this.note(problem);
    this.before = before;
    if (before !== null && this.waiting.length > 0) {
      this.ask();
      return;
    }
    this.show({ more: before !== null });
    for (const { resolve } of this.waiting.splice(0)) resolve(this.state.entries);
  }

  /** What was asked for before the wire changed is not answered any more. */
  reconnected(): void {
    this.unanswered = 0;
    if (!this.state.reading) return;
    this.before = null;
    this.isCut = true;
    this.problems.add(t.actions.log.lost);
    this.show({ more: false });
    this.giveUp(t.actions.log.lost);
  }

  private ask(): void {
    this.unanswered++;
    this.send({ type: 'log', before: this.before });
  }

  private giveUp(why: string): void {
    for (const { reject } of this.waiting.splice(0)) reject(new Error(why));
  }

  private note(problem: string): void {
    const damaged = DAMAGED.exec(problem)?.[1];
    if (damaged === undefined) this.problems.add(plainText(problem));
    else this.damaged += Number(damaged);
  }

  private show({ more }: { more: boolean }): void {
    const problems = [...this.problems];
    if (this.damaged > 0) problems.unshift(t.actions.log.damaged(this.damaged));
    const problem = problems.length === 0 ? null : problems.join(' ');
    this.set({ entries: [...this.entries], more, reading: false, problem });
  }

  private set(state: LogState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Those that contain all of the words, in whichever of the columns. */
export function matching(entries: readonly LogEntry[], words: string): readonly LogEntry[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return entries;
  return entries.filter((entry) => {
    const text = foldedText(entry);
    return wanted.every((word) => text.includes(word));
  });
}

/** What entries are searched by: it takes a while to word, and they never change. */
const foldedTexts = new WeakMap<LogEntry, string>();

function foldedText(entry: LogEntry): string {
  let text = foldedTexts.get(entry);
  if (text === undefined) {
    text = cellsOf(entry).join('\n').toLowerCase();
    foldedTexts.set(entry, text);
  }
  return text;
}

/** When, who, host, what, target, outcome and why, as they are shown. */
export function cellsOf(entry: LogEntry): string[] {
  const { log, outcomes } = t.actions;
  return [
    localTime(entry.at),
    log.by(whoOf(entry), entry.origin),
    entry.host,
    log.actions[entry.action],
    entry.label,
    outcomes[entry.outcome],
    entry.message ?? '',
  ];
}

/** Lines with tabs between the cells, below the titles of the columns. */
export function logText(entries: readonly LogEntry[]): string {
  const lines = [Object.values(t.actions.log.columns), ...entries.map(cellsOf)];
  return `${lines.map((cells) => cells.map((cell) => neutralise(plainText(cell))).join('\t')).join('\n')}\n`;
}

export function logCsv(entries: readonly LogEntry[]): string {
  return toCsv(FIELDS, entries);
}

export function logJson(entries: readonly LogEntry[]): string {
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function whoOf({ user, uid }: LogEntry): string {
  return user ?? (uid === null ? t.actions.log.nobody : t.actions.log.uid(uid));
}

const clock = new Intl.DateTimeFormat('sv-SE', {
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
});

/** `2026-11-21 17:20:40`; as it is where it is no time that a browser knows, such as one in a zone of hours only. */
export function localTime(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : clock.format(time);
}
