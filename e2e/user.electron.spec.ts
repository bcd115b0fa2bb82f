import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { openInElectron } from './support/electronSubject';
import { connectPair, expect, rowOf, search, test } from './support/fixtures';
import { stageFor } from './support/ordinaryUser';

/** An ordinary user without an account: nobody's files are theirs. */
const UID = 54_321;
const runtime = process.env['SOCKETSCOPE_ELECTRON'];

test('an ordinary user, with Electron’s sandbox on, sees their own owners and is told what is hidden', async ({
  program,
}) => {
  test.skip(runtime === undefined, 'no Electron runtime was found');
  test.skip(
    process.platform !== 'linux' || process.getuid?.() !== 0,
    'only root on Linux can become another user',
  );
  const pair = await connectPair(await program(), await program(), '127.0.0.1'); // root's
  const { root, appRoot, executable, userData } = stageFor(UID, runtime!);
  const subject = await openInElectron({ appRoot, executablePath: executable, userData, sandbox: true });
  try {
    const { page } = subject;
    await expect(page.getByLabel('Status')).toContainText(/owners hidden: not running as root/);
    await search(page, `127.0.0.1:${pair.clientPort}`);
    const row = rowOf(page, pair.clientPort, pair.serverPort);
    await expect(row.locator('[data-column=processName]')).toHaveText('hidden');
    await expect(row.locator('[data-column=user]')).toHaveText('root');

    const commands = execFileSync('ps', ['-eo', 'pid,uid,args'], { encoding: 'utf8' }).split('\n');
    const renderer = commands.find((line) => line.includes('--type=renderer') && line.includes(userData));
    expect(renderer).toBeDefined();
    expect(renderer).not.toContain('--no-sandbox');
    const [pid, uid] = renderer!.trim().split(/\s+/);
    expect(Number(uid)).toBe(UID);
    expect(fs.readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\s+2$/m); // filtered by the sandbox

    await row.click();
    // What cannot be done is not offered, and says why.
    const button = page.getByRole('button', { name: 'Reset Connection' });
    await expect(button).toBeDisabled();
    await expect(button).toHaveAccessibleDescription(/CAP_NET_ADMIN/);
    await page.keyboard.press('Delete');
    await expect(page.locator('.notice.error')).toContainText('CAP_NET_ADMIN');
    await pair.client.ask({ do: 'send', id: pair.connected, bytes: 1 }, 'sent');
  } finally {
    await subject.close();
    fs.rmSync(root, { recursive: true, force: true });
  }
});
