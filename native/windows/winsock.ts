/**
 * Reads Winsock's catalogue. Functions: ws2spi.h and winsock2.h, documented under
 * https://learn.microsoft.com/windows/win32/api/ws2spi/nf-ws2spi-wscenumprotocols,
 * https://learn.microsoft.com/windows/win32/api/ws2spi/nf-ws2spi-wscgetproviderpath,
 * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaenumprotocolsw,
 * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsaenumnamespaceprovidersw and
 * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsastartup.
 * Those whose names end in 32 read the catalogue that 64-bit Windows keeps for 32-bit programs.
 */
import koffi from 'koffi';
import { socketChoices } from '../../shared/winsock';
import type { NameSpaceProvider, Winsock, WinsockCatalogue } from '../../shared/winsock';
import type { Libraries } from './libraries';
import { readUtf16 } from './utf16';
import { windowsError } from './windowsError';
import { decodeNameSpaces, decodeProtocols, decodeStartup, expandVariables } from './winsockEntries';
import type { ProtocolEntry } from './winsockEntries';

const SOCKET_ERROR = -1;
const WSAEFAULT = 10_014;
const WSAENOBUFS = 10_055;
/** What the functions say where the buffer is too small: those of protocols the latter, those of paths and name spaces the former. */
const TOO_SMALL: ReadonlySet<number> = new Set([WSAEFAULT, WSAENOBUFS]);
/** MAKEWORD(2, 2) */
const VERSION_2_2 = 0x0202;

/** Bytes: room for two dozen protocols */
const FIRST_SIZE = 16_384;
/** Bytes: 6,600 protocols. Nothing that asks for more is a catalogue. */
const LARGEST_SIZE = 4 * 1024 * 1024;
/** Somebody may install providers between two calls. */
const ATTEMPTS = 5;
/** UTF-16 units: a path cannot be longer (UNICODE_STRING_MAX_CHARS). */
const LONGEST_PATH = 32_767;

type EnumProtocols = (list: null, buffer: Uint8Array, length: Uint32Array, error: Int32Array) => number;
type EnumVisible = (list: null, buffer: Uint8Array, length: Uint32Array) => number;
type EnumNameSpaces = (length: Uint32Array, buffer: Uint8Array) => number;
type ProviderPath = (id: Uint8Array, path: Uint16Array, length: Int32Array, error: Int32Array) => number;

/** '' reads the catalogue of this program's own width. */
type Suffix = '' | '32';

export class WinsockReader {
  constructor(
    private readonly libraries: Libraries,
    private readonly environment: Readonly<NodeJS.ProcessEnv> = process.env,
  ) {}

  /** Everything there is; what cannot be read is empty and said under `problems`. */
  read(): Winsock {
    const problems: string[] = [];
    const attempt = <Result>(fallback: Result, read: () => Result): Result => {
      try {
        return read();
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        return fallback;
      }
    };
    const startup = attempt(null, () => this.startup());
    const visible = attempt<Set<number> | null>(null, () => this.visible());
    const catalogue = (bits: 32 | 64, suffix: Suffix): WinsockCatalogue => ({
      bits,
      protocols: attempt<ProtocolEntry[]>([], () => this.protocols(suffix)).map((entry) => ({
        ...entry,
        providerPath: this.providerPath(entry.providerId, suffix),
        visible: suffix === '' ? (visible?.has(entry.catalogEntryId) ?? null) : null,
      })),
      nameSpaces: attempt<NameSpaceProvider[]>([], () => this.nameSpaces(suffix)),
    });
    const catalogues = [catalogue(64, '')];
    if (this.libraries.optional('ws2_32', prototypeOf('WSCEnumProtocols32')) !== null)
      catalogues.push(catalogue(32, '32'));
    else problems.push('This Windows does not show the catalogue of 32-bit programs.');
    return { startup, catalogues, sockets: socketChoices(catalogues[0]!), problems };
  }

  /** Which version of Winsock there is. Windows counts the callers, and is told that this one is done. */
  private startup(): NonNullable<Winsock['startup']> {
    const start = this.libraries.required<(version: number, data: Uint8Array) => number>(
      'ws2_32',
      'int WSAStartup(uint16, void *)',
    );
    const stop = this.libraries.required<() => number>('ws2_32', 'int WSACleanup()');
    const data = new Uint8Array(512); // more than a WSADATA
    const code = start(VERSION_2_2, data);
    if (code !== 0) throw windowsError('WSAStartup', code);
    stop();
    return decodeStartup(data);
  }

