import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ROOT } from './paths';

/** How long a program may take to tell what it was asked for. */
const PATIENCE_MS = 15_000;

export interface ProgramEvent {
  event: string;
  id?: number;
  kind?: string;
  port?: number;
  code?: string;
}

/** Another process that opens sockets (e2e/programs/sockets.mjs): what the product is to show. */
export class Program {
  readonly events: ProgramEvent[] = [];
  private readonly waiting: {
    matches: (event: ProgramEvent) => boolean;
    resolve: (event: ProgramEvent) => void;
  }[] = [];

  private constructor(private readonly child: ChildProcessByStdio<Writable, Readable, null>) {
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as ProgramEvent;
      this.events.push(event);
      const index = this.waiting.findIndex(({ matches }) => matches(event));
      if (index >= 0) this.waiting.splice(index, 1)[0]!.resolve(event);
    });
  }

  /** @param launcher a command in front that becomes the program, such as `ip netns exec NAME` */
  static async start(...launcher: string[]): Promise<Program> {
    const [command, ...args] = [
      ...launcher,
      process.execPath,
      path.join(ROOT, 'e2e', 'programs', 'sockets.mjs'),
    ];
    const program = new Program(spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    await program.until('ready');
    return program;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits for an event of this name, from now on or already told. */
  until(name: string, matches: (event: ProgramEvent) => boolean = () => true): Promise<ProgramEvent> {
    const wanted = (event: ProgramEvent): boolean => event.event === name && matches(event);
    const told = this.events.find(wanted);
    if (told !== undefined) return Promise.resolve(told);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `no "${name}" came; there were: ${this.events.map((event) => JSON.stringify(event)).join(' ')}`,
          ),
        );
      }, PATIENCE_MS);
      this.waiting.push({
        matches: wanted,
        resolve: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
      });
    });
  }

  /** Gives a command and waits for the event that answers it. */
  async ask(command: Record<string, unknown>, answer: string): Promise<ProgramEvent> {
    const before = this.events.length;
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return this.until(answer, (event) => this.events.indexOf(event) >= before);
  }

  tell(command: Record<string, unknown>): void {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async listen(host: string): Promise<number> {
    return (await this.ask({ do: 'listen', host }, 'listening')).port!;
  }

  /** Closes the socket that listens on this port. */
  async unlisten(port: number): Promise<void> {
    await this.ask({ do: 'unlisten', port }, 'unlistened');
  }

  /** Resolves once it has ended, with the signal that ended it, where one did. */
  get ended(): Promise<NodeJS.Signals | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.signalCode);
    return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** A server, a client, and a connection between the two. */
export interface Pair {
  server: Program;
  client: Program;
  serverPort: number;
  clientPort: number;
  /** The programs' own numbers of their ends. */
  accepted: number;
  connected: number;
}

/** @param from the client's address, where it is not for the system to choose */
export async function connectPair(
  server: Program,
  client: Program,
  host: string,
  listenOn = host,
  from?: string,
): Promise<Pair> {
  const serverPort = await server.listen(listenOn);
  const connected = await client.ask({ do: 'connect', host, port: serverPort, from }, 'connected');
  const accepted = await server.until('accepted', (event) => event.port === connected.port);
  return {
    server,
    client,
    serverPort,
    clientPort: connected.port!,
    accepted: accepted.id!,
    connected: connected.id!,
  };
}
