import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Nothing is painted before the settings have been taken on: no flash of another theme. */
const paintAfterScript: Plugin = {
  name: 'paint-after-script',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

/** The page. scripts/build.mjs builds it together with the Node programs, which share its constants. */
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react(), paintAfterScript],
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // The page's policy is script-src 'self' and img-src 'self' data:; nothing may end up inline in the HTML.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // It is read from the disk, not over a network.
    chunkSizeWarningLimit: 2000,
  },
});
