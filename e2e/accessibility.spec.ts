import { violations } from './support/axe';
import { expect, rows, test } from './support/fixtures';

// Every scene in every theme: accessibility.browser.spec.ts. The page is the same one.
test('the window with properties open: nothing that axe complains of', async ({ open, shell }) => {
  const { page } = await open({ demo: 'idle' });
  await rows(page).nth(2).dblclick();
  await expect(page.getByRole('tablist')).toBeVisible();
  expect(await violations(page, shell)).toEqual([]);
  if (shell === 'electron') return; // its questions are the system's own
  await page.keyboard.press('Delete');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violations(page, shell)).toEqual([]);
});

test('the grid says how many rows there are, and which of them are on screen', async ({ open }) => {
  const subject = await open({ demo: 'large' });
  const { page } = subject;
  const grid = page.getByRole('grid');
  // All of the snapshot: 50,000 sockets and the header; what ended under the pointer counts, too.
  await expect(grid).toHaveAttribute('aria-rowcount', /^5\d{4}$/, { timeout: 30_000 });
  await subject.press('Ctrl+P');
  await expect(page.getByText('Updating is paused')).toBeVisible();
  await grid.focus();
  await page.keyboard.press('End');
  const last = Number(await grid.getAttribute('aria-rowcount'));
  await expect(page.locator(`#grid [aria-rowindex="${last}"]`)).toBeVisible();
  const active = await grid.getAttribute('aria-activedescendant');
  await expect(page.locator(`[id="${active}"]`)).toHaveAttribute('aria-rowindex', String(last));
});
