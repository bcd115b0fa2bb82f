// Installs and builds what is missing or out of date.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure, inRoot, readJson, root } from './common.mjs';
import { run } from './processes.mjs';

const sources = /^(shared|native|engine|electron|renderer|host|remote|cli)\/|^scripts\/build\.mjs$/;
const configuration = /^(vite\.config\.ts|tsconfig.*\.json|package(-lock)?\.json)$/;
const neverBuilt = /\.(test|windows)\.tsx?$|(^|\/)(fixtures|double)\//;
const folders = ['shared', 'native', 'engine', 'electron', 'renderer', 'host', 'remote', 'cli', 'scripts'];

const stamp = 'dist/.built';
const products = [
  'dist/renderer/index.html',
  'dist/electron/main.js',
  'dist/electron/preload.cjs',
  'dist/electron/engine.js',
  'dist/cli/main.js',
];

/** Whether a change of this file (relative, with forward slashes) calls for a new build. */
export const isSource = (path) => (sources.test(path) || configuration.test(path)) && !neverBuilt.test(path);

/** A hash over the names and contents of all sources: it notices deleted files, and no clock can mislead it. */
export function fingerprint(directory) {
  const names = readdirSync(directory).filter((name) => configuration.test(name));
  for (const folder of folders.filter((name) => existsSync(join(directory, name)))) {
    for (const entry of readdirSync(join(directory, folder), { recursive: true })) {
      names.push(`${folder}/${entry.replaceAll('\\', '/')}`);
    }
  }

  const hash = createHash('sha256');
  for (const name of names.filter(isSource).sort()) {
    const content = readIfFile(join(directory, name));
    if (content) hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function readIfFile(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'EISDIR' || error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether dist/ lacks something or was built from other sources. */
export function buildIsStale(directory) {
  if (!products.every((product) => existsSync(join(directory, product)))) return true;
  return readIfFile(join(directory, stamp))?.toString() !== fingerprint(directory);
}

/**
 * Whether node_modules holds something else than package-lock.json asks for. npm leaves its own account of what
 * it installed in node_modules/.package-lock.json; optional packages for other platforms are missing there.
 */
export function installIsStale(lock, installed) {
  if (!installed?.packages) return true;
  return Object.entries(lock.packages).some(([path, wanted]) => {
    if (path === '') return false;
    const found = installed.packages[path];
    if (!found) return !wanted.optional && !wanted.devOptional;
    return found.version !== wanted.version || found.integrity !== wanted.integrity;
  });
}

export async function installIfStale(output) {
  const lock = readJson(inRoot('package-lock.json'));
  if (!lock) throw new Failure('package-lock.json is missing or damaged.', 'Restore it from the repository.');
  if (!installIsStale(lock, readJson(inRoot('node_modules/.package-lock.json')))) return;

  output.write('Installing dependencies (npm ci) …\n');
  const [command, ...npm] = npmCommand();
  // Explicit, because npm hands its own settings down: "npm -s" would silence errors, NODE_ENV drop what builds need.
  const options = ['--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund'];
  const code = await run(command, [...npm, 'ci', ...options], { stdio: ['ignore', output.fd, 'inherit'] });
  if (code !== 0) {
    throw new Failure(
      `Installing the dependencies failed (npm ci ended with code ${code}).`,
      'The lines above say why; check the network and the npm registry settings, then run the same command again.',
    );
  }
}

/** npm as a Node script where possible: on Windows npm itself is a batch file, which needs a shell. */
export function npmCommand() {
  const candidates = [
    process.env.npm_execpath, // set by npm for the scripts it runs
    join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
  ];
  const script = candidates.find((path) => path && basename(path) === 'npm-cli.js' && existsSync(path));
  return script ? [process.execPath, script] : ['npm'];
}

async function build(output) {
  output.write('Building …\n');
  const built = fingerprint(root); // taken first: what changes during the build makes the next one necessary
  const code = await run(process.execPath, ['scripts/build.mjs'], {
    stdio: ['ignore', output.fd, 'inherit'],
  });
  if (code !== 0) throw new Failure('The build failed.', 'Correct what the lines above name and try again.');
  writeFileSync(inRoot(stamp), built);
}

/** Makes everything ready to run. Says what it does on the given output stream, and nothing if all is ready. */
export async function prepare({ output = process.stdout } = {}) {
  await installIfStale(output);
  if (buildIsStale(root)) await build(output);
}

export async function buildNow() {
  await installIfStale(process.stdout);
  await build(process.stdout);
}
