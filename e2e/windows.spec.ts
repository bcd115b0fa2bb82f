/** The demonstration of a Windows machine: what is there to see and to do that no other system has. */
import type { Page } from '@playwright/test';
import { violations } from './support/axe';
import { cell, expect, rows, search, test } from './support/fixtures';
import { inspectorOf } from './support/inspector';
import type { Subject } from './support/subject';

let subject: Subject;
let page: Page;

test.beforeEach(async ({ open }) => {
  subject = await open({ demo: 'windows' });
  ({ page } = subject);
  await expect(rows(page).first()).toBeVisible();
});

async function choosePreset(name: string): Promise<void> {
  await subject.press('Ctrl+K');
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  await page.keyboard.press('Escape');
}

test('has TCPView’s columns in its order, and counts the packets of what is on screen', async () => {
  await choosePreset('TCPView');
  const headers = page.locator('#grid [role=columnheader]');
  await expect(headers).toHaveText([
    ...[
      'Process',
      'PID',
      'Protocol',
      'State',
      'Local Address',
      'Local Port',
      'Remote Address',
      'Remote Port',
    ],
    ...['Create Time', 'Module Name', 'Sent Packets', 'Recv Packets', 'Sent Bytes', 'Recv Bytes'],
  ]);
  await search(page, 'process:chrome.exe state:established');
  const moved = cell(rows(page), 'segmentsSent').filter({ hasText: /^\d/ });
  await expect(moved.first()).toBeVisible({ timeout: 15_000 });
  await expect(cell(rows(page), 'bytesReceived').filter({ hasText: /^\d/ }).first()).toBeVisible();
  const title = page.getByRole('columnheader', { name: 'Sent Packets' }).getByRole('button');
  await expect(title).toHaveAttribute('title', /only of the rows on screen/);
  // Also those are found that have never been on screen.
  await search(page, 'packets>0');
  await expect(rows(page).first()).toBeVisible({ timeout: 15_000 });
  await expect(page.getByLabel('Status')).not.toContainText(/not running as/);
});

test('names the service inside svchost.exe, the system itself, and both ends with their zones', async () => {
  await choosePreset('TCPView');
  await search(page, 'unit:Dnscache');
  await expect(cell(rows(page).first(), 'processName')).toContainText('svchost.exe');
  await expect(cell(rows(page).first(), 'moduleName')).toHaveText('Dnscache');
  await search(page, 'pid:4 port:445');
  await expect(cell(rows(page).first(), 'processName')).toContainText('System');
  await search(page, 'remote:fe80::/10');
  await expect(cell(rows(page).first(), 'remoteAddress')).toContainText('%');
});

test('offers no reset of what Windows resets not, and says why', async () => {
  const button = page.getByRole('button', { name: 'Reset Connection' });
  await search(page, 'protocol:udp');
  await rows(page).first().click();
  await expect(button).toBeDisabled();
  await expect(button).toHaveAttribute('data-why', /UDP/);
  await search(page, 'state:listen');
  await rows(page).first().click();
  await expect(button).toHaveAttribute('data-why', /listening/);
  await search(page, 'protocol:tcp6 state:established');
  await rows(page).first().click();
  await expect(button).toHaveAttribute('data-why', /IPv6/);
  await search(page, 'protocol:tcp4 state:established process:chrome.exe');
  await rows(page).first().click();
  await expect(button).toBeEnabled();
  await rows(page).first().click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: /^Close Connection Gracefully/ })).toBeDisabled();
  await page.getByRole('menuitem', { name: 'Copy as' }).hover();
  await expect(page.getByRole('menuitem', { name: 'Markdown' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /^ss / })).toHaveCount(0);
});

test('shows in the properties whose program it is', async ({ shell }) => {
  await search(page, 'company:contoso bits:32');
  await rows(page).first().dblclick();
  const { value } = inspectorOf(page);
  await expect(value('Description')).toContainText('Contoso Backup Agent');
  await expect(value('Company')).toContainText('Contoso Ltd.');
  await expect(value('File version')).toContainText('7.2.0.118');
  await expect(value('Session')).toContainText('0');
  await expect(value('Service')).toContainText('ContosoBackup');
  expect(await violations(page, shell)).toEqual([]);
});
