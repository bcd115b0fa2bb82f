import fs from 'node:fs';
import type { ProcessInfo } from '../../shared/socket';
import { NOBODY } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import type { OwnerLookup } from '../backend';
import type { ProcessReader } from './processes';

const PREFIX = 'socket:[';
const INIT = 1;

/**
 * Finds the processes that hold sockets by reading every /proc/PID/fd: the only place where Linux links the two.
 *
 * Owner-true: a process's start time is read before its descriptors and again after them, so descriptors are never
 * credited to a process that took over the PID in between. Of several holders (forked servers) the oldest is named, but
 * not init where it merely hands a listening socket to a service.
 */
export function scanHolders(
  processes: ProcessReader,
  privileged: boolean,
  table: SocketTable,
  root = '/proc',
): OwnerLookup {
  const holders = new Map<number, ProcessInfo[]>();
  const pids = processes.list();
  // With hidepid (man 5 proc) other users’ processes are not even listed; an empty list means that /proc cannot be read.
  let complete = privileged && pids.length > 0;
  for (const pid of pids) {
    const startKey = processes.startKey(pid);
    if (startKey === null) continue;
    const inodes = socketInodes(`${root}/${pid}/fd`);
    if (inodes === 'unreadable') complete = false;
    else if (inodes.length > 0) {
      const process = processes.describe(pid, startKey);
      if (process === null) continue;
      for (const inode of inodes) {
        holders.set(
          inode,
          [...(holders.get(inode) ?? []), process].sort((a, b) => (isPrimary(a, b) ? -1 : 1)),
        );
      }
    }
  }
  processes.forgetOthers(new Set(pids));
  return {
    complete,
    holdersOf: (row) => holders.get(table.columns.inode[row]!) ?? NOBODY,
  };
}

function isPrimary(candidate: ProcessInfo, other: ProcessInfo): boolean {
  if ((candidate.pid === INIT) !== (other.pid === INIT)) return other.pid === INIT;
  return BigInt(candidate.startKey) < BigInt(other.startKey);
}

function socketInodes(directory: string): number[] | 'unreadable' {
  let names: string[];
  try {
    names = fs.readdirSync(directory);
  } catch (error) {
    return hasEnded(error) ? [] : 'unreadable';
  }
  const inodes: number[] = [];
  for (const name of names) {
    let target: string;
    try {
      target = fs.readlinkSync(`${directory}/${name}`);
    } catch (error) {
      if (hasEnded(error)) continue; // closed since
      return 'unreadable';
    }
    if (target.startsWith(PREFIX)) inodes.push(Number(target.slice(PREFIX.length, -1)));
  }
  return inodes;
}

/** A descriptor that is closed or a process that has died holds nothing; any other error hides what there is. */
function hasEnded(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
