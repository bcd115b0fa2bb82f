import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

const REASONS: Record<string, string> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EACCES: 'You may not write there.',
  EPERM: 'You may not write there.',
  EROFS: 'That disk is read-only.',
  EBUSY: 'Another program has it open.',
  ENOENT: 'That folder does not exist.',
};

/**
 * Writes a whole file or none of it: to a neighbour first, then in its place, so that a full disk does not cost the file
 * that was there before. A symbolic link is followed.
 * @param newMode who may read and write a file that was not there before, as far as the system's mask lets them
 * @throws Error with a sentence for a person
 */
export async function saveFile(file: string, text: string, newMode = 0o666): Promise<void> {
  let partial: string | null = null;
  try {
    const target = await fs.realpath(file).catch(() => file);
    // Whoever may not read the file that was there may not read the new one either.
    const mode = await fs.stat(target).then(
      (stats) => stats.mode & 0o777,
      () => newMode,
    );
    // A name of its own: what is removed after an error is never another save's, nor anybody else's file.
    partial = path.join(path.dirname(target), `.${randomBytes(6).toString('hex')}.partial`);
    await fs.writeFile(partial, text, { flag: 'wx', mode, flush: true });
    await fs.rename(partial, target);
  } catch (error) {
    if (partial !== null) await fs.rm(partial, { force: true }).catch(() => undefined);
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = REASONS[code] ?? (error as Error).message;
    throw new Error(`${file} was not saved. ${reason} (${code || 'unknown error'})`, { cause: error });
  }
}
