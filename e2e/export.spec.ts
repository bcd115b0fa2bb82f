import { parse } from 'csv-parse/sync';
import { connectPair, expect, rowOf, rows, search, test } from './support/fixtures';

const HEADERS = [
  'processName',
  'ownerInherited',
  'pid',
  'user',
  'uid',
  'protocol',
  'family',
  'state',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  'firstSeenAt',
  'bytesSent',
  'bytesReceived',
];

test('the CSV file, read by an independent parser, equals the grid', async ({ open, program }) => {
  const server = await program();
  const client = await program();
  const pair = await connectPair(server, client, '127.0.0.1');
  await client.ask({ do: 'send', id: pair.connected, bytes: 4321 }, 'sent');
  await connectPair(server, client, '::1');
  await client.ask({ do: 'udp', host: '127.0.0.1' }, 'bound');
  const subject = await open();
  const { page } = subject;
  await search(page, `pid:${server.pid},${client.pid}`);
  await expect(rowOf(page, pair.clientPort, pair.serverPort).locator('[data-column=bytesSent]')).toHaveText(
    '4,321',
  );
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();

  const text = await subject.savedBy(() => page.getByRole('button', { name: 'Export CSV' }).click());
  const records = parse(text, { columns: true }) as Record<string, string>[];
  expect(Object.keys(records[0]!)).toEqual(HEADERS);
  const grid = await rows(page).evaluateAll((elements) =>
    elements
      .map((row) => ({
        top: row.getBoundingClientRect().top,
        cells: Object.fromEntries(
          [...row.querySelectorAll<HTMLElement>('[data-column]')].map((cell) => [
            cell.dataset['column'],
            cell.innerText,
          ]),
        ) as Record<string, string>,
      }))
      .sort((a, b) => a.top - b.top)
      .map(({ cells }) => cells),
  );
  expect(grid).toHaveLength(7);
  const asShown = records.map((record) => ({
    processName: record['processName'],
    pid: record['pid'],
    user: record['user'],
    protocol: `${record['protocol']!.toUpperCase()} v${record['family']}`,
    state: record['state']!.toLowerCase().replaceAll('_', ' '),
    localAddress: record['localAddress'],
    localPort: record['localPort'],
    remoteAddress: record['remoteAddress'] || '*',
    remotePort: record['remotePort'] || '*',
    bytesSent: Number(record['bytesSent']) || 0,
    bytesReceived: Number(record['bytesReceived']) || 0,
  }));
  expect(asShown).toEqual(
    grid.map((cells) => ({
      processName: cells['processName'],
      pid: cells['pid'],
      user: cells['user'],
      protocol: cells['protocol'],
      state: cells['state']!.toLowerCase(),
      localAddress: cells['localAddress'],
      localPort: cells['localPort'],
      remoteAddress: cells['remoteAddress'],
      remotePort: cells['remotePort'],
      bytesSent: Number(cells['bytesSent']!.replaceAll(',', '')),
      bytesReceived: Number(cells['bytesReceived']!.replaceAll(',', '')),
    })),
  );
});

test('selected rows are exported and copied alone', async ({ open, program }) => {
  const owner = await program();
  const port = await owner.listen('127.0.0.1');
  await owner.listen('127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `${owner.pid} listen`);
  await expect(rows(page)).toHaveCount(2);
  await rowOf(page, port).click({ button: 'right' });
  const text = await subject.savedBy(() => page.getByRole('menuitem', { name: 'Export row to CSV' }).click());
  const records = parse(text, { columns: true }) as Record<string, string>[];
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    localPort: String(port),
    pid: String(owner.pid),
    state: 'LISTEN',
    remotePort: '',
  });

  await page.keyboard.press('ControlOrMeta+c');
  await expect.poll(() => subject.clipboard()).toContain(`127.0.0.1\t${port}\t*\t*`);
  expect((await subject.clipboard()).trim().split('\n')).toHaveLength(1);
});
