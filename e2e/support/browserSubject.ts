import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { CHROMIUM_FLAGS, ROOT } from './paths';
import type { Asked, OpenOptions, Subject } from './subject';

/** The host on a port and with a token of the test's, so that it can come back at the same address. */
async function startHost(
  port: number,
  token: string,
  stateDir: string,
  demo?: string,
): Promise<{ child: ChildProcess; port: number }> {
  const args = [
    path.join(ROOT, 'dist', 'cli', 'main.js'),
    'serve',
    '--allow-actions',
    '--port',
    String(port),
  ];
  if (demo !== undefined) args.push('--demo', demo);
  const child = spawn(process.execPath, args, {
    env: { ...process.env, SOCKETSCOPE_TOKEN: token, SOCKETSCOPE_STATE_DIR: stateDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (found !== null) resolve(found[0]);
    });
    child.on('exit', (code) => reject(new Error(`the host ended with status ${code}: ${output}`)));
  });
  return { child, port: Number(new URL(url).port) };
}

let launched: Promise<Browser> | null = null;

/** One browser for all tests: each has a context of its own, and starting one takes longer than most tests. */
function launchedBrowser(): Promise<Browser> {
  const executablePath = process.env['SOCKETSCOPE_CHROMIUM'];
  launched ??= chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath ? { executablePath } : {}) });
  return launched;
}

export async function openInBrowser(options: OpenOptions): Promise<Subject> {
  const token = 'a-token-of-the-tests-own';
  const browser = await launchedBrowser();
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-log-'));
  let host = await startHost(0, token, stateDir, options.demo);
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const openPage = async (): Promise<Page> => {
    const opened = await context.newPage();
    await opened.goto(
      `http://127.0.0.1:${host.port}/${options.pseudo === true ? '?pseudo' : ''}#token=${token}`,
    );
    return opened;
  };
  let page = await openPage();
  const killHost = async (): Promise<void> => {
    const ended = new Promise((resolve) => host.child.once('exit', resolve));
    host.child.kill('SIGKILL');
    await ended;
  };
  const startAgain = async (): Promise<void> => {
    host = await startHost(host.port, token, stateDir, options.demo); // where the browser has kept its settings
  };
  return {
    get page() {
      return page;
    },
    press: (keys) => page.keyboard.press(keys.replace('Ctrl', 'ControlOrMeta')),
    async answerNext(yes, meanwhile) {
      const answer = async (): Promise<Asked> => {
        const dialog = page.getByRole('dialog');
        const message = await dialog.getByRole('heading').innerText();
        const warnings = await dialog.locator('.warnings li').allInnerTexts();
        const detail = [...warnings, await dialog.locator('pre').innerText()].join('\n\n');
        await meanwhile?.();
        await dialog.locator(yes ? 'button.danger' : 'button:not(.danger)').click();
        return { message, detail };
      };
      return { asked: answer() };
    },
    async savedBy(action) {
      const waiting = page.waitForEvent('download');
      await action();
      return fs.readFileSync(await (await waiting).path(), 'utf8');
    },
    async killEngine(meanwhile) {
      // Here the engine lives in the host: the whole program dies and somebody starts it again.
      await killHost();
      await meanwhile?.();
      await startAgain();
    },
    async restart(settings) {
      if (settings !== undefined)
        await page.evaluate((text) => localStorage.setItem('socketscope-settings', text), settings);
      await page.close();
      await killHost();
      await startAgain();
      page = await openPage();
      return page;
    },
    clipboard: () => page.evaluate(() => navigator.clipboard.readText()),
    async close() {
      await context.close();
      host.child.kill('SIGKILL');
      fs.rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
