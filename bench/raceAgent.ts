/** The other end of races.py: asked and answered without giving up the turn, so that a race can be put between two calls. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export type Kind = 'tcp' | 'listener' | 'udp' | 'process';
export type Event = 'end' | 'reuse';

export interface Facts {
  localPort?: number;
  remotePort?: number | null;
  pid?: number;
}

interface Answer extends Facts {
  state?: string;
  error?: string;
}

const PATIENCE_MS = 20_000;

/** The race could not be run as it was meant: a PID that somebody else took, a kernel that does not give PIDs by number. */
export class MissedRace extends Error {
  override readonly name = 'MissedRace';
}

export class RaceAgent {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-races-'));
  private readonly child: ChildProcess;
  private readonly commands: number;
  private readonly answers: number;
  private unread = '';

  constructor(python: string) {
    const [commands, answers] = ['commands', 'answers'].map((name) => path.join(this.folder, name)) as [
      string,
      string,
    ];
    if (spawnSync('mkfifo', ['-m', '600', commands, answers]).status !== 0)
      throw new Error('mkfifo is missing. Install coreutils.');
    this.child = spawn(python, [path.resolve('bench/races.py'), commands, answers], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // Neither waits for the other end: a program that did not start is noticed by its silence.
    this.answers = fs.openSync(answers, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    this.commands = fs.openSync(commands, fs.constants.O_RDWR);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** A fresh victim. */
  open(kind: Kind): Facts {
    return this.ask({ do: 'open', kind });
  }

  /** @throws MissedRace */
  happen(event: Event): void {
    this.begin(event, null);
    this.happened();
  }

  /** Lets it happen by itself, after so many ms or at once. */
  begin(event: Event, afterMs: number | null): void {
    this.say(afterMs === null ? { do: event } : { do: 'wait', seconds: afterMs / 1000, event });
  }

  /** Waits for what {@link begin} began. @throws MissedRace */
  happened(): void {
    this.hear();
  }

  /** `alive`, or what became of it */
  probe(): string {
    return this.ask({ do: 'probe' }).state!;
  }

  close(): void {
    this.ask({ do: 'close' });
  }

  end(): void {
    fs.closeSync(this.commands);
    fs.closeSync(this.answers);
    this.child.kill('SIGKILL');
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private ask(command: object): Answer {
    this.say(command);
    return this.hear();
  }

  private say(command: object): void {
    fs.writeSync(this.commands, `${JSON.stringify(command)}\n`);
  }

  private hear(): Answer {
    const buffer = Buffer.alloc(4096);
    const since = performance.now();
    while (!this.unread.includes('\n')) {
      if (performance.now() - since > PATIENCE_MS) throw new Error('races.py does not answer.');
      this.unread += buffer.toString('utf8', 0, readSome(this.answers, buffer));
    }
    const end = this.unread.indexOf('\n');
    const answer = JSON.parse(this.unread.slice(0, end)) as Answer;
    this.unread = this.unread.slice(end + 1);
    if (answer.error !== undefined) throw new MissedRace(answer.error);
    return answer;
  }
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4));

/** 0 where there is nothing yet; then some of a millisecond has passed. */
function readSome(fd: number, buffer: Buffer): number {
  try {
    const length = fs.readSync(fd, buffer);
    if (length > 0) return length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  Atomics.wait(sleepCell, 0, 0, 0.2);
  return 0;
}
