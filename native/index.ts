import type { SocketBackend } from './backend';
import { FakeBackend } from './fake/fakeBackend';
import { isScenario, SCENARIOS } from './fake/scenarios';
import { LinuxBackend } from './linux/linuxBackend';

export type { Attempt, OwnerLookup, ProcessEntry, SocketBackend, TableSource } from './backend';
export { NativeError } from './nativeError';
export { SCENARIOS } from './fake/scenarios';

/** A platform or a scenario that does not exist. The message says what to do. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/**
 * The sockets of this machine, or invented ones where a demonstration is named.
 * The only switch on the platform in the whole product.
 * @throws UnsupportedError
 */
export function createBackend(
  demo: string | null,
  platform: NodeJS.Platform = process.platform,
): SocketBackend {
  if (demo !== null) {
    if (isScenario(demo)) return new FakeBackend(demo);
    throw new UnsupportedError(`There is no demonstration "${demo}". There are: ${SCENARIOS.join(', ')}.`);
  }
  switch (platform) {
    case 'linux':
      return new LinuxBackend();
    case 'win32':
      throw new UnsupportedError(
        'Windows is not supported yet: this version reads the sockets of Linux. Try --demo churn to see the window.',
      );
    default:
      throw new UnsupportedError(
        `SocketScope runs on Linux (Windows is coming); this is ${platform}. Try --demo churn to see the window.`,
      );
  }
}
