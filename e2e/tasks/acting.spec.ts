import { connectPair, expect, rowOf, rows, search, test } from '../support/fixtures';
import { reach, typeFilter } from '../support/hands';
import { kernelStates, ownNetwork } from '../support/kernel';

test.skip(process.platform !== 'linux', 'it asks /proc what has become of them');

test('close a connection gracefully, by mouse: what was sent arrives', async ({ open, program }) => {
  const network = ownNetwork();
  const [here, there] = [network(1), network(2)];
  const pair = await connectPair(await program(), await program(), there, there, here);
  const subject = await open();
  const { page } = subject;
  await search(page, `port:${pair.serverPort}`);
  const listening = rowOf(page, pair.serverPort);
  await listening.click({ button: 'right' });
  // What cannot be done says why.
  const closing = page.getByRole('menuitem', { name: 'Close Connection Gracefully' });
  await expect(closing).toBeDisabled();
  await expect(closing).toHaveAccessibleDescription(/listening socket/);
  await page.keyboard.press('Escape');

  await pair.client.ask({ do: 'send', id: pair.connected, bytes: 100_000 }, 'sent');
  await rowOf(page, pair.clientPort, pair.serverPort).click({ button: 'right' });
  const question = await subject.answerNext(true);
  await closing.click();
  const { message, detail } = await question.asked;
  expect(message).toBe('Close 1 connection of node gracefully?');
  expect(detail).toContain(`node (${pair.client.pid})  TCP ${here}:${pair.clientPort}`);
  await pair.server.until('end', ({ id }) => id === pair.accepted); // FIN, and no error
  expect(pair.server.events.filter(({ event }) => event === 'error')).toEqual([]);
  await expect(page.getByRole('region', { name: 'Results' })).toContainText('1 closing');
  await expect(rowOf(page, pair.clientPort, pair.serverPort)).toContainText(/Fin Wait ?2/);
  expect(kernelStates(there, here)).toEqual(['CLOSE_WAIT']);
});

test('end a process, by keyboard', async ({ open, program }) => {
  const [doomed, spared] = [await program(), await program()];
  await doomed.listen('127.0.0.1');
  await spared.listen('127.0.0.1');
  const subject = await open();
  const { page } = subject;
  await typeFilter(subject, `pid:${doomed.pid},${spared.pid} listen`);
  await expect(rows(page)).toHaveCount(2);
  await typeFilter(subject, `pid:${doomed.pid} listen`);
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press('ControlOrMeta+a');
  const question = await subject.answerNext(true);
  await page.keyboard.press('Control+Delete');
  const { message, detail } = await question.asked;
  expect(message).toBe(`Ask node (${doomed.pid}) to end?`);
  expect(detail).toContain(`node (${doomed.pid})`);
  expect(detail).not.toContain(String(spared.pid));
  expect(await doomed.ended).toBe('SIGTERM');
  await expect(page.getByRole('region', { name: 'Results' })).toContainText('1 ended');
  await spared.listen('127.0.0.1'); // it lives
  await expect(page.getByText('Nothing matches')).toBeVisible();
});

test('stop waiting for processes that do not end, force them, and find it in the log', async ({
  open,
  program,
}) => {
  const stubborn = [await program(), await program()];
  for (const one of stubborn) {
    await one.listen('127.0.0.1');
    await one.ask({ do: 'stubborn' }, 'stubborn');
  }
  const pids = stubborn.map(({ pid }) => pid);
  const subject = await open();
  const { page } = subject;
  await search(page, `pid:${pids.join(',')} listen`);
  await expect(rows(page)).toHaveCount(2);
  await page.locator('#grid').focus();
  await page.keyboard.press('ControlOrMeta+a');

  const polite = await subject.answerNext(true);
  await page.getByRole('button', { name: 'End Process', exact: true }).click();
  expect((await polite.asked).message).toBe('Ask node (2 processes) to end?');
  const progress = page.getByRole('region', { name: 'Progress' });
  await expect(progress).toContainText('0 of 2');
  await page.getByRole('button', { name: 'Reset Connection' }).hover();
  await expect(page.getByRole('button', { name: 'Reset Connection' })).toHaveAccessibleDescription(
    'Another action is under way',
  );
  for (const one of stubborn) await one.until('asked to end');
  await progress.getByRole('button', { name: 'Stop' }).click();
  const results = page.getByRole('region', { name: 'Results' });
  await expect(results).toContainText('2 failed');
  await expect(results.getByRole('listitem').first()).toContainText(/was asked to end/i);

  const force = await subject.answerNext(true);
  await results.getByRole('button', { name: 'End 2 Processes Now' }).click();
  expect((await force.asked).message).toBe('End node (2 processes) now, without asking?');
  expect(await Promise.all(stubborn.map(({ ended }) => ended))).toEqual(['SIGKILL', 'SIGKILL']);
  await expect(results).toContainText('2 ended');
  await expect(progress).toHaveCount(0);

  // By keyboard, as all dialogs.
  await page.locator('#grid').focus();
  await subject.press('Ctrl+H');
  const log = page.getByRole('dialog', { name: 'Action log' });
  const entries = log.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(entries).toHaveCount(4);
  await expect(entries.first()).toContainText('End process now');
  await expect(entries.last()).toContainText(/was asked to end/i);
  await page.keyboard.type(`${pids[0]} failed`);
  await expect(entries).toHaveCount(1);
  await expect(log.getByRole('status')).toHaveText('1 of 4 entries');
  const saved = await subject.savedBy(async () => {
    const button = log.getByRole('button', { name: 'Export JSON' });
    await reach(page, 'Tab', button);
    await page.keyboard.press('Enter');
  });
  expect(JSON.parse(saved)).toMatchObject([
    { action: 'terminate', outcome: 'failed', target: expect.stringMatching(`^${pids[0]}@`) },
  ]);
  await page.keyboard.press('Escape');
  await expect(log).toHaveCount(0);
  await expect(page.locator('#grid')).toBeFocused();
});
