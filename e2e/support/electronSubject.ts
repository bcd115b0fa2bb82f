import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { _electron, expect } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { ROOT } from './paths';
import type { Asked, OpenOptions, Subject } from './subject';

export interface ElectronOptions extends OpenOptions {
  /** Where the built product lies, if not here. */
  appRoot?: string;
  /** What to start instead of Electron itself: a wrapper that becomes another user. */
  executablePath?: string;
  sandbox?: boolean;
  /** An existing folder for settings and caches. */
  userData?: string;
  /** More of the environment */
  env?: Record<string, string>;
}

export interface ElectronSubject extends Subject {
  readonly app: ElectronApplication;
  enginePid(): number;
}

/** What the stand-in for the native dialog keeps in the main process. */
type StandIn = typeof globalThis & { asked?: Promise<Asked>; answer?: (response: number) => void };

export async function openInElectron(options: ElectronOptions): Promise<ElectronSubject> {
  const userData = options.userData ?? fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-'));
  const args = [options.appRoot ?? ROOT, `--user-data-dir=${userData}`];
  if (options.demo !== undefined) args.push(`--demo=${options.demo}`);
  const launch = (): Promise<ElectronApplication> =>
    _electron.launch({
      ...executable(options.executablePath),
      args,
      // The log of actions of this test, and not the user's own.
      env: { ...process.env, SOCKETSCOPE_STATE_DIR: path.join(userData, 'log'), ...options.env },
      chromiumSandbox: options.sandbox === true,
      colorScheme: options.colorScheme ?? 'light',
      timeout: LAUNCH_TIMEOUT,
    });
  let { app, page } = await start(launch);
  if (options.size !== undefined) {
    await app.evaluate(({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]!.setContentSize(size.width, size.height);
    }, options.size);
  }
  const engine = (): number => enginePid(app.process().pid!);
  return {
    get app() {
      return app;
    },
    get page() {
      return page;
    },
    press: (keys) =>
      app.evaluate(({ BrowserWindow }, names) => {
        const keyCode = names.at(-1)!;
        const modifiers = names
          .slice(0, -1)
          .map((name) => (name === 'Ctrl' ? ('control' as const) : ('shift' as const)));
        const { webContents } = BrowserWindow.getAllWindows()[0]!;
        for (const type of ['keyDown', 'keyUp'] as const)
          webContents.sendInputEvent({ type, keyCode, modifiers });
      }, keys.split('+')),
    async answerNext(yes, meanwhile) {
      // A native dialog cannot be clicked from here. It is asked with the same options, and answered, by a stand-in.
      await app.evaluate(({ dialog }) => {
        const standIn = globalThis as StandIn;
        standIn.asked = new Promise((resolve) => {
          dialog.showMessageBox = ((_window: unknown, { message, detail }: Asked) => {
            resolve({ message, detail });
            return new Promise((answer) => {
              standIn.answer = (response) => answer({ response, checkboxChecked: false });
            });
          }) as typeof dialog.showMessageBox;
        });
      });
      const answer = async (): Promise<Asked> => {
        const asked = await app.evaluate(() => (globalThis as StandIn).asked!);
        await meanwhile?.();
        await app.evaluate((_electron, response) => (globalThis as StandIn).answer!(response), Number(yes));
        return asked;
      };
      return { asked: answer() };
    },
    async savedBy(action) {
      const file = path.join(userData, 'export.csv');
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
      }, file);
      await action();
      await page.getByText(`saved to ${file}`).waitFor();
      return fs.readFileSync(file, 'utf8');
    },
    enginePid: engine,
    async killEngine(meanwhile) {
      process.kill(engine(), 'SIGKILL');
      await meanwhile?.();
    },
    async restart(settings) {
      await app.close();
      await released(userData);
      if (settings !== undefined) fs.writeFileSync(path.join(userData, 'settings.json'), settings);
      ({ app, page } = await start(launch));
      return page;
    },
    clipboard: () => app.evaluate(({ clipboard }) => clipboard.readText()),
    async close() {
      await app.close();
      if (options.userData === undefined) fs.rmSync(userData, { recursive: true, force: true });
    },
  };
}

/** ms; it takes one or two seconds */
const LAUNCH_TIMEOUT = 15_000;

/**
 * What Playwright is told of Electron's executable: nothing, if it is the usual one. It finds that through npm's package, which
 * is led there, and then has Electron wait until it is attached; an executable that is named opens its window at once.
 */
function executable(named: string | undefined): { executablePath?: string } {
  if (named !== undefined) return { executablePath: named };
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = path.dirname(process.env['SOCKETSCOPE_ELECTRON']!);
  return {};
}

/** Playwright now and then waits for ever for a window that opens while it attaches: that Electron is started anew, once. */
async function start(
  launch: () => Promise<ElectronApplication>,
  attempts = 2,
): Promise<{ app: ElectronApplication; page: Page }> {
  try {
    const app = await launch();
    try {
      return { app, page: await app.firstWindow({ timeout: LAUNCH_TIMEOUT }) };
    } catch (error) {
      app.process().kill('SIGKILL');
      throw error;
    }
  } catch (error) {
    if (attempts === 1) throw error;
    console.log(`Electron is started once more: ${String(error).split('\n')[0]}`);
    return await start(launch, attempts - 1);
  }
}

/** Chromium's lock on the folder is gone a little after the program is; one that starts before then ends at once. */
async function released(userData: string): Promise<void> {
  const lock = path.join(userData, 'SingletonLock'); // a link that leads nowhere
  await expect.poll(() => fs.lstatSync(lock, { throwIfNoEntry: false })).toBeUndefined();
}

/** The engine: a descendant of main's that Electron started as a Node utility process. */
function enginePid(mainPid: number): number {
  const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const name of processes) {
    try {
      const command = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
      if (command.includes('node.mojom.NodeService') && isDescendant(Number(name), mainPid))
        return Number(name);
    } catch {
      // ended meanwhile
    }
  }
  throw new Error('there is no engine');
}

function isDescendant(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1;) {
    if (at === ancestor) return true;
    at = Number(/^PPid:\s*(\d+)/m.exec(fs.readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? 0);
  }
  return false;
}
