/** Windows' way to more rights: UAC asks, and starts the program. */
import { ERROR_CANCELLED, NativeError, runAs, windowInFront } from '../../engine';
import { declined } from '../../remote/ends';
import type { Started } from '../../remote/pipeWire';
import { installedOnWindows } from './installedOnWindows';

/** What of it tests replace */
export interface WindowsElevation {
  /** Where the installed program really lies. @throws Error where it is not the administrators' alone */
  whereInstalled: (program: string) => string;
  /** @throws Error with a sentence */
  start: (program: string, args: readonly string[]) => Promise<Started>;
  /** Where a pipe of this name lies: Windows' place unless given */
  pathOf?: (name: string) => string;
}

export const ELEVATION_BY_WINDOWS: WindowsElevation = {
  whereInstalled: (program) => installedOnWindows(program),
  start: async (program, args) => {
    try {
      // The window is main's: this process has none.
      return await runAs({ program, args, window: windowInFront([process.ppid]) });
    } catch (error) {
      throw error instanceof NativeError && error.code === ERROR_CANCELLED ? declined() : error;
    }
  },
};
