import type { ElectronSubject } from './support/electronSubject';
import { expect, rowOf, rows, search, test } from './support/fixtures';

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

test('the native menu offers what can be done to the selected rows', async ({ open, program }) => {
  const owner = await program();
  const port = await owner.listen('127.0.0.1');
  const { app, page } = (await open()) as ElectronSubject;
  const COMMANDS = ['close-connection', 'close-gracefully', 'end-process', 'show-program', 'connect-local'];
  const offered = (): Promise<string[]> =>
    app.evaluate(
      ({ Menu }, ids) => ids.filter((id) => Menu.getApplicationMenu()!.getMenuItemById(id)!.enabled),
      COMMANDS,
    );
  await search(page, `pid:${owner.pid}`);
  await expect(rows(page)).toHaveCount(1);
  await expect.poll(offered).toEqual([]);
  await rowOf(page, port).click();
  await expect.poll(offered).toEqual(['close-connection', 'end-process', 'show-program']); // it listens
});
