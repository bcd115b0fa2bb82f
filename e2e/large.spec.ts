import { expect, rows, search, test } from './support/fixtures';

test('50,000 rows scroll, sort, filter and update, with only the visible ones in the page', async ({
  open,
}) => {
  const { page } = await open({ demo: 'large' });
  await expect(page.getByLabel('Status')).toContainText('Endpoints: 50,000');
  await expect(page.getByLabel('Status')).toContainText('Invented sockets');
  // It comes in parts, while other things go on.
  await expect(page.locator('#grid')).toHaveAttribute('aria-rowcount', /^50\d\d\d$/, { timeout: 20_000 });
  expect(await rows(page).count()).toBeLessThan(80);

  // Held still for the keyboard: its row may end or move with any update.
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.getByRole('columnheader', { name: 'Recv Bytes' }).getByRole('button').click();
  await page.locator('#grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  const last = rows(page).last();
  await expect(last).toHaveAttribute('aria-rowindex', /^(49|50)\d\d\d$/);
  expect(await rows(page).count()).toBeLessThan(80);
  await expect(page.locator('#grid .row.focused')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Home');
  await expect(page.locator('#grid .row.focused')).toHaveAttribute('aria-rowindex', '2');
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown'); // beyond the first screen
  await expect(page.locator('#grid .row.focused')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: /^Reset Conn/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Resume' }).click();

  await search(page, 'postgres established');
  await expect(page.getByLabel('Status')).toContainText(/Shown: \d,\d\d\d/);
  // Updates go on: 1 % of the rows are replaced at each.
  await search(page, '');
  await page.locator('#grid').evaluate((grid) => grid.scrollTo({ top: 300_000 }));
  await expect(page.locator('#grid .row.changed, #grid .row.new, #grid .row.ended').first()).toBeVisible();
});

test('a table that cannot be read is said once, and the others go on', async ({ open }) => {
  const { page } = await open({ demo: 'failing' });
  await expect(page.getByText('TCP v6 cannot be read since')).toHaveCount(1);
  await expect(page.getByText('ENOBUFS')).toBeVisible();
  await expect(rows(page).filter({ hasText: 'TCP v4' }).first()).toBeVisible();
  await expect(page.locator('#grid .row.new').first()).toBeVisible();
});

test('without privileges the page says what it cannot see, and why it closes nothing', async ({ open }) => {
  const { page } = await open({ demo: 'unprivileged' });
  await expect(page.getByLabel('Status')).toContainText(/\d+ owners hidden: not running as root/);
  await expect(rows(page).filter({ hasText: 'hidden' }).first()).toBeVisible();
  await search(page, 'anna established');
  await rows(page).first().click();
  const button = page.getByRole('button', { name: 'Reset Connection' });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/CAP_NET_ADMIN/);
});

test('an empty machine is said to be empty', async ({ open }) => {
  const { page } = await open({ demo: 'empty' });
  await expect(page.getByText('No sockets')).toBeVisible();
});
