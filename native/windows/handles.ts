/**
 * Processes by handle. A handle stays with its process: nothing that is asked through it can come from another one that was given the
 * PID meanwhile, and Windows gives the PID to nobody while a handle is open.
 *
 * Rights: https://learn.microsoft.com/windows/win32/procthread/process-security-and-access-rights
 */
import type { Libraries } from './libraries';
import { readUtf16 } from './utf16';
import { ERROR_INSUFFICIENT_BUFFER, windowsError } from './windowsError';

export const PROCESS_TERMINATE = 0x0001;
export const PROCESS_VM_READ = 0x0010;
export const PROCESS_SUSPEND_RESUME = 0x0800;
/** Times, path, token, word length; given for most processes of others, too, to an administrator */
export const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
/** To learn of its end */
export const SYNCHRONIZE = 0x0010_0000;

const WAIT_OBJECT_0 = 0;

/** winnt.h, IMAGE_FILE_MACHINE_*; "unknown" says that the process is not one of WOW64 */
const MACHINE_UNKNOWN = 0;
const MACHINE_I386 = 0x014c;
const MACHINE_ARMNT = 0x01c4;

const MAX_PATH = 260;
/** In characters: the longest path that there can be (learn.microsoft.com, "Maximum Path Length Limitation") */
const LONGEST_PATH = 32_768;

/** 1601-01-01 to 1970-01-01, in ms. https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-filetime */
const FILETIME_EPOCH_MS = 11_644_473_600_000n;

/** FILETIME, 100 ns since 1601-01-01 UTC, to whole ms since 1970-01-01 UTC, rounded down. */
export function fileTimeMs(time: bigint): number {
  return Number(time / 10_000n - FILETIME_EPOCH_MS);
}

/** How often an end that is waited for is looked for, in ms: at first, and at last */
const POLL_FIRST_MS = 5;
const POLL_LAST_MS = 100;

type OpenProcess = (access: number, inherit: number, pid: number) => number;

/**
 * Opens the process that has this PID now, or returns the code of Windows' error: 5 where it may not be opened, 87 where there is none
 * (also for PID 0 and, under Wine, 4).
 * @param access PROCESS_… rights
 */
export function tryOpenProcess(libraries: Libraries, pid: number, access: number): ProcessHandle | number {
  const open = libraries.required<OpenProcess>('kernel32', 'intptr_t OpenProcess(uint32, int32, uint32)');
  const handle = open(access, 0, pid);
  return handle === 0 ? libraries.lastError() : new ProcessHandle(libraries, pid, handle);
}

/** The same. @throws NativeError where it cannot be opened */
export function openProcess(libraries: Libraries, pid: number, access: number): ProcessHandle {
  const opened = tryOpenProcess(libraries, pid, access);
  if (typeof opened !== 'number') return opened;
  throw windowsError('OpenProcess', opened);
}

/** An open process. Whoever opens it closes it; closing it twice does nothing. */
export class ProcessHandle {
  private isOpen = true;

  constructor(
    private readonly libraries: Libraries,
    readonly pid: number,
    /** The HANDLE, for further calls while this is open */
    readonly handle: number,
  ) {}

  /** When it was created, as a FILETIME: with the PID, its identity. Null where Windows does not say. */
  creationTime(): bigint | null {
    // GetProcessTimes wants room for all four.
    const times = new BigUint64Array(4);
    const call = this.libraries.required<(handle: number, ...out: BigUint64Array[]) => number>(
      'kernel32',
      'int32 GetProcessTimes(intptr_t, void *, void *, void *, void *)',
    );
    const ok = call(this.handle, times.subarray(0), times.subarray(1), times.subarray(2), times.subarray(3));
    return ok === 0 ? null : times[0]!;
  }

  /** Its program's file, as a path of Win32; null where it is not told. */
  path(): string | null {
    const call = this.libraries.required<
      (handle: number, flags: number, text: Uint16Array, size: Uint32Array) => number
    >('kernel32', 'int32 QueryFullProcessImageNameW(intptr_t, uint32, void *, void *)');
    for (let room = MAX_PATH; ; room = LONGEST_PATH) {
      const text = new Uint16Array(room);
      // In: characters of room; out: those written, without the zero
      const size = new Uint32Array([room]);
      if (call(this.handle, 0, text, size) !== 0) return readUtf16(text, 0, Math.min(size[0]!, room)) || null;
      if (this.libraries.lastError() !== ERROR_INSUFFICIENT_BUFFER || room === LONGEST_PATH) return null;
    }
  }

  /** 32 or 64: the width of its addresses; null where Windows does not say. */
  bits(): 32 | 64 | null {
    const exact = this.libraries.optional<
      (handle: number, machine: Uint16Array, native: Uint16Array) => number
    >('kernel32', 'int32 IsWow64Process2(intptr_t, void *, void *)');
    if (exact !== null) {
      const machines = new Uint16Array(2);
      if (exact(this.handle, machines, machines.subarray(1)) === 0) return null;
      const machine = machines[0] === MACHINE_UNKNOWN ? machines[1] : machines[0];
      return machine === MACHINE_I386 || machine === MACHINE_ARMNT ? 32 : 64;
    }
    // Before Windows 10 1511. There the native width is this program's own, which is built for 64 bits only.
    const older = this.libraries.required<(handle: number, isWow64: Int32Array) => number>(
      'kernel32',
      'int32 IsWow64Process(intptr_t, void *)',
    );
    const isWow64 = new Int32Array(1);
    if (older(this.handle, isWow64) === 0) return null;
    return isWow64[0] === 0 ? 64 : 32;
  }

  /** Whether it has ended; needs SYNCHRONIZE. */
  hasEnded(): boolean {
    const wait = this.libraries.required<(handle: number, ms: number) => number>(
      'kernel32',
      'uint32 WaitForSingleObject(intptr_t, uint32)',
    );
    return wait(this.handle, 0) === WAIT_OBJECT_0;
  }

  /**
   * Waits until it has ended, for `patienceMs` at most or until `signal` says so, and tells whether it has. Needs SYNCHRONIZE.
   *
   * It looks again and again, with pauses that grow, rather than to wait in one of koffi's threads: those are libuv's, of which there
   * are four, and a few stubborn processes would hold up every file that is read. A look takes a microsecond.
   */
  async ended(patienceMs: number, signal?: AbortSignal): Promise<boolean> {
    const until = performance.now() + patienceMs;
    for (let pause = POLL_FIRST_MS; ; pause = Math.min(2 * pause, POLL_LAST_MS)) {
      if (this.hasEnded()) return true;
      const left = until - performance.now();
      if (left <= 0 || signal?.aborted === true) return false;
      await sleep(Math.min(pause, left), signal);
    }
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    closeHandle(this.libraries, this.handle);
  }
}

/**
 * Opens the process that has this PID now, asks it if it `is` the one by its time of creation, and closes it. Null where it may not be
 * opened, or is another one.
 */
export function withProcess<T>(
  libraries: Libraries,
  pid: number,
  access: number,
  is: (created: bigint) => boolean,
  ask: (handle: ProcessHandle, created: bigint) => T | null,
): T | null {
  const opened = tryOpenProcess(libraries, pid, access);
  if (typeof opened === 'number') return null;
  try {
    const created = opened.creationTime();
    return created !== null && is(created) ? ask(opened, created) : null;
  } finally {
    opened.close();
  }
}

/** Closes a handle of any kind. */
export function closeHandle(libraries: Libraries, handle: number): void {
  libraries.required<(handle: number) => number>('kernel32', 'int32 CloseHandle(intptr_t)')(handle);
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
