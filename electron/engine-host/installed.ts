/** Whether what root is to run is root's alone: files of the user's could be anybody's who got at the user's files. */
import fs from 'node:fs';
import path from 'node:path';

/**
 * Looks at the wrapper, at what it runs, and at every folder above them: whoever may write in one puts another folder into
 * the place of the one below. A folder where everybody may write is none for this, sticky or not.
 * @param top the folder up to which it looks, for tests: theirs lie where everybody may write
 * @returns where the wrapper really lies
 * @throws Error with a sentence
 */
export function installed(wrapper: string, top = path.parse(wrapper).root): string {
  try {
    const real = fs.realpathSync(wrapper);
    const folder = path.dirname(real);
    const files = [real, path.join(folder, 'socketscope'), path.join(folder, 'koffi.node')];
    if (files.every((file) => isRootsAlone(fs.realpathSync(file), top))) return real;
  } catch {
    // is not there
  }
  throw new Error(
    'More rights are for an installed SocketScope only (the deb or rpm package): what runs with them, and every folder above it, must belong to root.',
  );
}

function isRootsAlone(file: string, top: string): boolean {
  const { uid, gid, mode } = fs.statSync(file);
  if (uid !== 0 || (mode & (gid === 0 ? 0o002 : 0o022)) !== 0) return false;
  const above = path.dirname(file);
  return file === top || above === file || isRootsAlone(above, top);
}
