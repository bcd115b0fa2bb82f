import { cell, connectPair, expect, rowOf, rows, search, test } from './support/fixtures';

test('a socket of another program appears with its owner, and ends in red', async ({ open, program }) => {
  const { page } = await open();
  await expect(page.getByLabel('Status')).toContainText('Endpoints');
  const server = await program();
  const port = await server.listen('127.0.0.1');
  await search(page, `127.0.0.1:${port}`);
  const row = rowOf(page, port);
  await expect(row).toHaveClass(/\bnew\b/);
  await expect(cell(row, 'processName')).toHaveText('node');
  await expect(cell(row, 'pid')).toHaveText(String(server.pid));
  await expect(cell(row, 'protocol')).toHaveText('TCP v4');
  await expect(cell(row, 'state')).toHaveText('Listen');
  await expect(row).not.toHaveClass(/\bnew\b/); // for one update only
  server.kill();
  await expect(row).toHaveClass(/\bended\b/);
  await expect(row).toHaveCount(0);
});

test('both ends of connections over IPv4, IPv6 and mapped addresses are shown with their PIDs and bytes', async ({
  open,
  program,
}) => {
  const server = await program();
  const client = await program();
  const four = await connectPair(server, client, '127.0.0.1');
  const six = await connectPair(server, client, '::1');
  const mapped = await connectPair(server, client, '127.0.0.1', '::');
  await client.ask({ do: 'send', id: four.connected, bytes: 12_345 }, 'sent');
  const { page } = await open();

  const clientRow = rowOf(page, four.clientPort, four.serverPort);
  await expect(cell(clientRow, 'pid')).toHaveText(String(client.pid));
  await expect(cell(clientRow, 'bytesSent')).toHaveText('12,345');
  const serverRow = rowOf(page, four.serverPort, four.clientPort);
  await expect(cell(serverRow, 'pid')).toHaveText(String(server.pid));
  await expect(cell(serverRow, 'bytesReceived')).toHaveText('12,345');

  const sixRow = rowOf(page, six.serverPort, six.clientPort);
  await expect(cell(sixRow, 'protocol')).toHaveText('TCP v6');
  await expect(cell(sixRow, 'localAddress')).toHaveText('::1');
  const mappedRow = rowOf(page, mapped.serverPort, mapped.clientPort);
  await expect(cell(mappedRow, 'protocol')).toHaveText('TCP v6');
  await expect(cell(mappedRow, 'remoteAddress')).toHaveText('::ffff:127.0.0.1');
});

test('UDP sockets are shown, connected or not', async ({ open, program }) => {
  const owner = await program();
  const { port: bound } = await owner.ask({ do: 'udp', host: '127.0.0.1' }, 'bound');
  const { port: connected } = await owner.ask({ do: 'udp', host: '127.0.0.1', connect: bound }, 'bound');
  const { page } = await open();
  await expect(cell(rowOf(page, bound!), 'protocol')).toHaveText('UDP v4');
  await expect(cell(rowOf(page, bound!), 'state')).toHaveText('');
  await expect(cell(rowOf(page, connected!, bound), 'state')).toHaveText('Established');
  await expect(cell(rowOf(page, connected!, bound), 'pid')).toHaveText(String(owner.pid));
});

test('a connection in TIME_WAIT keeps its last owner, marked as inherited', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  const { page } = await open();
  const row = rowOf(page, pair.clientPort, pair.serverPort);
  await expect(cell(row, 'state')).toHaveText('Established');
  await search(page, `127.0.0.1:${pair.clientPort}`);
  client.tell({ do: 'end', id: pair.connected });
  await server.until('end', ({ id }) => id === pair.accepted);
  await expect(row).toHaveClass(/\bchanged\b/); // a new state is yellow
  server.tell({ do: 'end', id: pair.accepted });
  await expect(cell(row, 'state')).toHaveText('Time Wait');
  await expect(cell(row, 'pid')).toHaveText(String(client.pid));
  await expect(cell(row, 'processName')).toHaveClass(/inherited/);
});

test('search, toggles and sorting decide what is shown and in which order', async ({ open, program }) => {
  const owner = await program();
  const ports = [
    await owner.listen('127.0.0.1'),
    await owner.listen('127.0.0.1'),
    await owner.listen('127.0.0.1'),
  ];
  const six = await owner.listen('::1');
  const { page } = await open();
  await search(page, `${owner.pid} listen`);
  await expect(rows(page)).toHaveCount(4);
  await page.getByRole('button', { name: 'TCP v6' }).click();
  await expect(rows(page)).toHaveCount(3);
  await expect(rowOf(page, six)).toHaveCount(0);

  const shown = async (): Promise<number[]> =>
    (await rows(page).locator('[data-column=localPort]').allInnerTexts()).map(Number);
  const byScreen = async (): Promise<number[]> => {
    const places = await rows(page).evaluateAll((elements) =>
      elements.map((row) => row.getBoundingClientRect().top),
    );
    const order = await shown();
    return order
      .map((port, i) => ({ port, top: places[i]! }))
      .sort((a, b) => a.top - b.top)
      .map(({ port }) => port);
  };
  const ascending = ports.toSorted((a, b) => a - b);
  await page.getByRole('columnheader', { name: 'Local Port' }).getByRole('button').click();
  await expect.poll(byScreen).toEqual(ascending);
  await page.getByRole('columnheader', { name: 'Local Port' }).getByRole('button').click();
  await expect.poll(byScreen).toEqual(ascending.toReversed());

  await search(page, 'no such socket anywhere');
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await search(page, `${owner.pid} listen`);
  await expect(rowOf(page, six)).toHaveCount(1);
});

test('pausing stops the grid, and it catches up afterwards', async ({ open, program }) => {
  const { page } = await open();
  await expect(page.getByLabel('Status')).toContainText('Endpoints');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  const owner = await program();
  const port = await owner.listen('127.0.0.1');
  await page.waitForTimeout(2500); // more than two updates would take
  await expect(rowOf(page, port)).toHaveCount(0);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(rowOf(page, port)).toHaveCount(1);
  await page.getByLabel('Update interval').selectOption('500');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  owner.kill();
  await expect(rowOf(page, port)).toHaveCount(0);
});
