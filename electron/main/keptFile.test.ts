import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, readSettings } from '../../shared/settings';
import type { Settings } from '../../shared/settings';
import { KeptFile } from './keptFile';

/** Whether this user may mount a small disk. */
const MAY_MOUNT = ((): boolean => {
  if (process.platform !== 'linux') return false;
  const probe = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-probe-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    fs.rmdirSync(probe);
  }
})();

let folder: string;
let file: string;
let problems: string[];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-kept-'));
  file = path.join(folder, 'settings.json');
  problems = [];
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const open = (): KeptFile<Settings> => new KeptFile(file, readSettings, (text) => problems.push(text));
const DARK: Settings = { ...DEFAULT_SETTINGS, theme: 'dark', filter: 'state:listen' };
const LIGHT: Settings = { ...DEFAULT_SETTINGS, theme: 'light' };

/** Runs `use` with a small disk at `folder`. */
async function onSmallDisk(use: () => Promise<void>): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
  try {
    await use();
  } finally {
    execFileSync('umount', [folder]);
  }
}

describe('KeptFile', () => {
  it('finds nothing the first time, and says nothing of it', () => {
    expect(open().load()).toBeNull();
    expect(problems).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('lets nobody else read what is kept', async () => {
    const kept = open();
    kept.save(DARK);
    await kept.flush();
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keeps what was saved last, and nothing beside it', async () => {
    const kept = open();
    kept.save(LIGHT);
    kept.save(DARK);
    expect(kept.unsaved).toBe(true);
    await kept.flush();
    expect(kept.unsaved).toBe(false);
    expect(open().load()).toEqual(DARK);
    expect(fs.readdirSync(folder)).toEqual(['settings.json']);
    expect(problems).toEqual([]);
  });

  it('writes by itself, a moment later', async () => {
    open().save(DARK);
    expect(fs.existsSync(file)).toBe(false);
    await expect.poll(() => fs.existsSync(file) && open().load()).toEqual(DARK);
  });

  it('writes what comes while it writes', async () => {
    const kept = open();
    kept.save(LIGHT);
    const first = kept.flush();
    kept.save(DARK);
    await Promise.all([first, kept.flush()]);
    expect(open().load()).toEqual(DARK);
  });

  it('makes the folder', async () => {
    file = path.join(folder, 'not', 'yet', 'settings.json');
    const kept = open();
    kept.save(DARK);
    await kept.flush();
    expect(open().load()).toEqual(DARK);
  });

  it.each([
    ['half a file', '{"theme":"dark"'],
    ['nothing in it', ''],
    ['zeros', '\0'.repeat(500)],
    ['another thing', '[1,2]'],
    ['far too much', ' '.repeat(4_000_001)],
  ])('sets a damaged file aside: %s', async (_name, text) => {
    fs.writeFileSync(file, text);
    const kept = open();
    expect(kept.load()).toBeNull();
    const [aside] = fs.readdirSync(folder);
    expect(aside).toMatch(/^settings\.corrupt-\d{8}-\d{6}\.json$/);
    expect(fs.readFileSync(path.join(folder, aside!), 'utf8')).toBe(text);
    expect(problems).toEqual([expect.stringContaining(path.join(folder, aside!))]);
    // From then on all is well.
    kept.save(DARK);
    await kept.flush();
    expect(open().load()).toEqual(DARK);
    expect(problems).toHaveLength(1);
  });

  it('leaves alone what it cannot read', async () => {
    fs.mkdirSync(file);
    const kept = open();
    expect(kept.load()).toBeNull();
    kept.save(DARK);
    await kept.flush();
    expect(problems).toEqual([expect.stringContaining('EISDIR')]);
    expect(fs.statSync(file).isDirectory()).toBe(true);
  });

  it.runIf(MAY_MOUNT)('tells of a full disk once, keeps the file that was there, and goes on', async () => {
    await onSmallDisk(async () => {
      const kept = open();
      kept.save(DARK);
      await kept.flush();
      const filler = path.join(folder, 'filler');
      expect(() => fs.writeFileSync(filler, Buffer.alloc(100_000))).toThrow('ENOSPC');
      for (const settings of [LIGHT, DEFAULT_SETTINGS]) {
        kept.save(settings);
        await kept.flush();
      }
      expect(problems).toEqual([expect.stringMatching(/settings\.json was not saved\. The disk is full/)]);
      expect(open().load()).toEqual(DARK);
      fs.rmSync(filler);
      kept.save(LIGHT);
      await kept.flush();
      expect(open().load()).toEqual(LIGHT);
      expect(problems).toHaveLength(1);
      // The next time is worth a word again.
      expect(() => fs.writeFileSync(filler, Buffer.alloc(100_000))).toThrow('ENOSPC');
      kept.save(DARK);
      await kept.flush();
      expect(problems).toHaveLength(2);
    });
  });

  it.runIf(MAY_MOUNT)('tells of a read-only disk once', async () => {
    await onSmallDisk(async () => {
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      const kept = open();
      for (const settings of [LIGHT, DARK]) {
        kept.save(settings);
        await kept.flush();
      }
      expect(problems).toEqual([expect.stringContaining('EROFS')]);
    });
  });

  it.runIf(MAY_MOUNT)('does not replace a damaged file that it cannot set aside', async () => {
    await onSmallDisk(async () => {
      fs.writeFileSync(file, 'damaged');
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      const kept = open();
      expect(kept.load()).toBeNull();
      execFileSync('mount', ['-o', 'remount,rw', folder]);
      kept.save(DARK);
      await kept.flush();
      expect(fs.readFileSync(file, 'utf8')).toBe('damaged');
      expect(problems).toEqual([expect.stringContaining('could not be set aside (EROFS)')]);
    });
  });
});
