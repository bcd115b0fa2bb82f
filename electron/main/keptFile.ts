import fs from 'node:fs';
import path from 'node:path';
import { saveFile } from './saveFile';

/** ms between the first change and its being written down, with all that follow meanwhile */
const DELAY_MS = 400;
/** bytes; a file beyond this is none of ours */
const LARGEST = 4_000_000;
/** The user's own: filters name hosts, users and programs. */
const MODE = 0o600;

/**
 * A small JSON file that is kept between runs. What cannot be made sense of is set aside, never overwritten; what cannot be
 * written is told once, until it can be again. Nothing of this throws: no settings are worth a window that does not open.
 */
export class KeptFile<Value> {
  private pending: { text: string } | null = null;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private failed = false;
  /** Whether there is a file that was not read: it is not for us to replace. */
  private foreign = false;

  /**
   * @param read makes a value of the file's text, or null where it is damaged
   * @param onProblem hears sentences for a person
   */
  constructor(
    readonly file: string,
    private readonly read: (text: string) => Value | null,
    private readonly onProblem: (text: string) => void,
  ) {}

  /** What was kept, or null where there is nothing, or nothing that can be used. */
  load(): Value | null {
    let text: string;
    try {
      if (fs.statSync(this.file).size > LARGEST) return this.setAside();
      text = fs.readFileSync(this.file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return null;
      this.foreign = true;
      this.onProblem(
        `${this.file} could not be read (${code ?? 'unknown error'}). The defaults are in use, and nothing will be kept.`,
      );
      return null;
    }
    return this.read(text) ?? this.setAside();
  }

  /** Written a moment later; of several values in that time, the last. */
  save(value: Value): void {
    if (this.foreign) return;
    this.pending = { text: `${JSON.stringify(value, null, 2)}\n` };
    this.timer ??= setTimeout(() => void this.flush(), DELAY_MS);
  }

  /** Whether something has yet to be written. */
  get unsaved(): boolean {
    return this.pending !== null || this.writing !== null;
  }

  /** Writes what is left to be written. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    // One after the other: the last value must be the one that stays.
    while (this.unsaved) await (this.writing ??= this.write());
  }

  private async write(): Promise<void> {
    const { pending } = this;
    this.pending = null;
    try {
      if (pending !== null) {
        await fs.promises.mkdir(path.dirname(this.file), { recursive: true });
        await saveFile(this.file, pending.text, MODE);
      }
      this.failed = false;
    } catch (error) {
      if (!this.failed) this.onProblem((error as Error).message);
      this.failed = true;
    } finally {
      this.writing = null;
    }
  }

  private setAside(): null {
    const { dir, name, ext } = path.parse(this.file);
    const time = new Date()
      .toISOString()
      .replace(/\.\d+Z$/, '')
      .replaceAll(/[-:]/g, '')
      .replace('T', '-');
    const aside = path.join(dir, `${name}.corrupt-${time}${ext}`);
    try {
      fs.renameSync(this.file, aside);
      this.onProblem(`${this.file} was damaged. It was set aside as ${aside}; the defaults are in use.`);
    } catch (error) {
      this.foreign = true;
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      this.onProblem(
        `${this.file} is damaged and could not be set aside (${code}). The defaults are in use, and nothing will be kept.`,
      );
    }
    return null;
  }
}
