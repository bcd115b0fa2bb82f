import { cell, connectPair, expect, rowOf, rows, search, test } from '../support/fixtures';
import { choose, chooseBelow, columnTexts, entry, leaveRows, reach, typeFilter } from '../support/hands';
import { inspectorOf } from '../support/inspector';
import { ownNetwork } from '../support/kernel';

test('which process holds a port', async ({ open, program }) => {
  const holder = await program();
  const pair = await connectPair(holder, await program(), '127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await search(page, `port:${pair.serverPort}`);
  await expect(rows(page)).toHaveCount(3); // the listener and both ends
  await rowOf(page, pair.serverPort).dblclick();
  const { heading } = inspectorOf(page);
  await expect(heading).toContainText(`node (${holder.pid})`);

  // By keyboard
  await page.keyboard.press('Escape');
  await typeFilter(subject, `port:${pair.serverPort} is:listening`);
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(heading).toContainText(`node (${holder.pid})`);
});

test('hide loopback and listeners', async ({ open, program }) => {
  const owner = await program();
  await connectPair(owner, owner, '127.0.0.1');
  const port = await owner.listen('0.0.0.0');
  const { page } = await open();
  await search(page, `pid:${owner.pid}`);
  await expect(rows(page)).toHaveCount(4);
  const states = page.getByRole('button', { name: 'States' });
  await states.click();
  await entry(page, 'Hide loopback').click();
  await page.keyboard.press('Escape');
  await expect(rows(page)).toHaveCount(1);
  await expect(rowOf(page, port)).toHaveCount(1);
  const bar = page.getByRole('region', { name: 'Active filter' });
  await bar.getByRole('button', { name: 'Take away: No loopback' }).click();
  await expect(rows(page)).toHaveCount(4);

  // By keyboard
  await page.locator('#grid').focus();
  await reach(page, 'Shift+Tab', states);
  await page.keyboard.press('Enter');
  await choose(page, 'Hide listeners');
  await page.keyboard.press('Escape');
  await expect(states).toBeFocused();
  await expect(bar).toContainText('No listeners');
  await expect(rows(page)).toHaveCount(2);
  await reach(page, 'Tab', bar.getByRole('button', { name: 'Take away: No listeners' }));
  await page.keyboard.press('Enter');
  await expect(rows(page)).toHaveCount(4);
});

test('the menu of states counts, and hides', async ({ open, program }) => {
  const owner = await program();
  const network = ownNetwork();
  await connectPair(owner, owner, network(1));
  await owner.listen(network(1));
  const subject = await open();
  const { page } = subject;
  await search(page, `address:${network(1)}`);
  await expect(rows(page)).toHaveCount(4);
  await page.getByRole('button', { name: 'States' }).click();
  // It counts what is there, whatever the filter shows: as many as the status bar does.
  const status = page.getByLabel('Status', { exact: true });
  const established = entry(page, 'Established');
  await expect(async () => {
    const shown = await established.locator('.end').innerText();
    await expect(status).toContainText(`Established: ${shown}`, { timeout: 500 });
    expect(Number(shown.replaceAll(',', ''))).toBeGreaterThanOrEqual(2);
  }).toPass();
  await established.click();
  await expect(established).toHaveAttribute('aria-checked', 'false');
  await expect.poll(() => columnTexts(page, 'state')).toEqual(['Listen', 'Listen']);
  await page.keyboard.press('Escape');
  await subject.press('Ctrl+Shift+L'); // one key shows everything again
  await expect(page.getByRole('region', { name: 'Active filter' })).toHaveCount(0);
  await expect.poll(() => rows(page).count()).toBeGreaterThanOrEqual(4);
});

test('ports by the names of their services', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  const { page } = subject;
  await search(page, 'localport:443 state:established');
  const port = cell(rows(page).first(), 'localPort');
  await expect(port).toHaveText('443');
  await subject.press('Ctrl+Shift+P');
  await expect(port).toHaveText('https');
  await search(page, 'localport:https state:established'); // the filter takes them, too
  await expect(port).toHaveText('https');
  const button = page.getByRole('button', { name: 'Port names' });
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await button.click();
  await expect(port).toHaveText('443');
});

test('only one process, or all but one, through the menu of its row', async ({ open }) => {
  const subject = await open({ demo: 'idle' });
  const { page } = subject;
  const nginx = rows(page).filter({ hasText: 'nginx' });
  await expect(nginx.first()).toBeVisible();
  const all = await rows(page).count();
  const hidden = await nginx.count();
  await cell(nginx.first(), 'processName').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Hide process nginx' }).click();
  await expect(nginx).toHaveCount(0);
  await expect(rows(page)).toHaveCount(all - hidden);
  const bar = page.getByRole('region', { name: 'Active filter' });
  await bar.getByRole('button', { name: /^Take away: Filter/ }).click();
  await expect(rows(page)).toHaveCount(all);
  await leaveRows(page);

  // By keyboard: of the first row of all, whichever it is
  await page.locator('#grid').focus();
  await page.keyboard.press('Home');
  const name = (await columnTexts(page, 'processName'))[0]!;
  await page.keyboard.press('Shift+F10');
  await chooseBelow(page, 'Only', `process ${name}`);
  await expect.poll(async () => [...new Set(await columnTexts(page, 'processName'))]).toEqual([name]);
  await subject.press('Ctrl+Shift+L');
  await expect(rows(page)).toHaveCount(all);
});
