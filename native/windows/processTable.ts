/**
 * The processes that there are, by one Toolhelp snapshot: PID, parent and name, also of those that may not be opened. It tells no
 * time of creation, so it names no process for certain.
 * https://learn.microsoft.com/windows/win32/toolhelp/taking-a-snapshot-and-viewing-processes
 */
import { beganAfter } from './creationTimes';
import { closeHandle, fileTimeMs } from './handles';
import type { Libraries } from './libraries';
import { decodeUtf16 } from './utf16';

/** PROCESSENTRY32W (tlhelp32.h), for 64 bits: sizes and offsets in bytes */
export const PROCESS_ENTRY = { size: 568, pid: 8, parentPid: 32, name: 44, nameSize: 520 } as const;

const TH32CS_SNAPPROCESS = 2;
const INVALID_HANDLE = -1;
/** Windows can have no more processes than PIDs; this ends a list that never does. */
const MOST_PROCESSES = 1_000_000;

/** What Windows itself calls them; the snapshot has "[System Process]" for PID 0. */
export const SYSTEM_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'System Idle Process'],
  [4, 'System'],
]);

export interface ListedProcess {
  pid: number;
  /** 0 where it has none; whoever has this PID now need not be the parent any more */
  parentPid: number;
  /** The file name of its program */
  name: string;
}

/** One entry as the snapshot's bytes have it. */
export function decodeEntry(entry: Uint8Array): ListedProcess {
  const view = new DataView(entry.buffer, entry.byteOffset, PROCESS_ENTRY.size);
  return {
    pid: view.getUint32(PROCESS_ENTRY.pid, true),
    parentPid: view.getUint32(PROCESS_ENTRY.parentPid, true),
    name: decodeUtf16(entry, PROCESS_ENTRY.name, PROCESS_ENTRY.name + PROCESS_ENTRY.nameSize),
  };
}

/** Takes a snapshot when it is first asked, and keeps it until it is told to forget it. */
export class ProcessTable {
  private taken: Map<number, ListedProcess> | null = null;
  private readonly entry = new Uint8Array(PROCESS_ENTRY.size);
  /** Date.now() right before the snapshot was taken */
  takenAt = -Infinity;
  /** Whether the last snapshot was given; nobody has to have asked for one. */
  isWhole = true;

  constructor(private readonly libraries: Libraries) {}

  forget(): void {
    this.taken = null;
    this.takenAt = -Infinity;
  }

  /** By PID; empty where Windows gives no snapshot. */
  get processes(): ReadonlyMap<number, ListedProcess> {
    if (this.taken === null) {
      this.taken = this.take();
      this.isWhole = this.taken.size > 0;
    }
    return this.taken;
  }

  /** Whether a process that was created then, and is alive, was there when the snapshot was taken: what it says is of that one. */
  had(created: bigint): boolean {
    return this.processes.size > 0 && !beganAfter(fileTimeMs(created), this.takenAt);
  }

  private take(): Map<number, ListedProcess> {
    const found = new Map<number, ListedProcess>();
    const { libraries, entry } = this;
    const create = libraries.required<(flags: number, pid: number) => number>(
      'kernel32',
      'intptr_t CreateToolhelp32Snapshot(uint32, uint32)',
    );
    type Step = (snapshot: number, entry: Uint8Array) => number;
    const first = libraries.required<Step>('kernel32', 'int32 Process32FirstW(intptr_t, void *)');
    const next = libraries.required<Step>('kernel32', 'int32 Process32NextW(intptr_t, void *)');
    this.takenAt = Date.now();
    const snapshot = create(TH32CS_SNAPPROCESS, 0);
    if (snapshot === INVALID_HANDLE || snapshot === 0) return found;
    // dwSize: what the caller knows of the structure
    new DataView(entry.buffer).setUint32(0, PROCESS_ENTRY.size, true);
    for (let more = first(snapshot, entry); more !== 0 && found.size < MOST_PROCESSES;) {
      const listed = decodeEntry(entry);
      found.set(listed.pid, listed);
      more = next(snapshot, entry);
    }
    closeHandle(libraries, snapshot);
    return found;
  }
}
