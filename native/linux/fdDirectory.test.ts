import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countsDescriptors, FdDirectory } from './fdDirectory';
import { CLOSED } from './procCalls';
import { eventually, needsLinux, needsRoot } from './fixtures/needs';
import { NOBODY, unprivileged } from './fixtures/stage';

beforeEach(needsLinux);

const directories: FdDirectory[] = [];
const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) directory.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function open(pid: number): FdDirectory {
  const directory = FdDirectory.open('/proc', pid);
  if (typeof directory === 'string') throw new Error(directory);
  directories.push(directory);
  return directory;
}

function start(command: string, args: string[]): number {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  children.push(child);
  return child.pid!;
}

/** Ends it, and waits until its PID is free. */
async function end(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually(() => expect(fs.existsSync(`/proc/${pid}`)).toBe(false));
}

describe('the descriptors of a process', () => {
  it('are told apart: a socket by its inode number, a file or a pipe as none, a closed one as none', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const file = fs.openSync('/dev/null', 'r');
    // A file that is called like a socket
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-fd-'));
    const namesake = fs.openSync(path.join(folder, 'socket:[77]'), 'w');
    try {
      const directory = open(process.pid);
      const inodes = new Map([...directory.list()].map((fd) => [fd, directory.socketInode(fd)]));
      const expected = fs.readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [
            [Number(fd), Number(/^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? 0)],
          ];
        } catch {
          return []; // of the reading itself
        }
      });
      for (const [fd, inode] of expected) expect([fd, inodes.get(fd!)]).toEqual([fd, inode]);
      expect(expected.filter(([, inode]) => inode! > 0)).not.toHaveLength(0); // the server, at least
      expect(inodes.get(file)).toBe(0);
      expect(inodes.get(namesake)).toBe(0);
      fs.closeSync(file);
      expect(directory.socketInode(file)).toBe(CLOSED);
      expect(directory.socketInode(1_000_000)).toBe(CLOSED);
    } finally {
      server.close();
      fs.closeSync(namesake);
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('are listed and counted, also thousands', (context) => {
    const directory = open(process.pid);
    const before = directory.list().length;
    const files = Array.from({ length: 5000 }, () => fs.openSync('/dev/null', 'r'));
    try {
      const listed = [...directory.list()];
      expect(listed.length).toBe(before + files.length);
      expect(new Set(listed).size).toBe(listed.length);
      expect(listed).toEqual(expect.arrayContaining(files));
      context.skip(!countsDescriptors('/proc'), 'needs Linux 6.2');
      expect(directory.count()).toBe(listed.length);
    } finally {
      for (const file of files) fs.closeSync(file);
    }
    expect(directory.count()).toBe(before);
  });

  it('are those of its process only, also when that has ended', async (context) => {
    const pid = start('sleep', ['1000']);
    const directory = open(pid);
    expect([...directory.list()]).toEqual(expect.arrayContaining([0, 1, 2]));
    await end(pid);
    expect([...directory.list()]).toEqual([]);
    expect(directory.socketInode(0)).toBe(CLOSED);
    expect(directory.program()).toBeNull();
    expect(FdDirectory.open('/proc', pid)).toBe('ended');
    context.skip(!countsDescriptors('/proc'), 'needs Linux 6.2');
    expect(directory.count()).toBeNull();
  });

  it('cannot be read once it is closed, though its number is another one’s', () => {
    const directory = open(start('sleep', ['1000']));
    directory.close();
    const file = fs.openSync('/proc/self/fd', 'r');
    expect([...directory.list()]).toEqual([]);
    expect(directory.count()).toBeNull();
    expect(directory.program()).toBeNull();
    fs.closeSync(file);
  });

  it('of another user’s process are unreadable', (context) => {
    needsRoot(context);
    const pid = start('sleep', ['1000']);
    expect(unprivileged(() => FdDirectory.open('/proc', pid))).toBe('unreadable');
    // Opened with privileges, and read without them
    const directory = open(pid);
    expect(unprivileged(() => directory.socketInode(0))).toBe(-1);
    expect(process.getuid!()).not.toBe(NOBODY);
  });
});

describe('a program', () => {
  it('is its executable and its name, which changes with either', async () => {
    const pid = start('sh', ['-c', 'read x; exec sleep 1000']);
    const directory = open(pid);
    await eventually(() =>
      expect(directory.program()).toEqual({ exe: fs.realpathSync('/bin/sh'), name: 'sh\n' }),
    );
    children[0]!.stdin!.write('\n');
    await eventually(() =>
      expect(directory.program()).toEqual({ exe: fs.readlinkSync(`/proc/${pid}/exe`), name: 'sleep\n' }),
    );
  });

  it('may have a long name with any bytes', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-fd-'));
    try {
      const file = path.join(folder, 'a name (of more) than 15 bytes – ü');
      fs.copyFileSync(fs.realpathSync(process.platform === 'linux' ? '/bin/sleep' : ''), file);
      const directory = open(start(file, ['1000']));
      const latin = (text: string): string => Buffer.from(text).toString('latin1');
      expect(directory.program()).toEqual({ exe: latin(file), name: 'a name (of more\n' });
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
