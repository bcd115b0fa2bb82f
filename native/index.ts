import type { SocketBackend } from './backend';
import type { Catalogue } from './catalogue';
import { createFake } from './fake/createFake';
import { isScenario, SCENARIOS } from './fake/scenarios';
import { LinuxCatalogue } from './linux/kernelCatalogue';
import { LinuxBackend } from './linux/linuxBackend';
import { WindowsBackend } from './windows/windowsBackend';
import { WindowsCatalogue } from './windows/windowsCatalogue';

export type { Attempt, OwnerLookup, ProcessEntry, SocketBackend, TableSource } from './backend';
export { NotHereError } from './catalogue';
export type { Catalogue } from './catalogue';
export { NativeError } from './nativeError';
export { SCENARIOS } from './fake/scenarios';
export { mayReplace, programFiles } from './windows/protectedPlaces';
export { ERROR_CANCELLED, runAs, windowInFront } from './windows/runAs';

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
    if (isScenario(demo)) return createFake(demo);
    throw new UnsupportedError(`There is no demonstration "${demo}". There are: ${SCENARIOS.join(', ')}.`);
  }
  switch (platform) {
    case 'linux':
      return new LinuxBackend();
    case 'win32':
      return new WindowsBackend();
    default:
      throw new UnsupportedError(
        `SocketScope runs on Linux and Windows; this is ${platform}. Try --demo churn to see the window.`,
      );
  }
}

/**
 * What this system is set to.
 * @throws UnsupportedError
 */
export function createCatalogue(platform: NodeJS.Platform = process.platform): Catalogue {
  switch (platform) {
    case 'linux':
      return new LinuxCatalogue();
    case 'win32':
      return new WindowsCatalogue();
    default:
      throw new UnsupportedError(`SocketScope runs on Linux and Windows; this is ${platform}.`);
  }
}
