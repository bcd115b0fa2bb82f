import { cell, connectPair, expect, rowOf, rows, search, test } from './support/fixtures';

test('a double click shows the properties of a connection, and they follow it', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const { page } = await open();
  const row = rowOf(page, pair.clientPort, pair.serverPort);
  await row.dblclick();
  const panel = page.getByRole('region', { name: 'Properties' });
  await expect(panel.getByRole('heading', { level: 2 })).toContainText(`node (${client.pid})`);
  const value = (title: string) =>
    panel.locator('dl > div', { has: page.getByText(title, { exact: true }) }).locator('dd');
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
  const panel = page.getByRole('region', { name: 'Properties' });
  await expect(panel).toContainText('May wait');
  await panel.getByRole('button', { name: 'Close properties' }).click();
  await expect(panel).toHaveCount(0);
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Properties/ }).click();
  await expect(panel).toContainText('May wait');
  server.kill();
  await expect(panel).toContainText('This socket has ended');
  await expect(panel).toContainText('May wait');
  await panel.getByRole('group', { name: 'Facts' }).focus();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page.locator('#grid')).toBeFocused();
});

test('nothing overlaps or sticks out of the properties, however wide the window is', async ({ open }) => {
  const { page } = await open({ demo: 'churn' });
  await search(page, 'postgres established');
  await rows(page).nth(2).dblclick();
  const panel = page.getByRole('region', { name: 'Properties' });
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
