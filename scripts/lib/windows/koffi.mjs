// koffi's binary for Windows beside the one for this system. npm installs optional packages for its own system only, and with
// --os=win32 it would take the other one away.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, inRoot, onWindows, readJson } from '../common.mjs';
import { npmCommand } from '../prepare.mjs';
import { run } from '../processes.mjs';

const NAME = '@koromix/koffi-win32-x64';

/** Puts it where koffi looks for it, in koffi's own version: `npm ci` removes it, and .cache/ keeps it. On Windows npm has done it. */
export async function provideKoffi() {
  if (onWindows) return;
  const { version, integrity } =
    readJson(inRoot('package-lock.json'))?.packages[`node_modules/${NAME}`] ?? {};
  if (!version) throw new Failure(`package-lock.json names no ${NAME}.`, 'Restore it from the repository.');
  const target = inRoot('node_modules', NAME);
  if (readJson(join(target, 'package.json'))?.version === version) return;

  const kept = inRoot('.cache', `koffi-win32-x64-${version}`);
  if (!existsSync(kept)) await download(version, integrity, kept);
  rmSync(target, { recursive: true, force: true });
  cpSync(kept, target, { recursive: true });
}

async function download(version, integrity, target) {
  const work = `${target}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    const [command, ...npm] = npmCommand();
    const args = ['pack', `${NAME}@${version}`, '--silent', '--ignore-scripts', `--pack-destination=${work}`];
    const packed = await run(command, [...npm, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    const archive = packed === 0 && readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (!archive)
      throw new Failure(
        `npm could not fetch ${NAME}@${version}.`,
        'Check the network and the npm registry settings.',
      );
    const sum = createHash('sha512')
      .update(readFileSync(join(work, archive)))
      .digest('base64');
    if (integrity !== `sha512-${sum}`)
      throw new Failure(
        `${NAME}@${version} is not what package-lock.json expects.`,
        'Check the npm registry settings.',
      );
    if ((await run('tar', ['xzf', join(work, archive), '-C', work])) !== 0)
      throw new Failure(`${NAME}@${version} could not be unpacked.`, 'Install tar.');
    if (!existsSync(target)) renameSync(join(work, 'package'), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
