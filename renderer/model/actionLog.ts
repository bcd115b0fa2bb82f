/** The log of actions as the page shows it: read page by page from the engine, the newest first. Outside React. */
import type { LogEntry } from '../../shared/actionLog';
import type { LogReply, PageMessage } from '../../shared/contract';
import { neutralise, toCsv } from '../../shared/csv';
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

export class ActionLog {
  private state = NOTHING;
  private before: number | null = null;
  private readonly listeners = new Set<() => void>();
  /** Who waits for the rest */
  private waiting: (() => void)[] = [];

  constructor(private readonly send: (message: PageMessage) => void) {}

  /** For useSyncExternalStore. */
  readonly get = (): LogState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Reads anew from the newest entry on. */
  open(): void {
    this.before = null;
    this.set({ ...NOTHING, reading: true });
    this.send({ type: 'log', before: null });
  }

  /** Reads the next older ones, where there are any. */
  more(): void {
    if (this.state.reading || this.before === null) return;
    this.set({ ...this.state, reading: true });
    this.send({ type: 'log', before: this.before });
  }

  /** Reads all that there is. */
  async all(): Promise<readonly LogEntry[]> {
    while (this.state.reading || this.before !== null) {
      this.more();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return this.state.entries;
  }

  received({ entries, before, problem }: LogReply): void {
    if (!this.state.reading) return;
    this.before = before;
    this.set({
      entries: [...this.state.entries, ...entries],
      more: before !== null,
      reading: false,
      problem: this.state.problem ?? problem,
    });
  }

  /** What was asked for before the wire changed is not answered any more. */
  reconnected(): void {
    if (!this.state.reading) return;
    this.before = null;
    this.set({ ...this.state, more: false, reading: false, problem: t.actions.log.lost });
  }

  private set(state: LogState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
    if (state.reading) return;
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
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
    const text = cellsOf(entry).join('\n').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
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
  return `${lines.map((cells) => cells.map((cell) => neutralise(cell.replaceAll('\t', ' '))).join('\t')).join('\n')}\n`;
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

/** `2026-11-21 17:20:40` */
export function localTime(at: string): string {
  return clock.format(new Date(at));
}
