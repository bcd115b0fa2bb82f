import type { Page } from '@playwright/test';
import { expect, rows, test } from './support/fixtures';

/**
 * With the pseudo-locale every text of the catalogue stands in ⟦⟧. What else stands on the page must be data: what the engine
 * sends (rows, facts, its own sentences), numbers, keys, and the names of the field (protocols, states).
 */
async function escaped(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const DATA = '[data-column], [data-untranslated], kbd, code, .uplot, option, script, style, title';
    const found: string[] = [];
    const look = (text: string | null, where: Element): void => {
      if (text === null || !/\p{L}{2}/u.test(text) || /[⟦⟧]/.test(text)) return;
      if (where.closest(DATA) === null) found.push(`${where.tagName} ${where.className}: ${text.trim()}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) look(walker.currentNode.nodeValue, walker.currentNode.parentElement!);
    for (const name of ['title', 'aria-label', 'placeholder', 'alt'])
      for (const element of document.body.querySelectorAll(`[${name}]`))
        look(element.getAttribute(name), element);
    return [...new Set(found)];
  });
}

const SCENES: Record<string, (page: Page) => Promise<void>> = {
  'the list': async () => undefined,
  'a menu': async (page) => rows(page).nth(2).click({ button: 'right' }),
  properties: async (page) => rows(page).nth(2).dblclick(),
  groups: async (page) => page.keyboard.press('Control+2'),
  'the listeners’ tree': async (page) => page.keyboard.press('Control+5'),
  settings: async (page) => page.keyboard.press('Control+,'),
  keys: async (page) => page.keyboard.press('F1'),
  columns: async (page) => page.keyboard.press('Control+K'),
  'nothing that matches': async (page) => {
    await page.keyboard.press('Control+F');
    await page.keyboard.type('nothing-is-called-so');
  },
};

for (const [scene, show] of Object.entries(SCENES)) {
  test(`${scene}: every text comes from the catalogue`, async ({ open }) => {
    const { page } = await open({ demo: 'churn', pseudo: true });
    await expect(rows(page).first()).toBeVisible();
    await expect(page.getByText('⟦').first()).toBeVisible();
    await show(page);
    await page.waitForTimeout(500);
    expect(await escaped(page)).toEqual([]);
  });
}
