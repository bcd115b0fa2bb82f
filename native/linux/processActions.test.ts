/** Acting on real processes, and on none that is another one by now. */
import { once } from 'node:events';
import fs from 'node:fs';
import koffi from 'koffi';
import { describe, expect, it, vi } from 'vitest';
import { PROCESS_ACTIONS } from '../../shared/orders';
import { DEFAULT_READING } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { eventually } from './fixtures/needs';
import {
  act,
  backend,
  context,
  DONE,
  GONE,
  identify,
  LONG,
  NEVER,
  reader,
  setUpProcesses,
  shell,
  sleeper,
  stateOf,
  stubborn,
} from './fixtures/shells';
import { actOnProcess } from './processActions';

setUpProcesses();

describe('a process', () => {
  it('is asked to end, and its end waited for', async () => {
    const child = await sleeper();
    const end = once(child, 'exit');
    expect(await act(identify(child.pid), 'terminate')).toEqual(DONE);
    expect(await end).toEqual([null, 'SIGTERM']);
  });

  it('that does not end in time is told of, and left running', async () => {
    const child = await stubborn();
    expect(await act(identify(child.pid), 'terminate', 200)).toEqual({
      outcome: 'failed',
      message: 'Was asked to end, and is still running. End Process Now forces it.',
    });
    expect(stateOf(child.pid)).toMatch(/[SR]/);
    const end = once(child, 'exit');
    expect(await act(identify(child.pid), 'kill')).toEqual(DONE);
    expect(await end).toEqual([null, 'SIGKILL']);
  });

  it('stands still while it is suspended, and ends only when it goes on', async () => {
    const child = await sleeper();
    const identity = identify(child.pid);
    expect(await act(identity, 'suspend')).toEqual(DONE);
    await eventually(() => expect(stateOf(child.pid)).toBe('T'));
    expect(await act(identity, 'terminate', 200)).toEqual({
      outcome: 'failed',
      message:
        'Was asked to end, but is suspended: it will end when it is resumed. End Process Now forces it.',
    });
    const end = once(child, 'exit');
    expect(await act(identity, 'resume')).toEqual(DONE);
    expect(await end).toEqual([null, 'SIGTERM']);
  });

  it('goes on when it is resumed', async () => {
    const child = await sleeper();
    await act(identify(child.pid), 'suspend');
    await eventually(() => expect(stateOf(child.pid)).toBe('T'));
    expect(await act(identify(child.pid), 'resume')).toEqual(DONE);
    await eventually(() => expect(stateOf(child.pid)).toBe('S'));
  });

  it('is killed while it is suspended', async () => {
    const child = await sleeper();
    await act(identify(child.pid), 'suspend');
    expect(await act(identify(child.pid), 'kill')).toEqual(DONE);
  });

  it('is waited for also where the event loop cannot watch it', async () => {
    const poll = vi.spyOn(koffi.node, 'poll').mockImplementation(() => {
      throw new Error('no free descriptor');
    });
    try {
      const child = await sleeper();
      const end = once(child, 'exit');
      expect(await act(identify(child.pid), 'terminate')).toEqual(DONE);
      expect(await end).toEqual([null, 'SIGTERM']);
      const other = await stubborn();
      expect(await act(identify(other.pid), 'terminate', 200)).toMatchObject({ outcome: 'failed' });
      const stop = new AbortController();
      const attempt = act(identify(other.pid), 'terminate', LONG, stop.signal);
      stop.abort();
      expect(await attempt).toMatchObject({ outcome: 'failed' });
      expect(poll).toHaveBeenCalledTimes(3);
    } finally {
      poll.mockRestore();
    }
  });

  it('is named by what a row of its sockets says', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const table = new SocketTable();
    for (const source of backend.sources(DEFAULT_READING)) backend.readTable(source, DEFAULT_READING, table);
    const owners = backend.readOwners(table);
    const row = Array.from({ length: table.length }, (_, i) => i).find(
      (i) => owners.holdersOf(i)[0]?.pid === process.pid,
    )!;
    table.holders[row] = owners.holdersOf(row);
    const { processStartedAt } = table.row(row, backend);
    server.close();
    expect(identify(process.pid).startedAt).toBe(processStartedAt);
    expect(backend.processes().find(({ pid }) => pid === process.pid)!.startedAt).toBe(processStartedAt);
  });

  it('does not keep the event loop waiting, nor leaves a descriptor', async () => {
    const child = await stubborn();
    const open = (): number => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    await act(identify(child.pid), 'terminate', 300);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    for (let i = 0; i < 20; i++) await act({ ...identify(child.pid), startedAt: 1 }, 'kill');
    expect(open()).toBe(before);
  });
});

