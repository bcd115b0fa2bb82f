import type { Locator, Page } from '@playwright/test';
import { expect, rowOf, rows, test } from '../support/fixtures';
import { columnTexts, leaveRows } from '../support/hands';
import { openOnListeners } from '../support/listeners';

/** The header that sorts by it. */
const byLocalAddress = (page: Page): Locator =>
  page.getByRole('columnheader', { name: 'Local Address' }).getByRole('button');

const top = async (row: Locator): Promise<number> => (await row.boundingBox())!.y;

test('the row under the pointer stays, what waits is counted, and leaving lets go', async ({
  open,
  program,
}) => {
  const { page, owner, network, ports } = await openOnListeners(open, program, [50, 60, 70]);
  await byLocalAddress(page).click();
  await expect(rows(page).and(page.locator('.new'))).toHaveCount(0);
  const row = rowOf(page, ports[1]!);
  await row.hover();
  const place = await top(row);
  await owner.listen(network(10)); // would come above it
  await owner.listen(network(20));
  await owner.unlisten(ports[0]!); // was above it
  const chip = page.locator('.new-rows');
  await expect(chip).toContainText('2 new, 1 ended');
  await expect(rows(page)).toHaveCount(3);
  await expect(rowOf(page, ports[0]!)).toHaveClass(/\bended\b/);
  expect(await top(row)).toBe(place);

  await leaveRows(page);
  await expect(chip).toHaveCount(0);
  const now = [network(10), network(20), network(60), network(70)];
  await expect.poll(() => columnTexts(page, 'localAddress')).toEqual(now);
  expect(await top(row)).toBeGreaterThan(place);
});

test('while rows are selected by keyboard they stay, and the chip lets go', async ({ open, program }) => {
  const { page, owner, network } = await openOnListeners(open, program, [50, 60], { by: 'keyboard' });
  await page.keyboard.press('End');
  await owner.listen(network(10));
  const chip = page.locator('.new-rows');
  await expect(chip).toContainText('1 new');
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('Escape'); // nothing is selected any more
  await expect(chip).toHaveCount(0);
  await expect(rows(page)).toHaveCount(3);

  await page.keyboard.press('Home');
  await owner.listen(network(20));
  await expect(chip).toContainText('1 new');
  await chip.click();
  await expect(rows(page)).toHaveCount(4);
  await expect(chip).toHaveCount(0);
  await expect(page.locator('#grid')).toBeFocused();
});

test('under an open menu nothing changes its place', async ({ open, program }) => {
  const { page, owner, network, ports } = await openOnListeners(open, program, [50]);
  const port = ports[0]!;
  await rowOf(page, port).click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Properties/ }).hover();
  const place = await top(rowOf(page, port));
  await owner.unlisten(port);
  await owner.listen(network(10));
  await expect(page.locator('.new-rows')).toContainText('1 new, 1 ended');
  expect(await top(rowOf(page, port))).toBe(place);
  await page.keyboard.press('Escape');
  await leaveRows(page);
  await expect.poll(() => columnTexts(page, 'localAddress')).toEqual([network(10)]);
});

test('"Keep still" puts what is new at the end, until it is switched off', async ({ open, program }) => {
  const { subject, page, owner, network } = await openOnListeners(open, program, [50, 60]);
  await byLocalAddress(page).click();
  const button = page.getByRole('button', { name: 'Keep still' });
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await owner.listen(network(10));
  const addresses = (): Promise<string[]> => columnTexts(page, 'localAddress');
  await expect.poll(addresses).toEqual([network(50), network(60), network(10)]);
  await subject.press('Ctrl+Shift+K');
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(addresses).toEqual([network(10), network(50), network(60)]);
});

test('what is selected and where one has scrolled to survive sorting and updates', async ({
  open,
  program,
}) => {
  const hosts = Array.from({ length: 70 }, (_, i) => 100 + i);
  const { page, owner, network } = await openOnListeners(open, program, hosts, {
    size: { width: 1280, height: 800 },
  });
  const sort = byLocalAddress(page);
  await sort.click();
  const status = page.getByLabel('Status', { exact: true });
  await expect(page.locator('#grid .row.new')).toHaveCount(0);
  const chosen = rows(page).filter({ hasText: network(101) });
  await chosen.click();
  await sort.click(); // turned round: it is far below now
  await expect(chosen).toHaveCount(0);
  await sort.click();
  await expect(chosen).toHaveAttribute('aria-selected', 'true');
  await expect(status).toContainText('Selected: 1');

  const grid = page.locator('#grid');
  await grid.evaluate((element) => element.scrollTo({ top: 700 }));
  await leaveRows(page);
  const seen = rows(page).filter({ hasText: network(145) });
  const place = await top(seen);
  const index = Number(await seen.getAttribute('aria-rowindex'));
  for (let i = 10; i < 13; i++) await owner.listen(network(i)); // above what is in sight
  await expect(seen).toHaveAttribute('aria-rowindex', String(index + 3));
  expect(Math.abs((await top(seen)) - place)).toBeLessThan(1);
  await expect(status).toContainText('Selected: 1');
});
