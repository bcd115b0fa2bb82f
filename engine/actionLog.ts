/**
 * The log of actions on disk: JSON lines, appended and never changed, for the user alone. A log that cannot be written
 * stops nothing: it is said, and the action goes on.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { logEntry } from '../shared/actionLog';
import type { LogEntry } from '../shared/actionLog';
import { plainText } from '../shared/text';
import { linkOnTheWay } from './links';
import { readPage } from './logPages';
import type { LogPage } from './logPages';

const { O_APPEND, O_CREAT, O_RDONLY, O_RDWR } = fs.constants;
/** 0 where the system has none of it (Windows). */
const O_NOFOLLOW = fs.constants.O_NOFOLLOW ?? 0;
/** A FIFO in the file's place must not hold the engine up. */
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0;
const FILE_NAME = 'actions.jsonl';
/** Characters of a label or a message that are kept: a line stays far below what is read at once. */
const MAX_WORDS = 2000;
const NEWLINE = 10;

const REASONS: Record<string, string> = {
  ENOSPC: 'The disk is full',
  EDQUOT: 'The disk quota is used up',
  EACCES: 'It may not be written',
  EPERM: 'It may not be written',
  EROFS: 'The disk is read-only',
  ELOOP: 'A symbolic link is in its place',
  ENXIO: 'Something else is in its place',
};

/** Where actions are recorded. */
export interface ActionRecord {
  /** Who is recorded as having given the orders; nulls where that is not known. */
  readonly who: Who;
  /** Appends. Returns why it could not, as a sentence; null where all is written. */
  append(entries: readonly LogEntry[]): string | null;
  /** The newest entries before a place that an earlier page named, or of all. */
  page(before: number | null): LogPage;
}

export interface Who {
  user: string | null;
  uid: number | null;
}

/** What the log has to be careful with. */
export interface LogCare {
  /** Whether this engine has an administrator's rights; of meaning on Windows only */
  elevated?: boolean;
  /** Whether links are looked for before and after the file is opened: where it cannot be opened without following them */
  looksForLinks?: boolean;
}

/** The log as a file. */
export class ActionLog implements ActionRecord {
  readonly file: string;
  readonly who: Who;
  private readonly looksForLinks: boolean;

  constructor(environment: NodeJS.ProcessEnv = process.env, care: LogCare = {}) {
    this.file = path.join(stateFolder(environment, care.elevated), FILE_NAME);
    this.who = whoIs(environment);
    this.looksForLinks = care.looksForLinks ?? O_NOFOLLOW === 0;
  }

