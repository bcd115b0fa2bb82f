import { cell, connectPair, expect, rowOf, rows, search, test } from './support/fixtures';
import { inspectorOf } from './support/inspector';

test('a double click shows the properties of a connection, and they follow it', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const { page } = await open();
  const row = rowOf(page, pair.clientPort, pair.serverPort);
  await row.dblclick();
  const { panel, heading, value } = inspectorOf(page);
  await expect(heading).toContainText(`node (${client.pid})`);
  await expect(value('PID')).toHaveText(String(client.pid));
  await expect(value('Sent, with retransmissions')).toHaveText('0 B');
  await client.ask({ do: 'send', id: pair.connected, bytes: 12_345 }, 'sent');
  await expect(value('Sent, with retransmissions')).toHaveText('12,345 B');
  await expect(cell(row, 'bytesSent')).toHaveText('12,345');

  // The keyboard is still in the grid: Escape closes the properties first, and the selection stays.
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(row).toHaveAttribute('aria-selected', 'true');
});

test('Enter and the menu open them, and what was known last stays when the socket has ended', async ({
  open,
  program,
}) => {
  const server = await program();
  const port = await server.listen('127.0.0.1');
  const { page } = await open();
  const row = rowOf(page, port);
  await row.click();
  await page.keyboard.press('Enter');
  const { panel, tabPanel } = inspectorOf(page);
  await expect(panel).toContainText('May wait');
  await panel.getByRole('button', { name: 'Close properties' }).click();
  await expect(panel).toHaveCount(0);
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Properties/ }).click();
  await expect(panel).toContainText('May wait');
  server.kill();
  await expect(panel).toContainText('This socket has ended');
  await expect(panel).toContainText('May wait');
  await tabPanel('Overview').focus();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page.locator('#grid')).toBeFocused();
});

test('they follow the keyboard, and a socket that has ended stays until it moves', async ({
  open,
  program,
}) => {
  const server = await program();
  const ports = [await server.listen('127.0.0.1'), await server.listen('127.0.0.1')];
  const other = await program();
  const port = await other.listen('127.0.0.1');
  const { page } = await open();
  const { panel, heading } = inspectorOf(page);
  await rowOf(page, port).dblclick();
  await expect(heading).toContainText(`:${port}`);
  await rowOf(page, ports[0]!).click();
  await expect(heading).toContainText(`:${ports[0]}`);
  await page.keyboard.press('Home');
  const first = await rows(page).first().locator('[data-column=localPort]').innerText();
  await expect(heading).toContainText(`:${first}`);
  await rowOf(page, ports[1]!).click();
  await expect(heading).toContainText(`:${ports[1]}`);
  await panel.hover(); // under the pointer no row would go
  server.kill();
  await expect(panel).toContainText('This socket has ended');
  await expect(rowOf(page, ports[1]!)).toHaveCount(0, { timeout: 15_000 });
  await expect(heading).toContainText(`:${ports[1]}`);
});

test('the parts are tabs: charts and timeline of what happens, neighbours to go to', async ({
  open,
  program,
}) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const { page, clipboard } = await open();
  await rowOf(page, pair.clientPort, pair.serverPort).dblclick();
  const { panel, heading, tab, tabPanel } = inspectorOf(page);
  await tab('Overview').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab('Charts')).toBeFocused();
  const chart = panel.getByRole('img', { name: /^Traffic, latest values/ });
  await expect(chart).toHaveAccessibleName(/Received 0 B\/s, Sent 0 B\/s/);
  await expect(chart.locator('canvas')).toBeVisible();
  await client.ask({ do: 'send', id: pair.connected, bytes: 500_000 }, 'sent');
  await expect(chart).toHaveAccessibleName(/Sent \d+ kB\/s/);
  await expect(panel.getByRole('img', { name: /^Round trip, latest values: Round trip .*ms/ })).toBeVisible();

  await page.keyboard.press('ArrowRight');
  await expect(tabPanel('Timeline')).toContainText('Opened here for the first time: Established');
  await page.keyboard.press('ArrowRight');
  await expect(tabPanel('Same process')).toContainText(`node (${client.pid}) has no other socket here.`);
  await page.keyboard.press('ArrowRight');
  const peer = tabPanel('Peer');
  await expect(peer.getByRole('row', { name: /^Process/ })).toContainText(
    `node (${client.pid})node (${server.pid})`,
  );
  await peer.getByRole('button', { name: 'Jump to peer' }).click();
  await expect(heading).toContainText(`node (${server.pid})`);
  await expect(rowOf(page, pair.serverPort, pair.clientPort)).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('#grid')).toBeFocused();

  await tab('Same process').click();
  await panel.getByRole('button', { name: /Listen/ }).click();
  await expect(rowOf(page, pair.serverPort)).toHaveAttribute('aria-selected', 'true');
  await tab('Timeline').click();
  await expect(panel).toContainText('Opened here for the first time: Listen');

  await panel.getByRole('button', { name: 'Copy all facts as text' }).click();
  await expect(panel.getByText('Copied')).toHaveCount(1);
  const text = await clipboard();
  expect(text).toContain(`PID: ${server.pid}\n`);
  expect(text).toContain('\n\nSocket options\n');
  await panel.getByRole('button', { name: 'Copy everything as JSON' }).click();
  await expect.poll(async () => (await clipboard()).startsWith('{')).toBe(true);
  const json = JSON.parse(await clipboard()) as {
    localPort: number;
    details: { holders: { pid: number }[] };
  };
  expect(json.localPort).toBe(pair.serverPort);
  expect(json.details.holders.map(({ pid }) => pid)).toEqual([server.pid]);
});

