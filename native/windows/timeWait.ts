/**
 * TcpTimedWaitDelay: how long Windows keeps a closed connection in TIME_WAIT, s. Documented with a default of 240 s (Windows 2000,
 * https://technet.microsoft.com/library/cc938217), of 120 s (Server 2003, https://technet.microsoft.com/library/cc757512) and of
 * others elsewhere, so that none is claimed here.
 */
import { isTimeWait } from '../../shared/timeWait';
import type { TimeWait } from '../../shared/timeWait';
import { NativeError } from '../nativeError';
import { REG_DWORD, Registry, typeName } from './registry';
import type { KeyPath, RegistryValue } from './registry';
import { ERROR_ACCESS_DENIED, windowsError } from './windowsError';

const NAME = 'TcpTimedWaitDelay';
const PARAMETERS: KeyPath = {
  root: 'HKEY_LOCAL_MACHINE',
  path: String.raw`SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`,
};

export class TimeWaitSetting {
  /** @param key another place: a test's */
  constructor(
    private readonly registry: Registry,
    private readonly key: KeyPath = PARAMETERS,
  ) {}

  /** @throws NativeError */
  read(): TimeWait {
    return timeWaitOf(this.registry.read(this.key, NAME), `${this.key.root}\\${this.key.path}\\${NAME}`);
  }

  /** @throws NativeError also where what is read back is something else */
  set(seconds: number): TimeWait {
    if (!isTimeWait(seconds)) throw new RangeError(`TcpTimedWaitDelay of ${seconds} s`);
    this.change(() => this.registry.writeDword(this.key, NAME, seconds));
    return this.verified((now) => now.state === 'set' && now.seconds === seconds);
  }

  /** @throws NativeError likewise */
  remove(): TimeWait {
    this.change(() => this.registry.delete(this.key, NAME));
    return this.verified((now) => now.state === 'default');
  }

  private change(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof NativeError) || error.code !== ERROR_ACCESS_DENIED) throw error;
      throw windowsError(
        error.call,
        error.code,
        'Changing it needs an administrator’s rights. Open a terminal with "Run as administrator" and give the command there.',
      );
    }
  }

  private verified(holds: (now: TimeWait) => boolean): TimeWait {
    const now = this.read();
    if (holds(now)) return now;
    throw new NativeError(
      'RegQueryValueExW',
      0,
      'mismatch',
      'The registry does not hold what was written: something else has changed it, or undoes such changes.',
    );
  }
}

/** What a value of the registry says; null is one that is not there. */
export function timeWaitOf(value: RegistryValue | null, where: string): TimeWait {
  if (value === null) return { system: 'windows', state: 'default', seconds: null, type: null, where };
  const { type, dword: seconds } = value;
  const state = seconds === null ? 'not-a-number' : isTimeWait(seconds) ? 'set' : 'out-of-range';
  const size = type === REG_DWORD && seconds === null ? ' of another size' : '';
  return { system: 'windows', state, seconds, type: `${typeName(type)}${size}`, where };
}
