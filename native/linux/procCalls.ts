/** The C library calls that read /proc: some ten thousand a second, so without the strings and objects that Node's make. */
import fs from 'node:fs';
import koffi from 'koffi';
import { EINTR, EMFILE, ENFILE, ENOENT, ESRCH } from './errno';
import type { OpenFailure } from './fdDirectory';

/** fcntl.h; Linux has other numbers on arm64 for O_DIRECTORY (asm/fcntl.h): Node's constants are those of the machine. */
const { O_RDONLY, O_DIRECTORY } = fs.constants;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
/** linux/stat.h: the bit of stx_size, its offset in struct statx, and the structure's size. */
const STATX_SIZE = 0x200;
const STX_SIZE_OFFSET = 40;
const STATX_BYTES = 256;
const SEEK_SET = 0;
const SOCKET_LINK = Buffer.from('socket:[');

interface Calls {
  open(path: string, flags: number): number;
  openat(directory: number, path: Uint8Array, flags: number): number;
  pread(fd: number, buffer: Uint8Array, size: number, offset: number): number;
  close(fd: number): number;
  readlinkat(directory: number, path: Uint8Array, buffer: Uint8Array, size: number): number;
  statx(directory: number, path: Uint8Array, flags: number, mask: number, buffer: Uint8Array): number;
  lseek(fd: number, offset: number, whence: number): number;
  getdents64(fd: number, buffer: Uint8Array, size: number): number;
}

let bound: Calls | null = null;

function calls(): Calls {
  if (bound !== null) return bound;
  const lib = koffi.load(null);
  bound = {
    open: lib.func('int open(const char *, int)') as Calls['open'],
    openat: lib.func('int openat(int, void *, int)') as Calls['openat'],
    pread: lib.func('intptr_t pread(int, void *, size_t, int64_t)') as Calls['pread'],
    close: lib.func('int close(int)') as Calls['close'],
    readlinkat: lib.func('intptr_t readlinkat(int, void *, void *, size_t)') as Calls['readlinkat'],
    statx: lib.func('int statx(int, void *, int, uint, void *)') as Calls['statx'],
    lseek: lib.func('int64_t lseek(int, int64_t, int)') as Calls['lseek'],
    getdents64: lib.func('intptr_t getdents64(int, void *, size_t)') as Calls['getdents64'],
  };
  return bound;
}

// One thread reads /proc, one call at a time: the buffers are shared by all.
const pathBuffer = Buffer.alloc(4096);
const linkBuffer = Buffer.alloc(4096);
const statBuffer = Buffer.alloc(STATX_BYTES);
const entryBuffer = Buffer.alloc(32 * 1024);
let numbers = new Int32Array(1024);

/** Opens a directory for the calls below. */
export function openDirectory(path: string): number | OpenFailure {
  for (;;) {
    const fd = calls().open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) return fd;
    const code = koffi.errno();
    if (code === EINTR) continue;
    if (code === ENOENT || code === ESRCH) return 'ended';
    return code === EMFILE || code === ENFILE ? 'limit' : 'unreadable';
  }
}

export function closeFd(fd: number): void {
  calls().close(fd);
}

/** The target of a symbolic link, valid until the next call; null where it cannot be read. */
export function readLinkAt(directory: number, path: string): Uint8Array | null {
  const length = calls().readlinkat(directory, cPath(path), linkBuffer, linkBuffer.length);
  return length < 0 ? null : linkBuffer.subarray(0, length);
}

/** What {@link readSocketLink} says of a descriptor that may not be looked at, and of one that is not open. */
export const REFUSED = -1;
export const CLOSED = -2;

/** The inode number in the link `socket:[4711]` of a descriptor in an open /proc/PID/fd; 0 where it is another link. */
export function readSocketLink(directory: number, descriptor: number): number {
  const length = calls().readlinkat(directory, numberPath(descriptor), linkBuffer, linkBuffer.length);
  if (length < 0) return wasRefused() ? REFUSED : CLOSED;
  for (let i = 0; i < SOCKET_LINK.length; i++) if (linkBuffer[i] !== SOCKET_LINK[i]) return 0;
  return decimal(linkBuffer, SOCKET_LINK.length, length - 1);
}

