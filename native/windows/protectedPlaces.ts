/** Where only administrators may write, as Windows itself says: what is to run with their rights must lie there. */
import { closeHandle } from './handles';
import { Libraries } from './libraries';
import { decodeUtf16, toUtf16 } from './utf16';
import { ERROR_ACCESS_DENIED, windowsError } from './windowsError';

/** shlobj_core.h */
const CSIDL_PROGRAM_FILES = 0x26;
const MAX_PATH = 260;

// winnt.h; those of files and folders share their numbers (learn.microsoft.com: "File Access Rights Constants")
const FILE_WRITE_DATA = 0x2;
const FILE_APPEND_DATA = 0x4;
const FILE_DELETE_CHILD = 0x40;
const DELETE = 0x1_0000;
const WRITE_DAC = 0x4_0000;
const WRITE_OWNER = 0x8_0000;
/** In a folder the first two add files and folders: Windows loads libraries from "program.exe.local" for example. */
const RIGHTS = [FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_DELETE_CHILD, DELETE, WRITE_DAC, WRITE_OWNER];
/** FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_SHARE_DELETE */
const SHARE_ALL = 7;
const OPEN_EXISTING = 3;
/** Without it folders cannot be opened. */
const FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;
const INVALID_HANDLE_VALUE = -1;

/**
 * `C:\Program Files`, from the registry's part that is the administrators': the environment would say what the user wants.
 * (learn.microsoft.com: "SHGetFolderPathW function")
 * @throws NativeError
 */
export function programFiles(libraries = new Libraries()): string {
  type Call = (window: null, folder: number, token: null, flags: number, path: Buffer) => number;
  const path = Buffer.alloc(MAX_PATH * 2);
  const result = libraries.required<Call>(
    'shell32',
    'int32 SHGetFolderPathW(void *, int, void *, uint32, void *)',
  )(null, CSIDL_PROGRAM_FILES, null, 0, path);
  // An HRESULT of a Windows error has its code in the lower half.
  if (result !== 0) throw windowsError('SHGetFolderPathW', result & 0xffff);
  return decodeUtf16(path, 0, path.length);
}

/**
 * Whether this process, with the rights that it has, may change or replace a file or folder, or put something into the folder.
 * Windows is asked for each such right by opening with it, which changes nothing. Only a plain "access denied" is a no.
 * (learn.microsoft.com: "CreateFileW function")
 */
export function mayReplace(path: string, libraries = new Libraries()): boolean {
  type Open = (
    path: Buffer,
    access: number,
    share: number,
    security: null,
    creation: number,
    flags: number,
    template: null,
  ) => number;
  const open = libraries.required<Open>(
    'kernel32',
    'intptr_t CreateFileW(void *, uint32, uint32, void *, uint32, uint32, void *)',
  );
  return RIGHTS.some((right) => {
    const handle = open(
      toUtf16(path),
      right,
      SHARE_ALL,
      null,
      OPEN_EXISTING,
      FILE_FLAG_BACKUP_SEMANTICS,
      null,
    );
    if (handle === INVALID_HANDLE_VALUE) return libraries.lastError() !== ERROR_ACCESS_DENIED;
    closeHandle(libraries, handle);
    return true;
  });
}
