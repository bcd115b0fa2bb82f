/**
 * What a process was started with. Its arguments and environment lie in its own memory, where it may write what it likes: every
 * length is bounded, and what cannot be read is not known.
 */
import koffi from 'koffi';
import type { ProcessIdentity } from '../../shared/orders';
import type { ProcessInfo } from '../../shared/socket';
import { fileTimeMs, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_VM_READ, withProcess } from './handles';
import type { ProcessHandle } from './handles';
import type { Libraries } from './libraries';
import { decodeUtf16 } from './utf16';

/** PROCESSINFOCLASS (winternl.h; 60: https://learn.microsoft.com/windows/win32/procthread/zwqueryinformationprocess) */
const PROCESS_BASIC_INFORMATION = 0;
const PROCESS_COMMAND_LINE_INFORMATION = 60;
const STATUS_SUCCESS = 0;

/** Bytes. A command line has 32,767 characters at most (CreateProcessW); UNICODE_STRING comes before it. */
const COMMAND_LINE_ROOM = 16 + 65_536;
/** Bytes of an environment that are read at most; Windows sets no limit. */
const LARGEST_ENVIRONMENT = 1024 * 1024;

/** UNICODE_STRING (ntdef.h), for 64 bits: Length in bytes, MaximumLength, Buffer */
const UNICODE_STRING = { size: 16, buffer: 8 } as const;
/** PROCESS_BASIC_INFORMATION (winternl.h), for 64 bits */
const BASIC = { size: 48, peb: 8 } as const;
/** PEB (winternl.h), for 64 bits */
const PEB_PARAMETERS = 0x20n;
/**
 * RTL_USER_PROCESS_PARAMETERS, for 64 bits: CommandLine is in winternl.h; Environment and EnvironmentSize, in bytes and since
 * Windows Vista, are in the headers of the phnt project, and undocumented.
 */
const PARAMETERS = { commandLine: 0x70n, environment: 0x80n, environmentSize: 0x3f0n } as const;

type QueryProcess = (
  process: number,
  kind: number,
  into: Uint8Array,
  room: number,
  length: Uint32Array,
) => number;

/** Its command line as it was given; null where it may not be read, or the process is gone or another one. */
export function commandLineOf(libraries: Libraries, { pid, startKey }: ProcessInfo): string | null {
  const is = (created: bigint): boolean => String(created) === startKey;
  const told = withProcess(libraries, pid, PROCESS_QUERY_LIMITED_INFORMATION, is, (handle) =>
    new ProcessMemory(libraries, handle).askedCommandLine(),
  );
  // Windows 8 and earlier, and Wine: of a process whose memory may be read
  return told ?? inside(libraries, pid, is, (memory) => memory.readCommandLine());
}

/**
 * Those of the named variables that are set in its environment, which is that of now. None where its memory may not be read, and of a
 * 32-bit process, which keeps it elsewhere.
 */
export function variablesOf(
  libraries: Libraries,
  { pid, startedAt }: ProcessIdentity,
  names: readonly string[],
): Record<string, string> {
  const block = inside(
    libraries,
    pid,
    (created) => fileTimeMs(created) === startedAt,
    (memory) => memory.environment(),
  );
  return block === null ? {} : parseEnvironment(block, names);
}

function inside<T>(
  libraries: Libraries,
  pid: number,
  is: (created: bigint) => boolean,
  ask: (memory: ProcessMemory) => T | null,
): T | null {
  return withProcess(libraries, pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, is, (handle) =>
    handle.bits() === 64 ? ask(new ProcessMemory(libraries, handle)) : null,
  );
}

/** Reads one process's memory through an open handle. */
class ProcessMemory {
  constructor(
    private readonly libraries: Libraries,
    private readonly process: ProcessHandle,
  ) {}

