import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type { Subject } from './subject';

/** More presses than it takes to get round any menu or past all of the toolbar. */
const MOST_PRESSES = 80;

/** Presses a key until the focus is on something, as one does who has no mouse. */
export async function reach(page: Page, key: string, target: Locator): Promise<void> {
  const isThere = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement);
  for (let i = 0; i < MOST_PRESSES; i++) {
    if (await isThere()) return;
    await page.keyboard.press(key);
  }
  await expect(target, `${key} leads to it`).toBeFocused();
}

/** The entry of an open menu, or of that one of several. */
export function entry(page: Page, name: string, menu?: string): Locator {
  const scope =
    menu === undefined ? page.getByRole('menu') : page.getByRole('menu', { name: menu, exact: true });
  return scope
    .locator('[role^=menuitem]')
    .filter({ has: page.locator('.label').getByText(name, { exact: true }) });
}

/** Chooses an entry of the open menu by keyboard, or of that one of several. */
export async function choose(page: Page, name: string, menu?: string): Promise<void> {
  await reach(page, 'ArrowDown', entry(page, name, menu));
  await page.keyboard.press('Enter');
}

/** Chooses an entry of a menu inside the open one by keyboard. */
export async function chooseBelow(page: Page, menu: string, name: string): Promise<void> {
  await reach(page, 'ArrowDown', entry(page, menu));
  await page.keyboard.press('ArrowRight');
  await choose(page, name, menu);
}

/** Goes to the filter by keyboard. */
export async function goToFilter(subject: Subject): Promise<Locator> {
  const { page } = subject;
  const box = page.getByRole('combobox', { name: 'Search' });
  await expect(page.getByLabel('Status', { exact: true })).toContainText('Endpoints'); // the page is there, and listens
  await subject.press('Ctrl+F');
  await expect(box).toBeFocused();
  return box;
}

/** Types a filter as one does without a mouse; the keyboard goes on in the grid. */
export async function typeFilter(subject: Subject, text: string): Promise<void> {
  const { page } = subject;
  const box = await goToFilter(subject);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
  await expect(box).toHaveValue(text);
  // The suggestions are put away first, where there are any.
  if ((await page.getByRole('listbox').count()) > 0) await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.locator('#grid')).toBeFocused();
}

/** Takes the pointer away from the rows, which it would keep still. */
export async function leaveRows(page: Page): Promise<void> {
  await page.getByLabel('Status', { exact: true }).hover({ position: { x: 3, y: 3 } });
}

/** What stands in a column (without what stands less strongly behind it), from the top of the screen to its bottom. */
export async function columnTexts(page: Page, column: string): Promise<string[]> {
  return await page.locator('#grid [data-id]').evaluateAll(
    (rows, id) =>
      rows
        .map((row) => {
          const cell = row.querySelector<HTMLElement>(`[data-column=${id}]`);
          const more = cell?.querySelector<HTMLElement>('.more')?.innerText ?? '';
          const text = cell?.innerText ?? '';
          return {
            top: row.getBoundingClientRect().top,
            text: text.slice(0, text.length - more.length).trim(),
          };
        })
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text),
    column,
  );
}

/** The columns on screen by their titles, from left to right. */
export function headers(page: Page): Promise<string[]> {
  return page.locator('#grid [role=columnheader] button').allInnerTexts();
}
