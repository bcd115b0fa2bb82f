/** Everything there is to know of one socket: what `details` answers and the table does not carry. */
import type { ProcessInfo, ProgramFacts } from './socket';

/** The unit of a fact's number, for whoever shows it. The last two are the number of an error. */
export type FactUnit =
  'bytes' | 'ms' | 'µs' | 'bytes/s' | 'count' | 'time' | 'none' | 'errno' | 'windows-error';

export type FactValue = string | number | boolean;

/** One fact: a name for programs, a title for people, and what is known. Times are ms since 1970-01-01 UTC. */
export interface Fact {
  name: string;
  title: string;
  value: FactValue;
  unit: FactUnit;
}

export interface FactGroup {
  /** e.g. `state`, `rtt`, `memory`, `options` */
  name: string;
  title: string;
  facts: Fact[];
  /** Why the group is empty or incomplete, in a sentence; null where it is whole. */
  note: string | null;
}

/** A process that holds the socket. */
export interface HolderDetails extends ProcessInfo {
  /** null where it is not known */
  parentPid: number | null;
  /** The name of the effective user */
  user: string | null;
  uid: number | null;
  /** The descriptor numbers under which it holds the socket. */
  descriptors: number[];
}

export interface SocketDetails {
  /** Groups without facts and without a note are left out. */
  groups: FactGroup[];
  /** The primary first. */
  holders: HolderDetails[];
}

/** A fact, or none where nothing is known (null). */
export function fact(name: string, title: string, value: FactValue | null, unit: FactUnit = 'none'): Fact[] {
  return value === null ? [] : [{ name, title, value, unit }];
}

/** A group, or none where it would say nothing. */
export function group(name: string, title: string, facts: Fact[], note: string | null = null): FactGroup[] {
  return facts.length === 0 && note === null ? [] : [{ name, title, facts, note }];
}

/** Whether it is a unit of systemd's, as man 5 systemd.unit lists their types, and not a service of Windows */
export const isSystemd = (unit: string): boolean => /\.(service|scope|slice|socket|mount|timer)$/.test(unit);

/** What the system says of a program, for people */
export function programFacts(program: ProgramFacts | null): Fact[] {
  if (program === null) return [];
  return [
    ...fact('description', 'Description', program.description),
    ...fact('company', 'Company', program.company),
    ...fact('product', 'Product', program.product),
    ...fact('fileVersion', 'File version', program.version),
    ...fact('bits', 'Bits', program.bits),
    ...fact('session', 'Session', program.session),
  ];
}

/** A holder as facts, for people: what is not known is left out. `number` tells several apart. */
export function holderGroup(holder: HolderDetails, number: number, of: number): FactGroup {
  const facts = [
    ...fact('name', 'Name', holder.name),
    ...fact('pid', 'PID', holder.pid),
    ...fact('path', 'Path', holder.path),
    ...fact('user', 'User', holder.user ?? holder.uid),
    ...programFacts(holder.program ?? null),
    ...fact('parentPid', 'Parent PID', holder.parentPid),
    ...fact('unit', holder.unit !== null && isSystemd(holder.unit) ? 'Unit' : 'Service', holder.unit),
    ...fact('container', 'Container', holder.container),
    ...fact('descriptors', 'Descriptors', holder.descriptors.join(', ') || null),
    ...fact('startedAt', 'Started', holder.startedAt, 'time'),
  ];
  return {
    name: `holder-${holder.pid}`,
    title: of > 1 ? `Process ${number} of ${of}` : 'Process',
    facts,
    note: null,
  };
}