describe('what has ended', () => {
  it.each(PROCESS_ACTIONS)('is gone: %s', async (action) => {
    const child = await sleeper();
    const identity = identify(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await act(identity, action)).toEqual(GONE);
  });

  it('counts as such also where its parent has not taken note', async () => {
    // The shell becomes another program, which does not know of its child.
    const parent = await shell('sleep 600 & echo $!; exec sleep 600');
    const pid = Number(parent.said);
    for (const each of [parent.pid, pid])
      await eventually(() => expect(reader.now(each)?.name).toBe('sleep'));
    const identity = identify(pid);
    expect(await act(identity, 'terminate')).toEqual(DONE);
    expect(stateOf(pid)).toBe('Z');
    for (const action of PROCESS_ACTIONS) expect(await act(identity, action)).toEqual(GONE);
  });

  it('between being compared and being signalled is gone', async () => {
    const child = await sleeper();
    const identity = identify(child.pid);
    const attempt = await actOnProcess(
      context({
        now(pid) {
          const now = reader.now(pid);
          process.kill(pid, 'SIGKILL');
          while (reader.now(pid)?.state !== 'Z'); // this process has no time to take note
          return now;
        },
      }),
      identity,
      'terminate',
      LONG,
      NEVER,
    );
    expect(attempt).toEqual(GONE);
  });
});

describe('another process with the same PID', () => {
  it.each(PROCESS_ACTIONS)('is not hit: %s', async (action) => {
    const child = await sleeper();
    const identity = identify(child.pid);
    // One tick of the clock is the least by which two can differ.
    for (const startedAt of [identity.startedAt - 10, identity.startedAt + 10, 0])
      expect(await act({ pid: child.pid, startedAt }, action)).toEqual(GONE);
    expect(stateOf(child.pid)).toBe('S');
  });

  it('is not hit where it took the PID over after it was opened', async () => {
    const child = await sleeper();
    const identity = identify(child.pid);
    const later = { ...reader.now(child.pid)!, startedAt: identity.startedAt + 60_000 };
    expect(await actOnProcess(context({ now: () => later }), identity, 'kill', LONG, NEVER)).toEqual(GONE);
    expect(await actOnProcess(context({ now: () => null }), identity, 'kill', LONG, NEVER)).toEqual(GONE);
    expect(stateOf(child.pid)).toBe('S');
  });

  it('is not hit where the PID is a thread’s', async () => {
    const thread = fs
      .readdirSync('/proc/self/task')
      .map(Number)
      .find((id) => id !== process.pid)!;
    expect(await act({ pid: thread, startedAt: reader.now(thread)!.startedAt! }, 'terminate')).toEqual(GONE);
  });
});

describe('stopping', () => {
  it('before anything was done does nothing', async () => {
    const child = await sleeper();
    for (const action of PROCESS_ACTIONS) {
      expect(await act(identify(child.pid), action, LONG, AbortSignal.abort())).toEqual({
        outcome: 'stopped',
        message: null,
      });
    }
    expect(stateOf(child.pid)).toBe('S');
  });

  it('ends the waiting, and says that it did', async () => {
    const child = await stubborn();
    const stop = new AbortController();
    const attempt = act(identify(child.pid), 'terminate', LONG, stop.signal);
    stop.abort();
    expect(await attempt).toEqual({
      outcome: 'failed',
      message: 'Was asked to end, and was not waited for.',
    });
  });
});
