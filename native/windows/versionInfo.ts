/** What a program's file says of itself: company, product, description, version. Read once for each file. */
import fs from 'node:fs';
import path from 'node:path';
import type { Libraries } from './libraries';
import { toUtf16 } from './utf16';
import { NO_VERSION, parseVersionInfo } from './versionBlock';
import type { VersionStrings } from './versionBlock';

/** Files that are remembered */
const MOST_FILES = 1000;
/** Bytes of a version resource that are read; the length of one is a 16-bit number. */
const LARGEST = 1024 * 1024;
/** GetDriveTypeW: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew */
const DRIVE_REMOTE = 4;

interface Kept {
  modifiedMs: number;
  size: number;
  strings: VersionStrings;
}

export class VersionInfo {
  private readonly files = new Map<string, Kept>();

  constructor(private readonly libraries: Libraries) {}

  /** Nothing where the file has no such resource, may not be read, or lies on another machine, which a reading must not wait for. */
  of(file: string): VersionStrings {
    if (this.isRemote(file)) return NO_VERSION;
    let modifiedMs: number;
    let size: number;
    try {
      ({ mtimeMs: modifiedMs, size } = fs.statSync(file));
    } catch {
      return NO_VERSION;
    }
    const kept = this.files.get(file);
    if (kept?.modifiedMs === modifiedMs && kept.size === size) return kept.strings;
    const strings = this.read(file);
    this.files.delete(file);
    if (this.files.size >= MOST_FILES) this.files.delete(this.files.keys().next().value!);
    this.files.set(file, { modifiedMs, size, strings });
    return strings;
  }

  private isRemote(file: string): boolean {
    const { root } = path.win32.parse(file);
    if (!/^[a-z]:\\$/i.test(root)) return true;
    const driveType = this.libraries.required<(root: Uint8Array) => number>(
      'kernel32',
      'uint32 GetDriveTypeW(void *)',
    );
    return driveType(toUtf16(root)) === DRIVE_REMOTE;
  }

  private read(file: string): VersionStrings {
    const name = toUtf16(file);
    const sizeOf = this.libraries.required<(file: Uint8Array, ignored: Uint32Array) => number>(
      'version',
      'uint32 GetFileVersionInfoSizeW(void *, void *)',
    );
    const size = sizeOf(name, new Uint32Array(1));
    if (size === 0 || size > LARGEST) return NO_VERSION;
    const fill = this.libraries.required<
      (file: Uint8Array, ignored: number, size: number, into: Uint8Array) => number
    >('version', 'int32 GetFileVersionInfoW(void *, uint32, uint32, void *)');
    const bytes = new Uint8Array(size);
    return fill(name, 0, size, bytes) === 0 ? NO_VERSION : parseVersionInfo(bytes);
  }
}
