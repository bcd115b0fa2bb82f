// The Windows tests (*.windows.ts, written with node:test) as JavaScript for a node.exe that sees nothing but a folder.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Failure, inRoot, root } from '../common.mjs';

const ENDING = '.windows.ts';
const folders = ['shared', 'native', 'engine', 'electron', 'renderer', 'host', 'remote', 'cli'];
/** The longest that one file's tests may take together, ms. */
const FILE_LIMIT = 120_000;
/** How long what the tests have left open may take to close, ms. */
const PATIENCE = 5000;

/** The files of tests, relative and with forward slashes: those named, or all. */
export function testFiles(named, directory = root) {
  if (named.length > 0) return named.map((name) => namedFile(name, directory)).sort();
  const present = folders.filter((folder) => existsSync(join(directory, folder)));
  const all = present.flatMap((folder) =>
    readdirSync(join(directory, folder), { recursive: true }).map((name) => slashes(join(folder, name))),
  );
  return all.filter((name) => name.endsWith(ENDING)).sort();
}

function namedFile(name, directory) {
  const file = slashes(relative(directory, join(directory, name)));
  if (file.endsWith(ENDING) && existsSync(join(directory, file))) return file;
  throw new Failure(
    `"${name}" is no file of Windows tests.`,
    `Name files that end in ${ENDING}, or none for all.`,
  );
}

const slashes = (path) => path.split(sep).join('/');

/** Bundles them, each as a module, into the folder, beside an all.mjs that runs them and a reporter.mjs that tells what came of it. */
export async function bundle(files, folder) {
  // Not at the top: the driver is loaded before there are any packages.
  const { build, loadConfigFromFile } = await import('vite');
  const page = (await loadConfigFromFile({ command: 'build', mode: 'production' }, inRoot('vite.config.ts')))
    .config;
  mkdirSync(folder, { recursive: true });
  const name = (file) => file.slice(0, -'.ts'.length);
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: page.define,
    ssr: { noExternal: true, external: ['koffi', 'electron'] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input: Object.fromEntries(files.map((file) => [name(file), inRoot(file)])),
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name]-[hash].mjs' },
      },
    },
  });
  copyFileSync(inRoot('scripts/lib/windows/reporter.mjs'), join(folder, 'reporter.mjs'));
  writeFileSync(join(folder, 'all.mjs'), entry(files.map((file) => [file, `./${name(file)}.mjs`])));
}

/**
 * One program for all: a start of node.exe takes a second where it is not at home. Each file is a suite of its own, so that its hooks
 * are for its own tests only, and one that cannot be loaded is a failed test of that name. node:test waits for whatever a test
 * has left open, which may be for ever: after a while it is told, with the files after which there was more of it than before.
 */
export const entry = (modules, patience = PATIENCE) => `import { execFileSync } from 'node:child_process';
import { beforeEach, describe, test } from 'node:test';
import { record } from './reporter.mjs';

// Without a display Wine makes windows only where it is told to; it looks once, when something first asks for its desktop.
if (process.env.WINELOADER) {
  const key = ['HKCU\\\\Software\\\\Wine\\\\Drivers', '/v', 'Graphics', '/d', 'null', '/f'];
  execFileSync('reg.exe', ['add', ...key], { stdio: 'ignore' });
}

const left = [];
const suites = [];
// Requests end by themselves.
const resources = () => process.getActiveResourcesInfo().filter((name) => !name.includes('Req'));
let open = resources();
beforeEach((context) => record({ started: context.fullName ?? context.name }));
for (const [file, module] of ${JSON.stringify(modules)}) {
  const suite = describe(file, { timeout: ${FILE_LIMIT} }, async () => {
    try {
      await import(module);
    } catch (error) {
      test('can be loaded', () => {
        throw error;
      });
    }
  });
  suites.push(suite.then(() => {
    const now = resources();
    const more = now.filter((each) => now.filter((one) => one === each).length > open.filter((one) => one === each).length);
    if (more.length > 0) left.push(file + ' (' + [...new Set(more)].join(', ') + ')');
    open = now;
  }));
}
void Promise.all(suites).then(() => {
  setTimeout(() => {
    record({ left });
    process.exit(1);
  }, ${patience}).unref();
});
`;
