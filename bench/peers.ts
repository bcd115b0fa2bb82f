/** The other end of peers.py: the tools that the benchmark compares with. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LineQueue } from './lineQueue';

export interface PeerRun {
  ms: number;
  rows: number;
  /** MB; only where it was asked for */
  rssMb?: number | null;
}

/** A Python process that runs tools and times them. */
export class Peers {
  private readonly child: ChildProcess;
  private readonly lines: LineQueue;

  constructor(python: string) {
    const child = spawn(python, [path.resolve('bench/peers.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child = child;
    this.lines = new LineQueue(createInterface({ input: child.stdout }), 'peers.py');
    child.once('error', (error) => this.lines.fail(error));
  }

  /** Runs a program. `watch` follows its memory, which makes its time of no use. @throws Error where it fails */
  async run(command: string, watch: boolean): Promise<PeerRun> {
    return await this.ask({ run: command.split(' '), watch });
  }

  async psutil(): Promise<PeerRun> {
    return await this.ask({ psutil: true });
  }

  end(): void {
    this.child.stdin?.end();
  }

  private async ask(request: object): Promise<PeerRun> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const answer = JSON.parse(await this.lines.next()) as PeerRun | { error: string };
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }
}
