/** Which processes there are, what it takes to know, and what is left open by it: on Windows, or under Wine. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { changed, child, counting, end, endChildren } from './fixtures/children';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { Libraries } from './libraries';
import { WindowsProcesses } from './processes';
import { PROCESS_ENTRY } from './processTable';

const libraries = new Libraries();
let processes: WindowsProcesses;
/** No process has it: PIDs begin with small numbers. */
const NO_PID = 0xffff_fff0;

beforeEach(() => {
  processes = new WindowsProcesses(libraries);
});

afterEach(() => {
  processes.dispose();
});

after(endChildren);

test('a PID that was given to a younger process is not a parent’s any more', async () => {
  const { pid } = await child();
  // As FILETIMEs, of the child and then of what has its parent's PID; an hour ago
  const began = BigInt(Date.now() + 11_644_473_600_000 - 3_600_000) * 10_000n;
  const told = (younger: bigint): WindowsProcesses => {
    let asked = 0;
    const times = (_: number, created: BigUint64Array): number => {
      created[0] = asked++ === 0 ? began : began + younger;
      return 1;
    };
    return new WindowsProcesses(changed('GetProcessTimes', times));
  };
  const name = path.win32.basename(process.execPath);
  for (const [younger, parentName] of [
    [-1n, name],
    [0n, name],
    [1n, null],
  ] as const) {
    const processes = told(younger);
    const info = processes.of(pid)!;
    assert.deepEqual([info.parentPid, info.parentName], [process.pid, parentName]);
    processes.dispose();
  }
});

test('a process that has ended and that no socket names is let go', async () => {
  const running = await child();
  const handles = counting();
  const processes = new WindowsProcesses(handles.libraries);
  processes.of(running.pid);
  processes.of(process.pid);
  assert.equal(handles.open(), 2);
  await end(running);
  for (let i = 0; i < 3; i++) processes.refresh();
  assert.equal(handles.open(), 1);
  processes.dispose();
  assert.equal(handles.open(), 0);
});

describe('the list of processes', () => {
  test('has this one and a child, each once, by PID', async () => {
    const running = await child();
    const { pid } = running;
    const list = processes.list();
    const own = list.find((each) => each.pid === process.pid)!;
    const other = list.find((each) => each.pid === pid)!;
    const { startedAt, path: file, user, name } = processes.of(pid)!;
    assert.deepEqual(other, { pid, startedAt, parentPid: process.pid, name, path: file, user });
    assert.equal(own.startedAt, processes.of(process.pid)!.startedAt);
    const pids = list.map((each) => each.pid);
    assert.deepEqual(
      pids,
      [...new Set(pids)].sort((a, b) => a - b),
    );
    assert.ok(processes.complete);
    await end(running);
    assert.ok(processes.list().every((each) => each.pid !== pid));
  });

  test('of those that this one runs under begins with itself, each older than the one before', () => {
    const ancestors = processes.ancestors();
    assert.deepEqual(ancestors[0], { pid: process.pid, startedAt: processes.of(process.pid)!.startedAt });
    for (let i = 1; i < ancestors.length; i++)
      assert.ok(ancestors[i]!.startedAt <= ancestors[i - 1]!.startedAt);
  });
});

test('a reading that meets nobody new takes no snapshot', async () => {
  const { pid } = await child();
  let snapshots = 0;
  const create = libraries.required<(flags: number, pid: number) => number>(
    'kernel32',
    'intptr_t CreateToolhelp32Snapshot(uint32, uint32)',
  );
  const counting = new WindowsProcesses(
    changed('CreateToolhelp32Snapshot', (flags, which) => {
      snapshots++;
      return create(flags, which);
    }),
  );
  const read = (): void => {
    counting.refresh();
    assert.ok(counting.complete);
    for (const each of [process.pid, pid, process.pid]) assert.equal(counting.of(each)?.pid, each);
  };
  read();
  assert.ok(snapshots > 0);
  const first = snapshots;
  for (let i = 0; i < 5; i++) read();
  assert.equal(snapshots, first);
  counting.dispose();
});

test('where Windows gives no snapshot, not every process is known, and what may be opened is told all the same', () => {
  const blind = new WindowsProcesses(changed('CreateToolhelp32Snapshot', () => -1));
  const info = blind.of(process.pid)!;
  assert.deepEqual([info.name, info.parentPid], [path.win32.basename(process.execPath), null]);
  assert.equal(blind.complete, false);
  assert.deepEqual([blind.list(), blind.ancestors()], [[], []]);
  blind.dispose();
});

test('a thousand readings leave no handle open but those of the processes themselves', async () => {
  const { pid } = await child();
  const counted = counting();
  const processes = new WindowsProcesses(counted.libraries);
  const count = libraries.required<(process: number, count: Uint32Array) => number>(
    'kernel32',
    'int32 GetProcessHandleCount(intptr_t, void *)',
  );
  const handles = (): number => {
    const number = new Uint32Array(1);
    assert.notEqual(count(-1, number), 0);
    return number[0]!;
  };
  const round = (): void => {
    processes.refresh();
    for (const each of [process.pid, pid, 0, NO_PID]) processes.of(each);
  };
  const question = (): void => {
    processes.list();
    processes.ancestors();
    const info = processes.of(pid)!;
    processes.commandLine(info);
    processes.variables({ pid, startedAt: info.startedAt! }, ['PATH']);
  };
  for (let i = 0; i < 10; i++) round();
  question();
  const before = handles();
  for (let i = 0; i < 1000; i++) {
    round();
    if (i % 20 === 0) question();
  }
  assert.equal(counted.open(), 2);
  // As the system counts them (Wine says 0), with some that threads of Node open and close meanwhile
  const after = handles();
  assert.ok(after <= before + 20, `${before} handles became ${after}`);
  processes.dispose();
  assert.equal(counted.open(), 0);
});

test('the structures are those of the Windows SDK', () => {
  assert.deepEqual(PROCESS_ENTRY, {
    size: sdkLayout('PROCESSENTRY32W').size,
    pid: sdkOffset('PROCESSENTRY32W', 'th32ProcessID'),
    parentPid: sdkOffset('PROCESSENTRY32W', 'th32ParentProcessID'),
    name: sdkOffset('PROCESSENTRY32W', 'szExeFile'),
    nameSize: 520,
  });
});
