import { expect, rows, test } from '../support/fixtures';
import { choose, entry, typeFilter } from '../support/hands';

test.skip(process.platform !== 'linux', 'sockets are read on Linux only');

test('a group’s menu is about its process, by keyboard', async ({ open, program }) => {
  const one = await program();
  for (let i = 0; i < 3; i++) await one.listen('127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await typeFilter(subject, `pid:${one.pid}`);
  await expect(rows(page)).toHaveCount(3);
  await subject.press('Ctrl+2');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+F10');
  await expect(entry(page, 'Reset 3 Sockets…')).toBeVisible();
  const question = await subject.answerNext(false);
  await choose(page, 'End Process Now…');
  expect((await question.asked).message).toBe(`End node (${one.pid}) now, without asking?`);
  await one.listen('127.0.0.1'); // nobody agreed
  await page.keyboard.press('Escape'); // selected by keyboard, the rows keep their places
  await expect(rows(page)).toHaveCount(4);
});
