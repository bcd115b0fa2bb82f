/** Figures out of measurements: medians, ratios, and the bars that they are held against. */

/** The tools by the names they have in the table and in the JSON file. */
export const STEADY = 'socketscope-steady';
export const COLD = 'socketscope-cold';
export const COMMANDS = ['ss -tanp', 'ss -tan', 'netstat -tanp', 'lsof -nP -i'] as const;
export const PSUTIL = 'psutil';
export const SYSTEMINFORMATION = 'systeminformation';

/** What was measured of one tool. */
export interface Measured {
  name: string;
  /** ms, one a run */
  runs: number[];
  /** MB; null where it is not known */
  rssMb: number | null;
  /** What it listed: its own lines or rows, which count headers and protocols differently */
  rows: number;
}

/** One tool in the JSON file. */
export interface ToolResult {
  name: string;
  medianMs: number;
  minMs: number;
  /** The largest resident memory, MB; null where it is not known */
  rssMb: number | null;
}

/** One number of sockets in the JSON file. */
export interface SizeResult {
  sockets: number;
  floorMs: number;
  tools: ToolResult[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function summarise(
  sockets: number,
  floor: readonly number[],
  measured: readonly Measured[],
): SizeResult {
  return {
    sockets,
    floorMs: round(median(floor)),
    tools: measured.map(({ name, runs, rssMb }) => ({
      name,
      medianMs: round(median(runs)),
      minMs: round(Math.min(...runs)),
      rssMb: rssMb === null ? null : round(rssMb),
    })),
  };
}

/** How many times as long as the steady tick each tool takes, by name. */
export function ratios({ tools }: SizeResult): Map<string, number> {
  const steady = tools.find(({ name }) => name === STEADY)!.medianMs;
  return new Map(tools.map(({ name, medianMs }) => [name, medianMs / steady]));
}

/** The memory that an engine adds to an empty process, in MB. */
export interface MemoryResult {
  alone: number;
  withPage: number;
}

/** Everything that the bars are about; null what has not been measured. */
export interface Outcome {
  /** At BAR_SOCKETS */
  size: SizeResult | null;
  /** ms, of a tick */
  diffMs: number | null;
  memory: MemoryResult | null;
  /** At IDLE_SOCKETS */
  idleMemory: MemoryResult | null;
  /** Percent of one core, with a page */
  idleCpu: number | null;
}

export const BAR_SOCKETS = 50_000;
export const IDLE_SOCKETS = 500;

export interface Bar {
  title: string;
  /** null where it has not been measured */
  value: number | null;
  limit: number;
  atLeast: boolean;
  unit: string;
}

export function bars({ size, diffMs, memory, idleMemory, idleCpu }: Outcome): Bar[] {
  const timeOf = (name: string): number | null =>
    size?.tools.find((tool) => tool.name === name)?.medianMs ?? null;
  const steady = timeOf(STEADY);
  const times = (title: string, slow: number | null, fast: number | null, limit: number): Bar => {
    const value = slow === null || fast === null ? null : slow / fast;
    return { title, value, limit, atLeast: true, unit: '×' };
  };
  const atMost = (title: string, value: number | null, limit: number, unit: string): Bar => {
    return { title, value, limit, atLeast: false, unit };
  };
  const others = ['netstat -tanp', 'lsof -nP -i', PSUTIL, SYSTEMINFORMATION];
  return [
    times('steady tick against ss -tanp', timeOf('ss -tanp'), steady, 12),
    ...others.map((name) => times(`steady tick against ${name}`, timeOf(name), steady, 10)),
    atMost('steady tick against the floor', steady === null ? null : steady / size!.floorMs, 2, '×'),
    atMost(
      'diff, of the tick',
      steady === null || diffMs === null ? null : (100 * diffMs) / steady,
      ...([3, ' %'] as const),
    ),
    times('first snapshot against ss -tanp', timeOf('ss -tanp'), timeOf(COLD), 4),
    atMost('memory over an empty process, engine alone', memory?.alone ?? null, 90, ' MB'),
    atMost('memory over an empty process, with a page', memory?.withPage ?? null, 90, ' MB'),
    atMost('memory at 500 sockets, engine alone', idleMemory?.alone ?? null, 15, ' MB'),
    atMost('memory at 500 sockets, with a page', idleMemory?.withPage ?? null, 15, ' MB'),
    atMost('CPU of one core at 500 sockets, 1 s, with a page', idleCpu, 1, ' %'),
  ];
}

export function isReached({ value, limit, atLeast }: Bar): boolean | null {
  if (value === null) return null;
  return atLeast ? value >= limit : value <= limit;
}

/** Three decimals are a microsecond. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
