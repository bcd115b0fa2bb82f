import { describe, expect, it } from 'vitest';
import { FakeLibraries } from './fixtures/fakeLibraries';
import type { Libraries } from './libraries';
import { mayReplace, programFiles } from './protectedPlaces';

const DENIED = 5;
const NO_HANDLE = -1;

/** A place that may be opened with these rights only; the others fail with this error. */
function place(granted: number, error = DENIED): { libraries: Libraries; asked: number[]; closed: number[] } {
  const asked: number[] = [];
  const closed: number[] = [];
  const libraries = new FakeLibraries({
    CreateFileW: (path: Buffer, access: number) => {
      expect(path.toString('utf16le')).toBe('C:\\x\0');
      asked.push(access);
      return (access & granted) === 0 ? NO_HANDLE : 77;
    },
    GetLastError: () => error,
    CloseHandle: (handle: number) => closed.push(handle),
  });
  return { libraries, asked, closed };
}

describe('mayReplace', () => {
  it('asks for every right that changes a file, a folder, or who may do so', () => {
    const { libraries, asked, closed } = place(0);
    expect(mayReplace('C:\\x', libraries)).toBe(false);
    expect(asked.reduce((all, right) => all | right, 0)).toBe(0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000);
    expect(closed).toEqual([]);
  });

  it.each([0x2, 0x4, 0x40, 0x10000, 0x40000, 0x80000])('is so where the right %i is given', (right) => {
    const { libraries, closed } = place(right);
    expect(mayReplace('C:\\x', libraries)).toBe(true);
    expect(closed).toEqual([77]);
  });

  it('is so where Windows says anything else than no', () => {
    for (const error of [0, 2, 3, 32, 123]) expect(mayReplace('C:\\x', place(0, error).libraries)).toBe(true);
  });
});

describe('programFiles', () => {
  const played = (result: number): Libraries =>
    new FakeLibraries({
      SHGetFolderPathW: (_window: null, folder: number, _token: null, _flags: number, path: Buffer) => {
        expect(folder).toBe(0x26);
        path.write('C:\\Program Files\0rubbish', 'utf16le');
        return result;
      },
    });

  it('is what Windows says, or an error', () => {
    expect(programFiles(played(0))).toBe('C:\\Program Files');
    expect(() => programFiles(played(0x8007_0005 | 0))).toThrow('ERROR_ACCESS_DENIED');
  });
});
