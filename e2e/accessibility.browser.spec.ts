import type { Page } from '@playwright/test';
import { violations } from './support/axe';
import { expect, rows, test } from './support/fixtures';

/** What there is to look at, and how to get there from the window as it opens. */
const SCENES: Record<string, (page: Page) => Promise<void>> = {
  'the list': async (page) => {
    await rows(page).nth(2).click();
  },
  'the filter with an error, and its completions': async (page) => {
    await page.keyboard.press('Control+F');
    await page.keyboard.type('prot:tcp state:');
    await expect(page.getByRole('listbox')).toBeVisible();
  },
  'the menu of a row': async (page) => {
    await rows(page).nth(2).click({ button: 'right' });
    await expect(page.getByRole('menu')).toBeVisible();
  },
  properties: async (page) => {
    await rows(page).nth(2).dblclick();
    await expect(page.getByRole('tablist')).toBeVisible();
  },
  groups: async (page) => {
    await run(page, 'view-process');
    await expect(page.getByRole('treegrid')).toBeVisible();
  },
  'the listeners’ tree': async (page) => {
    await run(page, 'view-listeners');
    await expect(page.getByRole('treegrid')).toBeVisible();
  },
  'the log, and behind it what came of an order': async (page) => {
    await page.locator('#grid').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Shift+Delete');
    await page.locator('dialog.question button.danger').click();
    await expect(page.getByRole('region', { name: 'Results' })).toBeVisible();
    await page.keyboard.press('Control+H');
    await expect(page.getByRole('row', { name: 'Close gracefully' }).first()).toBeVisible();
  },
  settings: async (page) => {
    await page.keyboard.press('Control+,');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  'the sheet of keys': async (page) => {
    await page.keyboard.press('F1');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
};

/** Shortcuts stand in shared/shortcuts.ts; views are Ctrl+1 and so on. */
async function run(page: Page, view: 'view-process' | 'view-listeners'): Promise<void> {
  await page.keyboard.press(view === 'view-process' ? 'Control+2' : 'Control+5');
}

/** How a theme is wished for, and what is looked at: between themes only colours differ. */
const THEMES = {
  light: { colorScheme: 'light', contrast: null, rules: undefined },
  dark: { colorScheme: 'dark', contrast: null, rules: ['color-contrast'] },
  'high contrast': { colorScheme: 'light', contrast: 'more', rules: ['color-contrast-enhanced'] },
} as const;

for (const [theme, { colorScheme, contrast, rules }] of Object.entries(THEMES)) {
  test(`${theme}: nothing that axe complains of`, async ({ open, shell }) => {
    test.setTimeout(180_000);
    const { page } = await open({ demo: 'idle', colorScheme });
    await page.emulateMedia({ contrast, colorScheme });
    for (const [scene, show] of Object.entries(SCENES)) {
      await expect(rows(page).first()).toBeVisible();
      await show(page);
      expect.soft(await violations(page, shell, rules && [...rules]), scene).toEqual([]);
      await page.evaluate(() => localStorage.clear()); // the view was kept
      await page.reload();
    }
  });
}

for (const demo of ['empty', 'failing', 'unprivileged']) {
  test(`demonstration ${demo}: nothing that axe complains of`, async ({ open, shell }) => {
    const { page } = await open({ demo });
    await expect(page.getByLabel('Status')).toContainText('Endpoints');
    expect(await violations(page, shell)).toEqual([]);
  });
}
