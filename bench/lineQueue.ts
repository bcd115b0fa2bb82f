import type { Interface } from 'node:readline';

/** The lines that a program writes, one at a time. */
export class LineQueue {
  private readonly lines: string[] = [];
  private readonly waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  private ended: Error | null = null;

  constructor(input: Interface, program: string) {
    input.on('line', (line) => {
      const next = this.waiting.shift();
      if (next === undefined) this.lines.push(line);
      else next.resolve(line);
    });
    input.once('close', () => this.fail(new Error(`${program} has ended.`)));
  }

  /** @throws Error where the program has ended without another line */
  async next(): Promise<string> {
    const line = this.lines.shift();
    if (line !== undefined) return line;
    if (this.ended !== null) throw this.ended;
    return await new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  fail(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.ended);
  }
}
