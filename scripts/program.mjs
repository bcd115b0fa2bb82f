// Makes the command line program as one executable that needs no Node on its machine: dist/program/bin/socketscope, with koffi's
// binary beside it (https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html). It is the command line, the
// engine with more rights, and what ssh starts on another machine. Ends with a run of it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, loadConfigFromFile } from 'vite';
import { packageCommand } from './lib/common.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'socketscope-program-'));
// Another folder may be named, as the test does.
const target = process.argv[2] ?? join(root, 'dist/program');
const onWindows = process.platform === 'win32';
const program = join(target, 'bin', onWindows ? 'socketscope.exe' : 'socketscope');
/** What Node looks for in its own file; the same for all versions. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

process.chdir(root);
const page = (await loadConfigFromFile({ command: 'build', mode: 'production' }, 'vite.config.ts')).config;

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, 'bin'), { recursive: true });

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  define: {
    ...page.define,
    'process.env.WS_NO_BUFFER_UTIL': '"1"',
    'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
  },
  resolve: { alias: { koffi: join(root, 'scripts/koffiBeside.mjs') } },
  ssr: { noExternal: true },
  build: {
    ssr: 'cli/main.ts',
    outDir: work,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    // What is put into the executable must be CommonJS, and can require Node's own modules only.
    rolldownOptions: { output: { format: 'cjs', entryFileNames: 'main.cjs', codeSplitting: false } },
  },
});
const configuration = {
  main: join(work, 'main.cjs'),
  output: join(work, 'blob'),
  disableExperimentalSEAWarning: true,
  // NODE_OPTIONS is for others: on Windows any program of the user's may leave some for the engine that runs as administrator. A Node
  // that does not know this ignores it; tryOut() sees to that.
  execArgvExtension: 'none',
};
writeFileSync(join(work, 'sea.json'), JSON.stringify(configuration));
execFileSync(process.execPath, ['--experimental-sea-config', join(work, 'sea.json')], {
  stdio: ['ignore', 'ignore', 'inherit'],
});

copyFileSync(process.execPath, program);
chmodSync(program, 0o755);
strip();
// What it says is about section names of no importance; it matters only where it fails.
execFileSync(
  process.execPath,
  [
    packageCommand('postject', 'postject'),
    program,
    'NODE_SEA_BLOB',
    join(work, 'blob'),
    '--sentinel-fuse',
    FUSE,
  ],
  { stdio: 'pipe' },
);
copyFileSync(koffiBinary(), join(target, 'bin', 'koffi.node'));
chmodSync(join(target, 'bin', 'koffi.node'), 0o644);
if (existsSync(join(root, 'dist/renderer'))) {
  cpSync(join(root, 'dist/renderer'), join(target, 'renderer'), { recursive: true });
}
if (process.platform === 'linux') {
  const wrapper = join(target, 'bin', 'socketscope-elevated');
  copyFileSync(join(root, 'packaging/linux/socketscope-elevated'), wrapper);
  chmodSync(wrapper, 0o755);
}
rmSync(work, { recursive: true });
tryOut();

/** A third of Node's file is names for debuggers. */
function strip() {
  if (process.platform !== 'linux') return;
  try {
    execFileSync('strip', ['--strip-unneeded', program], { stdio: 'ignore' });
  } catch {
    // Without binutils it is larger.
  }
}

/** The binary for this machine, which is what the program is made for. */
function koffiBinary() {
  const { platform, arch } = process;
  const file = join(
    root,
    'node_modules/@koromix',
    `koffi-${platform}-${arch}`,
    `${platform}_${arch}`,
    'koffi.node',
  );
  if (!existsSync(file))
    throw new Error(`There is no ${file}: koffi has no binary for ${platform} on ${arch}.`);
  return file;
}

function tryOut() {
  // Nothing of the surroundings may change its mind, or lend it what it must have itself.
  const runWith = (env, ...args) => execFileSync(program, args, { encoding: 'utf8', env, cwd: '/' });
  const run = (...args) => runWith({}, ...args);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (run('--version').trim() !== version) throw new Error('The program does not know its version.');
  if (JSON.parse(run('list', '--json', '--demo', 'idle')).length === 0)
    throw new Error('The program shows nothing.');
  if (process.platform === 'linux') JSON.parse(run('list', '--json'));
  if (onWindows)
    tryOutOptions(() => runWith({ NODE_OPTIONS: '--require=there-is-no-such-module' }, '--version'));
}

/** On Linux the wrapper that starts the engine with more rights clears its environment; on Windows nobody can. */
function tryOutOptions(start) {
  try {
    start();
  } catch {
    throw new Error(
      'The program obeys NODE_OPTIONS. Build it with a newer Node, one that knows execArgvExtension.',
    );
  }
}
