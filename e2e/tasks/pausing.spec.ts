import { expect, rowOf, search, test } from '../support/fixtures';
import { typeFilter } from '../support/hands';

test('paused by keyboard, the page says so, and goes on when it is told to', async ({ open, program }) => {
  const subject = await open();
  const { page } = subject;
  const owner = await program();
  await typeFilter(subject, `pid:${owner.pid}`);
  await subject.press('Ctrl+P');
  const notice = page.getByText('Updating is paused: what is shown is as it was then.');
  await expect(notice).toBeVisible();
  const port = await owner.listen('127.0.0.1');
  await subject.press('F5'); // one reading all the same
  await expect(rowOf(page, port)).toHaveCount(1);
  await expect(notice).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(notice).toHaveCount(0);
  await owner.unlisten(port);
  await expect(rowOf(page, port)).toHaveCount(0);
});

test('what is shown stays while the wire is cut, and nothing can be closed; it heals by itself', async ({
  open,
  program,
  shell,
}) => {
  test.skip(shell === 'electron', 'there the engine is back before anybody could look (recovery.spec.ts)');
  const owner = await program();
  const port = await owner.listen('127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `pid:${owner.pid}`);
  await rowOf(page, port).click();
  const close = page.getByRole('button', { name: 'Close Connection' });
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
