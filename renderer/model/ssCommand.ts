/** The command of iproute2's `ss` that finds the sockets that are selected, and no others. */
import { parseAddress } from '../../shared/address';
import type { Protocol, SocketRow } from '../../shared/socket';

/** The options of those protocols whose filters take addresses and ports; of others `ss` knows no filter that names one. */
const OPTIONS: Partial<Record<Protocol, string>> = { tcp: 't', udp: 'u', mptcp: 'M', raw: 'w' };
const WILDCARD = { 4: '0.0.0.0', 6: '::' } as const;
/** The kernel takes a filter of 64 KiB; a socket's part of it has some 150 bytes. */
const MOST_IN_ONE = 200;
/** What can stand in a filter without quotes: whoever names an interface does not get to run a command. */
const HARMLESS_NAME = /^[\w.:@-]+$/;

export interface SsCommand {
  /** One command a line, each for one protocol and version of IP; blank where none of the rows can be found */
  text: string;
  found: number;
  /** How many of the rows `ss` cannot name */
  left: number;
}

/** @param foreign whether a row is of another network namespace than `ss` would look into */
export function ssCommand(rows: readonly SocketRow[], foreign: (row: SocketRow) => boolean): SsCommand {
  const groups = new Map<string, string[]>();
  let found = 0;
  for (const row of rows) {
    const option = optionOf(row);
    const term = option === null || foreign(row) ? null : termOf(row);
    if (option === null || term === null) continue;
    found++;
    const terms = groups.get(option) ?? [];
    if (!terms.includes(term)) terms.push(term);
    groups.set(option, terms);
  }
  const lines: string[] = [];
  for (const [option, terms] of groups) {
    for (let i = 0; i < terms.length; i += MOST_IN_ONE)
      lines.push(`ss -${option}an '${terms.slice(i, i + MOST_IN_ONE).join(' or ')}'`);
  }
  const text = lines.map((line) => `${line}\n`).join('');
  return { text, found, left: rows.length - found };
}

/** `4t`: without the 4, an IPv4 address would find its mapped twin of IPv6 too. */
function optionOf({ protocol, family, state }: SocketRow): string | null {
  const option = OPTIONS[protocol];
  // Bound sockets that do not listen are not among all sockets, for ss.
  return option === undefined || family === null || state === 'BOUND' ? null : `${family}${option}`;
}

/** `( src 10.0.0.5:443 and dst 10.0.0.9:51122 )`, or null where something in it cannot be said. */
function termOf(row: SocketRow): string | null {
  const { family, localAddress, localPort, remoteAddress, remotePort } = row;
  if (family === null) return null;
  const local = endpoint(localAddress, localPort);
  const remote = endpoint(remoteAddress ?? WILDCARD[family], remoteAddress === null ? null : remotePort);
  if (local === null || remote === null) return null;
  const device = deviceOf(row);
  if (device !== null && !HARMLESS_NAME.test(device)) return null;
  const parts = [`src ${local}`, `dst ${remote}`, ...(device === null ? [] : [`dev = ${device}`])];
  return `( ${parts.join(' and ')} )`;
}

/** Without its zone, which a filter has no place for. Port 0 is none. */
function endpoint(address: string, port: number | null): string | null {
  const plain = address.split('%', 1)[0]!;
  if (parseAddress(plain) === null) return null;
  const host = plain.includes(':') ? `[${plain}]` : plain;
  return port === null || port === 0 ? host : `${host}:${port}`;
}

/** The interface that the socket is bound to, as far as it tells it from others. */
function deviceOf({ localAddress, interface: device }: SocketRow): string | null {
  const zone = localAddress.split('%')[1];
  const isWildcard = localAddress === WILDCARD[4] || localAddress === WILDCARD[6];
  return zone ?? (isWildcard ? device : null);
}
