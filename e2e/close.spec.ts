import { connectPair, expect, rowOf, rows, search, test } from './support/fixtures';
import { leaveRows } from './support/hands';

test('Reset Connection resets both ends, says so, and the row ends', async ({ open, program }) => {
  const pair = await connectPair(await program(), await program(), '127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `127.0.0.1:${pair.clientPort}`);
  const row = rowOf(page, pair.clientPort, pair.serverPort);
  await expect(page.getByRole('button', { name: 'Reset Connection' })).toBeDisabled();
  await row.click();
  const question = await subject.answerNext(true);
  await page.getByRole('button', { name: 'Reset Connection' }).click();
  const { message, detail } = await question.asked;
  expect(message).toBe('Reset 1 connection of node?');
  expect(detail).toContain(
    `node (${pair.client.pid})  TCP 127.0.0.1:${pair.clientPort} → 127.0.0.1:${pair.serverPort}`,
  );

  expect(await pair.client.until('error', ({ id }) => id === pair.connected)).toMatchObject({
    code: 'ECONNABORTED',
  });
  expect(await pair.server.until('error', ({ id }) => id === pair.accepted)).toMatchObject({
    code: 'ECONNRESET',
  });
  const results = page.getByRole('region', { name: 'Results' });
  await expect(results).toContainText('1 closed');
  await expect(results).toContainText(`127.0.0.1:${pair.clientPort}`);
  await expect(row).toHaveCount(0);
  await results.getByRole('button', { name: 'Dismiss' }).click();
  await expect(results).toHaveCount(0);
});

test('a row whose connection is being closed turns red first', async ({ open, program }) => {
  const pair = await connectPair(await program(), await program(), '::1');
  const subject = await open();
  const { page } = subject;
  await search(page, String(pair.clientPort));
  const row = rowOf(page, pair.clientPort, pair.serverPort);
  await row.click();
  const question = await subject.answerNext(true);
  await page.keyboard.press('Delete');
  await question.asked;
  await expect(row).toHaveClass(/\bended\b/);
  await leaveRows(page); // under the pointer it would stay
  await expect(row).toHaveCount(0);
});

test('"Cancel" closes nothing', async ({ open, program }) => {
  const pair = await connectPair(await program(), await program(), '127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `127.0.0.1:${pair.clientPort}`);
  const row = rowOf(page, pair.clientPort, pair.serverPort);
  await row.click();
  const question = await subject.answerNext(false);
  await page.keyboard.press('Delete');
  await question.asked;
  await pair.client.ask({ do: 'send', id: pair.connected, bytes: 1 }, 'sent');
  await expect(row).toHaveCount(1);
  await expect(page.getByRole('region', { name: 'Results' })).toHaveCount(0);
  await expect(page.locator('#grid')).toBeFocused(); // the keyboard goes on where it was
});

test('several rows at once, from the context menu, with a result for each: one had ended already', async ({
  open,
  program,
}) => {
  const server = await program();
  const client = await program();
  const doomed = await connectPair(server, client, '127.0.0.1');
  const other = await connectPair(await program(), await program(), '127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, 'established 127.0.0.1 node');
  await rowOf(page, doomed.clientPort, doomed.serverPort).click();
  await rowOf(page, other.clientPort, other.serverPort).click({ modifiers: ['ControlOrMeta'] });
  await rowOf(page, other.clientPort, other.serverPort).click({ button: 'right' });
  const question = await subject.answerNext(true, async () => {
    // While the user thinks, one of the two ends by itself: killed with data unread, it is reset and leaves no trace.
    await client.ask({ do: 'send', id: doomed.connected, bytes: 1 }, 'sent');
    server.kill();
    client.kill();
    await expect(rowOf(page, doomed.serverPort)).toHaveCount(0);
  });
  await page.getByRole('menuitem', { name: 'Reset 2 Connections' }).click();
  expect((await question.asked).message).toBe('Reset 2 connections of node (2 processes)?');
  const results = page.getByRole('region', { name: 'Results' });
  await expect(results).toContainText(/1 closed, 1 already gone|2 closed/);
  await expect(results.getByRole('listitem')).toHaveCount(2);
  expect(await other.client.until('error')).toMatchObject({ code: 'ECONNABORTED' });
});

test('selection follows the keyboard and stays with its socket', async ({ open, program }) => {
  const owner = await program();
  const ports = [
    await owner.listen('127.0.0.1'),
    await owner.listen('127.0.0.1'),
    await owner.listen('127.0.0.1'),
  ].sort((a, b) => a - b);
  const { page } = await open();
  await search(page, `${owner.pid} listen`);
  await page.getByRole('columnheader', { name: 'Local Port' }).getByRole('button').click();
  await expect(rows(page)).toHaveCount(3);
  await rowOf(page, ports[0]!).click();
  await page.keyboard.press('ArrowDown');
  await expect(rowOf(page, ports[1]!)).toHaveAttribute('aria-selected', 'true');
  await expect(rowOf(page, ports[0]!)).toHaveAttribute('aria-selected', 'false');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByLabel('Status')).toContainText('Selected: 2');
  await page.getByRole('columnheader', { name: 'Local Port' }).getByRole('button').click(); // turn the order round
  await expect(rowOf(page, ports[1]!)).toHaveAttribute('aria-selected', 'true');
  await expect(rowOf(page, ports[2]!)).toHaveAttribute('aria-selected', 'true');
  await page.locator('#grid').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(page.getByLabel('Status')).toContainText('Selected: 3');
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Status')).not.toContainText('Selected');
});
