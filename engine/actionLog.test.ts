import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRoot } from '../native/linux/fixtures/stage';
import { ActionLog, stateFolder, UnkeptLog } from './actionLog';
import { entry, everything, targets } from './fixtures/logEntries';

const POSIX = process.platform !== 'win32';
let folder: string;
let log: ActionLog;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-log-'));
  log = new ActionLog({ SOCKETSCOPE_STATE_DIR: path.join(folder, 'state', 'socketscope') });
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const text = (): string => fs.readFileSync(log.file, 'utf8');

describe('the log', () => {
  it('appends lines of JSON, and never changes what is there', () => {
    expect(log.append([entry('a'), entry('b')])).toBeNull();
    const first = text();
    expect(log.append([])).toBeNull();
    expect(log.append([entry('c', { message: 'It needs\nCAP_NET_ADMIN.' })])).toBeNull();
    expect(text().startsWith(first)).toBe(true);
    const lines = text().split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[0]!)).toEqual(entry('a'));
    expect(targets(log.page(null).entries)).toEqual(['c', 'b', 'a']);
  });

  it.skipIf(!POSIX)('is for its user alone, whatever the mask', () => {
    const mask = process.umask(0);
    try {
      log.append([entry('a')]);
    } finally {
      process.umask(mask);
    }
    expect(fs.statSync(log.file).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.dirname(log.file)).mode & 0o777).toBe(0o700);
    fs.chmodSync(log.file, 0o644);
    log.append([entry('b')]);
    expect(fs.statSync(log.file).mode & 0o777).toBe(0o600);
  });

  it('is empty before anything was done', () => {
    expect(log.page(null)).toEqual({ entries: [], before: null, problem: null });
    expect(fs.existsSync(path.dirname(log.file))).toBe(false);
  });

  it('loses nothing where several programs write at once', async () => {
    const writers = 4;
    const program = `
      import { ActionLog } from ${JSON.stringify(fileURLToPath(new URL('actionLog.ts', import.meta.url)))};
      const log = new ActionLog();
      const entry = JSON.parse(process.argv[2]);
      for (let i = 0; i < 100; i++) {
        const problem = log.append(Array.from({ length: 5 }, (_, j) => ({ ...entry, target: process.pid + '-' + i + '-' + j })));
        if (problem !== null) throw new Error(problem);
      }`;
    const { build } = await import('vite');
    const bundle = path.join(folder, 'writer.mjs');
    const source = path.join(folder, 'writer.ts');
    fs.writeFileSync(source, program);
    await build({
      ...{ configFile: false, logLevel: 'silent', root: fileURLToPath(new URL('..', import.meta.url)) },
      build: {
        ssr: source,
        outDir: path.join(folder, 'built'),
        rollupOptions: { output: { entryFileNames: 'writer.mjs' } },
      },
      ssr: { noExternal: true },
    });
    fs.renameSync(path.join(folder, 'built', 'writer.mjs'), bundle);
    const env = { ...process.env, SOCKETSCOPE_STATE_DIR: path.dirname(log.file) };
    const argument = JSON.stringify(entry('x', { label: 'y'.repeat(1500) }));
    await Promise.all(
      Array.from({ length: writers }, () =>
        promisify(execFile)(process.execPath, [bundle, argument], { env }),
      ),
    );
    const found = everything(log);
    expect(found.problems).toEqual([]);
    expect(found.targets).toHaveLength(writers * 500);
    expect(new Set(found.targets).size).toBe(writers * 500);
  });

  it('keeps lines short, however long a label is', () => {
    log.append([entry('a', { label: '\u0001'.repeat(100_000), message: 'x'.repeat(100_000) })]);
    expect(text().length).toBeLessThan(20_000);
    expect(log.page(null)).toMatchObject({ entries: [{ target: 'a' }], problem: null });
  });
});

