import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import type { Locator, Page } from '@playwright/test';
import { cell, expect, rowOf, rows, search, test } from './support/fixtures';

test.skip(process.platform !== 'linux', 'no other system has these sockets');

function more(page: Page): Locator {
  return page.getByRole('button', { name: /^More/ });
}

function entry(page: Page, name: string): Locator {
  return page.getByRole('menuitemcheckbox', { name, exact: true });
}

/** Some versions of Node give an abstract name the full length, with zero bytes, which are shown as @. */
function padded(name: string): RegExp {
  return new RegExp(`^${name}@*$`);
}

/** Turns switches of the menu, and closes it again. */
async function turn(page: Page, ...names: string[]): Promise<void> {
  await more(page).click();
  for (const name of names) await entry(page, name).click();
  await page.keyboard.press('Escape');
}

test('UNIX sockets are shown while they are asked for, and are neither new nor ended by that', async ({
  open,
  program,
}) => {
  const owner = await program();
  const name = `@socketscope-e2e-${owner.pid}`;
  await owner.ask({ do: 'unix', path: `\0${name.slice(1)}` }, 'listening');
  const { page } = await open();
  await search(page, name);
  await expect(page.getByText('Nothing matches')).toBeVisible();

  const marks = marksOf(page);
  await turn(page, 'UNIX');
  const row = rows(page);
  await expect(row).toHaveCount(1);
  await expect(cell(row, 'protocol')).toHaveText('UNIX stream');
  await expect(cell(row, 'localAddress')).toHaveText(padded(name));
  await expect(cell(row, 'localPort')).toHaveText('');
  await expect(cell(row, 'remotePort')).toHaveText('');
  await expect(cell(row, 'state')).toHaveText('Listen');
  await expect(cell(row, 'pid')).toHaveText(String(owner.pid));
  await expect(more(page)).toHaveText('More (1)');
  await turn(page, 'UNIX');
  await expect(row).toHaveCount(0);
  expect(await (await marks).evaluate((seen) => [...seen])).toEqual([]);

  // One that does end is marked.
  await turn(page, 'UNIX');
  await expect(row).toHaveCount(1);
  owner.kill();
  await expect(row).toHaveClass(/\bended\b/);
  await expect(row).toHaveCount(0);
});

/** Every mark that a row of the grid has from now on. */
function marksOf(page: Page) {
  return page.locator('#grid').evaluateHandle((grid) => {
    const seen = new Set<string>();
    new MutationObserver(() => {
      for (const row of grid.querySelectorAll('.row.new, .row.changed, .row.ended')) seen.add(row.className);
    }).observe(grid, { subtree: true, childList: true, attributes: true });
    return seen;
  });
}

test('TCP sockets that are bound and do not listen have a switch of their own', async ({ open, program }) => {
  const owner = await program();
  const { port } = await owner.ask({ do: 'bind', host: '127.0.0.1' }, 'bound');
  const { page } = await open();
  await expect(page.getByLabel('Status')).toContainText('Endpoints');
  await expect(rowOf(page, port!)).toHaveCount(0);
  await turn(page, 'Bound, not listening');
  await search(page, `127.0.0.1:${port}`);
  await expect(cell(rowOf(page, port!), 'state')).toHaveText('Bound');
  await expect(cell(rowOf(page, port!), 'pid')).toHaveText(String(owner.pid));
  await turn(page, 'Bound, not listening');
  await expect(rowOf(page, port!)).toHaveCount(0);
});

test('switches turned one right after the other are all turned, and stay so through a reload and a new engine', async ({
  open,
  program,
  shell,
}) => {
  const owner = await program();
  const name = `@socketscope-e2e-${owner.pid}`;
  await owner.ask({ do: 'unix', path: `\0${name.slice(1)}` }, 'listening');
  const subject = await open();
  const { page } = subject;
  await more(page).click();
  // Without waiting for the engine in between.
  await page.getByRole('menu').evaluate((menu) => {
    for (const button of menu.querySelectorAll('button')) {
      if (['UNIX', 'Netlink', 'Packet'].includes(button.textContent ?? '')) button.click();
    }
  });
  await expect(more(page)).toHaveText('More (3)');

  if (shell === 'browser') {
    await page.reload();
    await expect(more(page)).toHaveText('More (3)');
  }
  await search(page, name);
  await expect(rows(page)).toHaveCount(1);
  await subject.killEngine();
  await expect(page.getByText('The engine was restarted')).toBeVisible();
  await expect(more(page)).toHaveText('More (3)');
  await expect(rows(page)).toHaveCount(1);
});

const ip = (...args: string[]): SpawnSyncReturns<Buffer> => spawnSync('ip', args);

