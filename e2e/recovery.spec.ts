import { cell, expect, rowOf, rows, search, test } from './support/fixtures';
import { leaveRows } from './support/hands';

test('the engine is killed: the window comes back by itself, with filter, sorting and selection', async ({
  open,
  program,
}) => {
  const owner = await program();
  const ports = [await owner.listen('127.0.0.1'), await owner.listen('127.0.0.1')].sort((a, b) => b - a);
  const subject = await open();
  const { page } = subject;
  await search(page, `${owner.pid} listen`);
  const header = page.getByRole('columnheader', { name: 'Local Port' });
  await header.getByRole('button').click();
  await header.getByRole('button').click();
  await rowOf(page, ports[0]!).click();
  await leaveRows(page);
  const firstSeen = await cell(rowOf(page, ports[0]!), 'firstSeenAt').innerText();

  await subject.killEngine();
  await expect(page.getByText('The engine was restarted')).toBeVisible();

  const late = await owner.listen('127.0.0.1'); // the new engine reads the kernel, not a memory
  await expect(rowOf(page, late)).toHaveCount(1);
  await expect(rows(page)).toHaveCount(3);
  await expect(page.getByRole('combobox', { name: 'Search' })).toHaveValue(`${owner.pid} listen`);
  await expect(header).toHaveAttribute('aria-sort', 'descending');
  await expect(rowOf(page, ports[0]!)).toHaveAttribute('aria-selected', 'true');
  await expect(rowOf(page, ports[1]!)).toHaveAttribute('aria-selected', 'false');
  await expect(cell(rowOf(page, ports[0]!), 'firstSeenAt')).toHaveText(firstSeen);
});
