import path from 'node:path';
import { loadConfigFromFile } from 'vite';
import { defineConfig } from 'vitest/config';

// The tests see the page's plugins and compiled-in constants.
const page = (await loadConfigFromFile({ command: 'serve', mode: 'test' }, 'vite.config.ts'))?.config ?? {};

export default defineConfig({
  plugins: page.plugins ?? [],
  define: page.define ?? {},
  test: {
    include: [
      '{shared,native,engine,electron,renderer,host,remote,cli,bench,packaging,scripts}/**/*.test.{ts,tsx,mjs}',
    ],
    environment: 'node',
    // Whatever a test does to sockets is not recorded in the user's own log.
    env: { SOCKETSCOPE_STATE_DIR: path.resolve('.cache/test-state') },
    // Integration tests open real sockets and start real processes.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
