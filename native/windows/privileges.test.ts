import { describe, expect, it } from 'vitest';
import { FakeLibraries } from './fixtures/fakeLibraries';
import { WindowsPrivileges } from './privileges';

interface Token {
  elevated: boolean;
  /** TOKEN_ELEVATION_TYPE: 1 default, 2 full, 3 limited */
  type: number;
}

/** What was asked of a token by then. */
const asked: string[] = [];

/** A system in which this process has that token; null where it has none. */
function libraries(token: Token | null, more: Record<string, unknown> = {}): FakeLibraries {
  asked.length = 0;
  return new FakeLibraries({
    GetCurrentProcess: () => -1,
    OpenProcessToken: (_process: number, _access: number, handle: BigInt64Array) => {
      handle[0] = 4n;
      return token === null ? 0 : 1;
    },
    GetTokenInformation: (_token: number, what: number, value: Uint32Array) => {
      value[0] = what === 20 ? Number(token!.elevated) : token!.type;
      return 1;
    },
    LookupPrivilegeValueW: (_system: null, name: Uint8Array, luid: Uint8Array) => {
      asked.push(Buffer.from(name).toString('utf16le').replace('\0', ''));
      luid[0] = 20;
      return 1;
    },
    AdjustTokenPrivileges: (_token: number, _none: number, wanted: Uint8Array) => {
      asked.push([...wanted].join(' '));
      return 1;
    },
    CloseHandle: (handle: number) => {
      asked.push(`closed ${handle}`);
      return 1;
    },
    GetPerTcpConnectionEStats: () => 0,
    SetPerTcpConnectionEStats: () => 0,
    ...more,
  });
}

const ELEVATED: Token = { elevated: true, type: 2 };
const LIMITED: Token = { elevated: false, type: 3 };
const PLAIN: Token = { elevated: false, type: 1 };

describe('an administrator with his rights', () => {
  it('may do everything that Windows lets anybody do', () => {
    const privileges = new WindowsPrivileges(libraries(ELEVATED), {});
    expect(privileges.elevated).toBe(true);
    expect(privileges.missing()).toBeNull();
    expect(privileges.traffic()).toEqual({ counted: 'watched', why: null });
    expect(privileges.rights()).toMatchObject({
      ...{ uid: null, suspend: false, couldElevate: false, resets: 'connections' },
      ...{ reset: { reach: 'all', why: null }, signal: { reach: 'all', why: null } },
      ...{ finish: { reach: 'none' }, reset6: { reach: 'none' }, namespace: { own: null, why: null } },
    });
  });

  it('has the right to open others’ processes switched on, and the token is closed', () => {
    expect(new WindowsPrivileges(libraries(ELEVATED), {}).elevated).toBe(true);
    // TOKEN_PRIVILEGES: one, its LUID, SE_PRIVILEGE_ENABLED
    expect(asked).toEqual(['SeDebugPrivilege', '1 0 0 0 20 0 0 0 0 0 0 0 2 0 0 0', 'closed 4']);
  });

  it('resets IPv6 connections only where that is switched on', () => {
    for (const [value, reach] of [
      ['1', 'all'],
      ['0', 'none'],
      ['yes', 'none'],
    ])
      expect(
        new WindowsPrivileges(libraries(ELEVATED), { SOCKETSCOPE_NSI_RESET: value }).rights().reset6!.reach,
      ).toBe(reach);
  });

  it('has nothing counted where this Windows cannot', () => {
    for (const name of ['GetPerTcpConnectionEStats', 'SetPerTcpConnectionEStats']) {
      const traffic = new WindowsPrivileges(libraries(ELEVATED, { [name]: null }), {}).traffic();
      expect(traffic).toEqual({
        ...{ counted: 'never', why: 'This Windows does not count the bytes of a connection.' },
      });
    }
  });
});

describe('a user without an administrator’s rights', () => {
  it.each<[string, Token | null, boolean]>([
    ['who could have them', LIMITED, true],
    ['who is none', PLAIN, false],
    ['whose token cannot be read', null, false],
  ])('%s is told what is missing', (_who, token, couldElevate) => {
    const privileges = new WindowsPrivileges(libraries(token), { SOCKETSCOPE_NSI_RESET: '1' });
    expect(privileges.elevated).toBe(false);
    expect(asked.filter((each) => !each.startsWith('closed'))).toEqual([]);
    expect(privileges.missing()).toContain('cannot close connections');
    expect(privileges.traffic()).toMatchObject({ counted: 'never', why: expect.stringMatching(/\.$/) });
    const rights = privileges.rights();
    expect(rights).toMatchObject({
      ...{ couldElevate, reset: { reach: 'none' }, reset6: { reach: 'none' }, finish: { reach: 'none' } },
      // Whose a process is, only Windows knows: it is to be tried.
      signal: { reach: 'own' },
    });
    for (const { why } of [rights.reset, rights.reset6!, rights.signal])
      expect(why).toMatch(/ needs an administrator’s rights\. Run SocketScope as administrator\.$/);
  });
});
