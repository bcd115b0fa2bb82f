/** The icons of programs. The page names a process, the engine says which program it is, and Windows draws its icon. */
import type { ProcessIdentity } from '../../shared/orders';
import type { EngineProcess } from './engineProcess';

/** Icons kept, by the path of their program */
const MOST = 500;
/** Characters of a data URL; one of 32 x 32 pixels takes some 5,000 */
const LARGEST = 100_000;
/** As Windows draws it, or nothing (Electron's NativeImage) */
interface Drawn {
  isEmpty(): boolean;
  toDataURL(): string;
}
export type Draw = (path: string) => Promise<Drawn>;

/**
 * Whether a path is that of a file on a drive of this machine. Anything else stays unopened: to look at a file of another
 * machine (UNC) would log the user in there, and a device is no file.
 */
export function isOnDrive(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- no file name has one
  return /^[a-z]:\\(?!\\)[^:*?"<>|/\u0000-\u001f]*$/i.test(path);
}

export class ProgramIcons {
  /** The oldest first */
  private readonly known = new Map<string, Promise<string | null>>();

  constructor(
    private readonly engine: Pick<EngineProcess, 'program' | 'state' | 'serving'>,
    private readonly draw: Draw,
  ) {}

  /** As a data URL; null where the process has ended, its program may not be seen, or it has no icon. */
  async of(process: ProcessIdentity): Promise<string | null> {
    const { state, serving } = this.engine;
    // The programs of another machine are not here, though others may lie under the same paths.
    if (state.kind !== 'running' || state.engine.kind === 'remote') return null;
    const path = await this.engine.program(process).catch(() => null);
    if (path === null || this.engine.serving !== serving || !isOnDrive(path)) return null;
    // Windows' file names know no case.
    const key = path.toLowerCase();
    const icon = this.known.get(key) ?? this.drawn(path);
    this.known.delete(key);
    this.known.set(key, icon);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value!);
    return icon;
  }

  private async drawn(path: string): Promise<string | null> {
    try {
      const image = await this.draw(path);
      if (image.isEmpty()) return null;
      const url = image.toDataURL();
      return url.length <= LARGEST ? url : null;
    } catch {
      return null; // no icon is no error: the page has a sign of its own
    }
  }
}
