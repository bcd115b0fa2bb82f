// Which program shows SocketScope: Electron or the browser host.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, isExecutableFile } from './common.mjs';

const electronPackage = inRoot('node_modules/electron');

/**
 * Where an Electron executable can be found.
 * @returns {{ executable?: string, overrideProblem?: string }} the problem names an override that leads nowhere
 */
export function findElectron({
  env,
  platform,
  installed = installedElectron(),
  isExecutable = isExecutableFile,
}) {
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  let overrideProblem;
  if (override) {
    const name = platform === 'win32' ? 'electron.exe' : 'electron';
    const executable = join(override, name);
    if (isExecutable(executable)) return { executable };
    overrideProblem = `ELECTRON_OVERRIDE_DIST_PATH is ${override}, but there is no executable ${name} in it`;
  }
  return { executable: installed && isExecutable(installed) ? installed : undefined, overrideProblem };
}

/** Electron's own download, if it has been made: its install script leaves the executable's name in path.txt. */
function installedElectron() {
  try {
    return join(electronPackage, 'dist', readFileSync(join(electronPackage, 'path.txt'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Why no window can be opened here, or undefined. */
export function displayProblem({ env, platform }) {
  const hasDisplay = platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY;
  return hasDisplay ? undefined : 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
}

/** Chromium refuses to run its sandbox as root. */
export const needsNoSandbox = ({ platform, uid }) => platform === 'linux' && uid === 0;

/**
 * What to start. A pure function of what the caller found out.
 * @param {object} facts
 * @param {'browser' | 'electron' | undefined} facts.forced what the user asked for
 * @param {string | undefined} facts.executable Electron's, if one is at hand
 * @param {boolean} facts.downloadFailedLately a failed download is not repeated at every start
 * @returns {{ use: 'electron' } | { use: 'download' } | { use: 'browser', because: string }
 *   | { use: 'nothing', because: string, remedy: string }}
 */
export function chooseRuntime({ forced, env, platform, executable, downloadFailedLately }) {
  if (forced === 'browser') return { use: 'browser', because: '--browser was given' };

  const noDisplay = displayProblem({ env, platform });
  if (noDisplay && forced === 'electron') {
    const remedy = 'Run it in a desktop session, or leave out --electron to use the browser.';
    return { use: 'nothing', because: noDisplay, remedy };
  }
  if (noDisplay) return { use: 'browser', because: noDisplay };
  if (executable) return { use: 'electron' };
  if (downloadFailedLately && forced !== 'electron') {
    const because = 'Electron could not be downloaded lately ("npm start -- --electron" tries again)';
    return { use: 'browser', because };
  }
  return { use: 'download' };
}
