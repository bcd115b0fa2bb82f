/** Ending processes of the system that this runs on: on Windows, or under Wine. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, test } from 'node:test';
import type { ProcessAction, ProcessIdentity } from '../../shared/orders';
import type { Attempt } from '../backend';
import { FakeLibraries } from './fixtures/fakeLibraries';
import { startWindow } from './fixtures/windowProgram';
import { fileTimeMs, openProcess, PROCESS_QUERY_LIMITED_INFORMATION } from './handles';
import { Libraries } from './libraries';
import { actOnProcess } from './processActions';

const PATIENCE_MS = 10_000;
const SHORT_MS = 300;
const libraries = new Libraries();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

/** A process without a window, which goes on until it is ended. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'console.log("ready"); setInterval(() => 0, 1000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return remembered(child);
}

function remembered(child: ChildProcess): ChildProcess {
  children.push(child);
  return child;
}

function identityOf({ pid }: { pid?: number | undefined }): ProcessIdentity {
  const handle = openProcess(libraries, pid!, PROCESS_QUERY_LIMITED_INFORMATION);
  try {
    return { pid: pid!, startedAt: fileTimeMs(handle.creationTime()!) };
  } finally {
    handle.close();
  }
}

function act(
  identity: ProcessIdentity,
  action: ProcessAction,
  { patienceMs = PATIENCE_MS, signal = new AbortController().signal, use = libraries, elevated = false } = {},
): Promise<Attempt> {
  return actOnProcess({ libraries: use, elevated }, identity, action, patienceMs, signal);
}

const DONE = { outcome: 'done', message: null };
const GONE = { outcome: 'gone', message: null };
const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** Long enough for an end to be told. */
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SHORT_MS));

describe('a process', () => {
  test('is ended at once, and leaves 1 behind', async () => {
    const child = await start();
    const exited = once(child, 'exit');
    assert.deepEqual(await act(identityOf(child), 'kill'), DONE);
    assert.deepEqual(await exited, [1, null]);
  });

  test('of another start time is spared', async () => {
    const child = await start();
    const { pid, startedAt } = identityOf(child);
    for (const other of [startedAt - 1, startedAt + 1])
      for (const action of ['kill', 'terminate'] as const)
        assert.deepEqual(await act({ pid, startedAt: other }, action), GONE);
    await soon();
    assert.ok(isAlive(child));
  });

  test('that has ended is gone, also while its PID is kept', async () => {
    const child = await start();
    const identity = identityOf(child);
    const handle = openProcess(libraries, identity.pid, PROCESS_QUERY_LIMITED_INFORMATION);
    try {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
      assert.deepEqual(await act(identity, 'kill'), GONE);
      assert.deepEqual(await act(identity, 'terminate'), GONE);
    } finally {
      handle.close();
    }
    assert.deepEqual(await act(identity, 'kill'), GONE);
  });

  test('without a window cannot be asked', async () => {
    const child = await start();
    assert.deepEqual(await act(identityOf(child), 'terminate'), {
      outcome: 'refused',
      message: 'It has no window that could be asked; End Process Now forces it.',
    });
    await soon();
    assert.ok(isAlive(child));
  });

  test('that Windows calls critical is left alone, also by an administrator', async () => {
    const child = await start();
    const use = new FakeLibraries({
      IsProcessCritical: (_handle: number, critical: Int32Array) => {
        critical[0] = 1;
        return 1;
      },
    });
    const { outcome, message } = await act(identityOf(child), 'kill', { use, elevated: true });
    assert.equal(outcome, 'refused');
    assert.match(message!, /critical/);
    await soon();
    assert.ok(isAlive(child));
  });

  test('of which Windows does not say whether it is critical is left alone', async () => {
    const child = await start();
    const use = new FakeLibraries({ IsProcessCritical: () => 0, GetLastError: () => 5 });
    assert.deepEqual(await act(identityOf(child), 'kill', { use, elevated: true }), {
      outcome: 'failed',
      message:
        'It was left alone: Windows does not say whether the system can do without it (ERROR_ACCESS_DENIED, 5).',
    });
    await soon();
    assert.ok(isAlive(child));
  });

  test('that Windows itself is made of is left alone', async () => {
    for (const pid of [0, 4])
      for (const action of ['kill', 'terminate'] as const)
        assert.equal((await act({ pid, startedAt: 0 }, action)).outcome, 'refused');
  });

  test('is not suspended, nor resumed', async () => {
    const child = await start();
    for (const action of ['suspend', 'resume'] as const)
      assert.equal((await act(identityOf(child), action)).outcome, 'refused');
  });

  test('is not touched where the order was stopped before', async () => {
    const child = await start();
    const attempt = await act(identityOf(child), 'kill', { signal: AbortSignal.abort() });
    assert.deepEqual(attempt, { outcome: 'stopped', message: null });
    await soon();
    assert.ok(isAlive(child));
  });
});

