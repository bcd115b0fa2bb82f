// npm run test:windows: the tests that need Windows, or something that runs a Windows node.exe.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, inRoot, isExecutableFile, root } from '../common.mjs';
import { cleanUps, end, exitOf, launch } from '../processes.mjs';
import { bundle, testFiles } from './bundle.mjs';
import { compile } from './compile.mjs';
import { provideKoffi } from './koffi.mjs';
import { SKIPPED, TIMED_OUT, failures, fromWindows, parseRecords } from './results.mjs';

/** The longest that the run may take, ms: what sets node.exe up the first time included. */
const LIMIT = 480_000;

/** @param {string[]} named files of tests; none for all. @returns the result of the step */
export async function windowsTests(named = []) {
  const node = nodeProgram(process.env, process.platform);
  if (node === undefined) return SKIPPED;
  const files = testFiles(named);
  if (files.length === 0) throw new Failure('There are no Windows tests.', 'Restore the files *.windows.ts.');

  // Runs side by side must not meet in one folder; a name by the process keeps them apart.
  const name = `.cache/windows/run-${process.pid}`;
  const folder = inRoot(name);
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  cleanUps.add(cleanUp);
  try {
    await Promise.all([bundle(files, folder), provideKoffi(), compile()]);
    // Relative names: where node.exe runs elsewhere, the current folder is all that it shares with this program.
    const reporter = [`--test-reporter=./${name}/reporter.mjs`, '--test-reporter-destination=stdout'];
    const code = await runLimited(node, ['--enable-source-maps', ...reporter, `./${name}/all.mjs`]);
    const records = parseRecords(readIfThere(join(folder, 'results.jsonl')));
    for (const failure of failures(records)) console.log(failure);
    return fromWindows(records, code);
  } finally {
    cleanUp();
    cleanUps.delete(cleanUp);
  }
}

/** The program that runs the tests; undefined where there is none and none was promised. */
export function nodeProgram(env, platform, isExecutable = isExecutableFile) {
  const chosen = env.SOCKETSCOPE_WINDOWS_NODE;
  if (!chosen) return platform === 'win32' ? process.execPath : undefined;
  if (isExecutable(chosen)) return chosen;
  const problem = `SOCKETSCOPE_WINDOWS_NODE is ${chosen}, which is no program.`;
  throw new Failure(problem, 'Correct it, or unset it to go without the Windows tests.');
}

async function runLimited(program, args) {
  const child = launch(program, args, { cwd: root });
  const exit = exitOf(child);
  const limit = new AbortController();
  const code = await Promise.race([exit, sleep(LIMIT, TIMED_OUT, { signal: limit.signal })]);
  limit.abort();
  if (code === TIMED_OUT) await end([child]);
  return code;
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
