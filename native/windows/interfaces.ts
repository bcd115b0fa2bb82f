import os from 'node:os';

/** Read again after so many ms, when somebody asks. */
const FRESH_MS = 2000;

/** The names of network interfaces by their index, as far as os.networkInterfaces() tells: those that are up and have IPv6. */
export class Interfaces {
  private names = new Map<number, string>();
  private readAt = -Infinity;

  constructor(
    private readonly read: () => ReturnType<typeof os.networkInterfaces> = () => os.networkInterfaces(),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The index itself where it has no name. */
  name(index: number): string {
    if (this.now() - this.readAt >= FRESH_MS) this.refresh();
    return this.names.get(index) ?? String(index);
  }

  private refresh(): void {
    this.readAt = this.now();
    this.names = new Map();
    for (const [name, infos = []] of Object.entries(this.read())) {
      // The scope of a link-local address is the interface's index.
      for (const info of infos) {
        if (info.family === 'IPv6' && info.scopeid > 0) this.names.set(info.scopeid, name);
      }
    }
  }
}
