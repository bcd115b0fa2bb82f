import type { ProcessInfo } from '../shared/socket';
import type { CommandLines } from '../shared/socketTable';

/** Command lines, each read once: when the first row of its process is told of. They are kept as long as the process is known. */
export class CommandLineCache {
  private readonly lines = new WeakMap<ProcessInfo, { line: string | null }>();

  constructor(private readonly read: CommandLines) {}

  readonly of: CommandLines = (process) => {
    let kept = this.lines.get(process);
    if (kept === undefined) {
      kept = { line: this.read(process) };
      this.lines.set(process, kept);
    }
    return kept.line;
  };
}
