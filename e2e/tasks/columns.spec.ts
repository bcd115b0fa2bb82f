import type { Page } from '@playwright/test';
import { cell, expect, rows, search, test } from '../support/fixtures';
import { choose, entry, headers, reach } from '../support/hands';

const DEFAULT = [
  ...['Process', 'PID', 'User', 'Protocol', 'State', 'Local Address', 'Local Port'],
  ...['Remote Address', 'Remote Port', 'First Seen', 'Sent Bytes', 'Recv Bytes'],
];

const header = (page: Page, name: string) => page.getByRole('columnheader', { name, exact: true });
const widthOf = async (page: Page, name: string): Promise<number> =>
  Math.round((await header(page, name).boundingBox())!.width);

test('columns are hidden, moved, widened and chosen by mouse, and are so in the next run', async ({
  open,
}) => {
  const subject = await open({ demo: 'idle' });
  let { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  expect(await headers(page)).toEqual(DEFAULT);
  await header(page, 'User').click({ button: 'right' });
  await entry(page, 'Hide Column').click();
  await expect(header(page, 'User')).toHaveCount(0);

  const from = (await header(page, 'State').boundingBox())!;
  const to = (await header(page, 'Process').boundingBox())!;
  await page.mouse.move(from.x + 20, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y + 10, { steps: 8 });
  await page.mouse.up();
  await expect.poll(async () => (await headers(page))[0]).toBe('State');
  await expect(header(page, 'State')).toHaveAttribute('aria-sort', 'none'); // it was no click

  const before = await widthOf(page, 'PID');
  const edge = (await header(page, 'PID').locator('.edge').boundingBox())!;
  await page.mouse.move(edge.x + edge.width / 2, edge.y + 10);
  await page.mouse.down();
  await page.mouse.move(edge.x + edge.width / 2 + 40, edge.y + 10, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => widthOf(page, 'PID')).toBe(before + 40);

  await page.getByRole('button', { name: 'Columns' }).click();
  const dialog = page.getByRole('dialog', { name: 'Columns' });
  await dialog.getByRole('checkbox', { name: /^RTT/ }).check();
  await dialog.getByRole('button', { name: 'Done' }).click();
  const chosen = ['State', 'Process', 'PID', ...DEFAULT.slice(3).filter((name) => name !== 'State'), 'RTT'];
  expect(await headers(page)).toEqual(chosen);

  page = await subject.restart();
  await expect(rows(page).first()).toBeVisible();
  expect(await headers(page)).toEqual(chosen);
  await expect.poll(() => widthOf(page, 'PID')).toBe(before + 40);
  await header(page, 'PID').click({ button: 'right' });
  await entry(page, 'Reset Columns').click();
  await expect.poll(() => headers(page)).toEqual(DEFAULT);
  await expect.poll(() => widthOf(page, 'PID')).toBe(before);
});

test('columns are moved, widened, hidden, chosen and reset by keyboard', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  const { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  await page.locator('#grid').focus();
  await page.keyboard.press('Tab');
  const protocol = header(page, 'Protocol').getByRole('button');
  await reach(page, 'ArrowRight', protocol);
  await page.keyboard.press('Control+Shift+ArrowLeft');
  await expect
    .poll(async () => (await headers(page)).slice(0, 4))
    .toEqual(['Process', 'PID', 'Protocol', 'User']);
  await expect(protocol).toBeFocused();
  const before = await widthOf(page, 'Protocol');
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => widthOf(page, 'Protocol')).toBe(before + 10);
  await page.keyboard.press('Shift+F10');
  await choose(page, 'Hide Column');
  await expect(header(page, 'Protocol')).toHaveCount(0);

  await subject.press('Ctrl+K');
  await expect(page.getByLabel('Find a column')).toBeFocused();
  await page.keyboard.type('parent');
  await reach(page, 'Tab', page.getByRole('checkbox', { name: /^Parent/ }));
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await expect(header(page, 'Parent')).toHaveCount(1);

  await expect(page.locator('#grid')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+F10');
  await choose(page, 'Reset Columns');
  await expect.poll(() => headers(page)).toEqual(DEFAULT);
});

test('the preset "Listeners" shows what listeners have, with the names of their ports', async ({
  open,
  program,
}) => {
  const owner = await program();
  const port = await owner.listen('127.0.0.1');
  const { page } = await open();
  await page.getByRole('button', { name: 'Columns' }).click();
  const preset = page.getByRole('dialog').getByRole('button', { name: 'Listeners' });
  await preset.click();
  await expect(preset).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Done' }).click();
  const shown = await headers(page);
  expect(shown).toEqual(expect.arrayContaining(['Local Port Name', 'Interface', 'Recv Queue', 'Service']));
  expect(shown).not.toContain('Remote Address');
  await search(page, `is:listening localport:${port}`);
  const row = page.locator('#grid [data-id]');
  await expect(row).toHaveCount(1);
  await expect(cell(row, 'interface')).toHaveText('lo');
  await expect(cell(row, 'sendQueue')).toHaveText('511'); // the room of Node's backlog
});
