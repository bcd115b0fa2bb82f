import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, rows, search, test } from './support/fixtures';
import { ROOT } from './support/paths';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
/** 0, 20, some hundred changing ones, 50,000, and what goes wrong. */
const DEMOS = ['empty', 'idle', 'churn', 'large', 'failing', 'unprivileged', 'windows'];

/** What else there is to look at. */
const SCENES: Record<string, (page: Page) => Promise<void>> = {
  filter: async (page) => {
    await page.keyboard.press('Control+F');
    await page.keyboard.type('nginx or postgres port:443,5432 stat:');
  },
  filtered: (page) => search(page, 'process:nginx,firefox remote:10.0.0.0/8 -state:time_wait'),
  processes: (page) => page.keyboard.press('Control+2'),
  hosts: (page) => page.keyboard.press('Control+3'),
  services: (page) => page.keyboard.press('Control+4'),
  listeners: (page) => page.keyboard.press('Control+5'),
  properties: (page) => rows(page).nth(4).dblclick(),
  charts: async (page) => {
    await rows(page).nth(4).dblclick();
    await page.getByRole('tab', { name: 'Charts' }).click();
  },
  columns: (page) => page.keyboard.press('Control+K'),
  settings: (page) => page.keyboard.press('Control+,'),
  keys: (page) => page.keyboard.press('F1'),
  'held still': async (page) => {
    await rows(page).nth(5).hover();
    await rows(page).nth(6).hover();
  },
};

