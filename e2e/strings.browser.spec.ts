import type { Page } from '@playwright/test';
import { expect, rows, test } from './support/fixtures';

/**
 * With the pseudo-locale every text of the catalogue stands in ⟦⟧. What else stands on the page must be data: what the engine
 * sends (rows, facts, its own sentences), numbers, keys, and the names of the field (protocols, states).
 */
async function escaped(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const DATA = [
      '[data-column], .group-title, .group-title b, kbd, code, script, style, .uplot',
      '.toolbar .joined button, .rates b, .legend b, .demo', // protocols, numbers with units, the engine's own name
      '.menu-button:not(.view) .menu .label, .sockets .kind, .sockets .condition', // protocols, states, what is read
      '.details h2, .details header .state, .card, .card h3, .card dt, .card dd', // facts
      '.results .summary, .result .label, .result .why, .entry [role=cell]',
      '.question h2, .question pre, .question .warnings li, .question .danger', // the host's own words
      '[data-why]', // as a tooltip; what it is called stands inside of it
    ].join();
    const found: string[] = [];
    // Inside of a cell everything is data; a card's buttons are not.
    const isData = (where: Element): boolean =>
      where.matches(DATA) ||
      where.closest('[data-column], .card h3, .card dt, .card dd, kbd, .uplot') !== null;
    const look = (text: string | null, where: Element): void => {
      if (text === null || !/\p{L}{2}/u.test(text) || /[⟦⟧]/.test(text)) return;
      if (!isData(where)) found.push(`${where.tagName} ${where.className}: ${text.trim()}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) look(walker.currentNode.nodeValue, walker.currentNode.parentElement!);
    for (const name of ['title', 'aria-label', 'placeholder', 'alt'])
      for (const element of document.body.querySelectorAll(`[${name}]`))
        look(element.getAttribute(name), element);
    return [...new Set(found)];
  });
}

/** The inspector, on one of its tabs. */
async function openTab(page: Page, number: number): Promise<void> {
  await rows(page).nth(2).dblclick();
  await page
    .getByRole('tab')
    .nth(number - 1)
    .click();
}

/** One of the toolbar's menus, by its place: their names are not what they are. */
async function openMenu(page: Page, menu: 'st' | 'more' | 'view'): Promise<void> {
  const buttons = page.locator('.toolbar [aria-haspopup]:visible');
  const place = { st: 0, more: 1, view: -1 }[menu];
  await (place < 0 ? buttons.last() : buttons.nth(place)).click();
}

const SCENES: Record<string, (page: Page) => Promise<void>> = {
  'the list': async () => undefined,
  'a menu': async (page) => rows(page).nth(2).click({ button: 'right' }),
  properties: async (page) => rows(page).nth(2).dblclick(),
  charts: async (page) => openTab(page, 2),
  'the timeline': async (page) => openTab(page, 3),
  'sockets of the same process': async (page) => openTab(page, 4),
  'the peer': async (page) => openTab(page, 5),
  'the menu of states': async (page) => openMenu(page, 'st'),
  'the menu of other sockets': async (page) => openMenu(page, 'more'),
  'the menu of views': async (page) => openMenu(page, 'view'),
  groups: async (page) => page.keyboard.press('Control+2'),
  'the listeners’ tree': async (page) => page.keyboard.press('Control+5'),
  settings: async (page) => page.keyboard.press('Control+,'),
  keys: async (page) => page.keyboard.press('F1'),
  columns: async (page) => page.keyboard.press('Control+K'),
  'the log of actions': async (page) => page.keyboard.press('Control+H'),
  'a question': async (page) => {
    await rows(page).nth(2).click();
    await page.keyboard.press('Delete');
    await page.locator('dialog.question').waitFor();
  },
  'what came of an order, and its record': async (page) => {
    await page.locator('#grid').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Control+Delete');
    await page.locator('dialog.question button.danger').click();
    await page.locator('.results').waitFor();
    await page.keyboard.press('Control+H');
    await page.locator('dialog.log .virtual .entry').first().waitFor();
  },
  'nothing that matches': async (page) => {
    await page.keyboard.press('Control+F');
    await page.keyboard.type('9~9~9'); // without letters: it is shown as it was typed
  },
};

test('every text comes from the catalogue', async ({ open }) => {
  test.setTimeout(180_000);
  const { page } = await open({ demo: 'idle', pseudo: true });
  for (const [scene, show] of Object.entries(SCENES)) {
    await expect(rows(page).first()).toBeVisible();
    await expect(page.getByText('⟦').first()).toBeVisible();
    await show(page);
    await page.waitForTimeout(500);
    expect.soft(await escaped(page), scene).toEqual([]);
    await page.evaluate(() => localStorage.clear()); // the view and the filter were kept
    await page.reload();
  }
});
