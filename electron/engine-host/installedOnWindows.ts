/** Whether what is to run as administrator is the administrators' alone: what the user may write could be anybody's. */
import fs from 'node:fs';
import { win32 } from 'node:path';
import { mayReplace, programFiles } from '../../engine';

/** What Windows says, for tests to say something else */
export interface Windows {
  programFiles: () => string;
  mayReplace: (path: string) => boolean;
  realPath: (path: string) => string;
}

/**
 * It must lie in the folder that Windows keeps for programs, and this user, with the rights that he has now, must not be able to
 * change it, the library beside it, or any folder from there up to that one.
 * @returns where the program really lies
 * @throws Error with a sentence
 */
export function installedOnWindows(
  program: string,
  windows: Windows = { programFiles, mayReplace, realPath: fs.realpathSync.native },
): string {
  try {
    const real = windows.realPath(program);
    const top = windows.programFiles();
    const below = win32.relative(top, real);
    if (below !== win32.basename(real) && !below.startsWith('..') && !win32.isAbsolute(below)) {
      const places = [real, windows.realPath(win32.join(win32.dirname(real), 'koffi.node')), top];
      for (
        let folder = win32.dirname(real);
        win32.relative(top, folder) !== '';
        folder = win32.dirname(folder)
      )
        places.push(folder);
      if (!places.some((place) => windows.mayReplace(place))) return real;
    }
  } catch {
    // is not there
  }
  throw new Error(
    'More rights are for an installed SocketScope only (the Windows installer): what runs with them must lie in the folder Program Files, where only administrators may write.',
  );
}