for (const colorScheme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    for (const demo of DEMOS) {
      test(`${demo}, ${colorScheme}, ${size.width}×${size.height}`, async ({ open, shell }) => {
        const { page } = await open({ demo, colorScheme, size });
        await expect(page.getByLabel('Status')).toContainText('Endpoints');
        if (demo === 'churn') await page.locator('#grid .row.changed').first().waitFor();
        const name = `${shell}-${demo}-${colorScheme}-${size.width}.png`;
        await page.screenshot({ path: path.join(ROOT, '.cache', 'screenshots', name) });
      });
    }
  }

  test(`selection, menu, question and result, ${colorScheme}`, async ({ open, shell }) => {
    const subject = await open({ demo: 'churn', colorScheme });
    const { page } = subject;
    const shot = (name: string): Promise<Buffer> =>
      page.screenshot({
        path: path.join(ROOT, '.cache', 'screenshots', `${shell}-${name}-${colorScheme}.png`),
      });
    await search(page, 'postgres established');
    await rows(page).nth(2).click();
    await rows(page)
      .nth(5)
      .click({ modifiers: ['Shift'] });
    await rows(page).nth(4).click({ button: 'right' });
    await shot('menu');
    const question = await subject.answerNext(true, async () => {
      await shot('question');
    });
    await page.getByRole('menuitem', { name: /^Reset \d+ Conn/ }).click();
    await question.asked;
    await page.getByRole('region', { name: 'Results' }).waitFor();
    await shot('result');
  });

  test(`processes, their log, and other machines, ${colorScheme}`, async ({ open, shell }) => {
    const subject = await open({ demo: 'churn', colorScheme });
    const { page } = subject;
    const shot = (name: string): Promise<Buffer> =>
      page.screenshot({
        path: path.join(ROOT, '.cache', 'screenshots', `${shell}-${name}-${colorScheme}.png`),
      });
    for (const [process, command] of [
      ['nginx', 'End Process…'],
      ['sshd', 'End Process Now…'],
      ['systemd', 'Suspend Process'],
    ] as const) {
      await search(page, `process:${process}`);
      await rows(page).first().click({ button: 'right' });
      if (process === 'sshd') await shot('menu-processes');
      const question = await subject.answerNext(true, async () => {
        await shot(`question-${process}`);
      });
      await page.getByRole('menuitem', { name: command }).click();
      await question.asked;
      await page.getByRole('region', { name: 'Results' }).waitFor();
    }
    await search(page, '');
    await page.locator('#grid').focus();
    await page.keyboard.press('ControlOrMeta+a');
    const question = await subject.answerNext(true);
    await page.keyboard.press('Shift+Delete');
    await question.asked;
    await page.getByRole('region', { name: 'Results' }).waitFor();
    await shot('results');
    await subject.press('Ctrl+H');
    await page.locator('dialog.log .virtual .entry').first().waitFor();
    await shot('log');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'View' }).click();
    await shot('view-menu');
    if (shell === 'browser') return;
    await page.getByRole('menuitem', { name: 'Connect to…' }).click();
    await page.keyboard.type('nobody@host.invalid');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor({ timeout: 20_000 });
    await shot('connect');
  });

  for (const size of SIZES) {
    test(`Windows: TCPView’s columns, all columns, properties, ${colorScheme}, ${size.width}`, async ({
      open,
      shell,
    }) => {
      test.setTimeout(90_000);
      const { page } = await open({ demo: 'windows', colorScheme, size });
      await expect(rows(page).first()).toBeVisible();
      const shot = async (name: string): Promise<void> => {
        await page.waitForTimeout(2500); // for what is counted from now on
        const file = `${shell}-windows-${name}-${colorScheme}-${size.width}.png`;
        await page.screenshot({ path: path.join(ROOT, '.cache', 'screenshots', file) });
      };
      const choose = async (preset: string): Promise<void> => {
        await page.getByRole('button', { name: 'Columns', exact: true }).click();
        await page.getByRole('dialog').getByRole('button', { name: preset, exact: true }).click();
        await page.keyboard.press('Escape');
      };
      await choose('TCPView');
      await shot('tcpview');
      await search(page, 'process:ContosoChat.exe state:established');
      await rows(page).first().dblclick();
      await shot('properties');
      await page.getByRole('button', { name: 'Close properties' }).click();
      await search(page, 'protocol:udp');
      await rows(page).first().click({ button: 'right' });
      await shot('menu');
      await page.keyboard.press('Escape');
      await search(page, '');
      await choose('Everything');
      await shot('everything');
      await page.locator('#grid').evaluate((grid) => grid.scrollTo({ left: 2000 }));
      await shot('everything-right');
    });
  }

  test(`an order under way, ${colorScheme}`, async ({ open, shell }) => {
    const subject = await open({ demo: 'large', colorScheme });
    const { page } = subject;
    await expect(page.getByLabel('Status')).toContainText(/Endpoints: (49|50)/);
    await rows(page).first().click({ button: 'right' });
    const question = await subject.answerNext(true);
    await page.getByRole('menuitem', { name: 'Reset Everything Shown' }).click();
    await question.asked;
    await page.getByRole('region', { name: 'Progress' }).waitFor();
    await page.screenshot({
      path: path.join(ROOT, '.cache', 'screenshots', `${shell}-progress-${colorScheme}.png`),
    });
  });

  for (const [scene, show] of Object.entries(SCENES)) {
    for (const size of SIZES) {
      test(`${scene}, ${colorScheme}, ${size.width}`, async ({ open, shell }) => {
        const { page } = await open({ demo: 'churn', colorScheme, size });
        await expect(rows(page).first()).toBeVisible();
        await show(page);
        await page.waitForTimeout(2500); // for rates, charts and marks
        const name = `${shell}-${scene}-${colorScheme}-${size.width}.png`;
        await page.screenshot({ path: path.join(ROOT, '.cache', 'screenshots', name) });
      });
    }
  }

  test(`the README's picture, ${colorScheme}`, async ({ open, shell }) => {
    test.skip(shell !== 'electron', 'the README shows the desktop window');
    const { page } = await open({ demo: 'churn', colorScheme, size: { width: 1280, height: 720 } });
    await page.getByRole('columnheader', { name: 'Recv Bytes' }).getByRole('button').click();
    await page.locator('#grid .row.new').first().waitFor();
    await rows(page).nth(3).click();
    await page.locator('#grid .row.changed').first().waitFor();
    await page.screenshot({ path: path.join(ROOT, 'docs', 'images', `window-${colorScheme}.png`) });
  });
}
