// npm test: every check and test, side by side as far as they do not disturb each other, and one line of counts at the end.
import { mkdirSync, rmSync } from 'node:fs';
import { Failure, inRoot, packageCommand, readJson } from './common.mjs';
import { displayCommand, findBrowser } from './prerequisites.mjs';
import { prepare } from './prepare.mjs';
import { run } from './processes.mjs';
import {
  fromExitCode,
  fromPlaywright,
  fromVitest,
  nothing,
  oneFailed,
  summaryLine,
  total,
} from './results.mjs';
import { findElectron } from './runtime.mjs';
import { SKIPS_FILE } from './vitestSkips.mjs';

/** The unit tests run side by side in these groups: those of the second look at this machine, and never two at a time. */
const unitGroups = {
  pure: ['shared', 'renderer', 'scripts'],
  system: ['native', 'engine', 'electron', 'host', 'remote', 'cli', 'bench', 'packaging'],
};

/** The end-to-end tests run side by side in these groups: those of the second look at this machine's sockets, each alone. */
const endToEndGroups = [['demonstrations'], ['chromium', 'electron']];

const steps = {
  format: () => check('format', 'prettier', 'prettier', ['--check', '.']),
  types: () => check('types', 'typescript', 'tsc', ['-b']),
  lint: () => check('lint', 'oxlint', 'oxlint', ['--type-aware', '--deny-warnings']),
  unit: unitTests,
  e2e: endToEndTests,
};

/** What runs side by side; then the next. */
const phases = [[['format', 'types', 'lint'], ['unit']], [['e2e']]];

/** Runs the steps (all, or those of --only=…) and returns the exit code. */
export async function runTests(args) {
  const names = chosenSteps(args);
  const results = [];
  try {
    await prepare();
    mkdirSync(inRoot('.cache'), { recursive: true });
    const runLane = async (lane) => {
      for (const name of lane.filter((each) => names.includes(each))) {
        console.log(`\n── ${name}`);
        results.push(await steps[name]().catch(asResult));
      }
    };
    for (const lanes of phases) await Promise.all(lanes.map(runLane));
  } catch (error) {
    results.push(asResult(error)); // without packages and build nothing can run
  }

  const sum = total(results);
  console.log('');
  for (const note of sum.notes) console.log(note);
  console.log(summaryLine(sum));
  return sum.failed === 0 ? 0 : 1;
}

/** The steps to run, in their usual order. */
export function chosenSteps(args) {
  const all = Object.keys(steps);
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const wrong = [
    ...args.filter((arg) => !arg.startsWith('--only=')),
    ...(only ?? []).filter((name) => !steps[name]),
  ];
  if (wrong.length > 0)
    throw new Failure(`"${wrong[0]}" is no part of the tests.`, `Use --only=${all.join(',')}.`);
  return only ? all.filter((name) => only.includes(name)) : all;
}

function asResult(error) {
  const message = error instanceof Failure ? error.message : `Unexpected: ${error.message}`;
  console.error(message);
  return oneFailed(`failed: ${message}`);
}

async function check(name, packageName, command, args) {
  return fromExitCode(name, await run(process.execPath, [packageCommand(packageName, command), ...args]));
}

async function unitTests() {
  const groups = Object.keys(unitGroups);
  return total(await Promise.all(groups.map(unitTestsOf)));
}

async function unitTestsOf(group) {
  const vitestReport = inRoot(`.cache/vitest-${group}.json`);
  const skipsFile = inRoot(`.cache/vitest-${group}-skips.json`);
  rmSync(vitestReport, { force: true });
  rmSync(skipsFile, { force: true });
  const others = Object.keys(unitGroups).filter((each) => each !== group);
  const excluded = others.flatMap((other) => unitGroups[other]).map((folder) => `--exclude=${folder}/**`);
  const reporters = ['default', 'json', inRoot('scripts/lib/vitestSkips.mjs')].map(
    (name) => `--reporter=${name}`,
  );
  const args = ['run', ...excluded, ...reporters, `--outputFile.json=${vitestReport}`];
  const env = { ...process.env, [SKIPS_FILE]: skipsFile };
  const code = await run(process.execPath, [packageCommand('vitest', 'vitest'), ...args], { env });
  return fromVitest(readJson(vitestReport), readJson(skipsFile) ?? [], code);
}

async function endToEndTests() {
  const { platform } = process;
  const env = { ...process.env };
  const { executable, overrideProblem } = findElectron({ env, platform });
  const electron = overrideProblem ? undefined : executable;
  const override = overrideProblem
    ? asResult(new Failure(`${overrideProblem}.`, 'Correct it or unset it.'))
    : nothing();

  // Told to the tests through the environment; empty means Playwright's own browser, and no Electron.
  env.SOCKETSCOPE_CHROMIUM = (await findBrowser(env)) ?? '';
  env.SOCKETSCOPE_ELECTRON = electron ?? '';
  for (const name of ['SOCKETSCOPE_CHROMIUM', 'SOCKETSCOPE_ELECTRON']) if (!env[name]) delete env[name];

  const display = await displayCommand(env);
  const results = await Promise.all(
    endToEndGroups.map(async (projects) => {
      const report = inRoot(`.cache/playwright-${projects[0]}.json`);
      rmSync(report, { force: true });
      const playwright = [
        ...[packageCommand('@playwright/test', 'playwright'), 'test', '--reporter=list,json'],
        ...[`--output=.cache/e2e-${projects[0]}`, ...projects.map((name) => `--project=${name}`)],
      ];
      // A browser alone needs no display, and two cannot be looked for at once.
      const needed = projects.includes('electron') ? display : [];
      const [command, ...args] = [...needed, process.execPath, ...playwright];
      const code = await run(command, args, { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } });
      const provided = projects.filter((name) => name !== 'electron' || electron);
      return fromPlaywright(readJson(report), provided, code);
    }),
  );
  return total([override, ...results]);
}
