import { loadConfigFromFile } from 'vite';
import { defineConfig } from 'vitest/config';

// The tests see the page's plugins and compiled-in constants.
const page = (await loadConfigFromFile({ command: 'serve', mode: 'test' }, 'vite.config.ts'))?.config ?? {};

export default defineConfig({
  plugins: page.plugins ?? [],
  define: page.define ?? {},
  test: {
    include: ['{shared,native,engine,electron,renderer,host,cli,bench,scripts}/**/*.test.{ts,tsx,mjs}'],
    environment: 'node',
    // Integration tests open real sockets and start real processes.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
