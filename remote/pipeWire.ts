/** A wire over a named pipe, to a program that was started with more rights and inherits nothing: Windows' way (UAC). */
import type net from 'node:net';
import { noAnswer, notElevated, notListening, RemoteError } from './ends';
import { openDoor } from './pipeDoor';
import type { Door } from './pipeDoor';
import { newNonce, newPipeName, pipePath } from './pipeNames';
import type { Connect, Wire, WireEvents } from './wire';

/** ms from the program's start until it must have shown itself */
const COMING_MS = 180_000;
/** ms between two looks at whether it still runs */
const LOOKING_MS = 250;
/** ms that a program may take to end once its end of the pipe is closed; its exit status is not known else */
const ENDING_MS = 2000;

/** A program that was started, as far as whoever has fewer rights can know. */
export interface Started {
  /** null while it runs, and where nothing is known of it */
  exitCode(): number | null;
  /** Ends it by force, where that is allowed */
  end(): void;
  /** Nothing is asked of it any more. */
  release(): void;
}

export interface PipeOptions {
  /**
   * Starts the program with these arguments, and asks the user before.
   * @throws Error with a sentence
   */
  start: (args: readonly string[]) => Promise<Started>;
  /** Where a pipe of this name lies: Windows' place unless given */
  pathOf?: ((name: string) => string) | undefined;
  comingMs?: number;
}

export function pipeWire(options: PipeOptions): Connect {
  return (events) => new PipeWire(options, events);
}

class PipeWire implements Wire {
  private door: Door | null = null;
  private socket: net.Socket | null = null;
  private program: Started | null = null;
  private looking: NodeJS.Timeout | undefined;
  private words = '';
  private isOver = false;

  constructor(
    private readonly options: PipeOptions,
    private readonly events: WireEvents,
  ) {
    void this.begin().catch((error: Error) =>
      this.over(error instanceof RemoteError ? error : notElevated(error.message)),
    );
  }

  write(line: string): void {
    this.socket?.write(line);
  }

  hangUp(): void {
    // Ends after what was written, and does not wait for the other side: a pipe of Windows' cannot be closed by half.
    this.socket?.destroySoon();
  }

  kill(): void {
    if (this.isOver) return;
    this.program?.end();
    this.over({ code: null, stderr: this.words });
  }

  private async begin(): Promise<void> {
    const { start, pathOf = pipePath } = this.options;
    const name = newPipeName();
    const nonce = newNonce();
    // Before the program starts: whoever made a pipe of this name later than that would not be the first.
    const door = await openDoor({
      path: pathOf(name),
      nonce,
      admit: (socket, rest) => this.admit(socket, rest),
      refuse: (why) => (this.words = why),
    }).catch((error: NodeJS.ErrnoException) => {
      throw notListening(error);
    });
    if (this.isOver) {
      door.close();
      return;
    }
    this.door = door;
    const program = await start(['engine', '--pipe', name, '--nonce', nonce]);
    if (this.isOver) {
      // Given up while the user was asked. It finds no pipe, and ends by itself where it may not be ended.
      program.end();
      program.release();
      return;
    }
    this.program = program;
    if (this.socket === null) this.waitFor(program);
  }

  /** Until it connects, ends, or takes too long */
  private waitFor(program: Started): void {
    const { comingMs = COMING_MS } = this.options;
    const since = performance.now();
    this.looking = setInterval(() => {
      const code = program.exitCode();
      if (code !== null) {
        this.over({ code, stderr: this.words });
      } else if (performance.now() - since >= comingMs) {
        program.end();
        this.over(noAnswer({ kind: 'elevated' }));
      }
    }, LOOKING_MS);
  }

  private admit(socket: net.Socket, rest: Uint8Array): void {
    clearInterval(this.looking);
    this.words = ''; // those of a stranger say nothing about this one's end
    this.socket = socket;
    socket.on('data', (piece) => this.events.data(piece));
    socket.on('close', () => this.lost());
    if (rest.length > 0) this.events.data(rest);
  }

  /** The pipe has ended, and the program is about to. */
  private lost(): void {
    if (this.isOver) return;
    const since = performance.now();
    const look = (): void => {
      const code = this.program?.exitCode() ?? null;
      if (code === null && performance.now() - since < ENDING_MS) return;
      this.over({ code, stderr: this.words });
    };
    this.looking = setInterval(look, LOOKING_MS / 10);
    look();
  }

  private over(why: Parameters<WireEvents['end']>[0]): void {
    if (this.isOver) return;
    this.isOver = true;
    clearInterval(this.looking);
    this.door?.close();
    this.socket?.destroy();
    this.program?.release();
    this.events.end(why);
  }
}
