import { describe, expect, it } from 'vitest';
import { timeWaitText } from '../../shared/timeWait';
import { NativeError } from '../nativeError';
import type { KeyPath, Registry, RegistryValue } from './registry';
import { typeName } from './registry';
import { timeWaitOf, TimeWaitSetting } from './timeWait';
import { windowsError } from './windowsError';

const DWORD = 4;

describe('timeWaitOf', () => {
  it.each([
    [null, 'default', null, null],
    [{ type: DWORD, dword: 30 }, 'set', 30, 'REG_DWORD'],
    [{ type: DWORD, dword: 300 }, 'set', 300, 'REG_DWORD'],
    [{ type: DWORD, dword: 29 }, 'out-of-range', 29, 'REG_DWORD'],
    [{ type: DWORD, dword: 301 }, 'out-of-range', 301, 'REG_DWORD'],
    [{ type: DWORD, dword: 0xffff_ffff }, 'out-of-range', 0xffff_ffff, 'REG_DWORD'],
    [{ type: DWORD, dword: null }, 'not-a-number', null, 'REG_DWORD of another size'],
    [{ type: 1, dword: null }, 'not-a-number', null, 'REG_SZ'],
    [{ type: 11, dword: null }, 'not-a-number', null, 'REG_QWORD'],
    [{ type: 77, dword: null }, 'not-a-number', null, 'type 77'],
  ] as [RegistryValue | null, string, number | null, string | null][])(
    'says of %o that it is %s',
    (value, state, seconds, type) => {
      const told = timeWaitOf(value, 'there');
      expect(told).toEqual({ system: 'windows', state, seconds, type, where: 'there' });
      const text = timeWaitText(told);
      if (seconds !== null) expect(text).toContain(`${seconds} s`);
      // Documented defaults disagree: none is claimed.
      else expect(text).not.toMatch(/\d+ s\b/);
    },
  );

  it('knows the names of types', () => {
    expect([0, 7, 11, 12].map(typeName)).toEqual(['REG_NONE', 'REG_MULTI_SZ', 'REG_QWORD', 'type 12']);
  });
});

/** A registry with one value, as {@link Registry} shows it. */
class OneValue implements Pick<Registry, 'read' | 'writeDword' | 'delete'> {
  readonly keys: string[] = [];
  refusal: Error | null = null;
  forgetful = false;

  constructor(public value: number | null) {}

  read({ root, path }: KeyPath, name: string): RegistryValue | null {
    this.keys.push(`${root}\\${path}\\${name}`);
    return this.value === null ? null : { type: DWORD, dword: this.value };
  }

  writeDword(_: KeyPath, name: string, value: number): void {
    this.change(name, value);
  }

  delete(_: KeyPath, name: string): void {
    this.change(name, null);
  }

  private change(name: string, value: number | null): void {
    if (this.refusal !== null) throw this.refusal;
    if (name === 'TcpTimedWaitDelay' && !this.forgetful) this.value = value;
  }
}

const settingOf = (registry: OneValue) => new TimeWaitSetting(registry as unknown as Registry);

describe('TimeWaitSetting', () => {
  it('sets, reads back and removes the one value', () => {
    const registry = new OneValue(null);
    const setting = settingOf(registry);
    expect(setting.set(45)).toMatchObject({ state: 'set', seconds: 45 });
    expect(registry.value).toBe(45);
    expect(setting.remove()).toMatchObject({ state: 'default' });
    expect(registry.value).toBeNull();
    const key = String.raw`HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`;
    expect(new Set(registry.keys)).toEqual(new Set([`${key}\\TcpTimedWaitDelay`]));
  });

  it.each([29, 301, 45.5, Number.NaN])('does not write %f', (seconds) => {
    const registry = new OneValue(60);
    expect(() => settingOf(registry).set(seconds)).toThrow(RangeError);
    expect(registry.value).toBe(60);
  });

  it('says that it takes an administrator, and how', () => {
    const registry = new OneValue(60);
    registry.refusal = windowsError('RegOpenKeyExW', 5);
    for (const change of [() => settingOf(registry).set(45), () => settingOf(registry).remove()])
      expect(change).toThrow(/ERROR_ACCESS_DENIED\. .*administrator.*"Run as administrator"/);
    registry.refusal = windowsError('RegOpenKeyExW', 1450);
    expect(() => settingOf(registry).set(45)).toThrow('1450');
  });

  it('trusts nothing but what it reads back', () => {
    const registry = new OneValue(60);
    registry.forgetful = true;
    expect(() => settingOf(registry).set(45)).toThrow(NativeError);
    expect(() => settingOf(registry).remove()).toThrow('does not hold what was written');
    expect(settingOf(registry).set(60)).toMatchObject({ seconds: 60 });
  });
});
