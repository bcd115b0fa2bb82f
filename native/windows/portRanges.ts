/**
 * The port ranges that Windows keeps, as netsh prints them: there is no documented function that lists them.
 * https://learn.microsoft.com/troubleshoot/windows-server/networking/default-dynamic-port-range-tcpip-chang
 * netsh speaks the language of the system, so that nothing but numbers and the shape of lines is read.
 */
import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import path from 'node:path';
import { portRange } from '../../shared/portRanges';
import type { ExcludedRange, PortRange, PortRanges, PortTable } from '../../shared/portRanges';
import type { Libraries } from './libraries';
import { readUtf16 } from './utf16';

/** ms that one netsh may take */
const PATIENCE = 5000;
/** Bytes that one netsh may print: 65,536 ranges are fewer */
const LARGEST_OUTPUT = 4 * 1024 * 1024;
/** ms that ranges are taken to hold */
const FRESH = 60_000;

const TABLES = (['tcp', 'udp'] as const).flatMap((protocol) =>
  ([4, 6] as const).map((family) => ({ protocol, family })),
);

/** What netsh prints for these arguments. @throws Error whose message ends a sentence */
export type Netsh = (args: readonly string[], signal: AbortSignal) => Promise<string>;

/**
 * Reads them, and remembers them for those who cannot wait: `current` never blocks, and asks netsh in the background where what
 * it has is older than a minute.
 */
export class PortRangeReader {
  private known: PortRanges | null = null;
  private readAt = -Infinity;
  private reading: Promise<PortRanges> | null = null;
  private readonly stopping = new AbortController();

  constructor(
    private readonly netsh: Netsh,
    /** ms, of any origin */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What was read last; null until something was. */
  current(): PortRanges | null {
    if (this.now() - this.readAt >= FRESH) void this.read();
    return this.known;
  }

  /** Reads them anew, once at a time. It never fails: what cannot be read is null and told. */
  read(): Promise<PortRanges> {
    // Counted from the start, so that a netsh that always fails is not asked all the time.
    this.readAt = this.now();
    this.reading ??= this.readAll().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** Ends what is under way. */
  stop(): void {
    this.stopping.abort();
  }

  private async readAll(): Promise<PortRanges> {
    const problems = new Set<string>();
    const ask = async <Value>(
      args: string[],
      parse: (text: string) => Value | null,
    ): Promise<Value | null> => {
      const command = `netsh ${args.join(' ')}`;
      try {
        const value = parse(await this.netsh(args, this.stopping.signal));
        if (value === null) problems.add(`"${command}" printed something unexpected.`);
        return value;
      } catch (error) {
        problems.add(`"${command}" failed: ${(error as Error).message}`);
        return null;
      }
    };
    const tables = await Promise.all(
      TABLES.map(async ({ protocol, family }): Promise<PortTable> => {
        const show = ['int', `ipv${family}`, 'show'];
        const [ephemeral, excluded] = await Promise.all([
          ask([...show, 'dynamicport', protocol], parseDynamicPorts),
          ask([...show, 'excludedportrange', `protocol=${protocol}`], parseExcludedPorts),
        ]);
        return { protocol, family, ephemeral, excluded };
      }),
    );
    this.known = { tables, unprivilegedFrom: null, problems: [...problems].sort() };
    return this.known;
  }
}

/** Two lines that end in a number: the first port, and how many there are. */
export function parseDynamicPorts(text: string): PortRange | null {
  const numbers = text.split(/\r?\n/).flatMap((line) => {
    const digits = /^\D+?(\d{1,5})\s*$/.exec(line)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  const [first, count, ...more] = numbers;
  if (first === undefined || count === undefined || more.length > 0) return null;
  return portRange(first, first + count - 1);
}

/**
 * Below a line of two groups of dashes, lines of two numbers: the first and the last port. A star marks what an administrator has
 * excluded, and the line that explains the star has no numbers. Null where the dashes are missing: without them there is no table.
 */
export function parseExcludedPorts(text: string): ExcludedRange[] | null {
  const lines = text.split(/\r?\n/);
  const rule = lines.findIndex((line) => /^\s*-{2,}\s+-{2,}\s*$/.test(line));
  if (rule < 0) return null;
  const ranges: ExcludedRange[] = [];
  for (const line of lines.slice(rule + 1)) {
    const [, first, last, star] = /^\s*(\d{1,5})\s+(\d{1,5})\s*(\*?)\s*$/.exec(line) ?? [];
    if (first === undefined) continue;
    const range = portRange(Number(first), Number(last));
    if (range !== null) ranges.push({ ...range, why: star === '*' ? 'administered' : 'held' });
  }
  return ranges.sort((a, b) => a.first - b.first || a.last - b.last);
}

/** In characters, with the zero at the end */
const LONGEST_FOLDER = 260;

/**
 * Windows' own netsh, whatever lies on the PATH and whatever the environment calls the system's folder.
 * https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getsystemdirectoryw
 */
function netshPath(libraries: Libraries): string {
  const call = libraries.required<(into: Uint16Array, room: number) => number>(
    'kernel32',
    'uint32 GetSystemDirectoryW(void *, uint32)',
  );
  const folder = new Uint16Array(LONGEST_FOLDER);
  const length = call(folder, LONGEST_FOLDER);
  if (length === 0 || length >= LONGEST_FOLDER) throw new Error('Windows does not say where it is.');
  return path.win32.join(readUtf16(folder, 0, length), 'netsh.exe');
}

/** netsh of this Windows. */
export function netshOf(libraries: Libraries): Netsh {
  return (args, signal) =>
    new Promise((resolve, reject) => {
      const options = { timeout: PATIENCE, maxBuffer: LARGEST_OUTPUT, windowsHide: true, signal } as const;
      // Digits are the same in every code page that a console may have.
      execFile(netshPath(libraries), args, { ...options, encoding: 'latin1' }, (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(reasonOf(error)));
      });
    });
}

function reasonOf(error: ExecFileException): string {
  if (error.code === 'ENOENT') return 'netsh.exe is missing.';
  if (typeof error.code === 'number') return `its exit status was ${error.code}.`;
  if (typeof error.code === 'string') return `${error.code}.`;
  return `it took longer than ${PATIENCE / 1000} s.`;
}
