import { expect, rows, search, test } from '../support/fixtures';
import { columnTexts, goToFilter, reach } from '../support/hands';

test('what is wrong in a filter is underlined, with the reason', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  const { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  const box = await goToFilter(subject);
  await page.keyboard.type('nginx prot:tcp');
  await page.keyboard.press('Home');
  await expect(box).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('.filter-box u')).toHaveText(/^prot/);
  await expect(page.locator('#filter-error')).toContainText('There is no field “prot”');
  await expect(box).toHaveAccessibleDescription(/There is no field “prot”/);
  // What is right in it filters all the same.
  await expect.poll(async () => new Set(await columnTexts(page, 'processName'))).toEqual(new Set(['nginx']));
  // Escape clears it, and with nothing left goes to the rows.
  await page.keyboard.press('Escape');
  await expect(box).toHaveValue('');
  await expect(box).toHaveAttribute('aria-invalid', 'false');
  await page.keyboard.press('Escape');
  await expect(page.locator('#grid')).toBeFocused();
});

test('fields and values are completed, by keyboard and by mouse', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  const { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  const box = await goToFilter(subject);
  await page.keyboard.type('stat');
  await page.keyboard.press('Tab');
  await expect(box).toHaveValue('state:');
  await page.keyboard.type('lis');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { name: /^listen/i }).first()).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await page.keyboard.press('Enter');
  await expect(box).toHaveValue(/^state:listen/);
  await page.keyboard.press('Enter');
  await expect(page.locator('#grid')).toBeFocused();
  await expect.poll(async () => new Set(await columnTexts(page, 'state'))).toEqual(new Set(['Listen']));

  await box.click();
  await box.fill('process:ng');
  await page.getByRole('option', { name: 'nginx' }).click();
  await expect(box).toHaveValue(/^process:"?nginx/);
  await expect(box).toBeFocused();
  await expect.poll(async () => new Set(await columnTexts(page, 'processName'))).toEqual(new Set(['nginx']));
});

test('a filter of CurrPorts is understood when it is pasted', async ({ open }) => {
  const subject = await open({ demo: 'churn' });
  const { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  await subject.press('Ctrl+P');
  await page.getByRole('combobox', { name: 'Search' }).click();
  await page.keyboard.insertText('include:remote:tcp:443 exclude:process:firefox');
  await expect.poll(async () => new Set(await columnTexts(page, 'remotePort'))).toEqual(new Set(['443']));
  expect(await columnTexts(page, 'processName')).not.toContain('firefox');
  await expect(page.getByText('Understood as CurrPorts’ filter')).toBeVisible();
  const before = await rows(page).count();
  await page.getByRole('button', { name: 'Convert' }).click();
  const box = page.getByRole('combobox', { name: 'Search' });
  await expect(box).toHaveValue(/remoteport:443/);
  await expect(rows(page)).toHaveCount(before); // it says the same

  await box.fill('exclude:remote:tcpudp:443');
  await expect(page.getByRole('listbox')).toHaveCount(0);
  await box.press('Enter'); // converts as well
  await expect(box).not.toHaveValue(/exclude/);
  await expect.poll(() => columnTexts(page, 'remotePort')).not.toContain('443');
});

test('a filter is kept under a name, and is there in the next run', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  let { page } = subject;
  await expect(rows(page).first()).toBeVisible();
  const all = await rows(page).count();
  await search(page, 'process:nginx');
  await expect.poll(() => rows(page).count()).toBeLessThan(all);
  const some = await rows(page).count();
  await page.getByRole('button', { name: 'Saved filters' }).click();
  const sheet = page.getByRole('dialog', { name: 'Saved filters' });
  await sheet.getByLabel('Name for the present filter').fill('Web servers');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet.getByRole('button', { name: 'Apply Web servers' })).toBeVisible();

  page = await subject.restart();
  await expect(page.getByRole('combobox', { name: 'Search' })).toHaveValue('process:nginx'); // the active one is, too
  await expect(rows(page)).toHaveCount(some);
  await subject.press('Ctrl+Shift+L');
  await expect(rows(page)).toHaveCount(all);
  await goToFilter(subject);
  await reach(page, 'Tab', page.getByRole('button', { name: 'Saved filters' }));
  await page.keyboard.press('Enter');
  await reach(page, 'ArrowDown', page.getByRole('button', { name: 'Apply Web servers' }));
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(some);
});
