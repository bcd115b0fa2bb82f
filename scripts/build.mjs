// Builds everything into dist/. Silent unless something is wrong.
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, loadConfigFromFile } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const page = (await loadConfigFromFile({ command: 'build', mode: 'production' }, 'vite.config.ts')).config;

/** One self-contained file for Node or Electron; only Electron, koffi and Node's own modules stay outside. */
function program(source, target, { format = 'es', external = ['electron', 'koffi'], banner } = {}) {
  return {
    root,
    publicDir: false,
    define: {
      ...page.define,
      // ws has optional native helpers that are not installed; this keeps it from asking the bundle for them.
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    ssr: { noExternal: true, external },
    build: {
      ssr: source,
      outDir: 'dist',
      emptyOutDir: false, // several programs share dist/electron
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { format, banner, entryFileNames: target, codeSplitting: false } },
    },
  };
}

const builds = [
  page,
  program('electron/main/main.ts', 'electron/main.js'),
  // A sandboxed preload script must be CommonJS and can require nothing but 'electron'.
  program('electron/preload/preload.ts', 'electron/preload.cjs', { format: 'cjs', external: ['electron'] }),
  program('electron/engine-host/main.ts', 'electron/engine.js'),
  program('cli/main.ts', 'cli/main.js', { banner: '#!/usr/bin/env node' }),
];

try {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(builds.map((config) => build({ ...config, configFile: false, logLevel: 'warn' })));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
