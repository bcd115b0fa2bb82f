import type { ProcessInfo } from '../shared/socket';
import type { CommandLines } from '../shared/socketTable';

/**
 * Characters, as much as Linux itself kept before 4.2. A program may be started with megabytes, and they would travel with
 * each of its sockets.
 */
const LONGEST = 4096;

/** Command lines, each read once: when the first row of its process is told of. They are kept as long as the process is known. */
export class CommandLineCache {
  private readonly lines = new WeakMap<ProcessInfo, { line: string | null }>();

  constructor(private readonly read: CommandLines) {}

  readonly of: CommandLines = (process) => {
    let kept = this.lines.get(process);
    if (kept === undefined) {
      kept = { line: shortened(this.read(process)) };
      this.lines.set(process, kept);
    }
    return kept.line;
  };
}

/** What is left out is marked by `…`. */
function shortened(line: string | null): string | null {
  return line === null || line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}
