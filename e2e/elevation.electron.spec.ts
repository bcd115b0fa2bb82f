import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openInElectron } from './support/electronSubject';
import type { ElectronSubject } from './support/electronSubject';
import { cell, connectPair, expect, rowOf, search, test } from './support/fixtures';
import { stageFor } from './support/ordinaryUser';
import type { Stage } from './support/ordinaryUser';
import { ROOT } from './support/paths';

/** `nobody`: a user with an account, which is what a program with more rights is started for. */
const NOBODY = 65_534;
const runtime = process.env['SOCKETSCOPE_ELECTRON'];

test.skip(runtime === undefined, 'no Electron runtime was found');

function script(file: string, text: string): string {
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`);
  fs.chmodSync(file, 0o755);
  return file;
}

/** A program in pkexec’s place that says yes. What makes either root is the same bit of its file’s mode. */
function yes({ root }: Stage): string {
  const becomeRoot = path.join(root, 'become-root');
  fs.copyFileSync(execFileSync('which', ['setpriv'], { encoding: 'utf8' }).trim(), becomeRoot);
  fs.chmodSync(becomeRoot, 0o4755);
  return script(
    path.join(root, 'pkexec'),
    `shift\nuid=$(id -u)\nexec ${becomeRoot} --reuid 0 --regid 0 --clear-groups -- env -i PKEXEC_UID=$uid PATH=/usr/bin:/bin "$@"`,
  );
}

/** PIDs of the engines on standard input and output that were started with these words in their command lines. */
function engines(words: string): string[] {
  return execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(words) && line.includes('--stdio') && !line.includes('/bin/sh'))
    .map((line) => line.trim().split(/\s+/)[0]!);
}

const title = ({ app }: ElectronSubject): Promise<string> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getTitle());

test.describe('as an ordinary user', () => {
  test.skip(
    process.platform !== 'linux' || process.getuid?.() !== 0,
    'only root on Linux can become another user',
  );
  let stage: Stage;
  test.beforeAll(() => {
    stage = stageFor(NOBODY, runtime!);
  });
  test.afterAll(() => fs.rmSync(stage.root, { recursive: true, force: true }));

  test('the engine is given an administrator’s rights, and the window is not', async ({ program }) => {
    const pair = await connectPair(await program(), await program(), '127.0.0.1'); // root's
    const { appRoot, executable, userData } = stage;
    const env = { SOCKETSCOPE_PKEXEC: yes(stage) };
    const subject = await openInElectron({
      appRoot,
      executablePath: executable,
      userData,
      sandbox: true,
      env,
    });
    try {
      const { page } = subject;
      await search(page, `127.0.0.1:${pair.clientPort}`);
      const row = rowOf(page, pair.clientPort, pair.serverPort);
      await expect(cell(row, 'processName')).toHaveText('hidden');
      await row.click();
      await page.getByRole('button', { name: 'Restart the engine as administrator' }).click();
      await expect(cell(row, 'processName')).toHaveText('node');
      // What was selected still is.
      await expect(row).toHaveAttribute('aria-selected', 'true');
      expect(await title(subject)).toBe('SocketScope (administrator)');
      expect(engines(appRoot)).toHaveLength(1);
      const electron = execFileSync('ps', ['-eo', 'uid,args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(`${stage.root}/electron/electron`));
      for (const line of electron) expect(line.trim()).toMatch(/^65534 /);

      const question = await subject.answerNext(true);
      await page.getByRole('button', { name: 'Reset Connection' }).click();
      expect((await question.asked).message).toBe('Reset 1 connection of node?');
      await pair.client.until('error', ({ id }) => id === pair.connected);
      await expect(page.getByRole('region', { name: 'Results' })).toContainText('1 closed');
    } finally {
      await subject.close();
    }
    await expect.poll(() => engines(stage.appRoot)).toEqual([]);
  });

  test('a refusal is said, and everything goes on as before', async ({ program }) => {
    const owner = await program();
    const port = await owner.listen('127.0.0.1');
    const { appRoot, executable, userData } = stage;
    const env = { SOCKETSCOPE_PKEXEC: script(path.join(stage.root, 'pkexec-no'), 'exit 126') };
    const subject = await openInElectron({ appRoot, executablePath: executable, userData, env });
    try {
      const { page } = subject;
      await search(page, `port:${port}`);
      await expect(rowOf(page, port)).toHaveCount(1);
      await page.getByRole('button', { name: 'Restart the engine as administrator' }).click();
      await expect(page.locator('.notice.error')).toContainText('said no');
      await owner.unlisten(port);
      await expect(rowOf(page, port)).toHaveCount(0);
      expect(await title(subject)).toBe('SocketScope');
    } finally {
      await subject.close();
    }
  });
});

test('another machine’s sockets are shown over ssh, and again after the wire broke', async ({ program }) => {
  const pair = await connectPair(await program(), await program(), '127.0.0.1');
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-ssh-'));
  const main = path.join(ROOT, 'dist', 'cli', 'main.js');
  // ssh, as far as it matters: a program whose standard input and output are the engine’s over there.
  const ssh = script(path.join(root, 'ssh'), `exec '${process.execPath}' '${main}' engine --stdio`);
  const subject = await openInElectron({ env: { SOCKETSCOPE_SSH: ssh } });
  try {
    const { app, page } = subject;
    const offered = (): Promise<boolean> =>
      app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('connect-to')!.enabled);
    await expect.poll(offered).toBe(true);
    const connect = async (agreed: boolean): Promise<string> => {
      await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('connect-to')!.click());
      await page.getByRole('textbox', { name: 'Machine' }).fill('ops@server');
      const question = await subject.answerNext(agreed);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      return (await question.asked).message;
    };
    // Main asks, and a no is a no.
    expect(await connect(false)).toBe('Connect to ops@server by ssh?');
    await expect(page.getByText('Not connected: nobody agreed to it.').first()).toBeVisible();
    expect([engines(main), await title(subject)]).toEqual([[], 'SocketScope']);
    await page.keyboard.press('Escape');

    await connect(true);
    await expect.poll(() => title(subject)).toBe('ops@server – SocketScope');
    await expect(page.getByLabel('Status')).toContainText('on ops@server');
    await expect(page.locator('.notice')).toContainText('ops@server'); // from here on, the rows are that machine's
    await search(page, `127.0.0.1:${pair.clientPort}`);
    // That machine is this one, so that its rows look like those before; but what was selected of those is not.
    const row = rowOf(page, pair.clientPort, pair.serverPort);
    await expect(row).toHaveCount(1);
    await row.click();
    await expect(row).toHaveAttribute('aria-selected', 'true');

    const [pid] = engines(main);
    process.kill(Number(pid), 'SIGKILL');
    await expect(page.locator('.notice.warning')).toContainText('connection to ops@server was lost');
    await expect(page.locator('.notice.warning')).toHaveCount(0);
    await expect(row).toHaveAttribute('aria-selected', 'true');
    expect(engines(main)).not.toEqual([pid]);

    await page.getByRole('button', { name: 'Back to this machine' }).first().click();
    await expect.poll(() => title(subject)).toBe('SocketScope');
    await expect(page.getByLabel('Status')).not.toContainText('on ops@server');
    await expect.poll(() => engines(main)).toEqual([]);
  } finally {
    await subject.close();
    fs.rmSync(root, { recursive: true, force: true });
  }
});
