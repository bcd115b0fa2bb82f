import { test as base } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { openInBrowser } from './browserSubject';
import { openInElectron } from './electronSubject';
import { Program } from './program';
import type { OpenOptions, Subject } from './subject';

export { expect } from '@playwright/test';
export { connectPair } from './program';
export type { Program } from './program';

export interface ShellOptions {
  shell: 'browser' | 'electron';
}

interface Fixtures {
  /** Opens the product; closed again after the test. */
  open(options?: OpenOptions): Promise<Subject>;
  /** Starts another program, through a launcher (`ip netns exec NAME`) or directly; killed after the test. */
  program(...launcher: string[]): Promise<Program>;
}

export const test = base.extend<Fixtures & ShellOptions>({
  shell: ['browser', { option: true }],
  open: async ({ shell }, use) => {
    test.skip(shell === 'electron' && !process.env['SOCKETSCOPE_ELECTRON'], 'no Electron runtime was found');
    const subjects: Subject[] = [];
    await use(async (options = {}) => {
      const subject = await (shell === 'electron' ? openInElectron(options) : openInBrowser(options));
      subjects.push(subject);
      return subject;
    });
    for (const subject of subjects) await subject.close();
  },
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern
  program: async ({}, use) => {
    const programs: Program[] = [];
    await use(async (...launcher) => {
      const program = await Program.start(...launcher);
      programs.push(program);
      return program;
    });
    for (const program of programs) program.kill();
  },
});

/** Shows only the rows that contain these words, or that this filter accepts. */
export async function search(page: Page, words: string): Promise<void> {
  const box = page.getByRole('combobox', { name: 'Search' });
  await box.fill(words);
  await box.blur(); // puts the suggestions away, which would cover rows
}

/** The rows of the grid, without its header. */
export function rows(page: Page): Locator {
  return page.locator('#grid [data-id]');
}

/** The row of the socket with these ports. */
export function rowOf(page: Page, localPort: number, remotePort?: number): Locator {
  const local = page.locator('[data-column=localPort]', { hasText: new RegExp(`^${localPort}$`) });
  const remote = page.locator('[data-column=remotePort]', {
    hasText: new RegExp(`^${remotePort ?? '\\*'}$`),
  });
  return rows(page).filter({ has: local }).filter({ has: remote });
}

/** What stands in a column of a row. */
export function cell(row: Locator, column: string): Locator {
  return row.locator(`[data-column=${column}]`);
}
