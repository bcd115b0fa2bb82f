import { defineConfig } from '@playwright/test';
import type { ShellOptions } from './support/fixtures';

/** `npm run screenshots`: pictures to look at, in .cache/screenshots; the README's own go to docs/images. */
export default defineConfig<ShellOptions>({
  testDir: '.',
  testMatch: '*.shots.ts',
  outputDir: '../.cache/e2e',
  workers: 1,
  reporter: [['list']],
  projects: [
    { name: 'chromium', use: { shell: 'browser' } },
    { name: 'electron', use: { shell: 'electron' } },
  ],
});
