import path from 'node:path';
import { expect, rows, search, test } from './support/fixtures';
import { ROOT } from './support/paths';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
/** 0, 20, some hundred changing ones, 50,000, and what goes wrong. */
const DEMOS = ['empty', 'idle', 'churn', 'large', 'failing', 'unprivileged'];

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
    await page.getByRole('menuitem', { name: /^Close/ }).click();
    await question.asked;
    await page.getByRole('region', { name: 'Result of closing' }).waitFor();
    await shot('result');
  });

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
