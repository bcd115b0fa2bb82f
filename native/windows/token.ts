/** The token of a process: whose it is, and what it may do. https://learn.microsoft.com/windows/win32/secauthz/access-tokens */
import type { Libraries } from './libraries';

/** winnt.h: rights to a token */
export const TOKEN_QUERY = 0x0008;
export const TOKEN_ADJUST_PRIVILEGES = 0x0020;

/** A handle of the token of an opened process, to be closed; null where it cannot be had. @param process a process's handle */
export function openToken(libraries: Libraries, process: number, access: number): number | null {
  const open = libraries.required<(process: number, access: number, token: BigInt64Array) => number>(
    'advapi32',
    'int OpenProcessToken(intptr_t, uint32, void *)',
  );
  const token = new BigInt64Array(1);
  return open(process, access, token) === 0 ? null : Number(token[0]);
}

/** Fills in what a token says of one class (TOKEN_INFORMATION_CLASS, winnt.h); false where it says nothing, or more than fits. */
export function queryToken(
  libraries: Libraries,
  token: number,
  informationClass: number,
  into: Uint8Array | Uint32Array,
): boolean {
  const query = libraries.required<
    (token: number, what: number, into: Uint8Array | Uint32Array, size: number, needed: Uint32Array) => number
  >('advapi32', 'int GetTokenInformation(intptr_t, int, void *, uint32, void *)');
  return query(token, informationClass, into, into.byteLength, new Uint32Array(1)) !== 0;
}
