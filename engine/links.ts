/** Links on the way to a file, for systems that cannot be told to open a file without following any (Windows). */
import fs from 'node:fs';
import path from 'node:path';

/**
 * The first part of this absolute path that is a symbolic link or a junction, itself included; null where none of those that exist
 * is one. Each part is looked at by itself: the path as the system resolves it may be spelled differently (8.3 names) with no link
 * in it.
 */
export function linkOnTheWay(file: string): string | null {
  const { root } = path.parse(file);
  let at = root;
  for (const part of file.slice(root.length).split(path.sep)) {
    at = path.join(at, part);
    // Of a junction, too, Node says that it is a symbolic link.
    const stats = fs.lstatSync(at, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    if (stats.isSymbolicLink()) return at;
  }
  return null;
}
