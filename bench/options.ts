/** What the programs of this folder are asked for on their command lines. */
import { parseArgs } from 'node:util';

/** A command line that makes no sense. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface BenchOptions {
  /** How many sockets there are, for each run */
  sizes: number[];
  /** How often each tool is measured */
  rounds: number;
  /** Where the figures go as JSON; null for nowhere */
  json: string | null;
}

/** Every process listens, and each is to have connections too. */
const FEWEST_SOCKETS = 500;
const MOST_SOCKETS = 200_000;
const FEWEST_ROUNDS = 7;

export function parseBench(args: string[]): BenchOptions {
  const { sizes, rounds, json } = parse(args, {
    sizes: '1000,10000,50000,100000',
    rounds: String(FEWEST_ROUNDS),
    json: '',
  });
  return {
    sizes: sizes.split(',').map((size) => integer('sizes', size, FEWEST_SOCKETS, MOST_SOCKETS)),
    rounds: integer('rounds', rounds, FEWEST_ROUNDS, 1000),
    json: json === '' ? null : json,
  };
}

export interface NetlinkOptions {
  /** The same seed makes the same buffers, as far as they are not captured. */
  seed: number;
  count: number;
}

export function parseNetlink(args: string[]): NetlinkOptions {
  const { seed, count } = parse(args, { seed: '1', count: '1000000' });
  return {
    seed: integer('seed', seed, 0, 0xffffffff),
    count: integer('count', count, 1, 1_000_000_000),
  };
}

export interface ActionOptions {
  races: number;
  /** The same seed makes the same races. */
  seed: number;
}

export function parseActions(args: string[]): ActionOptions {
  const { races, seed } = parse(args, { races: '1000', seed: '1' });
  return {
    races: integer('races', races, 1, 1_000_000),
    seed: integer('seed', seed, 0, 0xffffffff),
  };
}

export interface ChurnOptions {
  minutes: number;
  /** Which part of the sockets is replaced each second */
  rate: number;
  sockets: number;
}

export function parseChurn(args: string[]): ChurnOptions {
  const { minutes, rate, sockets } = parse(args, { minutes: '10', rate: '0.2', sockets: '5000' });
  return {
    minutes: number('minutes', minutes, 0.1, 1440),
    rate: number('rate', rate, 0.001, 1),
    sockets: integer('sockets', sockets, FEWEST_SOCKETS, MOST_SOCKETS),
  };
}

export interface GridOptions {
  /** How many rows there are, for each run */
  rows: number[];
  /** How many updates are measured of each case */
  rounds: number;
  /** Where the figures go as JSON; null for nowhere */
  json: string | null;
}

const FEWEST_ROWS = 1000;
const MOST_ROWS = 200_000;
/** Fewer say nothing of the hundredth. */
const FEWEST_UPDATES = 10;

export function parseGrid(args: string[]): GridOptions {
  const { rows, rounds, json } = parse(args, { rows: '10000,50000,100000', rounds: '100', json: '' });
  return {
    rows: rows.split(',').map((count) => integer('rows', count, FEWEST_ROWS, MOST_ROWS)),
    rounds: integer('rounds', rounds, FEWEST_UPDATES, 10_000),
    json: json === '' ? null : json,
  };
}

export interface DecodeOptions {
  /** How many rows each table has */
  rows: number;
  /** How often each decoder is measured */
  rounds: number;
  /** Where the figures go as JSON; null for nowhere */
  json: string | null;
}

export function parseDecode(args: string[]): DecodeOptions {
  const { rows, rounds, json } = parse(args, { rows: '20000', rounds: '100', json: '' });
  return {
    rows: integer('rows', rows, FEWEST_ROWS, MOST_ROWS),
    rounds: integer('rounds', rounds, FEWEST_UPDATES, 10_000),
    json: json === '' ? null : json,
  };
}

function parse<Name extends string>(args: string[], defaults: Record<Name, string>): Record<Name, string> {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' as const }]),
  );
  try {
    return { ...defaults, ...parseArgs({ args, options }).values };
  } catch (error) {
    const known = Object.keys(defaults).map((name) => `--${name}`);
    throw new UsageError(`${(error as Error).message}. There are: ${known.join(', ')}.`);
  }
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = number(name, text, least, most);
  if (!Number.isInteger(value)) throw new UsageError(`--${name} takes whole numbers, not ${text}.`);
  return value;
}

function number(name: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes numbers from ${least} to ${most}, not "${text}".`);
}
