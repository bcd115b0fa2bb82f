/** Starts a program as administrator: UAC asks. The one call of Windows that does so is ShellExecuteExW with the verb "runas". */
import path from 'node:path';
import koffi from 'koffi';
import type { KoffiFunc } from 'koffi';
import { ProcessHandle } from './handles';
import { Libraries } from './libraries';
import { quoteArguments } from './quoting';
import { toUtf16 } from './utf16';
import { ERROR_INVALID_PARAMETER, windowsError } from './windowsError';

/** SHELLEXECUTEINFOW of a 64-bit Windows (shellapi.h; learn.microsoft.com: "SHELLEXECUTEINFOW structure"). Bytes. */
export const SHELL_EXECUTE_INFO = {
  size: 112,
  cbSize: 0,
  fMask: 4,
  hwnd: 8,
  lpVerb: 16,
  lpFile: 24,
  lpParameters: 32,
  lpDirectory: 40,
  nShow: 48,
  hInstApp: 56,
  hProcess: 104,
} as const;

// shellapi.h
const SEE_MASK_NOCLOSEPROCESS = 0x40;
/** The call does all its work before it returns: the thread that it runs on has no messages to wait for. */
const SEE_MASK_NOASYNC = 0x100;
/** No dialog of the shell's own: what went wrong is told by us. UAC's question is no such dialog. */
const SEE_MASK_FLAG_NO_UI = 0x400;
// winuser.h
const SW_HIDE = 0;
/** winerror.h: UAC's question was answered with no, or not at all. */
export const ERROR_CANCELLED = 1223;

export interface RunAsOptions {
  /** Absolute path of an executable */
  program: string;
  args: readonly string[];
  /** The window that the question belongs to: without one that is in front it may only blink in the taskbar. 0n for none. */
  window?: bigint;
  /** `open` asks nobody, and gives no more rights than there are. */
  verb?: 'runas' | 'open';
}

/** The outcome of the call, as it lies in memory and in the thread's last error. */
type Call = KoffiFunc<(info: Buffer) => number>;

/**
 * Resolves once the program runs. UAC's question is waited for on a thread of its own, so that everything else goes on.
 *
 * The documentation wants COM initialised on the calling thread, for extensions of the shell; koffi's threads cannot be prepared
 * like that. An executable by its path needs no such extension. Under Wine this works; only real Windows can show it there.
 * @throws NativeError by Windows' code: {@link ERROR_CANCELLED} where the user said no; Error where an argument cannot be handed over
 */
export async function runAs(
  { program, args, window = 0n, verb = 'runas' }: RunAsOptions,
  libraries = new Libraries(),
): Promise<StartedProgram> {
  // Anything else is looked for by the shell: in the current folder, along the PATH, among what is registered.
  if (!path.win32.isAbsolute(program) || !/\.exe$/i.test(program))
    throw windowsError(
      'ShellExecuteExW',
      ERROR_INVALID_PARAMETER,
      `"${program}" is no executable’s whole path.`,
    );
  const layout = SHELL_EXECUTE_INFO;
  const info = Buffer.alloc(layout.size);
  const texts = [
    [layout.lpVerb, verb],
    [layout.lpFile, program],
    [layout.lpParameters, quoteArguments(args)],
    // Not the current folder, which may be anybody's.
    [layout.lpDirectory, path.win32.dirname(program)],
  ] as const;
  const kept = texts.map(([at, text]) => {
    const memory = toUtf16(text);
    info.writeBigUInt64LE(koffi.address(memory), at);
    return memory;
  });
  info.writeUInt32LE(layout.size, layout.cbSize);
  info.writeUInt32LE(SEE_MASK_NOCLOSEPROCESS | SEE_MASK_NOASYNC | SEE_MASK_FLAG_NO_UI, layout.fMask);
  info.writeBigUInt64LE(window, layout.hwnd);
  info.writeInt32LE(SW_HIDE, layout.nShow);

  const call = libraries.required<Call>('shell32', 'int ShellExecuteExW(void *)');
  const code = await new Promise<number>((resolve, reject) => {
    call.async(info, (error: Error | null, isStarted: number) => {
      // At once: koffi has kept the error of this call for its callback.
      const lastError = libraries.lastError();
      if (error === null) resolve(isStarted === 0 ? lastError : 0);
      else reject(error);
    });
  });
  kept.length = 0; // the texts had to be there until now
  if (code !== 0) throw windowsError('ShellExecuteExW', code);
  return new StartedProgram(libraries, Number(info.readBigUInt64LE(layout.hProcess)));
}

/** A program that was started, by the handle that Windows gave for it. */
export class StartedProgram {
  private readonly handle: ProcessHandle | null;

  /** @param handle 0 where Windows gave none: then nothing is known of the program, nor can it be ended */
  constructor(
    private readonly libraries: Libraries,
    handle: number,
  ) {
    const pidOf = libraries.required<(handle: number) => number>('kernel32', 'uint32 GetProcessId(intptr_t)');
    this.handle = handle === 0 ? null : new ProcessHandle(libraries, pidOf(handle), handle);
  }

  /** null where nothing is known of it */
  get pid(): number | null {
    return this.handle?.pid ?? null;
  }

  /** null while it runs, and where nothing is known of it. Not after {@link release}. */
  exitCode(): number | null {
    if (this.handle === null || !this.handle.hasEnded()) return null;
    const code = new Uint32Array(1);
    const read = this.libraries.required<(handle: number, code: Uint32Array) => number>(
      'kernel32',
      'int32 GetExitCodeProcess(intptr_t, void *)',
    );
    return read(this.handle.handle, code) === 0 ? null : code[0]!;
  }

  /** Ends it by force, where Windows lets one with fewer rights do so. Not after {@link release}. */
  end(): void {
    if (this.handle === null) return;
    this.libraries.required<(handle: number, code: number) => number>(
      'kernel32',
      'int32 TerminateProcess(intptr_t, uint32)',
    )(this.handle.handle, 1);
  }

  /** Gives the handle back. */
  release(): void {
    this.handle?.close();
  }
}

/**
 * The window in front, where it is one of these processes': what the user has just clicked in. 0n where it is anybody else's.
 * (learn.microsoft.com: "GetForegroundWindow function", "GetWindowThreadProcessId function")
 */
export function windowInFront(pids: readonly number[], libraries = new Libraries()): bigint {
  const front = BigInt(libraries.required<() => number | bigint>('user32', 'uint64 GetForegroundWindow()')());
  const pid = Buffer.alloc(4);
  libraries.required<(window: bigint, pid: Buffer) => number>(
    'user32',
    'uint32 GetWindowThreadProcessId(uint64, void *)',
  )(front, pid);
  return pids.includes(pid.readUInt32LE()) ? front : 0n;
}
