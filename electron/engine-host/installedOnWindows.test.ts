import { describe, expect, it } from 'vitest';
import { installedOnWindows } from './installedOnWindows';
import type { Windows } from './installedOnWindows';

const TOP = 'C:\\Program Files';
const BIN = `${TOP}\\SocketScope\\resources\\bin`;
const PROGRAM = `${BIN}\\socketscope.exe`;

/** A Windows where nothing may be written but these. */
function windows(writable: string[] = [], more: Partial<Windows> = {}): Windows {
  return {
    programFiles: () => TOP,
    mayReplace: (path) => writable.includes(path),
    realPath: (path) => path,
    ...more,
  };
}
const REFUSED = 'must lie in the folder Program Files';

describe('a program installed on Windows', () => {
  it('is one in Program Files, where this user may write nothing', () => {
    expect(installedOnWindows(PROGRAM, windows())).toBe(PROGRAM);
    expect(installedOnWindows(PROGRAM, windows([], { programFiles: () => 'c:\\PROGRAM FILES' }))).toBe(
      PROGRAM,
    );
  });

  it.each([PROGRAM, `${BIN}\\koffi.node`, BIN, `${TOP}\\SocketScope\\resources`, `${TOP}\\SocketScope`, TOP])(
    'is none where this user may write %s',
    (place) => {
      expect(() => installedOnWindows(PROGRAM, windows([place]))).toThrow(REFUSED);
    },
  );

  it.each([
    'C:\\Users\\anna\\AppData\\Local\\Programs\\SocketScope\\socketscope.exe',
    'C:\\Program Files Too\\socketscope.exe',
    'D:\\Program Files\\SocketScope\\socketscope.exe',
    '\\\\server\\Program Files\\socketscope.exe',
    `${TOP}\\socketscope.exe`,
    `${TOP}\\..\\tmp\\socketscope.exe`,
  ])('is none at %s', (program) => {
    expect(() => installedOnWindows(program, windows())).toThrow(REFUSED);
  });

  it('is told by where it really lies, and so is its library', () => {
    const outside = (name: string): Partial<Windows> => ({
      realPath: (path) => (path.endsWith(name) ? `C:\\Users\\anna\\${name}` : path),
    });
    expect(() => installedOnWindows(PROGRAM, windows([], outside('socketscope.exe')))).toThrow(REFUSED);
    const library = outside('koffi.node');
    expect(() => installedOnWindows(PROGRAM, windows(['C:\\Users\\anna\\koffi.node'], library))).toThrow(
      REFUSED,
    );
  });

  it('is none where there is none, or Windows does not say', () => {
    const fail = (): never => {
      throw new Error('ENOENT');
    };
    expect(() => installedOnWindows(PROGRAM, windows([], { realPath: fail }))).toThrow(REFUSED);
    expect(() => installedOnWindows(PROGRAM, windows([], { programFiles: fail }))).toThrow(REFUSED);
  });
});
