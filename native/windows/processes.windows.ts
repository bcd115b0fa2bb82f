/** Processes of a real Windows, or of Wine: this one, its children, and those of the system. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { child, counting, end, endChildren, refusing } from './fixtures/children';
import { fileTimeMs, PROCESS_QUERY_LIMITED_INFORMATION, SYNCHRONIZE, tryOpenProcess } from './handles';
import { Libraries } from './libraries';
import { WindowsProcesses } from './processes';
import { ERROR_INVALID_PARAMETER } from './windowsError';

const libraries = new Libraries();
let processes: WindowsProcesses;
const ACCESS = PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE;
/** No process has it: PIDs begin with small numbers. */
const NO_PID = 0xffff_fff0;

beforeEach(() => {
  processes = new WindowsProcesses(libraries);
});

afterEach(() => {
  processes.dispose();
});

after(endChildren);

describe('a process', () => {
  test('of this program is told as it is', () => {
    const info = processes.of(process.pid)!;
    assert.equal(info.pid, process.pid);
    assert.equal(info.path?.toLowerCase(), process.execPath.toLowerCase());
    assert.equal(info.name, path.win32.basename(process.execPath));
    const began = Date.now() - 1000 * process.uptime();
    assert.ok(Math.abs(info.startedAt! - began) < 3000, `${info.startedAt} is not about ${began}`);
    assert.equal(fileTimeMs(BigInt(info.startKey)), info.startedAt);
    assert.match(info.user!, /^[^\\]+\\.+$/);
    assert.equal(info.user!.split('\\')[1]!.toLowerCase(), process.env['USERNAME']!.toLowerCase());
    assert.equal(info.program!.bits, 64);
    assert.equal(typeof info.program!.session, 'number');
    assert.equal(info.program!.company, 'Node.js');
    assert.equal(info.program!.product, 'Node.js');
    assert.equal(info.program!.version, process.versions.node);
    assert.deepEqual([info.unit, info.container], [null, null]);
  });

  test('that is a child is told with its parent, its command line and its environment', async () => {
    const args = ['with spaces', 'a "quote"', 'ünïcødé 服务 🚀', 'back\\slash\\', ''];
    const { pid } = await child(args, {
      SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22',
      SESSIONNAME: 'RDP-Tcp#7',
    });
    const info = processes.of(pid)!;
    assert.deepEqual([info.parentPid, info.parentName], [process.pid, path.win32.basename(process.execPath)]);
    const line = processes.commandLine(info)!;
    for (const part of ['"with spaces"', '\\"quote\\"', 'ünïcødé 服务 🚀', 'back\\slash\\', 'setInterval'])
      assert.ok(line.includes(part), `${line} lacks ${part}`);
    const identity = { pid, startedAt: info.startedAt! };
    assert.deepEqual(processes.variables(identity, ['SSH_CONNECTION', 'SESSIONNAME', 'XRDP_SESSION']), {
      ...{ SSH_CONNECTION: '10.0.0.9 51122 10.0.0.5 22', SESSIONNAME: 'RDP-Tcp#7' },
    });
    const other = { ...info, startKey: String(BigInt(info.startKey) + 1n) };
    assert.equal(processes.commandLine(other), null);
    assert.deepEqual(processes.variables({ pid, startedAt: info.startedAt! - 1 }, ['SSH_CONNECTION']), {});
  });

  test('is the same object while it lives, and another one for each service', () => {
    const info = processes.of(process.pid)!;
    processes.refresh();
    assert.equal(processes.of(process.pid), info);
    const service = processes.withService(info, 'Dnscache');
    assert.deepEqual(service, { ...info, unit: 'Dnscache' });
    assert.equal(processes.withService(info, 'Dnscache'), service);
    assert.notEqual(processes.withService(info, 'NlaSvc'), service);
    assert.equal(processes.commandLine(service), processes.commandLine(info));
  });

  test('that ended is still the one that had the PID, until no socket names it any more', async () => {
    const first = await child();
    const info = processes.of(first.pid)!;
    await end(first);
    processes.refresh();
    assert.equal(processes.of(first.pid), info);
    processes.refresh();
    processes.refresh();
    assert.equal(processes.size, 0);
    assert.equal(processes.commandLine(info), null);
    const second = await child();
    const next = processes.of(second.pid)!;
    assert.notEqual(`${next.pid} ${next.startKey}`, `${info.pid} ${info.startKey}`);
    assert.ok(next.startedAt! >= info.startedAt!);
  });

  test('that lives is remembered with its parent after that has ended', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
      process.stdout.write(String(child.pid)); setInterval(() => {}, 1000)`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number((await once(parent.stdout, 'data'))[0]);
    try {
      const info = processes.of(pid)!;
      assert.deepEqual([info.parentPid, info.parentName], [parent.pid, 'node.exe']);
      await end(parent);
      for (let i = 0; i < 5; i++) processes.refresh();
      assert.equal(processes.of(pid), info);
      const unknowing = new WindowsProcesses(libraries);
      assert.equal(unknowing.of(pid)!.parentName, null);
      unknowing.dispose();
    } finally {
      await end(parent);
      process.kill(pid);
    }
  });

  test('that began after the tables were read owns nothing in them', async () => {
    const { pid } = await child();
    const { startedAt } = processes.of(pid)!;
    const other = new WindowsProcesses(libraries);
    other.refresh(startedAt! - 1);
    assert.equal(other.of(pid), null);
    other.refresh(startedAt!);
    assert.equal(other.of(pid)?.pid, pid);
    other.dispose();
  });

  test('beyond those that are kept open is told by its time of creation', async () => {
    const handles = counting();
    const few = new WindowsProcesses(handles.libraries, 0);
    const { pid } = await child();
    const info = few.of(pid)!;
    few.refresh();
    assert.equal(few.of(pid), info);
    assert.equal(handles.open(), 0);
    few.dispose();
  });

  test('that may not be opened is told by name and parent only, while it is there', async () => {
    const running = await child();
    const { pid } = running;
    const few = new WindowsProcesses(refusing(pid));
    const info = few.of(pid)!;
    const own = processes.of(process.pid)!.program!.session;
    assert.deepEqual(info, {
      ...{ pid, startKey: '0', startedAt: null, name: 'node.exe', path: null, unit: null, container: null },
      ...{ parentPid: process.pid, parentName: null, user: null },
      program: { company: null, product: null, description: null, version: null, bits: null, session: own },
    });
    few.refresh();
    assert.equal(few.of(pid), info);
    assert.equal(few.commandLine(info), null);
    assert.ok(few.list().every((each) => each.pid !== pid)); // nothing could be done to it
    await end(running);
    few.refresh();
    assert.equal(few.of(pid), null);
    few.dispose();
  });

  test('is none where nobody has the PID, and Windows itself for 0 and 4', () => {
    assert.equal(processes.of(NO_PID), null);
    assert.equal(tryOpenProcess(libraries, NO_PID, ACCESS), ERROR_INVALID_PARAMETER);
    const [idle, system] = [processes.of(0)!, processes.of(4)!];
    assert.deepEqual([idle.name, system.name], ['System Idle Process', 'System']);
    assert.deepEqual([idle.path, idle.startedAt], [null, null]);
    processes.refresh();
    assert.deepEqual([processes.of(0), processes.of(4)], [idle, system]);
  });
});