  /** Every entry, also those that are hidden or layered */
  private protocols(suffix: Suffix): ProtocolEntry[] {
    const name = `WSCEnumProtocols${suffix}`;
    const call = this.libraries.required<EnumProtocols>('ws2_32', prototypeOf(name));
    const error = new Int32Array(1);
    return enumerate(
      name,
      (buffer, length) => call(null, buffer, length, error),
      () => error[0]!,
      (buffer, count) => decodeProtocols(buffer, count, name),
    );
  }

  /** The entries that programs are shown, by their ids */
  private visible(): Set<number> {
    const name = 'WSAEnumProtocolsW';
    const call = this.libraries.required<EnumVisible>('ws2_32', `int ${name}(void *, void *, void *)`);
    const lastError = this.lastError();
    const entries = enumerate(
      name,
      (buffer, length) => call(null, buffer, length),
      lastError,
      (buffer, count) => decodeProtocols(buffer, count, name),
    );
    return new Set(entries.map(({ catalogEntryId }) => catalogEntryId));
  }

  private nameSpaces(suffix: Suffix): NameSpaceProvider[] {
    const name = suffix === '' ? 'WSAEnumNameSpaceProvidersW' : 'WSCEnumNameSpaceProviders32';
    const call = this.libraries.required<EnumNameSpaces>('ws2_32', `int ${name}(void *, void *)`);
    const lastError = this.lastError();
    return enumerate(
      name,
      (buffer, length) => call(length, buffer),
      lastError,
      (buffer, count) => decodeNameSpaces(buffer, count, koffi.address(buffer), name),
    );
  }

  /**
   * The path as the catalogue has it: what it calls System32 in the catalogue of 32-bit programs is SysWOW64 to everybody else.
   * Null where Windows has none, or does not tell.
   */
  private providerPath(providerId: string, suffix: Suffix): string | null {
    const call = this.libraries.optional<ProviderPath>(
      'ws2_32',
      `int WSCGetProviderPath${suffix}(void *, void *, void *, void *)`,
    );
    if (call === null) return null;
    const id = guidBytes(providerId);
    const error = new Int32Array(1);
    const length = new Int32Array([260]); // MAX_PATH
    for (let attempt = 0; attempt < 2; attempt++) {
      const path = new Uint16Array(length[0]!);
      if (call(id, path, length, error) !== SOCKET_ERROR) {
        const text = readUtf16(path, 0, path.length);
        return text === '' ? null : expandVariables(text, this.environment);
      }
      if (!TOO_SMALL.has(error[0]!)) return null;
      // It need not say how much it wants.
      length[0] = LONGEST_PATH;
    }
    return null;
  }

  /** Bound now: to bind it after a call could change what that call left. */
  private lastError(): () => number {
    this.libraries.lastError();
    return () => this.libraries.lastError();
  }
}

/**
 * Calls until the buffer is large enough.
 * @param call returns how many entries it wrote, or SOCKET_ERROR, and sets the length to what it wants (bytes)
 */
function enumerate<Entry>(
  name: string,
  call: (buffer: Uint8Array, length: Uint32Array) => number,
  lastError: () => number,
  decode: (buffer: Uint8Array, count: number) => Entry[],
): Entry[] {
  let size = FIRST_SIZE;
  let code = 0;
  for (let attempt = 0; attempt < ATTEMPTS && size <= LARGEST_SIZE; attempt++) {
    const buffer = new Uint8Array(size);
    const length = new Uint32Array([size]);
    const count = call(buffer, length);
    if (count !== SOCKET_ERROR) return decode(buffer, count);
    code = lastError();
    if (!TOO_SMALL.has(code)) throw windowsError(name, code);
    size = Math.max(length[0]!, 2 * size);
  }
  throw windowsError(name, code, 'The catalogue kept growing, or claims a size that no catalogue has.');
}

/** Of WSCEnumProtocols and its twin */
function prototypeOf(name: string): string {
  return `int ${name}(void *, void *, void *, void *)`;
}

/** The bytes of {@link guid}'s text */
function guidBytes(text: string): Uint8Array {
  const hex = text.replace(/[{}-]/g, '');
  const byte = (i: number): number => parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], byte);
}
