// In Electron the engine is back before anybody could look: recovery.spec.ts.
import { expect, rowOf, search, test } from '../support/fixtures';

test('what is shown stays while the wire is cut, and nothing can be closed; it heals by itself', async ({
  open,
  program,
}) => {
  const owner = await program();
  const port = await owner.listen('127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `pid:${owner.pid}`);
  await rowOf(page, port).click();
  const close = page.getByRole('button', { name: 'Reset Connection' });
  await expect(close).toBeEnabled();
  const lost = page.getByText('The connection to SocketScope was lost');
  const status = page.getByLabel('Status', { exact: true });
  await subject.killEngine(async () => {
    await expect(lost).toBeVisible();
    await expect(status).toContainText('Not connected');
    await expect(rowOf(page, port)).toHaveCount(1);
    await expect(close).toBeDisabled();
    await expect(close).toHaveAttribute('title', 'There is no connection to the engine');
  });
  await expect(lost).toHaveCount(0);
  await expect(status).not.toContainText('Not connected');
  await expect(close).toBeEnabled();
});
