/** What a command reads: TCP and UDP of this network namespace unless it is told otherwise. */
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
    commandLines: false,
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

/**
 * Where to look for a socket by its id: among what `list` prints first, then in everything that can be read. An id that
 * `list --all` printed is as good as any.
 */
export const SEARCHES: readonly ReadingOptions[] = [
  { ...DEFAULT_READING, bound: true },
  { ...DEFAULT_READING, protocols: PROTOCOLS, bound: true, namespaces: true },
];
