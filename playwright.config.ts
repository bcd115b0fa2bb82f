import { defineConfig } from '@playwright/test';
import type { ShellOptions } from './e2e/support/fixtures';

/** These look at invented sockets only: in a browser they may run beside others. This one takes as long as most of the rest. */
const ACCESSIBILITY = ['**/accessibility.browser.spec.ts'];
const DEMONSTRATIONS = [
  ...['**/strings.browser.spec.ts', '**/accessibility.spec.ts'],
  ...['**/large.spec.ts', '**/windows.spec.ts', '**/tasks/filter.spec.ts', '**/tasks/settings.spec.ts'],
];

/** The same tests in both shells, on the built product (npm run build). scripts/run.mjs finds browser and runtime. */
export default defineConfig<ShellOptions>({
  testDir: 'e2e',
  outputDir: '.cache/e2e',
  fullyParallel: false,
  workers: 1, // tests look at this machine's sockets, and each other's would disturb them
  timeout: 45_000,
  expect: { timeout: 8000 },
  reporter: [['list']],
  // Without pictures of each step, which would take as long as the steps.
  use: {
    trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'accessibility', use: { shell: 'browser' }, testMatch: ACCESSIBILITY },
    { name: 'demonstrations', use: { shell: 'browser' }, testMatch: DEMONSTRATIONS },
    {
      ...{ name: 'chromium', use: { shell: 'browser' } },
      testIgnore: ['**/*.electron.spec.ts', ...ACCESSIBILITY, ...DEMONSTRATIONS],
    },
    { name: 'electron', use: { shell: 'electron' }, testIgnore: '**/*.browser.spec.ts' },
  ],
});
