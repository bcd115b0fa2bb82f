/** TcpTimedWaitDelay in the registry, in a key of the test's own: what is set for the computer is read only. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NativeError } from '../nativeError';
import { doubleFile, TestDouble } from './fixtures/double';
import { Libraries } from './libraries';
import { Registry } from './registry';
import type { KeyPath } from './registry';
import { TimeWaitSetting } from './timeWait';

const KEY: KeyPath = { root: 'HKEY_CURRENT_USER', path: String.raw`Software\SocketScopeTest` };
const NAME = 'TcpTimedWaitDelay';
const KEY_TEXT = String.raw`HKCU\Software\SocketScopeTest`;

/** Windows' own tool writes and reads what ours is compared with. */
const reg = (...args: string[]): string => execFileSync('reg', args, { encoding: 'latin1', timeout: 20_000 });
const put = (type: string, value: string): string =>
  reg('add', KEY_TEXT, '/v', NAME, '/t', type, '/d', value, '/f');

const registry = new Registry(new Libraries());
const setting = new TimeWaitSetting(registry, KEY);

before(() => reg('add', KEY_TEXT, '/f'));
beforeEach(() => registry.delete(KEY, NAME));
after(() => reg('delete', KEY_TEXT, '/f'));

describe('TcpTimedWaitDelay', () => {
  test('nothing is set, and to remove it is no error', () => {
    assert.equal(setting.read().state, 'default');
    assert.equal(setting.remove().state, 'default');
  });

  test('what is set can be read by others, and the other way round', () => {
    assert.deepEqual(setting.set(45), {
      ...{ system: 'windows', state: 'set', seconds: 45, type: 'REG_DWORD' },
      where: String.raw`HKEY_CURRENT_USER\Software\SocketScopeTest\TcpTimedWaitDelay`,
    });
    assert.match(reg('query', KEY_TEXT, '/v', NAME), /TcpTimedWaitDelay\s+REG_DWORD\s+0x2d/i);
    put('REG_DWORD', '120');
    assert.equal(setting.read().seconds, 120);
    assert.equal(setting.remove().state, 'default');
    assert.throws(() => reg('query', KEY_TEXT, '/v', NAME));
  });

  test('what cannot be a time is not taken for one', () => {
    for (const [type, value, state, told] of [
      ['REG_DWORD', '29', 'out-of-range', 'REG_DWORD'],
      ['REG_DWORD', '4294967295', 'out-of-range', 'REG_DWORD'],
      ['REG_SZ', '60', 'not-a-number', 'REG_SZ'],
      ['REG_SZ', 'x'.repeat(500), 'not-a-number', 'REG_SZ'],
      ['REG_BINARY', '3c000000', 'not-a-number', 'REG_BINARY'],
    ] as const) {
      put(type, value);
      const { state: found, type: foundType } = setting.read();
      assert.deepEqual([found, foundType], [state, told], `${type} ${value.slice(0, 10)}`);
      // It can be put right.
      assert.equal(setting.set(60).seconds, 60);
    }
  });

  test('a key that is not there has no values, and cannot be written', () => {
    const nowhere: KeyPath = { ...KEY, path: String.raw`Software\SocketScopeTest\Missing` };
    const missing = new TimeWaitSetting(registry, nowhere);
    assert.equal(missing.read().state, 'default');
    assert.equal(missing.remove().state, 'default');
    assert.throws(() => missing.set(60), NativeError);
  });

  test('what is set for this computer can be read', () => {
    const told = new TimeWaitSetting(registry).read();
    assert.ok(['default', 'set', 'out-of-range', 'not-a-number'].includes(told.state));
    assert.equal(told.seconds === null, told.state === 'default' || told.state === 'not-a-number');
  });
});

describe('errors, by the double', () => {
  const double = new TestDouble();
  const doubled = new TimeWaitSetting(new Registry(new Libraries({ advapi32: doubleFile })), KEY);
  beforeEach(() => double.reset());

  test('it works through the double', () => {
    assert.equal(doubled.set(61).seconds, 61);
    assert.equal(setting.read().seconds, 61);
    // Every key that was opened has been closed.
    assert.equal(double.calls('RegCloseKey'), double.calls('RegOpenKeyExW'));
  });

  for (const call of ['RegOpenKeyExW', 'RegSetValueExW'])
    test(`${call} refused says that it takes an administrator, and how`, () => {
      double.fail(call, 5);
      assert.throws(() => doubled.set(60), /ERROR_ACCESS_DENIED.*"Run as administrator"/);
      assert.equal(setting.read().state, 'default');
    });

  test('other errors keep their names', () => {
    double.fail('RegQueryValueExW', 6);
    assert.throws(() => doubled.read(), /RegQueryValueExW: ERROR_INVALID_HANDLE/);
    assert.equal(double.calls('RegCloseKey'), 1);
    double.reset();
    double.fail('RegDeleteValueW', 6);
    assert.throws(() => doubled.remove(), /RegDeleteValueW: ERROR_INVALID_HANDLE/);
  });
});
