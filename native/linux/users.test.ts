import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePasswd, UserNames } from './users';

describe('parsePasswd', () => {
  it('reads passwd(5)', () => {
    const names = parsePasswd(
      'root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000:Anna,,,:/home/anna:/bin/zsh\n',
    );
    expect([...names]).toEqual([
      [0, 'root'],
      [1000, 'anna'],
    ]);
  });

  it('takes the first of two names for one number, as getpwuid does', () => {
    expect(parsePasswd('root:x:0:0:::\ntoor:x:0:0:::\n').get(0)).toBe('root');
  });

  it.each([
    ['nothing', ''],
    ['empty lines', '\n\n\n'],
    ['a comment', '# users of this machine'],
    ['no uid', 'anna:x'],
    ['an empty uid', 'anna:x::1000:::'],
    ['a uid that is no number', 'anna:x:1000x:1000:::'],
    ['a negative uid', 'anna:x:-2:1000:::'],
    ['a hexadecimal uid', 'anna:x:0x3e8:1000:::'],
    ['an empty name', ':x:1000:1000:::'],
    ['an entry of NIS', '+::::::'],
    ['a NUL', '\0\0\0'],
  ])('passes over %s', (_, text) => {
    expect([...parsePasswd(`${text}\nbert:x:1001:1001:::\n${text}`)]).toEqual([[1001, 'bert']]);
  });

  it('reads uids up to 2^32 - 2', () => {
    expect(parsePasswd('nobody:x:4294967294:0:::').get(4_294_967_294)).toBe('nobody');
  });
});

describe('UserNames', () => {
  let folder: string;
  let file: string;
  const write = (text: string, mtime: number): void => {
    fs.writeFileSync(file, text);
    fs.utimesSync(file, mtime, mtime);
  };
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-users-'));
    file = path.join(folder, 'passwd');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('reads the file again when it changes, and only then', () => {
    write('anna:x:1000:1000:::', 1000);
    const users = new UserNames(file);
    expect(users.name(1000)).toBeNull(); // nothing is read before it is asked to
    users.refresh();
    expect(users.name(1000)).toBe('anna');
    write('bert:x:1000:1000:::', 1000);
    users.refresh();
    expect(users.name(1000)).toBe('anna');
    write('bert:x:1000:1000:::', 1001);
    users.refresh();
    expect(users.name(1000)).toBe('bert');
  });

  it('shows numbers where there is no file, and keeps what it knew where the file goes', () => {
    const users = new UserNames(file);
    users.refresh();
    expect(users.name(0)).toBeNull();
    write('root:x:0:0:::', 1000);
    users.refresh();
    fs.rmSync(file);
    users.refresh();
    expect(users.name(0)).toBe('root');
  });
});
