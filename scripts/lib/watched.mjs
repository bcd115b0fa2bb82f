// Downloads made by other programs, given up when nothing moves any more.
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from './common.mjs';
import { cleanUps, end, exitOf, launch } from './processes.mjs';

const quietMs = 20_000;

/**
 * Runs a program that downloads something. A sign of life is any output, or growth of its temporary files or of
 * the target directory; after 20 s without one it is ended.
 * @param {{ label: string, args: string[], env: NodeJS.ProcessEnv, target: string }} download run with Node
 * @returns {Promise<string | undefined>} why it failed, or undefined if it did not
 */
export async function runDownload({ label, args, env, target }) {
  // A temporary directory of its own shows how far the download is, and leaves nothing behind when it is broken off.
  const temporary = inRoot('.cache/download');
  const cleanUp = () => rmSync(temporary, { recursive: true, force: true });
  cleanUp();
  cleanUps.add(cleanUp);
  mkdirSync(temporary, { recursive: true });
  try {
    const child = launch(process.execPath, args, {
      env: { ...env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let lastSign = Date.now();
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        lastSign = Date.now();
        said = (said + text).slice(-4000);
      });
    }

    const exit = exitOf(child);
    let bytes = 0;
    let shownMb = 0;
    for (;;) {
      const code = await Promise.race([exit, sleep(500)]);
      if (code !== undefined) return code === 0 ? undefined : reason(said, code);

      const downloaded = sizeOf(temporary);
      const now = downloaded + sizeOf(target);
      if (now !== bytes) lastSign = Date.now();
      bytes = now;
      if (Date.now() - lastSign > quietMs) {
        await end([child]);
        return `nothing arrived for ${quietMs / 1000} s`;
      }

      const mb = Math.floor(downloaded / 1e6);
      if (mb >= shownMb + (process.stdout.isTTY ? 1 : 10)) {
        shownMb = mb;
        process.stdout.write(process.stdout.isTTY ? `\r${label}: ${mb} MB` : `${label}: ${mb} MB\n`);
      }
    }
  } finally {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
    cleanUp();
    cleanUps.delete(cleanUp);
  }
}

/** What the line that names the error says, without the stack trace below it. */
function reason(said, code) {
  const lines = said.split('\n').map((line) => line.trim());
  const line = lines.find((text) => /error/i.test(text)) ?? lines.find(Boolean) ?? `exit code ${code}`;
  return line.includes('fetch failed')
    ? 'its server cannot be reached'
    : line.replace(/^\w*Error: |\.$/g, '');
}

function sizeOf(directory) {
  let bytes = 0;
  try {
    for (const name of readdirSync(directory, { recursive: true })) {
      bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
    }
  } catch {
    // Not there yet, or a file went away in between: the next look will tell.
  }
  return bytes;
}