test('what a jump leads to is shown even where the filter hides its row, and a notice says so', async ({
  open,
  program,
}) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const { page } = await open();
  await search(page, `${client.pid} ${pair.clientPort}`);
  await rowOf(page, pair.clientPort, pair.serverPort).dblclick();
  const { panel, heading, tab } = inspectorOf(page);
  await tab('Peer').click();
  await panel.getByRole('button', { name: 'Jump to peer' }).click();
  await expect(page.getByText('That socket is not among the rows on screen')).toBeVisible();
  await expect(heading).toContainText(`node (${server.pid})`);
});

test('their size is changed by mouse and by keyboard, and they stand beside the grid where there is room', async ({
  open,
}) => {
  const { page } = await open({ demo: 'churn', size: { width: 1280, height: 800 } });
  await rows(page).nth(2).dblclick();
  const { panel } = inspectorOf(page);
  const splitter = panel.getByRole('separator');
  const height = async () => (await panel.boundingBox())!.height;
  const before = await height();
  await splitter.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(height).toBe(before + 20);
  await page.keyboard.press('Home');
  await expect(splitter).toHaveAttribute('aria-valuenow', '140');
  await expect.poll(height).toBe(140);
  await splitter.hover({ position: { x: 300, y: 3 } });
  const edge = (await splitter.boundingBox())!;
  await page.mouse.down();
  await page.mouse.move(edge.x + 300, edge.y - 97, { steps: 5 });
  await page.mouse.up();
  await expect.poll(height).toBe(240);

  await expect(panel.getByRole('button', { name: 'Show beside the grid' })).toHaveCount(0);
  await page.setViewportSize({ width: 1920, height: 1000 });
  await panel.getByRole('button', { name: 'Show beside the grid' }).click();
  const grid = (await page.locator('#grid').boundingBox())!;
  const box = (await panel.boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(grid.x + grid.width);
  expect(Math.abs(box.y - grid.y)).toBeLessThan(2);
});

test('nothing overlaps or sticks out of the properties, however wide the window is', async ({ open }) => {
  const { page } = await open({ demo: 'churn' });
  await search(page, 'postgres established');
  await rows(page).nth(2).dblclick();
  const { panel } = inspectorOf(page);
  await expect(panel).toContainText('Round trip');
  for (const width of [700, 1280, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect
      .poll(() =>
        panel.locator('.card').evaluateAll((cards) =>
          cards.flatMap((card) => {
            const frame = card.getBoundingClientRect();
            const texts = [...card.querySelectorAll('h3, dt, dd, p')].map((text) =>
              text.getBoundingClientRect(),
            );
            const inside = texts.every((box) => box.left >= frame.left && box.right <= frame.right + 0.5);
            const apart = texts.every((a, i) =>
              texts.every(
                (b, j) =>
                  i === j ||
                  a.right <= b.left + 0.5 ||
                  b.right <= a.left + 0.5 ||
                  a.bottom <= b.top + 0.5 ||
                  b.bottom <= a.top + 0.5,
              ),
            );
            return inside && apart ? [] : [card.textContent];
          }),
        ),
      )
      .toEqual([]);
  }
});
