/** Ranges of ports that the system treats in its own way: the reason for many a "port in use" though nothing listens. */
import type { Family, Protocol } from './socket';

export interface PortRange {
  first: number;
  last: number;
}

/**
 * Why ports are left out. `held`: something on this Windows has reserved them (Hyper-V and WSL do so at every start), and others
 * are refused. `administered`: an administrator has taken them out of what is given away by chance; a program may
 * still ask for one by its number (Linux: ip_local_reserved_ports).
 */
export interface ExcludedRange extends PortRange {
  why: 'held' | 'administered';
}

export interface PortTable {
  protocol: 'tcp' | 'udp';
  family: 4 | 6;
  /** Ports that are given to those who do not ask for one by number ("dynamic", "ephemeral"); null where that could not be read */
  ephemeral: PortRange | null;
  /** Sorted; null where that could not be read */
  excluded: ExcludedRange[] | null;
}

export interface PortRanges {
  tables: PortTable[];
  /** Ports below this are for privileged programs only; null where the system knows no such thing (Windows) */
  unprivilegedFrom: number | null;
  /** Sentences: what could not be read */
  problems: string[];
}

/** A range of ports; null where the numbers are none. */
export function portRange(first: number, last: number): PortRange | null {
  const valid = Number.isInteger(first) && Number.isInteger(last);
  return valid && first >= 0 && first <= last && last <= 65_535 ? { first, last } : null;
}

/** `8080`, or `49152–65535` */
export function rangeText({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}–${last}`;
}

const contains = ({ first, last }: PortRange, port: number): boolean => port >= first && port <= last;

/** Where one port lies. */
export interface PortPlace {
  ephemeral: PortRange | null;
  excluded: ExcludedRange | null;
  privileged: boolean;
}

/** Null for protocols without ports of this kind. MPTCP's ports are TCP's, UDP-Lite's are chosen as UDP's are. */
export function portPlace(
  ranges: PortRanges,
  protocol: Protocol,
  family: Family,
  port: number,
): PortPlace | null {
  const base = protocol === 'mptcp' ? 'tcp' : protocol === 'udplite' ? 'udp' : protocol;
  const table = ranges.tables.find((each) => each.protocol === base && each.family === family);
  if (table === undefined) return null;
  const { ephemeral, excluded } = table;
  // Held ranges may be inside administered ones, and are what hurts.
  const holding = (excluded ?? []).filter((range) => contains(range, port));
  return {
    ephemeral: ephemeral !== null && contains(ephemeral, port) ? ephemeral : null,
    excluded: holding.find(({ why }) => why === 'held') ?? holding[0] ?? null,
    privileged: ranges.unprivilegedFrom !== null && port < ranges.unprivilegedFrom,
  };
}

/** What there is to say of a port, as parts of a sentence; none of an ordinary one. */
export function placeTexts({ ephemeral, excluded, privileged }: PortPlace): string[] {
  const texts: string[] = [];
  if (excluded?.why === 'held')
    texts.push(`in the excluded range ${rangeText(excluded)}: other programs are refused`);
  if (excluded?.why === 'administered')
    texts.push(`in the reserved range ${rangeText(excluded)}: given only to who asks for it by number`);
  if (ephemeral !== null)
    texts.push(`in the ephemeral range ${rangeText(ephemeral)}: given to who asks for any port`);
  if (privileged) texts.push('for privileged programs only');
  return texts;
}
