import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answers, Kind, Question } from './workerProtocol';

/** A measuring process, seen from outside. It ends with this one. */
export class WorkerProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly kind: Kind,
  ) {}

  /** Resolves once all of the program is loaded. */
  static async start(kind: Kind): Promise<WorkerProcess> {
    const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'worker.js');
    const worker = new WorkerProcess(fork(program, [kind], { execArgv: [] }), kind);
    await worker.message();
    return worker;
  }

  async ask<Name extends Question>(question: Name): Promise<Answers[Name]> {
    this.child.send(question);
    return (await this.message()) as Answers[Name];
  }

  /** Memory that no other process shares (Private_Clean and Private_Dirty, man 5 proc), MB. */
  privateMb(): number {
    const text = this.proc('smaps_rollup');
    return [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].reduce(
      (sum, [, size]) => sum + Number(size) / 1024,
      0,
    );
  }

  /** The largest resident memory so far, MB. */
  peakRssMb(): number {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(this.proc('status'))![1]) / 1024;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await ended;
  }

  private proc(name: string): string {
    return fs.readFileSync(`/proc/${this.child.pid}/${name}`, 'utf8');
  }

  private async message(): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      const { child, kind } = this;
      const ended = (): void => reject(new Error(`The process that measures "${kind}" has ended.`));
      child.once('exit', ended);
      child.once('error', reject);
      child.once('message', (message) => {
        child.off('exit', ended);
        child.off('error', reject);
        resolve(message);
      });
    });
  }
}
