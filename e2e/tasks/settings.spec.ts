import fs from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, rows, test } from '../support/fixtures';
import { entry, goToFilter, reach } from '../support/hands';

const theme = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.documentElement.dataset['theme']);
/** How bright the page is, from 0 to 255 */
const brightness = (page: Page): Promise<number> =>
  page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0]));
const rowHeight = async (page: Page): Promise<number> =>
  Math.round((await rows(page).first().boundingBox())!.height);

test('theme, density and size of letters are chosen, and are so in the next run', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  let { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  expect(await brightness(page)).toBeGreaterThan(200);
  const dense = await rowHeight(page);
  await page.getByRole('button', { name: 'View' }).click();
  await entry(page, 'Settings…').click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('radio', { name: 'Dark' }).check();
  await expect.poll(() => brightness(page)).toBeLessThan(60);
  await dialog.getByRole('radio', { name: 'Comfortable' }).check();
  await expect.poll(() => rowHeight(page)).toBeGreaterThan(dense);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);

  page = await subject.restart();
  await expect(rows(page).first()).toBeVisible();
  expect(await theme(page)).toBe('dark');
  expect(await brightness(page)).toBeLessThan(60);
  expect(await rowHeight(page)).toBeGreaterThan(dense);

  // By keyboard
  await subject.press('Ctrl+,');
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await expect(settings).toBeVisible();
  await reach(page, 'Tab', settings.getByRole('radio', { name: 'Dark' }));
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => theme(page)).toBe('contrast');
  const slider = settings.getByRole('slider', { name: 'Size of letters' });
  await reach(page, 'Tab', slider);
  const size = Number(await slider.inputValue());
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveValue(String(size + 1));
  await expect
    .poll(() =>
      rows(page)
        .first()
        .evaluate((row) => getComputedStyle(row).fontSize),
    )
    .toBe(`${size + 1}px`);
  await page.keyboard.press('Escape');
  await expect(page.locator('#grid')).toBeFocused();
});

test('settings that were damaged are set aside, and a notice says where', async ({ open, shell }) => {
  const subject = await open({ demo: 'idle' });
  await expect(rows(subject.page).first()).toBeVisible();
  const damaged = '{"theme": "dark", "filter": "nothing-matches-th';
  const page = await subject.restart(damaged);
  await expect(rows(page).first()).toBeVisible(); // the defaults are in use
  expect(await theme(page)).toBe('system');
  const notice = page.locator('.notice.error');
  await expect(notice).toContainText('set aside');
  const text = await notice.innerText();
  if (shell === 'electron') {
    const aside = /set aside as (\S+\.json)/.exec(text)![1]!;
    expect(fs.readFileSync(aside, 'utf8')).toBe(damaged);
  } else {
    const aside = /“(.+)”/.exec(text)![1]!;
    expect(await page.evaluate((key) => localStorage.getItem(key), aside)).toBe(damaged);
  }
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
});

test('the sheet of keys lists what they do, and is opened by "?" and from the menu', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  const { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await goToFilter(subject);
  await page.keyboard.type('?'); // in a text field it is a letter
  await expect(page.getByRole('combobox', { name: 'Search' })).toHaveValue('?');
  await expect(sheet).toHaveCount(0);
  await subject.press('Ctrl+Shift+L');
  await page.locator('#grid').focus();
  await page.keyboard.press('?');
  const line = sheet.locator('dl > div').filter({ hasText: 'Reset connection' });
  await expect(line.locator('kbd')).toHaveText(['Delete']);
  await expect(sheet.locator('kbd').filter({ hasText: 'F10' })).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await expect(page.locator('#grid')).toBeFocused();
  await page.getByRole('button', { name: 'View' }).click();
  await entry(page, 'Keyboard shortcuts…').click();
  await expect(sheet).toBeVisible();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await expect(sheet).toHaveCount(0);
});
