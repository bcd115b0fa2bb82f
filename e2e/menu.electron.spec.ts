import type { ElectronSubject } from './support/electronSubject';
import { expect, test } from './support/fixtures';

test.skip(process.platform !== 'linux', 'no other system has these sockets');

test('the native menu’s checks follow the page', async ({ open }) => {
  const { app, page } = (await open()) as ElectronSubject;
  const more = page.getByRole('button', { name: /^More/ });
  const checked = (id: string): Promise<boolean | undefined> =>
    app.evaluate(({ Menu }, which) => Menu.getApplicationMenu()?.getMenuItemById(which)?.checked, id);
  await more.click();
  await page.getByRole('menuitemcheckbox', { name: 'UNIX', exact: true }).click();
  await expect.poll(() => checked('read-unix')).toBe(true);
  expect(await checked('read-namespaces')).toBe(false);
  await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('read-unix')!.click());
  await expect(more).toHaveText('More');
  await expect.poll(() => checked('read-unix')).toBe(false);
  await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('read-bound')!.click());
  await expect(more).toHaveText('More (1)');
  await expect.poll(() => checked('read-bound')).toBe(true);
});