describe('a log that cannot be written', () => {
  const recorded = (): string => log.append([entry('a')])!;

  it('says so where a file is in the folder’s place', () => {
    fs.writeFileSync(path.join(folder, 'state'), '');
    expect(recorded()).toMatch(/^The log .*actions\.jsonl has no record of this\. .*\.$/);
    expect(log.page(null).problem).toMatch(/cannot be read/);
  });

  it.skipIf(!POSIX)('never follows a symbolic link', () => {
    const victim = path.join(folder, 'victim');
    fs.writeFileSync(victim, 'precious');
    fs.mkdirSync(path.dirname(log.file), { recursive: true });
    fs.symlinkSync(victim, log.file);
    expect(recorded()).toContain('symbolic link');
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
    expect(log.page(null)).toMatchObject({ entries: [], problem: expect.stringContaining('symbolic link') });
  });

  describe('where links cannot be kept from being followed (Windows)', () => {
    const careful = (place: string): ActionLog =>
      new ActionLog({ SOCKETSCOPE_STATE_DIR: place }, { looksForLinks: true });
    const record = (place: string): string | null => careful(place).append([entry('a')]);

    it('writes where there are none', () => {
      const place = path.join(fs.realpathSync(folder), 'deep', 'state');
      expect([record(place), record(place)]).toEqual([null, null]);
      expect(careful(place).page(null).entries).toHaveLength(2);
    });

    it.skipIf(!POSIX)(
      'reads and writes nothing through a link, wherever on the way, and makes no folders',
      () => {
        const real = fs.realpathSync(folder);
        const target = path.join(real, 'target');
        fs.mkdirSync(path.join(target, 'there'), { recursive: true });
        fs.symlinkSync(target, path.join(real, 'link'));
        fs.mkdirSync(path.join(real, 'own'));
        fs.symlinkSync(path.join(target, 'file'), path.join(real, 'own', 'actions.jsonl'));
        for (const place of ['link', 'link/there', 'link/new', 'own'].map((each) => path.join(real, each))) {
          expect(record(place)).toContain('A link is in the place of ');
          expect(careful(place).page(null).problem).toContain('A link is in the place of ');
        }
        expect(fs.readdirSync(target, { recursive: true })).toEqual(['there']);
      },
    );

    it('writes into no file that has another name', () => {
      const place = path.join(fs.realpathSync(folder), 'state');
      expect(record(place)).toBeNull();
      const file = path.join(place, 'actions.jsonl');
      const before = fs.readFileSync(file, 'utf8');
      fs.linkSync(file, path.join(place, 'other'));
      expect(record(place)).toContain('by a hard link');
      expect(fs.readFileSync(file, 'utf8')).toBe(before);
    });
  });

  it.skipIf(!POSIX)('is not held up by a pipe in its place, nor writes into a device', () => {
    fs.mkdirSync(path.dirname(log.file), { recursive: true });
    spawnSync('mkfifo', [log.file]);
    expect(recorded()).toContain('Something else is in its place');
    expect(log.page(null).problem).toContain('Something else is in its place');
  });

  it.skipIf(!isRoot)('writes into no file of another user', () => {
    fs.mkdirSync(path.dirname(log.file), { recursive: true });
    fs.writeFileSync(log.file, '');
    fs.chownSync(log.file, 65534, 65534);
    expect(recorded()).toContain('It belongs to another user');
    expect(text()).toBe('');
  });

  it.skipIf(!isRoot)(
    'says that the disk is full, and goes on with a line of its own when there is room',
    (context) => {
      const state = path.dirname(log.file);
      fs.mkdirSync(state, { recursive: true });
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', state]);
      context.skip(mounted.status !== 0, 'needs to mount a small disk');
      try {
        const filler = path.join(state, 'filler');
        fs.writeFileSync(filler, 'x'.repeat(4096));
        let problem: string | null = null;
        for (let i = 0; problem === null && i < 100; i++)
          problem = log.append([entry(String(i), { label: 'l'.repeat(700) })]);
        expect(problem).toMatch(/The disk is full \(ENOSPC\)\.$/);
        fs.rmSync(filler);
        expect(log.append([entry('after')])).toBeNull();
        const page = log.page(null);
        expect(page.entries[0]).toEqual(entry('after'));
        expect(page.entries.length).toBeGreaterThan(2);
        // Where it was cut off it is damaged, and only there.
        expect(page.problem).toBe(
          text().split('\n').length - 1 === page.entries.length ? null : '1 damaged line was left out.',
        );
      } finally {
        spawnSync('umount', [state]);
      }
    },
  );
});

describe('the place of the log', () => {
  it.skipIf(!POSIX)('is where the system keeps state, unless it is told another', () => {
    expect(stateFolder({ SOCKETSCOPE_STATE_DIR: '/a', XDG_STATE_HOME: '/b', HOME: folder })).toBe('/a');
    expect(stateFolder({ XDG_STATE_HOME: '/b', HOME: folder })).toBe('/b/socketscope');
    expect(stateFolder({ HOME: folder })).toBe(`${folder}/.local/state/socketscope`);
    // Relative ones are to be ignored (XDG base directories).
    expect(stateFolder({ XDG_STATE_HOME: 'b', SOCKETSCOPE_STATE_DIR: 'a', HOME: folder })).toBe(
      `${folder}/.local/state/socketscope`,
    );
  });

  it.skipIf(!POSIX)('is this user’s, also where the environment was wiped, or is another user’s', () => {
    const own = path.join(os.userInfo().homedir, '.local/state/socketscope');
    expect(stateFolder({})).toBe(own);
    expect(stateFolder({ HOME: '/no/such/folder' })).toBe(own);
    if (!isRoot) return;
    fs.chownSync(folder, 65534, 65534);
    expect(stateFolder({ HOME: folder })).toBe(own);
  });

  it.skipIf(!isRoot)('says who is behind sudo', () => {
    expect(new ActionLog({ SUDO_USER: 'anna\n' }).who).toEqual({ uid: 0, user: 'root (sudo by anna?)' });
    expect(new ActionLog({}).who).toEqual({ uid: 0, user: 'root' });
  });
});

describe('the log of a demonstration', () => {
  it('has pages too', () => {
    const unkept = new UnkeptLog();
    const all = Array.from({ length: 250 }, (_, i) => String(i));
    unkept.append(all.map((target) => entry(target)));
    expect(everything(unkept).targets).toEqual(all.toReversed());
    expect(unkept.page(1e9).entries[0]?.target).toBe('249');
  });
});
