/** Processes by handle, and the version resources of files: on Windows, or under Wine. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { changed, child, endChildren } from './fixtures/children';
import { openProcess, PROCESS_QUERY_LIMITED_INFORMATION, SYNCHRONIZE } from './handles';
import type { ProcessHandle } from './handles';
import { Libraries } from './libraries';
import { VersionInfo } from './versionInfo';
import { ERROR_INVALID_PARAMETER } from './windowsError';

const libraries = new Libraries();
const ACCESS = PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE;
/** No process has it: PIDs begin with small numbers. */
const NO_PID = 0xffff_fff0;

after(endChildren);

describe('an open process', () => {
  test('tells of its end, and lets one wait for it', async () => {
    const running = await child();
    const handle: ProcessHandle = openProcess(libraries, running.pid, ACCESS);
    assert.equal(handle.hasEnded(), false);
    const before = performance.now();
    assert.equal(await handle.ended(50), false);
    assert.ok(performance.now() - before < 5000);
    const stopped = new AbortController();
    const waiting = handle.ended(60_000, stopped.signal);
    stopped.abort();
    assert.equal(await waiting, false);
    const wait = handle.ended(60_000);
    running.kill();
    assert.equal(await wait, true);
    assert.equal(handle.hasEnded(), true);
    handle.close();
    handle.close();
  });

  test('without IsWow64Process2 has its width from the older call', () => {
    const older = changed('IsWow64Process2', null);
    const handle = openProcess(older, process.pid, ACCESS);
    assert.equal(handle.bits(), 64);
    handle.close();
  });

  test('cannot be one that does not exist', () => {
    assert.throws(() => openProcess(libraries, NO_PID, ACCESS), {
      call: 'OpenProcess',
      code: ERROR_INVALID_PARAMETER,
    });
  });
});

test('a library of the system has a version resource; a folder and a missing file have none', () => {
  const versions = new VersionInfo(libraries);
  const found = versions.of('C:\\windows\\system32\\kernel32.dll');
  for (const text of Object.values(found)) assert.match(text ?? '', /\S/);
  assert.equal(versions.of('C:\\windows\\system32\\kernel32.dll'), found);
  for (const file of ['C:\\windows', 'C:\\missing.exe', '\\\\server\\share\\x.exe', '', 'x.exe'])
    assert.deepEqual(Object.values(versions.of(file)), [null, null, null, null]);
});
