/** What this process may do beyond what every user of Windows may. */
import type { Right, Rights, Traffic } from '../../shared/abilities';
import { hasStatistics } from './estats';
import { closeHandle } from './handles';
import type { Libraries } from './libraries';
import { NSI_SWITCH } from './nsi';
import { openToken, queryToken, TOKEN_ADJUST_PRIVILEGES, TOKEN_QUERY } from './token';
import { toUtf16 } from './utf16';

/** winnt.h: classes of what is known of a token, and TOKEN_ELEVATION_TYPE */
const TOKEN_ELEVATION_TYPE_CLASS = 18;
const TOKEN_ELEVATION_CLASS = 20;
const ELEVATION_TYPE_LIMITED = 3;
const SE_PRIVILEGE_ENABLED = 2;

/** TOKEN_PRIVILEGES (winnt.h) with one entry: count, LUID, attributes. Offsets and size in bytes */
export const TOKEN_PRIVILEGES = { size: 16, count: 0, luid: 4, attributes: 12 } as const;

const ALL: Right = { reach: 'all', why: null };
const RUN_ELEVATED = 'Run SocketScope as administrator.';

/**
 * Asked once: the rights of a process do not change while it runs. Where it has an administrator's, this switches on the privilege to
 * open others' processes (SeDebugPrivilege), which such a process has and does not use unasked.
 */
export class WindowsPrivileges {
  /** Whether this process has an administrator's rights (and not only could have them) */
  readonly elevated: boolean;
  /** Whether the user is an administrator who has not used his rights for this process (UAC) */
  private readonly isLimited: boolean;
  private readonly mayResetIpv6: boolean;

  constructor(
    private readonly libraries: Libraries,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    const current = libraries.required<() => number>('kernel32', 'intptr_t GetCurrentProcess()');
    const token = openToken(libraries, current(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES);
    try {
      this.elevated = token !== null && tokenNumber(libraries, token, TOKEN_ELEVATION_CLASS) === 1;
      this.isLimited =
        token !== null &&
        tokenNumber(libraries, token, TOKEN_ELEVATION_TYPE_CLASS) === ELEVATION_TYPE_LIMITED;
      if (this.elevated && token !== null) enablePrivilege(libraries, token, 'SeDebugPrivilege');
    } finally {
      if (token !== null) closeHandle(libraries, token);
    }
    this.mayResetIpv6 = environment[NSI_SWITCH] === '1';
  }

  /** One sentence on what is not allowed, or null where everything is. */
  missing(): string | null {
    if (this.elevated) return null;
    return 'Without an administrator’s rights, SocketScope cannot close connections, count their bytes, or look into other users’ processes.';
  }

  rights(): Rights {
    return {
      uid: null,
      reset: this.reset('Resetting a connection'),
      reset6: this.reset6(),
      resets: 'connections',
      finish: {
        reach: 'none',
        why: 'Windows lets nobody close another program’s connection gracefully. It can only be reset.',
      },
      // Whose a process is, its row does not tell by number: Windows is asked, which refuses what is not allowed.
      signal: this.elevated
        ? ALL
        : {
            reach: 'own',
            why: `Ending other users’ processes needs an administrator’s rights. ${RUN_ELEVATED}`,
          },
      suspend: false,
      couldElevate: !this.elevated && this.isLimited,
      namespace: { own: null, why: null },
    };
  }

  /** How a connection's bytes and segments are counted. */
  traffic(): Traffic {
    if (!this.elevated) {
      return {
        counted: 'never',
        why: `Windows counts a connection’s bytes for an administrator only. ${RUN_ELEVATED}`,
      };
    }
    return hasStatistics(this.libraries)
      ? { counted: 'watched', why: null }
      : { counted: 'never', why: 'This Windows does not count the bytes of a connection.' };
  }

  private reset(what: string): Right {
    return this.elevated
      ? ALL
      : { reach: 'none', why: `${what} needs an administrator’s rights. ${RUN_ELEVATED}` };
  }

  private reset6(): Right {
    if (this.mayResetIpv6) return this.reset('Resetting an IPv6 connection');
    return {
      reach: 'none',
      why: `Windows documents no way to reset IPv6 connections. ${NSI_SWITCH}=1 switches on one that is not proven.`,
    };
  }
}

/** What a token says in a DWORD; null where it does not. */
function tokenNumber(libraries: Libraries, token: number, informationClass: number): number | null {
  const value = new Uint32Array(1);
  return queryToken(libraries, token, informationClass, value) ? value[0]! : null;
}

/** Switches a privilege on, if the token has it. */
function enablePrivilege(libraries: Libraries, token: number, name: string): void {
  const lookUp = libraries.required<(system: null, name: Uint8Array, luid: Uint8Array) => number>(
    'advapi32',
    'int LookupPrivilegeValueW(void *, void *, void *)',
  );
  const adjust = libraries.required<
    (token: number, none: number, wanted: Uint8Array, size: number, before: null, needed: null) => number
  >('advapi32', 'int AdjustTokenPrivileges(intptr_t, int, void *, uint32, void *, void *)');
  const wanted = new Uint8Array(TOKEN_PRIVILEGES.size);
  const view = new DataView(wanted.buffer);
  view.setUint32(TOKEN_PRIVILEGES.count, 1, true);
  view.setUint32(TOKEN_PRIVILEGES.attributes, SE_PRIVILEGE_ENABLED, true);
  const luid = wanted.subarray(TOKEN_PRIVILEGES.luid);
  if (lookUp(null, toUtf16(name), luid) !== 0) adjust(token, 0, wanted, 0, null, null);
}