/** Whether the last call failed for want of permission, rather than because what it was about has gone. */
function wasRefused(): boolean {
  const code = koffi.errno();
  return code !== ENOENT && code !== ESRCH;
}

/** Opens a file beside an open directory; -1 where that cannot be. */
export function openFileAt(directory: number, path: string): number {
  return calls().openat(directory, cPath(path), O_RDONLY | O_CLOEXEC);
}

/** The beginning of a small open file, valid until the next call; null where it cannot be read. */
export function readFileNow(fd: number): Uint8Array | null {
  const length = calls().pread(fd, linkBuffer, linkBuffer.length, 0);
  return length < 0 ? null : linkBuffer.subarray(0, length);
}

/** Whether a symbolic link's target is this text (bytes as Latin-1), without making a text of it. */
export function linkIs(directory: number, path: string, text: string): boolean {
  return isText(calls().readlinkat(directory, cPath(path), linkBuffer, linkBuffer.length), text);
}

/** Whether a small open file holds just this text; null where it cannot be read. */
export function fileIs(fd: number, text: string): boolean | null {
  const length = calls().pread(fd, linkBuffer, linkBuffer.length, 0);
  return length < 0 ? null : isText(length, text);
}

function isText(length: number, text: string): boolean {
  if (Math.max(length, 0) !== text.length) return false;
  for (let i = 0; i < length; i++) if (linkBuffer[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The size of a file by path, or of the open directory where the path is empty; null where it has gone. */
export function statSize(directory: number, path: string): number | null {
  const flags = path === '' ? AT_EMPTY_PATH : 0;
  const base = path.startsWith('/') ? AT_FDCWD : directory;
  if (calls().statx(base, cPath(path), flags, STATX_SIZE, statBuffer) < 0) return null;
  return statBuffer.readUInt32LE(STX_SIZE_OFFSET);
}

/**
 * The entries of an open directory whose names are numbers, ascending; valid until the next call (man 2 getdents: u64 inode,
 * i64 offset, u16 length, u8 type, name).
 */
export function directoryEntries(directory: number): Int32Array {
  let count = 0;
  let ascending = true;
  if (calls().lseek(directory, 0, SEEK_SET) < 0) return numbers.subarray(0, 0);
  for (;;) {
    const length = calls().getdents64(directory, entryBuffer, entryBuffer.length);
    if (length <= 0) break;
    for (let at = 0; at + 19 < length;) {
      const size = entryBuffer[at + 16]! | (entryBuffer[at + 17]! << 8);
      const number = decimal(entryBuffer, at + 19, at + size);
      at += Math.max(size, 20);
      if (number < 0) continue;
      if (count === numbers.length) numbers = grown(numbers);
      if (count > 0 && numbers[count - 1]! > number) ascending = false;
      numbers[count++] = number;
    }
  }
  const found = numbers.subarray(0, count);
  return ascending ? found : found.sort(); // /proc sorts by itself
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** The number that the text from `at` to `end`, or to a NUL, spells; -1 where it is none. */
function decimal(text: Uint8Array, at: number, end: number): number {
  let number = 0;
  for (let i = at; i < end && text[i] !== 0; i++) {
    const digit = text[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = 10 * number + digit;
  }
  return number;
}

/** A number's digits as a path, without the string. */
function numberPath(number: number): Uint8Array {
  let end = 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) end++;
  pathBuffer[end] = 0;
  for (let i = end - 1, rest = number; i >= 0; i--, rest = Math.floor(rest / 10))
    pathBuffer[i] = 0x30 + (rest % 10);
  return pathBuffer;
}

/** A path as C wants it. Short and ASCII: what this module is given are numbers and names in /proc. */
function cPath(path: string): Uint8Array {
  pathBuffer[pathBuffer.write(path, 'latin1')] = 0;
  return pathBuffer;
}
