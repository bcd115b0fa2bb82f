// npm run bench:… and stress:…: builds the programs of bench/ beside the product, and runs one of them.
import { copyFileSync } from 'node:fs';
import { build, loadConfigFromFile } from 'vite';
import { Failure, inRoot, root } from './common.mjs';
import { findBrowser } from './prerequisites.mjs';
import { run } from './processes.mjs';

const output = inRoot('.cache/bench');

/** Those that open thousands of sockets do so in a network namespace of their own, which takes root. */
const programs = {
  sockets: { ownNetwork: true },
  netlink: { ownNetwork: false },
  churn: { ownNetwork: true },
  filterFuzz: { ownNetwork: false },
  actions: { ownNetwork: true },
  grid: { ownNetwork: false, page: true },
  decode: { ownNetwork: false, everywhere: true },
};

/** Runs the program named first with the arguments that follow; the result is its exit code. */
export async function bench([name, ...args]) {
  const program = programs[name];
  if (!program)
    throw new Failure(`There is no "${name ?? ''}" to run.`, `Choose ${Object.keys(programs).join(', ')}.`);
  if (!program.page && !program.everywhere && process.platform !== 'linux')
    throw new Failure('This runs on Linux only.', 'Use a Linux machine.');
  const needsRoot = program.ownNetwork && process.getuid() !== 0;
  if (needsRoot)
    throw new Failure('This makes a network namespace of its own.', 'Run it as root, for example with sudo.');
  await buildPrograms();
  let env = process.env;
  if (program.page) {
    await buildPage();
    env = { ...env, SOCKETSCOPE_CHROMIUM: (await findBrowser(env)) ?? '' };
  }
  const node = [process.execPath, inRoot(`.cache/bench/${name}.js`), ...args];
  const [command, ...rest] = program.ownNetwork ? ['unshare', '--net', '--', ...node] : node;
  const code = await run(command, rest, { env });
  if (code === 127) throw new Failure('There is no unshare.', 'Install util-linux.');
  return code;
}

async function buildPrograms() {
  const names = [...Object.keys(programs), 'worker'];
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // systeminformation stays as it is, as its users load it.
    ssr: { noExternal: true, external: ['koffi', 'systeminformation', '@playwright/test'] },
    build: {
      ssr: true,
      outDir: output,
      emptyOutDir: false, // another one may be running
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(names.map((name) => [name, inRoot(`bench/${name}.ts`)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
  // Fixtures are read beside the program that uses them.
  copyFileSync(inRoot('native/linux/fixtures/replies.json'), inRoot('.cache/bench/replies.json'));
}

/** The page that bench:grid measures, as the product's own page is built. */
async function buildPage() {
  const page = (await loadConfigFromFile({ command: 'build', mode: 'production' }, inRoot('vite.config.ts')))
    .config;
  await build({
    ...page,
    configFile: false,
    logLevel: 'error',
    root: inRoot('bench/grid/page'),
    build: { ...page.build, outDir: inRoot('.cache/bench/grid-page'), emptyOutDir: true },
  });
}
