/**
 * Values of the registry. Functions: winreg.h, documented under
 * https://learn.microsoft.com/windows/win32/api/winreg/nf-winreg-regqueryvalueexw; constants: winnt.h, winreg.h.
 */
import type { Libraries } from './libraries';
import { ERROR_FILE_NOT_FOUND, windowsError } from './windowsError';

/** Predefined handles: 32-bit numbers with their sign extended (winreg.h). */
const ROOTS = {
  HKEY_CURRENT_USER: 0xffff_ffff_8000_0001n,
  HKEY_LOCAL_MACHINE: 0xffff_ffff_8000_0002n,
} as const;
const KEY_QUERY_VALUE = 0x1;
const KEY_SET_VALUE = 0x2;
/** A 32-bit program is to see what the system itself sees. */
const KEY_WOW64_64KEY = 0x100;
const ERROR_MORE_DATA = 234;
export const REG_DWORD = 4;
const TYPES = [
  ...['REG_NONE', 'REG_SZ', 'REG_EXPAND_SZ', 'REG_BINARY', 'REG_DWORD', 'REG_DWORD_BIG_ENDIAN', 'REG_LINK'],
  ...['REG_MULTI_SZ', 'REG_RESOURCE_LIST', 'REG_FULL_RESOURCE_DESCRIPTOR', 'REG_RESOURCE_REQUIREMENTS_LIST'],
  'REG_QWORD',
];

export interface KeyPath {
  root: keyof typeof ROOTS;
  path: string;
}

export interface RegistryValue {
  type: number;
  /** What REG_DWORD holds; null of other types, and where it is not 4 bytes long */
  dword: number | null;
}

type Open = (root: bigint, path: string, options: number, access: number, key: BigUint64Array) => number;
type Query = (
  key: bigint,
  name: string,
  _: null,
  type: Uint32Array,
  data: Uint8Array,
  size: Uint32Array,
) => number;
type SetValue = (
  key: bigint,
  name: string,
  _: number,
  type: number,
  data: Uint8Array,
  size: number,
) => number;

/** `REG_SZ`, or `type 12` */
export function typeName(type: number): string {
  return TYPES[type] ?? `type ${type}`;
}

export class Registry {
  constructor(private readonly libraries: Libraries) {}

  /** Null where there is no such value, or no such key. @throws NativeError */
  read(key: KeyPath, name: string): RegistryValue | null {
    const query = this.libraries.required<Query>(
      'advapi32',
      'int32 RegQueryValueExW(uint64, str16, void *, void *, void *, void *)',
    );
    return this.withKey(key, KEY_QUERY_VALUE, (handle) => {
      const type = new Uint32Array(1);
      const data = new Uint8Array(64);
      const size = new Uint32Array([data.length]);
      const code = query(handle, name, null, type, data, size);
      if (code === ERROR_FILE_NOT_FOUND) return null;
      // Longer than any number: its type is what is to be told.
      if (code !== 0 && code !== ERROR_MORE_DATA) throw windowsError('RegQueryValueExW', code);
      const whole = code === 0 && type[0] === REG_DWORD && size[0] === 4;
      return { type: type[0]!, dword: whole ? new DataView(data.buffer).getUint32(0, true) : null };
    });
  }

  /** Of a key that exists. @throws NativeError */
  writeDword(key: KeyPath, name: string, value: number): void {
    const set = this.libraries.required<SetValue>(
      'advapi32',
      'int32 RegSetValueExW(uint64, str16, uint32, uint32, void *, uint32)',
    );
    const data = new Uint8Array(4);
    new DataView(data.buffer).setUint32(0, value, true);
    const done = this.withKey(key, KEY_SET_VALUE, (handle) => {
      const code = set(handle, name, 0, REG_DWORD, data, data.length);
      if (code !== 0) throw windowsError('RegSetValueExW', code);
      return true;
    });
    if (done === null)
      throw windowsError('RegOpenKeyExW', ERROR_FILE_NOT_FOUND, `There is no key ${key.path}.`);
  }

  /** Nothing is wrong where there was no such value. @throws NativeError */
  delete(key: KeyPath, name: string): void {
    const remove = this.libraries.required<(key: bigint, name: string) => number>(
      'advapi32',
      'int32 RegDeleteValueW(uint64, str16)',
    );
    this.withKey(key, KEY_SET_VALUE, (handle) => {
      const code = remove(handle, name);
      if (code !== 0 && code !== ERROR_FILE_NOT_FOUND) throw windowsError('RegDeleteValueW', code);
    });
  }

  /** Null where the key does not exist. */
  private withKey<Result>(
    { root, path }: KeyPath,
    access: number,
    use: (handle: bigint) => Result,
  ): Result | null {
    const open = this.libraries.required<Open>(
      'advapi32',
      'int32 RegOpenKeyExW(uint64, str16, uint32, uint32, void *)',
    );
    const close = this.libraries.required<(key: bigint) => number>('advapi32', 'int32 RegCloseKey(uint64)');
    const handle = new BigUint64Array(1);
    const code = open(ROOTS[root], path, 0, access | KEY_WOW64_64KEY, handle);
    if (code === ERROR_FILE_NOT_FOUND) return null;
    if (code !== 0) throw windowsError('RegOpenKeyExW', code);
    try {
      return use(handle[0]!);
    } finally {
      close(handle[0]!);
    }
  }
}