  /** The command line as Windows tells it of any process that may be asked (Windows 8.1 and later); null where it does not. */
  askedCommandLine(): string | null {
    const bytes = new Uint8Array(COMMAND_LINE_ROOM);
    if (!this.query(PROCESS_COMMAND_LINE_INFORMATION, bytes)) return null;
    const view = new DataView(bytes.buffer);
    const start = Number(view.getBigUint64(UNICODE_STRING.buffer, true) - koffi.address(bytes));
    if (start < UNICODE_STRING.size || start > bytes.length) return null;
    return decodeUtf16(bytes, start, start + view.getUint16(0, true));
  }

  /** The same from its memory; needs PROCESS_VM_READ, and a process of 64 bits. */
  readCommandLine(): string | null {
    const parameters = this.parameters();
    const string =
      parameters === null ? null : this.read(parameters + PARAMETERS.commandLine, UNICODE_STRING.size);
    if (string === null) return null;
    const view = new DataView(string.buffer);
    const text = this.read(view.getBigUint64(UNICODE_STRING.buffer, true), view.getUint16(0, true));
    return text === null ? null : decodeUtf16(text, 0, text.length);
  }

  /** Its environment block; needs PROCESS_VM_READ, and a process of 64 bits. Null where it cannot be read. */
  environment(): Uint8Array | null {
    const parameters = this.parameters();
    const at = parameters === null ? null : this.readPointer(parameters + PARAMETERS.environment);
    const size = parameters === null ? null : this.readPointer(parameters + PARAMETERS.environmentSize);
    if (at === null || size === null || size > LARGEST_ENVIRONMENT) return null;
    return this.read(at, Number(size));
  }

  private parameters(): bigint | null {
    const basic = new Uint8Array(BASIC.size);
    if (!this.query(PROCESS_BASIC_INFORMATION, basic)) return null;
    const peb = new DataView(basic.buffer).getBigUint64(BASIC.peb, true);
    return peb === 0n ? null : this.readPointer(peb + PEB_PARAMETERS);
  }

  private readPointer(address: bigint): bigint | null {
    const bytes = this.read(address, 8);
    return bytes === null ? null : new DataView(bytes.buffer).getBigUint64(0, true);
  }

  /** All of these bytes, or null. */
  private read(address: bigint, length: number): Uint8Array | null {
    if (address === 0n || length === 0) return null;
    const call = this.libraries.required<
      (process: number, address: bigint, into: Uint8Array, length: number, done: BigUint64Array) => number
    >('kernel32', 'int32 ReadProcessMemory(intptr_t, uint64, void *, uint64, void *)');
    const bytes = new Uint8Array(length);
    const done = new BigUint64Array(1);
    if (call(this.process.handle, address, bytes, length, done) === 0) return null;
    return done[0] === BigInt(length) ? bytes : null;
  }

  private query(kind: number, into: Uint8Array): boolean {
    const call = this.libraries.optional<QueryProcess>(
      'ntdll',
      'uint32 NtQueryInformationProcess(intptr_t, int32, void *, uint32, void *)',
    );
    return call?.(this.process.handle, kind, into, into.length, new Uint32Array(1)) === STATUS_SUCCESS;
  }
}

/**
 * Those of the named variables that an environment block sets, under the names asked for: Windows does not tell upper from lower
 * case. https://learn.microsoft.com/windows/win32/procthread/environment-variables
 */
export function parseEnvironment(block: Uint8Array, names: readonly string[]): Record<string, string> {
  const wanted = new Map(names.map((name) => [name.toUpperCase(), name]));
  const found = new Map<string, string>();
  for (let at = 0; ;) {
    let end = at;
    while (end + 1 < block.length && (block[end] !== 0 || block[end + 1] !== 0)) end += 2;
    if (end === at) return Object.fromEntries(found); // an empty entry is the end
    const entry = decodeUtf16(block, at, end);
    // The first character may be a "=" that belongs to the name: `=C:=C:\folder`.
    const split = entry.indexOf('=', 1);
    const name = split < 0 ? undefined : wanted.get(entry.slice(0, split).toUpperCase());
    if (name !== undefined && !found.has(name)) found.set(name, entry.slice(split + 1));
    at = end + 2;
  }
}
