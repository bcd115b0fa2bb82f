import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { inRoot, readJson } from './common.mjs';
import { runDownload } from './watched.mjs';

const note = inRoot('.cache/electron-download-failed.json');
const retryAfterMs = 24 * 60 * 60 * 1000;

const version = () => readJson(inRoot('node_modules/electron/package.json'))?.version;

/** Whether the download of this version failed within the last day. */
export function downloadFailedLately() {
  const last = readJson(note);
  return last?.version === version() && Date.now() - last.atMs < retryAfterMs;
}

/** Has Electron's install script fetch its runtime. Returns why it failed, or undefined if it did not. */
export async function downloadElectron() {
  console.log(`Downloading Electron ${version()} (over 100 MB, once) …`);
  const env = { ...process.env, ELECTRON_GET_NO_PROGRESS: '1' };
  delete env.ELECTRON_OVERRIDE_DIST_PATH; // it would lead the install script astray
  const problem = await runDownload({
    label: 'Electron',
    args: [inRoot('node_modules/electron/install.js')],
    env,
    target: inRoot('node_modules/electron/dist'),
  });
  if (problem) {
    mkdirSync(inRoot('.cache'), { recursive: true });
    writeFileSync(note, JSON.stringify({ version: version(), atMs: Date.now(), problem }));
  } else {
    rmSync(note, { force: true });
  }
  return problem;
}
