import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import koffi from 'koffi';
import { describe, expect, it, vi } from 'vitest';
import { insideNamespace } from './enterNamespace';
import {
  blue,
  blueNumber,
  CLONE_NEWNET,
  found,
  here,
  inBlue,
  makeGroup,
  netns,
  open,
  setUpNamespaces,
  stage,
} from './fixtures/namespaceScene';
import { eventually } from './fixtures/needs';
import { NOBODY, unprivileged } from './fixtures/stage';
import { namespaceOf, tablesOf } from './namespaceDiscovery';
import { NamespaceGone, Namespaces } from './namespaces';

setUpNamespaces();

describe('finding', () => {
  it('names its own first, and each once', () => {
    const all = found().all();
    expect(all[0]).toBe(here());
    expect(new Set(all).size).toBe(all.length);
  });

  it('knows a namespace without any process by its name, whatever that holds', () => {
    const name = netns.add('a b\\040c\tü');
    const namespaces = found();
    expect(namespaces.all()).toContain(netns.number(name));
    expect(namespaces.name(netns.number(name))).toBe(name);
    netns.delete(name);
  });

  it('knows one without a name by a process in it', async () => {
    const actor = await stage.actor({ executable: netns.nodeUnshared() });
    const number = namespaceOf(actor.pid)!;
    expect(number).not.toBe(here());
    const namespaces = found();
    expect(namespaces.all()).toContain(number);
    expect(namespaces.name(number)).toBe(`net:[${number}]`);
    await actor.kill();
    namespaces.refresh();
    expect(namespaces.all()).not.toContain(number);
    // What has just ended is still named as it was.
    expect(namespaces.name(number)).toBe(`net:[${number}]`);
  });

  it('calls that of PID 1 the host', () => {
    const namespaces = found();
    const hosts = namespaces.all().filter((number) => namespaces.name(number) === 'host');
    expect(hosts).toHaveLength(1);
    // Who may not read the number of PID 1 can still compare its tables.
    namespaces.enter(hosts[0]!, () => expect(tablesOf('thread-self')).toBe(tablesOf(1)));
  });

  it('knows a container by the control group of a process in it', async ({ skip }) => {
    const group = makeGroup(`docker-${'4f5e6d7c8b9a'.padEnd(64, '0')}.scope`);
    skip(group === null, 'needs a control group file system that may be written');
    const actor = await stage.actor({ executable: netns.nodeUnshared() });
    try {
      fs.writeFileSync(`${group}/cgroup.procs`, String(actor.pid));
      const namespaces = found();
      const number = namespaceOf(actor.pid)!;
      expect(namespaces.name(number)).toBe('docker 4f5e6d7c8b9a');
      // Control groups may be read by everybody.
      const tables = tablesOf(actor.pid)!;
      expect(unprivileged(() => found().name(tables))).toBe('docker 4f5e6d7c8b9a');
      // A name that a person gave goes first.
      netns.run('netns', 'attach', `attached ${process.pid}`, String(actor.pid));
      namespaces.refresh();
      expect(namespaces.name(number)).toBe(`attached ${process.pid}`);
    } finally {
      await actor.kill();
      netns.run('netns', 'delete', `attached ${process.pid}`);
      await eventually(() => fs.rmdirSync(group!));
    }
  });

  it('names its own without having looked for others', () => {
    expect(new Namespaces().name(here())).toBe(`net:[${here()}]`);
  });

  it('tells namespaces apart whose numbers it may not read', () => {
    const number = namespaceOf(inBlue.pid)!;
    const tables = tablesOf(inBlue.pid)!;
    expect(number).toBe(blueNumber);
    expect(tables).not.toBe(tablesOf('thread-self'));
    unprivileged(() => {
      expect(namespaceOf(inBlue.pid)).toBeNull();
      const namespaces = found();
      expect(namespaces.all()).toContain(tables);
      expect(namespaces.name(tables)).toBe(`net of process ${inBlue.pid}`);
      expect(namespaces.all().map((each) => namespaces.name(each))).toContain('host');
      expect(namespaces.hasTables(tables)).toBe(true);
      expect(namespaces.canEnter(tables)).toBe(false);
    });
  });
});

