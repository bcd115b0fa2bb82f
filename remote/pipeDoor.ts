/** Lets exactly one program in by a pipe: the first one that shows the nonce. */
import { timingSafeEqual } from 'node:crypto';
import net from 'node:net';

/** ms for a connection to show the nonce: it is the first thing that the program does */
const SHOWING_MS = 5000;
/** Connections that have not shown it yet. One more, and the oldest is turned away: the program needs no time to show it. */
const MOST_WAITING = 8;
const NEWLINE = 10;

export interface DoorOptions {
  path: string;
  nonce: string;
  /** Gets the one connection, and what it has said after the nonce. Nobody else is let in from then on. */
  admit: (socket: net.Socket, rest: Uint8Array) => void;
  /** Hears why a connection was turned away, in a sentence. */
  refuse: (why: string) => void;
  showingMs?: number;
}

export interface Door {
  /** Nobody is let in any more, and nobody waits. */
  close(): void;
}

/**
 * Resolves once the pipe is there. Nothing is said to a connection before it has shown the nonce.
 *
 * libuv makes it with FILE_FLAG_FIRST_PIPE_INSTANCE, so that a name which is taken is an error (Wine does not keep to that), and with
 * Windows' default access: its owner, administrators and the system may do everything, everybody else may only read. It does not
 * ask for PIPE_REJECT_REMOTE_CLIENTS, so that the nonce also has to stand against other machines. The client's process cannot be asked
 * for (GetNamedPipeClientProcessId): Node keeps the handle to itself. (learn.microsoft.com: "Named Pipe Security and Access Rights")
 * @throws Error of Node's where there is a pipe of this name, or none can be made
 */
export async function openDoor({
  path,
  nonce,
  admit,
  refuse,
  showingMs = SHOWING_MS,
}: DoorOptions): Promise<Door> {
  const expected = Buffer.from(nonce);
  const waiting = new Set<net.Socket>();
  const server = net.createServer();
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    server.close();
    for (const socket of waiting) socket.destroy();
  };

  server.on('connection', (socket) => {
    socket.on('error', () => undefined); // its end tells enough
    if (!isOpen) {
      socket.destroy();
      return;
    }
    const [oldest] = waiting;
    if (oldest !== undefined && waiting.size >= MOST_WAITING) {
      waiting.delete(oldest);
      oldest.destroy();
    }
    waiting.add(socket);
    const turnAway = (why: string): void => {
      socket.destroy();
      refuse(why);
    };
    const timer = setTimeout(
      () => turnAway('A program opened the pipe and did not say who it is.'),
      showingMs,
    );
    let said: Buffer = Buffer.alloc(0);
    const listen = (piece: Buffer): void => {
      said = Buffer.concat([said, piece]);
      const end = said.indexOf(NEWLINE);
      if (end === -1 && said.length <= expected.length) return;
      if (!isSame(said.subarray(0, Math.max(end, 0)), expected)) {
        turnAway('A program that was not started by this one opened the pipe; it was turned away.');
        return;
      }
      forget();
      close();
      admit(socket, said.subarray(end + 1));
    };
    const forget = (): void => {
      clearTimeout(timer);
      waiting.delete(socket);
      socket.off('data', listen);
      socket.off('close', forget);
    };
    socket.on('data', listen);
    socket.on('close', forget);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.on('error', () => undefined); // of a connection that was gone before it was taken
  return { close };
}

/** In a time that tells nothing but the length, which is known. */
function isSame(shown: Uint8Array, expected: Uint8Array): boolean {
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}
