import { expect, rows, test } from './support/fixtures';

test('without its token the page shows nothing and says what to do', async ({ open }) => {
  const { page } = await open();
  await expect(rows(page).first()).toBeVisible();
  expect(page.url()).not.toContain('token'); // taken out of the address bar
  await page.reload();
  await expect(rows(page).first()).toBeVisible(); // but kept for this tab

  const stranger = await page.context().newPage(); // another tab has no token
  await stranger.goto(page.url());
  await expect(stranger.getByText('lacks its token')).toBeVisible();
  await expect(rows(stranger)).toHaveCount(0);
  await stranger.goto(`${page.url()}#token=wrong`);
  await stranger.reload();
  await expect(stranger.getByText('lacks its token')).toBeVisible();
});

test('the page keeps to its policy', async ({ open }) => {
  const { page } = await open({ demo: 'churn' });
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.reload();
  await expect(rows(page).first()).toBeVisible();
  await page.locator('#grid').evaluate((grid) => grid.scrollTo({ top: 2000 }));
  await page.waitForTimeout(1200);
  expect(said).toEqual([]);
});
