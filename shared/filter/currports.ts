/** CurrPorts' filter strings (nirsoft.net/utils/cports.html, "Using Filters"), in this language. */
import { parseAddress } from '../address';
import { print, quote } from './print';
import { parse } from './parser';

const STRING = /^(include|exclude):(local|remote|both|process):(.+)$/i;
const NETWORK = /^(tcp|udp|tcpudp):(.+)$/i;

/**
 * Null where the text is something else. A row is shown that any `include` fits, or all where there is none, and no
 * `exclude`.
 */
export function fromCurrPorts(text: string): string | null {
  if (!/^\s*(include|exclude):/i.test(text)) return null;
  // Names of processes may have spaces in them, where lines or semicolons part the strings.
  return converted(text.split(/[\s;]+/)) ?? converted(text.split(/[;\n]/).map((part) => part.trim()));
}

function converted(parts: readonly string[]): string | null {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const [, sign, where, rest] = STRING.exec(part) ?? [];
    if (sign === undefined) return null;
    const term =
      where!.toLowerCase() === 'process' ? processTerm(rest!) : networkTerm(where!.toLowerCase(), rest!);
    if (term === null) return null;
    (sign.toLowerCase() === 'include' ? wanted : unwanted).push(term);
  }
  const included = wanted.length > 1 ? `(${wanted.join(' or ')})` : wanted.join('');
  const excluded = unwanted.map((term) => `-(${term})`);
  const result = [included, ...excluded].filter((each) => each !== '').join(' ');
  return print(parse(result).root);
}

/** By its number, or by its whole name. */
function processTerm(text: string): string {
  return /^\d+$/.test(text) ? `pid:${text}` : `process:=${quote(text)}`;
}

function networkTerm(where: string, rest: string): string | null {
  const [, protocols, what] = NETWORK.exec(rest) ?? [];
  if (protocols === undefined) return null;
  const protocol = protocols.toLowerCase() === 'tcpudp' ? 'tcp,udp' : protocols.toLowerCase();
  const end = where === 'both' ? '' : where;
  if (/^\d{1,5}(-\d{1,5})?$/.test(what!)) return `(protocol:${protocol} ${end}port:${what})`;
  const addresses = what!.split('-');
  if (addresses.length > 2 || addresses.some((address) => parseAddress(address) === null)) return null;
  return `(protocol:${protocol} ${end === '' ? 'address' : end}:${what})`;
}
