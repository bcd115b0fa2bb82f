import type { Libraries } from './libraries';

/**
 * GetSystemMetrics: "nonzero if the calling process is associated with a Terminal Services client session"; 0 of some sessions with a
 * virtual graphics card. https://learn.microsoft.com/windows/win32/termserv/detecting-the-terminal-services-environment
 */
const SM_REMOTESESSION = 0x1000;

/** Whether this process's session is shown on another machine now. */
export function isRemoteSession(libraries: Libraries): boolean {
  const metric = libraries.optional<(index: number) => number>('user32', 'int32 GetSystemMetrics(int32)');
  return metric !== null && metric(SM_REMOTESESSION) !== 0;
}
