/** What a command reads: TCP and UDP of this network namespace unless it is told otherwise. */
import type { Engine } from '../engine';
import { DEFAULT_PROTOCOLS, DEFAULT_READING, PROTOCOLS } from '../shared/socket';
import type { Protocol, ReadingOptions } from '../shared/socket';
import { UsageError } from './usage';

/** The options that choose it, for parseArgs. */
export const READING_FLAGS = {
  protocols: 'string',
  all: 'boolean',
  bound: 'boolean',
  namespaces: 'boolean',
} as const;

export function readingOf(flags: Record<string, string | boolean | undefined>): ReadingOptions {
  const wanted = flags['protocols'];
  if (wanted !== undefined && flags['all'] === true)
    throw new UsageError('Choose one of --protocols and --all.');
  return {
    protocols:
      typeof wanted === 'string'
        ? parseProtocols(wanted)
        : flags['all'] === true
          ? PROTOCOLS
          : DEFAULT_PROTOCOLS,
    bound: flags['bound'] === true,
    namespaces: flags['namespaces'] === true,
  };
}

function parseProtocols(text: string): Protocol[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if (!PROTOCOLS.some((protocol) => protocol === name))
      throw new UsageError(`There is no protocol "${name}". There are: ${PROTOCOLS.join(', ')}.`);
  }
  return PROTOCOLS.filter((protocol) => names.includes(protocol));
}

/** Reads as much as it takes to find these sockets: an id that `list --all` printed is as good as any. */
export function readUntilFound(engine: Engine, ids: readonly string[]): void {
  for (const protocols of [DEFAULT_PROTOCOLS, PROTOCOLS]) {
    engine.choose(protocols === PROTOCOLS ? { protocols, bound: true, namespaces: true } : DEFAULT_READING);
    if (engine.describe(ids).gone.length === 0) return;
  }
  // In none: so it has ended, and what else cannot be read is not to blame.
  engine.choose(DEFAULT_READING);
}
