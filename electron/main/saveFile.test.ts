import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveFile } from './saveFile';

const LINUX_ROOT = process.platform === 'linux' && process.getuid?.() === 0;

let folder: string;
let file: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-save-'));
  file = path.join(folder, 'sockets.csv');
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs with a small disk in `folder`, where this user may mount one; says whether it could. */
async function onDisk(
  options: string,
  use: (remount: (options: string) => void) => Promise<void>,
): Promise<boolean> {
  const mount = (given: string): void => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', given, 'tmpfs', folder], { stdio: 'ignore' });
  };
  try {
    mount(options);
  } catch {
    return false;
  }
  try {
    await use((given) => mount(`remount,${given}`));
  } finally {
    execFileSync('umount', [folder]);
  }
  return true;
}

describe('saveFile', () => {
  it('writes a new file, and nothing beside it', async () => {
    await saveFile(file, 'id\r\nä\r\n');
    expect(fs.readFileSync(file, 'utf8')).toBe('id\r\nä\r\n');
    expect(fs.readdirSync(folder)).toEqual(['sockets.csv']);
  });

  it('replaces a file', async () => {
    fs.writeFileSync(file, 'old and longer');
    await saveFile(file, 'new');
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
    expect(fs.readdirSync(folder)).toEqual(['sockets.csv']);
  });

  it.skipIf(process.platform === 'win32')('keeps a private file private', async () => {
    fs.writeFileSync(file, 'old', { mode: 0o600 });
    await saveFile(file, 'new');
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it.skipIf(process.platform === 'win32')('writes through a symbolic link', async () => {
    const link = path.join(folder, 'link.csv');
    const target = path.join(folder, 'target.csv');
    fs.writeFileSync(target, 'before');
    fs.symlinkSync(target, link);
    await saveFile(link, 'after');
    expect(fs.readFileSync(target, 'utf8')).toBe('after');
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('says that the folder does not exist', async () => {
    const elsewhere = path.join(folder, 'missing', 'sockets.csv');
    await expect(saveFile(elsewhere, 'new')).rejects.toThrow(
      `${elsewhere} was not saved. That folder does not exist. (ENOENT)`,
    );
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing where the name is a folder’s', async () => {
    fs.mkdirSync(file);
    fs.writeFileSync(path.join(file, 'kept'), 'kept');
    await expect(saveFile(file, 'new')).rejects.toThrow(/was not saved/);
    expect(fs.readdirSync(folder)).toEqual(['sockets.csv']);
    expect(fs.readFileSync(path.join(file, 'kept'), 'utf8')).toBe('kept');
  });

  it('can save to one name twice at once: one of them stays, whole', async () => {
    const texts = ['a', 'b'].map((letter) => letter.repeat(1_000_000));
    await Promise.all(texts.map((text) => saveFile(file, text)));
    expect(texts).toContain(fs.readFileSync(file, 'utf8'));
    expect(fs.readdirSync(folder)).toEqual(['sockets.csv']);
  });

  it('touches no file that it did not make', async () => {
    const neighbour = `${file}.${process.pid}.partial`;
    fs.writeFileSync(neighbour, 'somebody’s');
    await saveFile(file, 'new');
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
    expect(fs.readFileSync(neighbour, 'utf8')).toBe('somebody’s');
  });

  it('keeps the file that was there when the disk is full', async (context) => {
    const tried = await onDisk('size=64k', async () => {
      fs.writeFileSync(file, 'old');
      await expect(saveFile(file, 'new'.repeat(100_000))).rejects.toThrow(/The disk is full\. \(ENOSPC\)$/);
      expect(fs.readFileSync(file, 'utf8')).toBe('old');
      expect(fs.readdirSync(folder)).toEqual(['sockets.csv']);
    });
    context.skip(!tried, 'needs the right to mount');
  });

  it('keeps the file that was there when the disk is read-only', async (context) => {
    const tried = await onDisk('size=64k', async (remount) => {
      fs.writeFileSync(file, 'old');
      remount('ro');
      await expect(saveFile(file, 'new')).rejects.toThrow(/That disk is read-only\. \(EROFS\)$/);
      expect(fs.readFileSync(file, 'utf8')).toBe('old');
    });
    context.skip(!tried, 'needs the right to mount');
  });

  it('keeps the file that was there in a folder that may not be written to', async (context) => {
    if (LINUX_ROOT) context.skip('root may write everywhere');
    if (process.platform === 'win32') context.skip('folders have no such mode on Windows');
    fs.writeFileSync(file, 'old');
    fs.chmodSync(folder, 0o555);
    try {
      await expect(saveFile(file, 'new')).rejects.toThrow(/You may not write there\. \(EACCES\)$/);
      expect(fs.readFileSync(file, 'utf8')).toBe('old');
    } finally {
      fs.chmodSync(folder, 0o755);
    }
  });
});
