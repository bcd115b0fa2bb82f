/** Which services run in which process, as the service control manager says. */
import koffi from 'koffi';
import { beganAfter } from './creationTimes';
import type { Libraries } from './libraries';
import { decodeUtf16 } from './utf16';
import { ERROR_INVALID_PARAMETER } from './windowsError';

/** ENUM_SERVICE_STATUS_PROCESSW (winsvc.h), for 64 bits: sizes and offsets in bytes */
export const SERVICE_ENTRY = { size: 56, name: 0, pid: 44 } as const;

const SC_MANAGER_CONNECT = 1;
const SC_MANAGER_ENUMERATE_SERVICE = 4;
const SC_ENUM_PROCESS_INFO = 0;
const SERVICE_ACTIVE = 1;
/** SERVICE_WIN32, and with the services of users, which Windows has since 10 (winnt.h) */
const SERVICE_WIN32 = 0x30;
const SERVICE_WIN32_AND_USER = 0xf0;
const ERROR_MORE_DATA = 234;
/** "The maximum size of this array is 256K bytes": EnumServicesStatusExW */
const ROOM = 256 * 1024;
/** Calls in which the list may come; it ends a list that never does. */
const MOST_CALLS = 64;
/** Characters; CreateServiceW: "The maximum string length is 256 characters" */
const LONGEST_NAME = 256;
/** Asking takes the service control manager some milliseconds. */
const KEPT_MS = 5000;

export interface ServiceEntry {
  name: string;
  pid: number;
}

/**
 * The entries that EnumServicesStatusExW has put into a buffer. Its texts lie in the same buffer, behind the entries; what points
 * elsewhere is left out.
 * @param address of the buffer
 */
export function decodeServices(bytes: Uint8Array, address: bigint, count: number): ServiceEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: ServiceEntry[] = [];
  for (
    let i = 0, at = 0;
    i < count && at + SERVICE_ENTRY.size <= bytes.length;
    i++, at += SERVICE_ENTRY.size
  ) {
    const pid = view.getUint32(at + SERVICE_ENTRY.pid, true);
    const start = Number(view.getBigUint64(at + SERVICE_ENTRY.name, true) - address);
    if (pid === 0 || start < 0 || start >= bytes.length) continue;
    const name = decodeUtf16(bytes, start, start + 2 * LONGEST_NAME);
    if (name !== '') entries.push({ name, pid });
  }
  return entries;
}

/** Several services in one cell are cut off here, in characters. */
const LONGEST_UNIT = 120;

/** What stands for several services of which it is not known which one it is: their names, as many as fit. */
export function joinServices(services: readonly string[]): string {
  let text = '';
  for (const [i, name] of services.entries()) {
    const more = text === '' ? name : `${text}, ${name}`;
    const left = services.length - i;
    if (text !== '' && more.length > LONGEST_UNIT) return `${text} and ${left} more`;
    text = more;
  }
  return text;
}

/**
 * The service of a socket, out of those of its process (one at least): the one that Windows takes for its owner, else all of them.
 * @param module as Windows names the owner, which may be the program; null where it does not
 */
export function serviceOf(services: readonly string[], module: string | null): string {
  const known = module?.toLowerCase();
  return services.find((name) => name.toLowerCase() === known) ?? joinServices(services);
}

const NONE: readonly string[] = [];

/** The services of each process, asked again when what is known is some seconds old. */
export class ServiceIndex {
  private byPid = new Map<number, readonly string[]>();
  /** ms since 1970; when the list was asked for */
  private askedAt = -Infinity;
  private manager = 0;
  private types = SERVICE_WIN32_AND_USER;
  private readonly bytes = new Uint8Array(ROOM);
  private readonly address = koffi.address(this.bytes);

  constructor(
    private readonly libraries: Libraries,
    private readonly now: () => number = Date.now,
  ) {}

  /** Begins a reading. What is known is kept for a while, then asked for anew by the first {@link ofPid}. */
  refresh(): void {
    const age = this.now() - this.askedAt;
    // A clock that was set back would keep it for ever.
    if (age >= KEPT_MS || age < 0) this.askedAt = -Infinity;
  }

  /**
   * The names of the services that run in this process, sorted; none where it runs none, or nobody says.
   * @param startedAt of the process, ms since 1970: a list from before says nothing of it
   */
  ofPid(pid: number, startedAt: number | null = null): readonly string[] {
    if (this.askedAt === -Infinity) {
      this.askedAt = this.now();
      this.byPid = byPid(this.enumerate());
    }
    if (startedAt !== null && beganAfter(startedAt, this.askedAt, this.now())) return NONE;
    return this.byPid.get(pid) ?? NONE;
  }

  dispose(): void {
    if (this.manager === 0) return;
    this.libraries.required<(manager: number) => number>(
      'advapi32',
      'int32 CloseServiceHandle(intptr_t)',
    )(this.manager);
    this.manager = 0;
  }

  /** Every service that runs; those found so far where the call fails. */
  private enumerate(): ServiceEntry[] {
    const { libraries, bytes, address } = this;
    if (this.manager === 0) {
      const open = libraries.required<(machine: null, database: null, access: number) => number>(
        'advapi32',
        'intptr_t OpenSCManagerW(void *, void *, uint32)',
      );
      this.manager = open(null, null, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE);
      if (this.manager === 0) return [];
    }
    type Enumerate = (
      ...given: [
        manager: number,
        kind: number,
        types: number,
        states: number,
        into: Uint8Array,
        room: number,
        ...out: (Uint32Array | null)[],
      ]
    ) => number;
    const call = libraries.required<Enumerate>(
      'advapi32',
      'int32 EnumServicesStatusExW(intptr_t, int32, uint32, uint32, void *, uint32, void *, void *, void *, void *)',
    );
    const found: ServiceEntry[] = [];
    const needed = new Uint32Array(1);
    const count = new Uint32Array(1);
    // In: where to go on; out: the same, 0 at the end
    const resume = new Uint32Array(1);
    for (let i = 0; i < MOST_CALLS; i++) {
      count[0] = 0;
      const ok = call(
        this.manager,
        SC_ENUM_PROCESS_INFO,
        this.types,
        SERVICE_ACTIVE,
        bytes,
        ROOM,
        needed,
        count,
        resume,
        null,
      );
      const error = ok === 0 ? libraries.lastError() : 0;
      if (error === ERROR_INVALID_PARAMETER && this.types !== SERVICE_WIN32) {
        this.types = SERVICE_WIN32;
        continue;
      }
      if (error !== 0 && error !== ERROR_MORE_DATA) break;
      found.push(...decodeServices(bytes, address, count[0]));
      if (error === 0 || count[0] === 0) break;
    }
    return found;
  }
}

function byPid(entries: readonly ServiceEntry[]): Map<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const { name, pid } of entries) {
    const names = found.get(pid);
    if (names === undefined) found.set(pid, [name]);
    else if (!names.includes(name)) names.push(name);
  }
  for (const names of found.values()) names.sort((a, b) => a.localeCompare(b, 'en'));
  return found;
}
