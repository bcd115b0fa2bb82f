import { connectPair, expect, rowOf, rows, search, test } from '../support/fixtures';
import { entry, leaveRows, typeFilter } from '../support/hands';

test('group by process, fold, select a group and copy its rows', async ({ open, program }) => {
  const one = await program();
  const other = await program();
  const ports = [await one.listen('127.0.0.1'), await one.listen('127.0.0.1'), await one.listen('::1')];
  await other.listen('127.0.0.1');
  const subject = await open();
  const { page, clipboard } = subject;
  await search(page, `pid:${one.pid},${other.pid}`);
  await expect(rows(page)).toHaveCount(4);
  await page.getByRole('button', { name: 'View' }).click();
  await entry(page, 'By process').click();
  const groups = page.locator('#grid [data-group]');
  const group = groups.filter({ hasText: `node (${one.pid})` });
  await expect(page.getByRole('treegrid')).toBeVisible();
  await expect(groups).toHaveCount(2);
  await expect(group).toContainText('3 sockets');
  await expect(groups.filter({ hasText: `node (${other.pid})` })).toContainText('1 socket');

  await group.locator('.fold').click();
  await expect(group).toHaveAttribute('aria-expanded', 'false');
  await expect(rows(page)).toHaveCount(1);
  await group.click();
  const status = page.getByLabel('Status', { exact: true });
  await expect(status).toContainText('Selected: 3');
  await page.keyboard.press('ControlOrMeta+c');
  await expect(page.getByText('3 rows copied')).toBeVisible();
  const copied = (await clipboard()).trim().split('\n');
  expect(copied).toHaveLength(3);
  for (const port of ports) expect(copied.join('\n')).toContain(`\t${port}\t`);

  // By keyboard
  await leaveRows(page);
  await subject.press('Ctrl+1');
  await expect(page.getByRole('treegrid')).toHaveCount(0);
  await subject.press('Ctrl+2');
  await expect(groups).toHaveCount(2);
  await typeFilter(subject, `pid:${one.pid}`);
  await expect(groups).toHaveCount(1);
  await page.keyboard.press('Home');
  await expect(group).toHaveClass(/\bfocused\b/);
  await page.keyboard.press('ArrowLeft');
  await expect(rows(page)).toHaveCount(0);
  await expect(status).toContainText('Selected: 3');
  await page.keyboard.press('ArrowRight');
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press('ArrowDown');
  await expect(status).toContainText('Selected: 1');
  await page.keyboard.press('ArrowLeft'); // from a row to its group
  await expect(group).toHaveAttribute('aria-selected', 'true');
});

test('a group adds up what its sockets have sent', async ({ open, program }) => {
  const client = await program();
  const server = await program();
  for (const bytes of [1000, 2500]) {
    const { connected } = await connectPair(server, client, '127.0.0.1');
    await client.ask({ do: 'send', id: connected, bytes }, 'sent');
  }
  const subject = await open();
  const { page } = subject;
  await typeFilter(subject, `pid:${client.pid}`);
  await subject.press('Ctrl+3'); // by remote host
  const group = page.locator('#grid [data-group]');
  await expect(group).toHaveCount(1);
  await expect(group).toContainText('127.0.0.1');
  await expect(group.locator('[data-sum=bytesSent]')).toHaveText('3,500');
});

test('accepted connections stand under their listener', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const idle = await server.listen('127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `pid:${server.pid}`);
  await subject.press('Ctrl+5');
  const listener = rowOf(page, pair.serverPort);
  const accepted = rowOf(page, pair.serverPort, pair.clientPort);
  await expect(listener).toHaveAttribute('aria-expanded', 'true');
  await expect(accepted).toHaveAttribute('aria-level', '2');
  const index = async (): Promise<number> => Number(await listener.getAttribute('aria-rowindex'));
  await expect(accepted).toHaveAttribute('aria-rowindex', String((await index()) + 1));
  await expect(rowOf(page, idle)).toHaveAttribute('aria-level', '1');
  expect(await rowOf(page, idle).getAttribute('aria-expanded')).toBeNull(); // there is nothing to fold

  // One that is accepted while somebody looks
  const { port } = await client.ask({ do: 'connect', host: '127.0.0.1', port: pair.serverPort }, 'connected');
  await expect(rowOf(page, pair.serverPort, port)).toHaveAttribute('aria-level', '2');
  await listener.locator('.fold').click();
  await expect(accepted).toHaveCount(0);
  await listener.click();
  await page.keyboard.press('ArrowRight');
  await expect(accepted).toHaveCount(1);
});
