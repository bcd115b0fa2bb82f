import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { THEMES } from '../shared/settings';
import { expect, rows, test } from './support/fixtures';

/** Everything axe can check, of the standards that are law and of good practice. */
async function violations(page: Page, shell: string): Promise<string[]> {
  // Colours that are on their way to others are none that anybody reads.
  await page.waitForTimeout(300);
  // In Electron no second page can be opened for axe to work in (@axe-core/playwright).
  const found = await new AxeBuilder({ page }).setLegacyMode(shell === 'electron').analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

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

for (const theme of THEMES.filter((name) => name !== 'system')) {
  for (const [scene, show] of Object.entries(SCENES)) {
    test(`${scene}, ${theme}: nothing that axe complains of`, async ({ open, shell }) => {
      const { page } = await open({ demo: 'idle' });
      await expect(rows(page).first()).toBeVisible();
      await page.keyboard.press('Control+P'); // rows that come and go would be looked at half-way
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      await show(page);
      expect(await violations(page, shell)).toEqual([]);
    });
  }
}

for (const demo of ['empty', 'failing', 'unprivileged']) {
  test(`demonstration ${demo}: nothing that axe complains of`, async ({ open, shell }) => {
    const { page } = await open({ demo });
    await expect(page.getByLabel('Status')).toContainText('Endpoints');
    expect(await violations(page, shell)).toEqual([]);
  });
}

test('the grid says how many rows there are, and which of them are on screen', async ({ open }) => {
  const { page } = await open({ demo: 'large' });
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', /^[45]\d{4}$/);
  await page.keyboard.press('Control+P');
  await grid.focus();
  await page.keyboard.press('End');
  const last = Number(await grid.getAttribute('aria-rowcount'));
  await expect(page.locator(`#grid [aria-rowindex="${last}"]`)).toBeVisible();
  const active = await grid.getAttribute('aria-activedescendant');
  await expect(page.locator(`[id="${active}"]`)).toHaveAttribute('aria-rowindex', String(last));
});
