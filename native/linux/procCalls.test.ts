import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsLinux, needsRoot } from './fixtures/needs';
import { unprivileged } from './fixtures/stage';
import {
  CLOSED,
  closeFd,
  directoryEntries,
  fileIs,
  linkIs,
  openDirectory,
  openFileAt,
  readFileNow,
  readLinkAt,
  readSocketLink,
  statSize,
} from './procCalls';

let folder: string;
let fd: number;
beforeEach((context) => {
  needsLinux(context);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-calls-'));
  fd = openDirectory(folder) as number;
});
afterEach(() => {
  if (folder === undefined) return;
  closeFd(fd);
  fs.rmSync(folder, { recursive: true });
});

/** Ascending already. */
const entries = (): number[] => [...directoryEntries(fd)];

const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString();

describe('a directory', () => {
  it('opens, is closed, and does not stay open in programs that are started', () => {
    expect(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/^flags:\t0?2\d{6}$/m); // O_CLOEXEC
    closeFd(fd);
    expect(fs.existsSync(`/proc/self/fd/${fd}`)).toBe(false);
    fd = openDirectory(folder) as number;
  });

  it('that is none is told from one that may not be read', (context) => {
    expect(openDirectory(path.join(folder, 'nowhere'))).toBe('ended');
    fs.writeFileSync(path.join(folder, 'file'), '');
    expect(openDirectory(path.join(folder, 'file'))).toBe('unreadable');
    needsRoot(context);
    const locked = path.join(folder, 'locked');
    fs.mkdirSync(locked, 0o700);
    expect(unprivileged(() => openDirectory(locked))).toBe('unreadable');
  });

  it('lists the names that are numbers, as often as it is asked', () => {
    expect(entries()).toEqual([]);
    const numbers = [0, 7, 42, 123456, 4194304];
    for (const name of [...numbers, '12a', 'a12', '-1', '1.5', ' 3', '١', 'socket', 'x'.repeat(255)])
      fs.writeFileSync(path.join(folder, String(name)), '');
    for (let time = 0; time < 2; time++) expect(entries()).toEqual(numbers);
    fs.rmSync(path.join(folder, '7'));
    expect(entries()).not.toContain(7);
  });

  it('lists more names than one call gives', () => {
    for (let name = 0; name < 3000; name++) fs.writeFileSync(path.join(folder, String(name)), '');
    expect(entries()).toEqual(Array.from({ length: 3000 }, (_, name) => name));
  });

  it('that is closed lists nothing', () => {
    expect([...directoryEntries(-1)]).toEqual([]);
  });
});

describe('a link', () => {
  it('is read whole, whatever its length', () => {
    // The longest that symlink(2) takes
    for (const target of ['a', 'socket:[12]', 'ü'.repeat(100), 'x'.repeat(4095)]) {
      fs.symlinkSync(target, path.join(folder, 'link'));
      expect(text(readLinkAt(fd, 'link'))).toBe(target);
      fs.rmSync(path.join(folder, 'link'));
    }
  });

  it('of a descriptor says which socket it is', () => {
    const read = (target: string): number => {
      fs.symlinkSync(target, path.join(folder, '1234567'));
      const inode = readSocketLink(fd, 1234567);
      fs.rmSync(path.join(folder, '1234567'));
      return inode;
    };
    expect(read('socket:[4711]')).toBe(4711);
    expect(read('socket:[4294967295]')).toBe(4294967295);
    // Shorter than the one before, and like its beginning
    for (const other of [
      's',
      'socket:[',
      'pipe:[4711]',
      '/socket:[4711]',
      'anon_inode:[eventpoll]',
      'x'.repeat(4095),
    ])
      expect(read(other)).toBe(0);
  });

  it('of a descriptor that has gone is told from one that may not be read', () => {
    for (const descriptor of [0, 9, 10, 99, 100, 2 ** 31 - 1])
      expect(readSocketLink(fd, descriptor)).toBe(CLOSED);
    fs.writeFileSync(path.join(folder, '3'), '');
    expect(readSocketLink(fd, 3)).toBe(-1); // EINVAL: no link
    expect(readSocketLink(-1, 3)).toBe(-1); // EBADF
    expect(readLinkAt(fd, 'nowhere')).toBeNull();
  });
});

describe('a file', () => {
  it('is read from its beginning, as often as it is asked, and no further than a page', () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    const opened = openFileAt(fd, 'file');
    const read = (): string => Buffer.from(readFileNow(opened)!).toString('latin1');
    expect(read()).toBe('');
    fs.writeFileSync(file, Buffer.from([0x61, 0, 0xff, 0x0a]));
    for (let time = 0; time < 2; time++) expect(read()).toBe('a\0ÿ\n');
    fs.writeFileSync(file, 'x'.repeat(10_000));
    expect(read()).toBe('x'.repeat(4096));
    closeFd(opened);
    expect(readFileNow(opened)).toBeNull();
    expect(openFileAt(fd, 'nowhere')).toBe(-1);
  });

  it('is compared with a text, byte by byte', () => {
    fs.writeFileSync(path.join(folder, 'file'), Buffer.from([0x61, 0xff, 0x0a]));
    const opened = openFileAt(fd, 'file');
    expect(['aÿ\n', 'aÿ', 'aÿ\n\n', 'aÿ\t', ''].map((text) => fileIs(opened, text))).toEqual([
      ...[true, false, false, false, false],
    ]);
    closeFd(opened);
    expect(fileIs(opened, '')).toBeNull();
    fs.symlinkSync('/bin/sh', path.join(folder, 'link'));
    expect(['/bin/sh', '/bin/s', '/bin/sh2', ''].map((text) => linkIs(fd, 'link', text))).toEqual([
      ...[true, false, false, false],
    ]);
    // None is as good as an empty one: a kernel thread has no executable.
    expect(linkIs(fd, 'nowhere', '')).toBe(true);
  });

  it('has a size, by path or by its open descriptor', () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, 'x'.repeat(1234));
    expect(statSize(-1, file)).toBe(1234);
    const opened = fs.openSync(file, 'r');
    expect(statSize(opened, '')).toBe(1234);
    fs.closeSync(opened);
    expect(statSize(fd, 'file')).toBe(1234);
    expect(statSize(-1, path.join(folder, 'nowhere'))).toBeNull();
    expect(statSize(-1, '')).toBeNull();
  });
});
