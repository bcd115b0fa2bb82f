import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openInElectron } from './support/electronSubject';
import type { ElectronSubject } from './support/electronSubject';
import { expect, rowOf, search, test } from './support/fixtures';

test.skip(process.platform !== 'linux', 'only here there is something to act on');
test.skip(process.env['SOCKETSCOPE_ELECTRON'] === undefined, 'no Electron runtime was found');

const ends: [string, (subject: ElectronSubject) => unknown][] = [
  [
    'closing the window',
    ({ app }) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close()),
  ],
  // Which reaches every process that was started on the terminal.
  [
    'Ctrl+C',
    ({ app, enginePid }) => {
      for (const pid of [enginePid(), app.process().pid!]) process.kill(pid, 'SIGINT');
    },
  ],
];

for (const [name, end] of ends)
  test(`${name} in the middle of an order leaves it on record`, async ({ program }) => {
    const stubborn = await program();
    await stubborn.ask({ do: 'stubborn' }, 'stubborn');
    const port = await stubborn.listen('127.0.0.1');
    const state = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-quitting-'));
    const subject = await openInElectron({ env: { SOCKETSCOPE_STATE_DIR: state } });
    try {
      const { app, page } = subject;
      await search(page, `port:${port} listen`);
      await rowOf(page, port).click();
      const question = await subject.answerNext(true);
      await page.keyboard.press('Control+Delete');
      await question.asked;
      await expect(page.getByRole('button', { name: 'Stop' })).toBeVisible();
      const ended = app.waitForEvent('close');
      await end(subject);
      await ended;
      const [line, ...others] = fs.readFileSync(path.join(state, 'actions.jsonl'), 'utf8').trim().split('\n');
      expect(others).toEqual([]);
      expect(JSON.parse(line!)).toMatchObject({ action: 'terminate', origin: 'window', outcome: 'failed' });
    } finally {
      await subject.close().catch(() => undefined);
      fs.rmSync(state, { recursive: true, force: true });
    }
  });
