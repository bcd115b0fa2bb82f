import { compileFilter } from '../shared/filter';
import type { Filter } from '../shared/filter';
import { NO_LOOKUPS } from '../shared/rowFacts';
import { serviceName } from '../shared/services';
import type { Services } from '../shared/services';
import { plainText } from '../shared/text';
import { UsageError } from './usage';

/** `-port:80` is a term that is negated, not an option: `!port:80` says the same. */
export function protectNegations(args: readonly string[]): string[] {
  return args.map((arg) => (/^-([a-z][\w-]*[:<>=!]|["(/])/i.test(arg) ? `!${arg.slice(1)}` : arg));
}

/**
 * The filter of a command line. Names of hosts are not looked up: nobody else is told what is asked for. Throws a
 * {@link UsageError} that points at what is wrong.
 */
export function parseFilter(words: readonly string[], services: () => Services): Filter {
  const text = words.join(' ');
  const filter = compileFilter(text, {
    ...NO_LOOKUPS,
    service: (protocol, port) => serviceName(services(), protocol, port),
  });
  if (filter.errors.length === 0) return filter;
  const pointed = filter.errors.map(
    ({ from, to, message }) =>
      `${message}\n  ${plainText(text)}\n  ${' '.repeat(from)}${'^'.repeat(to - from)}`,
  );
  throw new UsageError(pointed.join('\n'));
}