  append(entries: readonly LogEntry[]): string | null {
    if (entries.length === 0) return null;
    try {
      this.refuseLinks();
      // The folder is made for the user alone; one that is there already is the user's affair.
      fs.mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
      const fd = fs.openSync(this.file, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
      try {
        const { size } = this.ownFile(fd);
        // A line that a full disk cut off must not take this one with it.
        writeAll(fd, `${endsInLine(fd, size) ? '' : '\n'}${entries.map(toLine).join('')}`);
      } finally {
        fs.closeSync(fd);
      }
      return null;
    } catch (error) {
      return `The log ${this.file} has no record of this. ${reason(error)}.`;
    }
  }

  page(before: number | null): LogPage {
    let fd: number;
    try {
      this.refuseLinks();
      fd = fs.openSync(this.file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      const isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return { entries: [], before: null, problem: isNew ? null : this.unreadable(error) };
    }
    try {
      const { size } = this.ownFile(fd);
      return readPage(fd, Math.min(before ?? size, size), parseLine);
    } catch (error) {
      return { entries: [], before: null, problem: this.unreadable(error) };
    } finally {
      fs.closeSync(fd);
    }
  }

  /** @throws Error where the file is reached through a link, by which another program would choose what is written into */
  private refuseLinks(): void {
    const link = this.looksForLinks ? linkOnTheWay(this.file) : null;
    if (link !== null) throw new Error(`A link is in the place of ${link}`);
  }

  /** @throws Error where it is no plain file of this user's */
  private ownFile(fd: number): fs.Stats {
    const stats = ownFile(fd);
    // A link may have come between; this one stays open.
    this.refuseLinks();
    if (this.looksForLinks && stats.nlink > 1) throw new Error('It is another file, too, by a hard link');
    return stats;
  }

  private unreadable(error: unknown): string {
    return `The log ${this.file} cannot be read. ${reason(error)}.`;
  }
}

/** A log that ends with the program: of demonstrations, whose sockets do not exist. */
export class UnkeptLog implements ActionRecord {
  readonly who: Who = { user: null, uid: null };
  readonly entries: LogEntry[] = [];

  append(entries: readonly LogEntry[]): null {
    for (const entry of entries) this.entries.push(entry);
    return null;
  }

  page(before: number | null): LogPage {
    const end = Math.min(before ?? this.entries.length, this.entries.length);
    const start = Math.max(0, end - 100);
    const entries = this.entries.slice(start, end).toReversed();
    return { entries, before: start === 0 ? null : start, problem: null };
  }
}

/**
 * Where the log is kept: the XDG base directories' place for state (freedesktop.org, basedir 0.8), or Windows' own.
 * @param elevated whether this engine has an administrator's rights. On Windows the environment is one that the user's other programs
 *   may write; then it is not asked.
 */
export function stateFolder(environment: NodeJS.ProcessEnv, elevated = false): string {
  if (elevated && process.platform === 'win32') return stateOnWindows(os.userInfo().homedir);
  const given = environment['SOCKETSCOPE_STATE_DIR'];
  if (given !== undefined && path.isAbsolute(given)) return given;
  if (process.platform === 'win32') {
    const local = environment['LOCALAPPDATA'];
    return local === undefined ? stateOnWindows(os.homedir()) : path.join(local, 'SocketScope');
  }
  const state = environment['XDG_STATE_HOME'];
  const isOwn = state !== undefined && path.isAbsolute(state);
  return path.join(isOwn ? state : path.join(homeOf(environment), '.local', 'state'), 'socketscope');
}

function stateOnWindows(home: string): string {
  return path.join(home, 'AppData', 'Local', 'SocketScope');
}

/** HOME, where it is this user's: pkexec and sudo leave root's there when the program runs as the user again. */
function homeOf(environment: NodeJS.ProcessEnv): string {
  const home = environment['HOME'];
  try {
    if (home !== undefined && path.isAbsolute(home) && fs.statSync(home).uid === process.getuid!())
      return home;
  } catch {
    // It is not there.
  }
  try {
    return os.userInfo().homedir;
  } catch {
    return home ?? '/'; // a user without an entry in the system's list
  }
}

function whoIs(environment: NodeJS.ProcessEnv): Who {
  const uid = process.getuid?.() ?? null;
  let user: string | null = null;
  try {
    user = os.userInfo().username;
  } catch {
    // A user without an entry in the system's list has a number only.
  }
  const caller = environment['SUDO_USER'];
  if (uid === 0 && caller !== undefined && caller !== 'root')
    user = `${user ?? 'root'} (sudo by ${plainText(caller).slice(0, 100)})`;
  return { user, uid };
}

/** @throws Error where it is no plain file of this user's */
function ownFile(fd: number): fs.Stats {
  const stats = fs.fstatSync(fd);
  if (!stats.isFile()) throw new Error('Something else is in its place');
  const uid = process.geteuid?.();
  if (uid !== undefined && stats.uid !== uid) throw new Error('It belongs to another user');
  if (uid !== undefined && (stats.mode & 0o077) !== 0) fs.fchmodSync(fd, 0o600);
  return stats;
}

function endsInLine(fd: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  return fs.readSync(fd, last, 0, 1, size - 1) === 0 || last[0] === NEWLINE;
}

/** One call as a rule: what several processes append at once is not mixed up. */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += fs.writeSync(fd, bytes, written);
}

function toLine(entry: LogEntry): string {
  const { label, message } = entry;
  const short = { label: label.slice(0, MAX_WORDS), message: message?.slice(0, MAX_WORDS) ?? null };
  return `${JSON.stringify({ ...entry, ...short })}\n`;
}

function parseLine(line: string): LogEntry | null {
  try {
    const parsed = v.safeParse(logEntry, JSON.parse(line));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `${REASONS[code] ?? message} (${code})`;
}
