/** The services of a real Windows, or of Wine, and the double of what tells a socket's service. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN_TABLES } from '../../shared/socket';
import { doubleFile, TestDouble } from './fixtures/double';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { Libraries } from './libraries';
import { MODULE_INFO, OwnerModules } from './ownerModules';
import { WindowsProcesses } from './processes';
import { ProcessTable } from './processTable';
import { SERVICE_ENTRY, ServiceIndex } from './services';
import { ROW_LAYOUTS, TABLE_LAYOUTS } from './tableLayouts';

const libraries = new Libraries();

describe('services', () => {
  test('are found by their processes, which are the system’s', async () => {
    const processes = new WindowsProcesses(libraries);
    const index = new ServiceIndex(libraries);
    const all = [...new ProcessTable(libraries).processes.keys()].flatMap((pid) => processes.of(pid) ?? []);
    const found = all.flatMap((each) =>
      index.ofPid(each.pid, each.startedAt).map((name) => ({ name, each })),
    );
    // Every Windows has these two, and so has Wine.
    for (const service of ['Eventlog', 'PlugPlay']) {
      const at = found.find(({ name }) => name.toLowerCase() === service.toLowerCase());
      assert.ok(at, `${service} is not among ${found.map(({ name }) => name).join()}`);
      assert.match(at.each.name!, /\.exe$/i);
    }
    assert.deepEqual(index.ofPid(process.pid), []);
    const { each } = found[0]!;
    await sleep(100);
    assert.deepEqual(index.ofPid(each.pid, Date.now()), []); // a process that began later
    index.dispose();
    index.dispose();
    processes.dispose();
  });

  test('have the structures of the Windows SDK', () => {
    const structure = 'ENUM_SERVICE_STATUS_PROCESSW';
    assert.deepEqual(SERVICE_ENTRY, {
      size: sdkLayout(structure).size,
      name: sdkOffset(structure, 'lpServiceName'),
      pid: sdkOffset(structure, 'ServiceStatusProcess.dwProcessId'),
    });
    assert.deepEqual(MODULE_INFO, {
      size: sdkLayout('TCPIP_OWNER_MODULE_BASIC_INFO').size,
      name: sdkOffset('TCPIP_OWNER_MODULE_BASIC_INFO', 'pModuleName'),
    });
  });
});

describe('owner modules, on the double', () => {
  const double = new TestDouble();
  const set = double.control<(name: string, astray: number) => void>('void double_owners_set(str16, int64)');
  const pid = double.control<() => number>('uint32 double_owners_pid()');
  const info = double.control<() => number>('uint64 double_owners_info()');
  let modules: OwnerModules;

  /** A row of this table, of PID 4711 and with 77 as its module's first word. */
  function row(name: (typeof MAIN_TABLES)[number]): Uint8Array {
    const { rowSize } = TABLE_LAYOUTS[name]['owner-module'];
    const bytes = Buffer.alloc(rowSize);
    bytes.writeUInt32LE(4711, ROW_LAYOUTS[name].pid);
    bytes.writeBigUInt64LE(77n, rowSize - 128);
    return bytes;
  }

  beforeEach(() => {
    double.reset();
    modules = new OwnerModules(new Libraries({ iphlpapi: doubleFile }));
  });
  afterEach(() => double.reset());

  for (const name of MAIN_TABLES) {
    test(`are asked for with the row's own bytes: ${name}`, () => {
      set('Dnscache', 0);
      assert.equal(modules.of(name, row(name)), 'Dnscache');
      assert.deepEqual([pid(), info()], [4711, 77]);
      assert.equal(modules.of(name, row(name).subarray(0, 100)), null); // the function would read beyond it
      set('x'.repeat(3000), 0); // more than the buffer holds at first
      assert.equal(modules.of(name, row(name)), 'x'.repeat(256));
      const { rowSize } = TABLE_LAYOUTS[name]['owner-module'];
      assert.equal(modules.of(name, new Uint8Array(rowSize)), null); // not found
      assert.ok(double.calls(CALLS[name]) >= 4);
    });
  }

  test('are none where the call fails, and where its pointer leads astray', () => {
    set('Dnscache', 0);
    for (const code of [5, 50, 87, 122, 1168]) {
      double.fail(CALLS.tcp4, code);
      assert.equal(modules.of('tcp4', row('tcp4')), null);
    }
    assert.equal(double.calls(CALLS.tcp4), 5); // one that wants no larger buffer is not asked twice
    double.fail(CALLS.tcp4, 0);
    for (const astray of [-1_000_000, -17, 1_000_000, 2 ** 40]) {
      set('Dnscache', astray);
      assert.equal(modules.of('tcp4', row('tcp4')), null);
    }
    set('Dnscache', 0);
    assert.equal(modules.of('tcp4', row('tcp4')), 'Dnscache');
  });

  test('are none on a Windows without the functions', () => {
    const without = new OwnerModules(new Libraries({ iphlpapi: 'kernel32.dll' }));
    for (const name of MAIN_TABLES) assert.equal(without.of(name, row(name)), null);
  });
});

const CALLS = {
  tcp4: 'GetOwnerModuleFromTcpEntry',
  tcp6: 'GetOwnerModuleFromTcp6Entry',
  udp4: 'GetOwnerModuleFromUdpEntry',
  udp6: 'GetOwnerModuleFromUdp6Entry',
};
