import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const inRoot = (...parts) => join(root, ...parts);

export const onWindows = process.platform === 'win32';

/** Something a person can put right: what went wrong, and the remedy. Printed without a stack trace. */
export class Failure extends Error {
  constructor(what, remedy) {
    super(`${what} ${remedy}`);
  }
}

/** The parsed JSON file, or undefined when it is missing or damaged. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

export function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether a program of this name lies in one of PATH's folders. */
export const inPath = (env, name) =>
  (env.PATH ?? '').split(delimiter).some((folder) => isExecutableFile(join(folder, name)));

/** The script behind a package's command, to be run with Node itself: no shell, the same on every platform. */
export function packageCommand(packageName, command) {
  const directory = inRoot('node_modules', packageName);
  const { bin } = readJson(join(directory, 'package.json')) ?? {};
  const script = typeof bin === 'string' ? bin : bin?.[command];
  if (!script)
    throw new Failure(`The package ${packageName} is damaged.`, 'Delete node_modules and try again.');
  return join(directory, script);
}
