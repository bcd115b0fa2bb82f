import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installed } from './installed';

/** Up to where it is looked: what is above belongs to the machine that tests. */
let top: string;
let folder: string;

beforeEach(({ skip }) => {
  skip(process.platform === 'win32' || process.getuid?.() !== 0, 'needs root, whose files it is about');
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-installed-')));
  folder = path.join(top, 'opt', 'SocketScope', 'bin');
  fs.mkdirSync(folder, { recursive: true });
  for (const name of ['socketscope-elevated', 'socketscope', 'koffi.node'])
    fs.writeFileSync(path.join(folder, name), '');
  for (const at of ['.', 'opt', 'opt/SocketScope', 'opt/SocketScope/bin'])
    fs.chmodSync(path.join(top, at), 0o755);
  for (const name of fs.readdirSync(folder)) fs.chmodSync(path.join(folder, name), 0o755);
});
afterEach(() => {
  if (top) fs.rmSync(top, { recursive: true, force: true });
});

const at = (...names: string[]): string => path.join(folder, ...names);
const wrapper = (): string => at('socketscope-elevated');
const REFUSED = 'must belong to root';

describe('an installed program', () => {
  it('is one where it is root’s alone, and so is every folder above it', () => {
    expect(installed(wrapper(), top)).toBe(wrapper());
  });

  it('is told by where it really lies, whatever link it is called by', () => {
    const link = path.join(top, 'link');
    fs.symlinkSync(wrapper(), link);
    expect(installed(link, top)).toBe(wrapper());
  });

  it('may be the group’s to write where that is root’s', () => {
    fs.chmodSync(at('..'), 0o775);
    expect(installed(wrapper(), top)).toBe(wrapper());
  });

  it.each<[string, () => void]>([
    ['the wrapper is anybody’s to write', () => fs.chmodSync(wrapper(), 0o757)],
    ['the program is', () => fs.chmodSync(at('socketscope'), 0o757)],
    ['its library is', () => fs.chmodSync(at('koffi.node'), 0o646)],
    ['the folder is', () => fs.chmodSync(folder, 0o777)],
    ['the folder above is', () => fs.chmodSync(at('..'), 0o777)],
    ['a folder far above is', () => fs.chmodSync(at('..', '..'), 0o777)],
    ['a folder above is, and sticky', () => fs.chmodSync(at('..', '..'), 0o1777)],
    ['the wrapper is another user’s', () => fs.chownSync(wrapper(), 65_534, 0)],
    ['the folder above is another user’s', () => fs.chownSync(at('..'), 65_534, 0)],
    [
      'the program is another group’s to write',
      () => {
        fs.chownSync(at('socketscope'), 0, 65_534);
        fs.chmodSync(at('socketscope'), 0o775);
      },
    ],
    [
      'the program lies somewhere else, where others may write',
      () => {
        const other = path.join(top, 'other');
        fs.mkdirSync(other);
        fs.chmodSync(other, 0o777);
        fs.renameSync(at('socketscope'), path.join(other, 'socketscope'));
        fs.symlinkSync(path.join(other, 'socketscope'), at('socketscope'));
      },
    ],
    ['there is none', () => fs.rmSync(at('socketscope'))],
  ])('is none where %s', (_name, spoil) => {
    spoil();
    expect(() => installed(wrapper(), top)).toThrow(REFUSED);
  });

  it('is none where the folder for temporary files is above it', ({ skip }) => {
    skip((fs.statSync(path.dirname(top)).mode & 0o002) === 0, 'needs a folder where everybody may write');
    expect(() => installed(wrapper())).toThrow(REFUSED);
  });
});
