/** Windows' own libraries, bound function by function when they are first called. */
import koffi from 'koffi';
import { NativeError } from '../nativeError';

export const LIBRARIES = [
  'advapi32',
  'iphlpapi',
  'kernel32',
  'nsi',
  'ntdll',
  'shell32',
  'user32',
  'version',
  'ws2_32',
] as const;
export type LibraryName = (typeof LIBRARIES)[number];

const GET_LAST_ERROR = 'uint32 GetLastError()';

/**
 * Where functions come from. Nothing is loaded before it is needed, so that this can be made on every platform; and a function
 * that is undocumented, or that some Windows (or Wine) does not export, is missed only by those who call it.
 */
export class Libraries {
  private readonly loaded = new Map<string, ReturnType<typeof koffi.load>>();
  private readonly bound = new Map<string, unknown>();

  /** @param files other files in place of Windows' own, by library: a test's */
  constructor(private readonly files: Partial<Record<LibraryName, string>> = {}) {}

  /**
   * A function by its C prototype, in koffi's words: `uint32 GetExtendedTcpTable(void *, void *, int, uint32, int, uint32)`.
   * Buffers go in as `void *`, which passes their address. Null where the library does not export it.
   */
  optional<Call>(library: LibraryName, prototype: string): Call | null {
    const key = `${library} ${prototype}`;
    let call = this.bound.get(key);
    if (call === undefined) {
      call = this.bind(library, prototype);
      this.bound.set(key, call);
    }
    return call as Call | null;
  }

  /** The same, of what every Windows has. @throws NativeError where this one does not */
  required<Call>(library: LibraryName, prototype: string): Call {
    const call = this.optional<Call>(library, prototype);
    if (call !== null) return call;
    const name = /(\w+)\s*\(/.exec(prototype)?.[1] ?? prototype;
    throw new NativeError(
      name,
      127,
      'ERROR_PROC_NOT_FOUND',
      `This Windows has no ${name} in ${library}.dll.`,
    );
  }

  /** What the last call on this thread left as its error. To be asked at once, with nothing between. */
  lastError(): number {
    return this.required<() => number>('kernel32', GET_LAST_ERROR)();
  }

  private bind(library: LibraryName, prototype: string): unknown {
    try {
      let loaded = this.loaded.get(library);
      if (loaded === undefined) {
        const isFirst = this.loaded.size === 0;
        loaded = koffi.load(this.files[library] ?? `${library}.dll`);
        this.loaded.set(library, loaded);
        // Bound before any call can fail: to load and look up may change the very error that is to be asked for.
        if (isFirst) this.optional('kernel32', GET_LAST_ERROR);
      }
      return loaded.func(prototype);
    } catch {
      return null;
    }
  }
}
