import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openInElectron } from './support/electronSubject';
import { connectPair, expect, rowOf, search, test } from './support/fixtures';
import { ROOT } from './support/paths';

/** An ordinary user without an account: nobody's files are theirs. */
const UID = 54_321;
const runtime = process.env['SOCKETSCOPE_ELECTRON'];

/** Copies what the product needs to where an ordinary user may read it, with a wrapper that becomes that user. */
function stage(): { root: string; appRoot: string; executable: string; userData: string } {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-user-'));
  fs.chmodSync(root, 0o755);
  const appRoot = path.join(root, 'app');
  for (const part of ['package.json', 'dist', 'node_modules/koffi', 'node_modules/@koromix']) {
    fs.cpSync(fs.realpathSync(path.join(ROOT, part)), path.join(appRoot, part), { recursive: true });
  }
  const dist = path.join(root, 'electron');
  fs.cpSync(path.dirname(runtime!), dist, { recursive: true });
  const userData = path.join(root, 'data');
  fs.mkdirSync(userData);
  fs.chownSync(userData, UID, UID);
  const executable = path.join(root, 'electron-as-user');
  // The X server's key, which only root may read where it is.
  const key = path.join(root, 'xauthority');
  if (process.env['XAUTHORITY']) {
    fs.copyFileSync(process.env['XAUTHORITY'], key);
    fs.chownSync(key, UID, UID);
  }
  const command = `exec setpriv --reuid ${UID} --regid ${UID} --clear-groups "${dist}/electron" "$@"`;
  fs.writeFileSync(executable, `#!/bin/sh\nexport HOME="${userData}" XAUTHORITY="${key}"\n${command}\n`, {
    mode: 0o755,
  });
  return { root, appRoot, executable, userData };
}

test('an ordinary user, with Electron’s sandbox on, sees their own owners and is told what is hidden', async ({
  program,
}) => {
  test.skip(runtime === undefined, 'no Electron runtime was found');
  test.skip(
    process.platform !== 'linux' || process.getuid?.() !== 0,
    'only root on Linux can become another user',
  );
  const pair = await connectPair(await program(), await program(), '127.0.0.1'); // root's
  const { root, appRoot, executable, userData } = stage();
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
    const question = await subject.answerNext(true);
    await page.keyboard.press('Delete');
    await question.asked;
    const results = page.getByRole('region', { name: 'Result of closing' });
    await expect(results).toContainText('1 refused');
    await expect(results).toContainText(
      'Closing a connection needs CAP_NET_ADMIN. Run SocketScope as root (EPERM).',
    );
    await pair.client.ask({ do: 'send', id: pair.connected, bytes: 1 }, 'sent');
  } finally {
    await subject.close();
    fs.rmSync(root, { recursive: true, force: true });
  }
});