describe('entering', () => {
  it('moves this thread there and back', () => {
    const namespaces = found();
    const before = open();
    const home = here();
    expect(namespaces.enter(blueNumber, here)).toBe(blueNumber);
    expect(here()).toBe(home);
    expect(() =>
      namespaces.enter(blueNumber, () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(here()).toBe(home);
    expect(open()).toBe(before);
  });

  it('stays out of its own', () => {
    const [own] = found().all();
    // Without a privilege there is no setns.
    expect(unprivileged(() => found().enter(own!, here))).toBe(own);
  });

  it('says which privilege it takes', () => {
    const before = open();
    unprivileged(() => {
      const namespaces = found();
      // A file under /run/netns may be opened by everybody.
      expect(() => namespaces.enter(blueNumber, here)).toThrow(
        'setns(CLONE_NEWNET): EPERM. Looking into another network namespace needs CAP_SYS_ADMIN: run SocketScope as root.',
      );
      expect(namespaces.canEnter(blueNumber)).toBe(false);
    });
    expect(open()).toBe(before);
  });

  it('knows a namespace that has gone', () => {
    const name = netns.add('short');
    const number = netns.number(name);
    const namespaces = found();
    expect(namespaces.canEnter(number)).toBe(true);
    netns.delete(name);
    expect(() => namespaces.enter(number, here)).toThrow(NamespaceGone);
    expect(() => namespaces.readTables(number, () => 1)).toThrow(NamespaceGone);
  });

  it('finds another process where the one it knew has left', async () => {
    const name = netns.add('shared');
    const number = netns.number(name);
    const actors = [
      await stage.actor({ executable: netns.node(name) }),
      await stage.actor({ executable: netns.node(name) }),
      await stage.actor({ executable: netns.node(name) }),
    ].sort((a, b) => a.pid - b.pid);
    const namespaces = found();
    netns.delete(name); // now the processes alone keep it alive
    const folders: string[] = [];
    const leave = (folder: string): string => {
      folders.push(folder);
      const pid = Number(folder.split('/')[2]);
      // The first ends while its tables are being read.
      if (folders.length === 1) {
        process.kill(pid, 'SIGKILL');
        while (namespaceOf(pid) !== null) execFileSync('sleep', ['0.01']);
      }
      return folder;
    };
    expect(namespaces.readTables(number, leave)).toBe(folders[1]);
    expect(folders).toHaveLength(2);
    expect(folders.map((folder) => Number(folder.split('/')[2]))).toEqual(
      actors.slice(0, 2).map(({ pid }) => pid),
    );
    // And the second before it is entered.
    await actors[1]!.kill();
    expect(namespaces.enter(number, here)).toBe(number);
    await Promise.all(actors.map((actor) => actor.kill()));
    expect(() => namespaces.readTables(number, () => 1)).toThrow(NamespaceGone);
  });

  it('never enters another namespace than the one meant', async () => {
    const name = netns.add('left');
    const number = netns.number(name);
    const move = `read line; exec nsenter --net='/run/netns/${blue}' sleep 60`;
    const mover = spawn('ip', ['netns', 'exec', name, 'sh', '-c', move], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    try {
      await eventually(() => expect(namespaceOf(mover.pid!)).toBe(number));
      const namespaces = found();
      netns.delete(name);
      expect(namespaces.enter(number, here)).toBe(number); // the process keeps it alive
      mover.stdin.end('go\n');
      await eventually(() => expect(namespaceOf(mover.pid!)).toBe(blueNumber));
      expect(() => namespaces.enter(number, here)).toThrow(NamespaceGone);
      expect(() => namespaces.readTables(number, () => 1)).toThrow(NamespaceGone);
    } finally {
      mover.kill('SIGKILL');
    }
  });

  it('ends the process where there is no way back', () => {
    const said: string[] = [];
    const write = vi.spyOn(fs, 'writeSync').mockImplementation((_fd, text) => said.push(text));
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    const setns = koffi.load(null).func('int setns(int, int)') as (fd: number, type: number) => number;
    const home = fs.openSync('/proc/thread-self/ns/net', 'r');
    const blueFile = fs.openSync(`/run/netns/${blue}`, 'r');
    try {
      expect(() => insideNamespace(blueFile, () => process.seteuid!(NOBODY))).toThrow('exit 71');
      expect(exit).toHaveBeenCalledOnce();
      expect(said.join('')).toMatch(/^SocketScope ends: it cannot leave another network namespace\. .*EPERM/);
    } finally {
      exit.mockRestore();
      write.mockRestore();
      process.seteuid!(0);
      expect(setns(home, CLONE_NEWNET)).toBe(0);
      fs.closeSync(home);
      fs.closeSync(blueFile);
    }
    expect(here()).not.toBe(blueNumber);
  });
});
