/** Whom a process runs as: the user of its token, by name. */
import koffi from 'koffi';
import { closeHandle } from './handles';
import type { Libraries } from './libraries';
import { openToken, queryToken, TOKEN_QUERY } from './token';
import { readUtf16 } from './utf16';

/** TOKEN_INFORMATION_CLASS.TokenUser (winnt.h) */
const TOKEN_USER = 1;
/** TOKEN_USER begins with SID_AND_ATTRIBUTES: a pointer to the SID, which lies behind it in the same buffer. */
const SID_POINTER = 0;
/** Bytes; TOKEN_USER takes 16 and a SID 68 (SECURITY_MAX_SID_SIZE) at most. */
const TOKEN_USER_ROOM = 256;
/** SID: revision, number of sub-authorities, authority (6 bytes, big-endian), sub-authorities (4 bytes each) */
const SID_HEADER = 8;
const MOST_SUB_AUTHORITIES = 15;
/** Characters of an account's or a domain's name: more than either may have (lmcons.h: UNLEN 256, DNLEN 15; DNS domains 255). */
const NAME_ROOM = 512;
/** Users whose name is remembered */
const MOST_USERS = 1000;

/** The SID that begins at this offset, in bytes of its own; null where there is none. */
export function sidAt(bytes: Uint8Array, offset: number): Uint8Array | null {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + SID_HEADER > bytes.length) return null;
  const count = bytes[offset + 1]!;
  const end = offset + SID_HEADER + 4 * count;
  if (bytes[offset] !== 1 || count > MOST_SUB_AUTHORITIES || end > bytes.length) return null;
  return bytes.slice(offset, end);
}

/** `S-1-5-18`, as ConvertSidToStringSid writes it ([MS-DTYP] 2.4.2.1). */
export function sidText(sid: Uint8Array): string {
  const view = new DataView(sid.buffer, sid.byteOffset, sid.length);
  const high = view.getUint16(2, false);
  const low = view.getUint32(4, false);
  // An authority that does not fit 32 bits is written in hexadecimal.
  const hex = (value: number, digits: number): string =>
    value.toString(16).toUpperCase().padStart(digits, '0');
  const authority = high === 0 ? String(low) : `0x${hex(high, 4)}${hex(low, 8)}`;
  const parts = Array.from({ length: sid[1]! }, (_, i) => view.getUint32(SID_HEADER + 4 * i, true));
  return ['S', sid[0], authority, ...parts].join('-');
}

type LookupAccountSid = (
  system: null,
  sid: Uint8Array,
  name: Uint16Array,
  nameSize: Uint32Array,
  domain: Uint16Array,
  domainSize: Uint32Array,
  use: Uint32Array,
) => number;

/**
 * Names users by SID, each once. Windows answers for accounts that have logged on here from what it keeps of them, as the users of
 * processes have.
 */
export class UserNames {
  private readonly names = new Map<string, string>();

  constructor(private readonly libraries: Libraries) {}

  /** The user of an open process: `DOMAIN\name`, the SID where it has no name; null where the token may not be read. */
  of(processHandle: number): string | null {
    const sid = this.sidOf(processHandle);
    return sid === null ? null : this.name(sid);
  }

  /** The user with this SID: `DOMAIN\name`, or the SID as text. */
  name(sid: Uint8Array): string {
    const text = sidText(sid);
    let name = this.names.get(text);
    if (name === undefined) {
      name = this.lookUp(sid) ?? text;
      if (this.names.size >= MOST_USERS) this.names.clear();
      this.names.set(text, name);
    }
    return name;
  }

  private sidOf(processHandle: number): Uint8Array | null {
    const { libraries } = this;
    const token = openToken(libraries, processHandle, TOKEN_QUERY);
    if (token === null) return null;
    const bytes = new Uint8Array(TOKEN_USER_ROOM);
    const isTold = queryToken(libraries, token, TOKEN_USER, bytes);
    closeHandle(libraries, token);
    if (!isTold) return null;
    const pointer = new DataView(bytes.buffer).getBigUint64(SID_POINTER, true);
    return sidAt(bytes, Number(pointer - koffi.address(bytes)));
  }

  private lookUp(sid: Uint8Array): string | null {
    const call = this.libraries.required<LookupAccountSid>(
      'advapi32',
      'int32 LookupAccountSidW(void *, void *, void *, void *, void *, void *, void *)',
    );
    const name = new Uint16Array(NAME_ROOM);
    const domain = new Uint16Array(NAME_ROOM);
    const nameSize = new Uint32Array([NAME_ROOM]);
    const domainSize = new Uint32Array([NAME_ROOM]);
    if (call(null, sid, name, nameSize, domain, domainSize, new Uint32Array(1)) === 0) return null;
    const user = readUtf16(name, 0, NAME_ROOM);
    const home = readUtf16(domain, 0, NAME_ROOM);
    return user === '' ? null : home === '' ? user : `${home}\\${user}`;
  }
}