test('sockets of another network namespace are shown with its name', async ({ open, program }) => {
  test.skip(process.getuid?.() !== 0 || ip('-V').status !== 0, 'needs root and ip (iproute2)');
  const name = `scope-e2e-${process.pid}`;
  test.skip(ip('netns', 'add', name).status !== 0, 'needs a kernel that lets root make network namespaces');
  try {
    expect(ip('-n', name, 'link', 'set', 'lo', 'up').status).toBe(0);
    const server = await program('ip', 'netns', 'exec', name);
    const port = await server.listen('127.0.0.1');
    const { page } = await open();
    await search(page, `127.0.0.1:${port} ${server.pid}`);
    await expect(page.getByText('Nothing matches')).toBeVisible();
    const header = page.getByRole('columnheader', { name: 'Namespace' });
    await expect(header).toHaveCount(0);

    await turn(page, 'All network namespaces');
    await expect(header).toBeVisible();
    await expect(cell(rowOf(page, port), 'namespace')).toHaveText(name);
    await expect(cell(rowOf(page, port), 'pid')).toHaveText(String(server.pid));
    await search(page, name); // the column can be searched
    await expect(rowOf(page, port)).toHaveCount(1);

    await turn(page, 'All network namespaces');
    await expect(rowOf(page, port)).toHaveCount(0);
    await expect(header).toHaveCount(0);
  } finally {
    ip('netns', 'del', name);
  }
});

test('the menu is used with the keyboard alone', async ({ open }) => {
  const { page } = await open();
  const menu = page.getByRole('menu');
  await more(page).focus();
  await page.keyboard.press('Enter');
  const items = menu.getByRole('menuitemcheckbox');
  await expect(items.first()).toBeFocused();
  await page.keyboard.press('ArrowUp'); // round the end
  await expect(items.last()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(items.first()).toBeFocused();
  await page.keyboard.press('End');
  await expect(items.last()).toBeFocused();
  await page.keyboard.press('Home');
  await expect(items.first()).toBeFocused();

  const unix = entry(page, 'UNIX');
  for (let i = (await items.allInnerTexts()).indexOf('UNIX'); i > 0; i--)
    await page.keyboard.press('ArrowDown');
  await expect(unix).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(unix).toHaveAttribute('aria-checked', 'true');
  await page.keyboard.press('Space'); // the menu stays open, for several
  await expect(unix).toHaveAttribute('aria-checked', 'false');
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(more(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(menu).toHaveCount(0);
});

test('the menu stays inside a small window', async ({ open }) => {
  const { page } = await open();
  for (const height of [800, 320]) {
    await page.setViewportSize({ width: 760, height });
    await more(page).click();
    const box = (await page.getByRole('menu').boundingBox())!;
    expect(box.y + box.height).toBeLessThanOrEqual(height);
    expect(box.x + box.width).toBeLessThanOrEqual(760);
    await page.keyboard.press('ArrowUp');
    await expect(entry(page, 'All network namespaces')).toBeInViewport({ ratio: 1 });
    await page.keyboard.press('Escape');
  }
});

test('the tools stand beside each other, whatever the width', async ({ open }) => {
  const { page } = await open();
  await turn(page, 'UNIX', 'Netlink');
  await expect(more(page)).toHaveText('More (2)');
  for (const width of [760, 900, 1280, 1920]) {
    await page.setViewportSize({ width, height: 600 });
    const boxes = await page
      .locator('.toolbar :is(.group > button, .menu-button > button, .search)')
      .evaluateAll((tools) =>
        tools
          .map((tool) => tool.getBoundingClientRect())
          .filter(({ width }) => width > 0) // for some there is no room
          .map(({ left, right, top }) => ({ left, right, top })),
      );
    expect(new Set(boxes.map(({ top }) => Math.round(top))).size).toBe(1);
    for (const [i, box] of boxes.entries()) {
      if (i > 0) expect(box.left).toBeGreaterThanOrEqual(boxes[i - 1]!.right - 1.5); // joined ones share an edge
      expect(box.right).toBeLessThanOrEqual(width);
    }
  }
});

test('a connection that came and went between two readings is shown as ended, with its bytes', async ({
  open,
  program,
}) => {
  const server = await program();
  const client = await program();
  const port = await server.listen('127.0.0.1');
  const { page } = await open();
  await search(page, `127.0.0.1:${port}`);
  await expect(rowOf(page, port)).toHaveCount(1);
  await page.getByRole('button', { name: 'Pause' }).click(); // no reading may come in between
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  const { id, port: clientPort } = await client.ask({ do: 'connect', host: '127.0.0.1', port }, 'connected');
  const { id: accepted } = await server.until('accepted', (event) => event.port === clientPort);
  await client.ask({ do: 'send', id, bytes: 4321 }, 'sent');
  client.tell({ do: 'end', id });
  await server.until('end', (event) => event.id === accepted);
  server.tell({ do: 'end', id: accepted }); // who ends last keeps nothing, not even TIME_WAIT
  await server.until('close', (event) => event.id === accepted);
  const end = rowOf(page, port, clientPort);
  await expect(async () => {
    // The kernel's message may come after the next reading.
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect(end).toHaveClass(/\bended\b/, { timeout: 1000 });
  }).toPass();
  await expect(end.locator('.mark')).toHaveText('×');
  // Only its listener can tell whose it was.
  await expect(cell(end, 'pid')).toHaveText(String(server.pid));
  await expect(cell(end, 'processName')).toHaveClass(/inherited/);
  const remnant = rowOf(page, clientPort!, port);
  await expect(cell(remnant, 'state')).toHaveText('Time Wait');
  await expect(cell(remnant, 'bytesSent')).toHaveText('4,321');
});
