import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './paths';

export interface Stage {
  /** Everything below, to be removed afterwards. */
  root: string;
  appRoot: string;
  /** Electron as that user */
  executable: string;
  userData: string;
}

/**
 * Copies what the product needs to where an ordinary user may read it, with a wrapper that becomes that user.
 * @param runtime the path of Electron
 */
export function stageFor(uid: number, runtime: string): Stage {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-user-'));
  fs.chmodSync(root, 0o755);
  const appRoot = path.join(root, 'app');
  for (const part of ['package.json', 'dist', 'packaging', 'node_modules/koffi', 'node_modules/@koromix']) {
    fs.cpSync(fs.realpathSync(path.join(ROOT, part)), path.join(appRoot, part), { recursive: true });
  }
  const dist = path.join(root, 'electron');
  fs.cpSync(path.dirname(runtime), dist, { recursive: true });
  const userData = path.join(root, 'data');
  fs.mkdirSync(userData);
  fs.chownSync(userData, uid, uid);
  const executable = path.join(root, 'electron-as-user');
  // The X server's key, which only root may read where it is.
  const key = path.join(root, 'xauthority');
  if (process.env['XAUTHORITY']) {
    fs.copyFileSync(process.env['XAUTHORITY'], key);
    fs.chownSync(key, uid, uid);
  }
  const command = `exec setpriv --reuid ${uid} --regid ${uid} --clear-groups "${dist}/electron" "$@"`;
  fs.writeFileSync(executable, `#!/bin/sh\nexport HOME="${userData}" XAUTHORITY="${key}"\n${command}\n`, {
    mode: 0o755,
  });
  return { root, appRoot, executable, userData };
}
