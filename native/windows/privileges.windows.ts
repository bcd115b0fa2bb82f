/** The rights of this process, by the system that this runs on: on Windows, or under Wine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { isWine } from './fixtures/wine';
import { openProcess, PROCESS_QUERY_LIMITED_INFORMATION } from './handles';
import { Libraries } from './libraries';
import { TOKEN_PRIVILEGES, WindowsPrivileges } from './privileges';

test('this process has an administrator’s rights where Windows itself says so', () => {
  const libraries = new Libraries();
  const { elevated } = new WindowsPrivileges(libraries);
  // Under Wine, a token says that it is limited, and is one of the administrators' all the same.
  if (isWine()) return assert.equal(elevated, false);
  // Whether their group is in force for this process: another way to the same answer
  const isAdministrator = libraries.required<() => number>('shell32', 'int IsUserAnAdmin()');
  assert.equal(elevated, isAdministrator() !== 0);
});

test('is asked for again and again without a handle left open', () => {
  const libraries = new Libraries();
  const count = libraries.required<(process: number, count: Uint32Array) => number>(
    'kernel32',
    'int GetProcessHandleCount(intptr_t, void *)',
  );
  const own = openProcess(libraries, process.pid, PROCESS_QUERY_LIMITED_INFORMATION);
  const handles = (): number => {
    const into = new Uint32Array(1);
    assert.notEqual(count(own.handle, into), 0);
    return into[0]!;
  };
  const privileges = new WindowsPrivileges(libraries);
  const before = handles();
  for (let i = 0; i < 100; i++)
    assert.deepEqual(new WindowsPrivileges(libraries).rights(), privileges.rights());
  const after = handles();
  own.close();
  assert.ok(after - before < 50, `${after - before} handles more`);
});

test('TOKEN_PRIVILEGES is laid out as the SDK says', () => {
  const { size, count, luid, attributes } = TOKEN_PRIVILEGES;
  assert.equal(sdkLayout('TOKEN_PRIVILEGES').size, size);
  assert.equal(sdkOffset('TOKEN_PRIVILEGES', 'PrivilegeCount'), count);
  const first = sdkOffset('TOKEN_PRIVILEGES', 'Privileges');
  assert.equal(first + sdkOffset('LUID_AND_ATTRIBUTES', 'Luid'), luid);
  assert.equal(first + sdkOffset('LUID_AND_ATTRIBUTES', 'Attributes'), attributes);
});