describe('what Windows refuses', () => {
  /** The error 5 of that call, for a process that lives on. */
  async function refusal(name: string, elevated: boolean): Promise<Attempt> {
    const child = await start();
    const use = new FakeLibraries({ [name]: () => 0, GetLastError: () => 5 });
    const attempt = await act(identityOf(child), 'kill', { use, elevated });
    await soon();
    assert.ok(isAlive(child));
    return attempt;
  }

  for (const name of ['OpenProcess', 'TerminateProcess'])
    test(`is told with what would help: ${name}`, async () => {
      const user = await refusal(name, false);
      assert.equal(user.outcome, 'refused');
      assert.match(user.message!, /needs an administrator’s \(ERROR_ACCESS_DENIED, 5\)\.$/);
      const administrator = await refusal(name, true);
      assert.equal(administrator.outcome, 'refused');
      assert.match(administrator.message!, /^Windows protects it even from administrators/);
    });
});

describe('a program with a window', () => {
  test('ends when its window is asked to close', async () => {
    const child = remembered(await startWindow('obeys'));
    const exited = once(child, 'exit');
    assert.deepEqual(await act(identityOf(child), 'terminate'), DONE);
    assert.deepEqual(await exited, [0, null]);
  });

  test('that does not is waited for, reported, and left alone', async () => {
    const child = remembered(await startWindow('ignores'));
    let turns = 0;
    const ticking = setInterval(() => turns++, 10);
    const began = performance.now();
    assert.deepEqual(await act(identityOf(child), 'terminate', { patienceMs: SHORT_MS }), {
      outcome: 'failed',
      message: 'Was asked to end, and is still running. End Process Now forces it.',
    });
    clearInterval(ticking);
    assert.ok(performance.now() - began >= SHORT_MS - 20);
    assert.ok(turns >= 3, `the event loop had ${turns} turns`);
    assert.ok(isAlive(child));
    assert.deepEqual(await act(identityOf(child), 'kill'), DONE);
  });

  test('is not waited for any longer once the order is stopped', async () => {
    const child = remembered(await startWindow('ignores'));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), SHORT_MS);
    const began = performance.now();
    assert.deepEqual(await act(identityOf(child), 'terminate', { signal: stop.signal }), {
      outcome: 'failed',
      message: 'Was asked to end, and was not waited for.',
    });
    assert.ok(performance.now() - began < PATIENCE_MS / 2);
    assert.ok(isAlive(child));
  });

  test('that is a console is not asked: other programs share it', async () => {
    const child = remembered(await startWindow('console'));
    assert.deepEqual(await act(identityOf(child), 'terminate'), {
      outcome: 'refused',
      message: 'Its only window is a console, which other programs share. End Process Now ends it alone.',
    });
    await soon();
    assert.ok(isAlive(child));
  });

  test('of another start time is not asked', async () => {
    const child = remembered(await startWindow('obeys'));
    const { pid, startedAt } = identityOf(child);
    assert.deepEqual(await act({ pid, startedAt: startedAt - 1 }, 'terminate'), GONE);
    await soon();
    assert.ok(isAlive(child));
  });
});
