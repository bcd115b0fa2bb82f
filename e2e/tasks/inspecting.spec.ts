import { cell, connectPair, expect, rowOf, rows, search, test } from '../support/fixtures';
import { choose, leaveRows, reach, typeFilter } from '../support/hands';
import { inspectorOf } from '../support/inspector';

test('everything about a socket, and on to its peer, by keyboard alone', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await typeFilter(subject, `port:${pair.clientPort}`);
  await expect(rows(page)).toHaveCount(2);
  const own = rowOf(page, pair.clientPort, pair.serverPort);
  await page.keyboard.press('Home');
  await expect(page.locator('#grid .row.focused')).toHaveCount(1);
  if ((await own.getAttribute('aria-selected')) === 'false') await page.keyboard.press('ArrowDown');
  await expect(own).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  const { panel, heading, tab } = inspectorOf(page);
  await expect(heading).toContainText(`node (${client.pid})`);
  await expect(panel).toContainText('Congestion'); // of the kernel's tcp_info
  await reach(page, 'Tab', tab('Overview'));
  await reach(page, 'ArrowRight', tab('Peer'));
  await reach(page, 'Tab', panel.getByRole('button', { name: 'Jump to peer' }));
  await page.keyboard.press('Enter');
  await expect(heading).toContainText(`node (${server.pid})`);
  await expect(page.locator('#grid')).toBeFocused();
  await expect(rowOf(page, pair.serverPort, pair.clientPort)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await page.keyboard.press('Shift+F10');
  await choose(page, 'Properties…');
  await expect(heading).toContainText(`node (${server.pid})`);
});

test('the rates of a transfer are shown while it lasts, in the row and in the charts', async ({
  open,
  program,
}) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const { page } = await open();
  await search(page, `port:${pair.clientPort}`);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Traffic' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  const sends = rows(page).filter({ hasText: String(client.pid) });
  const receives = rows(page).filter({ hasText: String(server.pid) });
  await expect(sends).toHaveCount(1);
  await expect(cell(sends, 'sendRate')).toHaveText('');
  await client.ask({ do: 'stream', id: pair.connected, bytes: 20_000, everyMs: 50 }, 'streaming');
  // 400,000 bytes a second, or less where the machine is busy with something else
  await expect(cell(sends, 'sendRate')).toHaveText(/\d\d kB\/s|\d\d,\d{3}/);
  await expect(cell(receives, 'receiveRate')).toHaveText(/\d\d kB\/s|\d\d,\d{3}/);
  await expect(cell(receives, 'sendRate')).toHaveText('');
  await expect(page.getByLabel('Status', { exact: true }).locator('.rates')).toBeVisible();

  await sends.dblclick();
  await leaveRows(page);
  const { panel, tab } = inspectorOf(page);
  await tab('Charts').click();
  const chart = panel.getByRole('img', { name: /^Traffic/ });
  await expect(chart).toHaveAccessibleName(/Sent \d+ kB\/s/);
  // The line is drawn: the chart has pixels of its colour.
  const colour = await panel
    .locator('.chart .swatch.second')
    .first()
    .evaluate((swatch) => getComputedStyle(swatch).color);
  await expect
    .poll(() =>
      chart.locator('canvas').evaluate((canvas: HTMLCanvasElement, wanted) => {
        const [red, green, blue] = wanted.match(/\d+/g)!.map(Number);
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let i = 0; i < data.length; i += 4)
          if (data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3]! > 200) found++;
        return found;
      }, colour),
    )
    .toBeGreaterThan(5);
});
