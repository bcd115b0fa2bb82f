import { expect, rowOf, test } from '../support/fixtures';
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
