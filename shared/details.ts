/** Everything there is to know of one socket: what `details` answers and the table does not carry. */
import type { ProcessInfo } from './socket';

/** The unit of a fact's number, for whoever shows it. */
export type FactUnit = 'bytes' | 'ms' | 'µs' | 'bytes/s' | 'count' | 'time' | 'none';

/** One fact: a name for programs, a title for people, and what is known. Times are ms since 1970-01-01 UTC. */
export interface Fact {
  name: string;
  title: string;
  value: string | number | boolean;
  unit: FactUnit;
}

export interface FactGroup {
  /** e.g. `tcp`, `options`, `memory` */
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
  user: string | null;
  uid: number | null;
  /** The descriptor numbers under which it holds the socket. */
  descriptors: number[];
}

export interface SocketDetails {
  groups: FactGroup[];
  /** The primary first. */
  holders: HolderDetails[];
}
