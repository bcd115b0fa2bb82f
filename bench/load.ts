/** The other end of load.py: many processes with many sockets, which come and go. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LineQueue } from './lineQueue';

export interface LoadOptions {
  /** In all; both ends of a connection count */
  sockets: number;
  processes: number;
  /** Which part is replaced each second */
  rate: number;
  /** Which part of the connections ends in peace and so leaves a TIME_WAIT; the others are reset */
  graceful: number;
}

export interface Paused {
  /** How many sockets there are, without TIME_WAITs */
  sockets: number;
  /** How many have been replaced since the beginning */
  replaced: number;
}

/** How many processes the load of the benchmark and of the long stress test has. */
export const PROCESSES = 200;

/**
 * The Python of this machine that has all these modules; null where there is none. Of several, the first in PATH, then
 * the system's own, which is the one that packages of the distribution are for.
 */
export function findPython(modules: readonly string[] = []): string | null {
  for (const command of ['python3', '/usr/bin/python3']) {
    const imports = ['sys', ...modules].join(', ');
    const check = `import ${imports}; assert sys.version_info >= (3, 8); print(sys.executable)`;
    const { status, stdout } = spawnSync(command, ['-c', check], { encoding: 'utf8' });
    // The real file: what PATH has may be a wrapper that takes its time.
    if (status === 0) return stdout.trim();
  }
  return null;
}

/** Sockets in the network namespace of the calling thread, which must be one of its own. Needs root. */
export class Load {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: LineQueue,
    /** As it was when everything was open */
    readonly sockets: number,
  ) {}

  /** @throws Error where the sockets could not be opened; why is on standard error */
  static async start(python: string, { sockets, processes, rate, graceful }: LoadOptions): Promise<Load> {
    const args = [path.resolve('bench/load.py'), ...[sockets, processes, rate, graceful].map(String)];
    const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = new LineQueue(createInterface({ input: child.stdout }), 'load.py');
    child.once('error', (error) => lines.fail(error));
    const [word, count] = (await lines.next()).split(' ');
    if (word !== 'ready') throw new Error(`load.py says "${word}".`);
    return new Load(child, lines, Number(count));
  }

  /** Stops the churn and waits until nothing moves. */
  async pause(): Promise<Paused> {
    const [, sockets, replaced] = (await this.ask('pause')).split(' ').map(Number);
    return { sockets: sockets!, replaced: replaced! };
  }

  async resume(): Promise<void> {
    await this.ask('resume');
  }

  /** Closes every socket and ends every process. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await ended;
  }

  private async ask(command: 'pause' | 'resume'): Promise<string> {
    this.child.stdin?.write(`${command}\n`);
    return await this.lines.next();
  }
}
