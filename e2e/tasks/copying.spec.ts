import { spawnSync } from 'node:child_process';
import { connectPair, expect, rowOf, rows, search, test } from '../support/fixtures';
import { chooseBelow, columnTexts, entry, reach, typeFilter } from '../support/hands';

test('copy the three busiest as Markdown', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const sent = [4_000, 90_000, 30_000, 1_000, 7_000];
  for (const bytes of sent) {
    const { connected } = await connectPair(server, client, '127.0.0.1');
    await client.ask({ do: 'send', id: connected, bytes }, 'sent');
  }
  const subject = await open();
  const { page, clipboard } = subject;
  const busiest = ['90,000', '30,000', '7,000'];
  const copied = async (): Promise<string[]> => {
    const [head, rule, ...lines] = (await clipboard()).trim().split('\n');
    expect(head).toMatch(/^\| Process \| PID .*\| Sent Bytes \|/);
    expect(rule).toMatch(/^(\| :?---:? )+\|$/);
    const at = head!.split('|').findIndex((title) => title.trim() === 'Sent Bytes');
    return lines.map((line) => line.split('|')[at]!.trim());
  };

  await search(page, `pid:${client.pid}`);
  await page.getByRole('columnheader', { name: 'Sent Bytes' }).getByRole('button').click();
  await expect.poll(async () => (await columnTexts(page, 'bytesSent')).slice(0, 3)).toEqual(busiest);
  const top = rows(page).filter({ hasText: '90,000' });
  await top.click();
  await rows(page)
    .filter({ has: page.locator('[data-column=bytesSent]', { hasText: /^7,000$/ }) })
    .click({ modifiers: ['Shift'] });
  await top.click({ button: 'right' });
  await entry(page, 'Copy as').click();
  await entry(page, 'Markdown', 'Copy as').click();
  await expect(page.getByText('3 rows copied')).toBeVisible();
  expect(await copied()).toEqual(busiest);

  // By keyboard, and in the other order first
  await page.keyboard.press('Escape');
  await typeFilter(subject, `pid:${client.pid} sent:>=2000`);
  await expect(rows(page)).toHaveCount(4);
  const header = page.getByRole('columnheader', { name: 'Sent Bytes' }).getByRole('button');
  await page.keyboard.press('Tab');
  await reach(page, 'ArrowRight', header);
  await page.keyboard.press('Enter');
  await expect.poll(() => columnTexts(page, 'bytesSent')).toEqual(['4,000', ...busiest.toReversed()]);
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('#grid')).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+F10');
  await chooseBelow(page, 'Copy as', 'Markdown');
  await expect.poll(copied).toEqual(busiest.toReversed());
});

test('the ss command that is copied finds the rows, and no others', async ({ open, program }) => {
  test.skip(spawnSync('ss', ['-V']).status !== 0, 'needs ss (iproute2)');
  const server = await program();
  const client = await program();
  const four = await connectPair(server, client, '127.0.0.1');
  const six = await connectPair(server, client, '::1');
  await connectPair(server, client, '127.0.0.1');
  const { page, clipboard } = await open();
  await search(page, `pid:${client.pid}`);
  await expect(rows(page)).toHaveCount(3);
  await rowOf(page, four.clientPort, four.serverPort).click();
  await rowOf(page, six.clientPort, six.serverPort).click({ modifiers: ['ControlOrMeta'] });
  await rowOf(page, six.clientPort, six.serverPort).click({ button: 'right' });
  await entry(page, 'Copy as').click();
  await entry(page, 'ss filter that finds it', 'Copy as').click();
  await expect(page.getByText('The ss command that finds these 2 sockets is copied.')).toBeVisible();
  const found = spawnSync('sh', ['-ec', await clipboard()], { encoding: 'utf8' });
  expect(found.stderr).toBe('');
  const ends = found.stdout
    .split('\n')
    .filter((line) => line.includes('ESTAB'))
    .map((line) => line.trim().split(/\s+/).slice(-2));
  expect(ends).toEqual([
    [`127.0.0.1:${four.clientPort}`, `127.0.0.1:${four.serverPort}`],
    [`[::1]:${six.clientPort}`, `[::1]:${six.serverPort}`],
  ]);
});
