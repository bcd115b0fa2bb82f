// npm test: every check and test, side by side as far as they do not disturb each other, and one line of counts at the end.
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Failure, inRoot, packageCommand, readJson } from './common.mjs';
import { canHaveOwnNetwork, inOwnNetwork } from './network.mjs';
import { displayCommand, findBrowser } from './prerequisites.mjs';
import { installIfStale, prepare } from './prepare.mjs';
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
import { runJobs } from './schedule.mjs';
import { SKIPS_FILE } from './vitestSkips.mjs';
import { windowsTests } from './windows/tests.mjs';

const steps = ['format', 'types', 'lint', 'unit', 'windows', 'e2e'];

/** The unit tests in two groups: those of the second look at this machine, and never two at a time. */
const unitGroups = {
  own: [
    ...['shared', 'renderer', 'scripts', 'electron', 'remote', 'packaging', 'cli', 'host'],
    ...['native/windows', 'native/fake'],
  ],
  system: ['native/linux', 'native/*.test.ts', 'engine', 'bench'],
};

/** The longest of the end-to-end projects runs in parts (Playwright's shards), side by side where each has its own network. */
const electronParts = ['1/2', '2/2'];

/**
 * All jobs, each a part of a step, in the order in which they begin.
 * @param {boolean} apart whether a job can have a network of its own (network.mjs)
 */
export function plannedJobs(apart) {
  const job = (step, name, run, sockets = []) => ({ step, name, run, sockets });
  const unit = (group, sockets) => job('unit', `unit: ${group}`, () => unitTestsOf(group), sockets);
  const e2e = (project, own, sockets, part) =>
    job(
      'e2e',
      `e2e: ${part ? `${project} ${part}` : project}`,
      () => endToEndTests(project, own, part),
      sockets,
    );
  return [
    // The longest first, so that the last do not wait for it; it looks at other networks as well.
    unit('system', ['this machine', ...electronParts]),
    job('format', 'format', () => check('format', 'prettier', 'prettier', ['--check', '.'])),
    job('types', 'types', () => check('types', 'typescript', 'tsc', ['-b'])),
    job('lint', 'lint', () => check('lint', 'oxlint', 'oxlint', ['--type-aware', '--deny-warnings'])),
    unit('own'),
    job('windows', 'windows', () => windowsTests()),
    // These look at invented sockets only, and have a network of their own so that nobody sees theirs.
    e2e('accessibility', apart),
    e2e('demonstrations', apart),
    ...electronParts.map((part) => e2e('electron', apart, [apart ? part : 'this machine'], part)),
    e2e('chromium', false, ['this machine']),
  ];
}

/** One more than there are processors, since most tests wait for most of their time; not so many that they wait for each other. */
const lanes = Math.min(4, availableParallelism() + 1);

/** Runs the steps (all, or those of --only=…) and returns the exit code. */
export async function runTests(args) {
  const names = chosenSteps(args);
  const results = [];
  try {
    await prepare();
    mkdirSync(inRoot('.cache'), { recursive: true });
    const jobs = plannedJobs(canHaveOwnNetwork())
      .filter(({ step }) => names.includes(step))
      .map((job) => ({
        ...job,
        run: () => {
          console.log(`\n── ${job.name}`);
          return job.run().catch(asResult);
        },
      }));
    results.push(...(await runJobs(jobs, lanes)));
  } catch (error) {
    results.push(asResult(error)); // without packages and build nothing can run
  }

  return conclude(results);
}

/** npm run test:windows: that step alone, of all files or of those named. */
export async function runWindowsTests(files) {
  await installIfStale(process.stdout);
  return conclude([await windowsTests(files).catch(asResult)]);
}

/** Prints what came of it, and returns the exit code. */
function conclude(results) {
  const sum = total(results);
  console.log('');
  for (const note of sum.notes) console.log(note);
  console.log(summaryLine(sum));
  return sum.failed === 0 ? 0 : 1;
}

/** The steps to run, in their usual order. */
export function chosenSteps(args) {
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const wrong = [
    ...args.filter((arg) => !arg.startsWith('--only=')),
    ...(only ?? []).filter((name) => !steps.includes(name)),
  ];
  if (wrong.length > 0)
    throw new Failure(`"${wrong[0]}" is no part of the tests.`, `Use --only=${steps.join(',')}.`);
  return only ? steps.filter((name) => only.includes(name)) : steps;
}

function asResult(error) {
  const message = error instanceof Failure ? error.message : `Unexpected: ${error.message}`;
  console.error(message);
  return oneFailed(`failed: ${message}`);
}

async function check(name, packageName, command, args) {
  return fromExitCode(name, await run(process.execPath, [packageCommand(packageName, command), ...args]));
}

const excluding = (name) => `--exclude=${name.endsWith('.ts') ? name : `${name}/**`}`;

async function unitTestsOf(group) {
  const vitestReport = inRoot(`.cache/vitest-${group}.json`);
  const skipsFile = inRoot(`.cache/vitest-${group}-skips.json`);
  rmSync(vitestReport, { force: true });
  rmSync(skipsFile, { force: true });
  const others = Object.keys(unitGroups).filter((each) => each !== group);
  const excluded = others.flatMap((other) => unitGroups[other]).flatMap(excluding);
  const reporters = ['default', 'json', './scripts/lib/vitestSkips.mjs'].map((name) => `--reporter=${name}`);
  const alone = group === 'system' ? ['--no-file-parallelism'] : [];
  const args = ['run', ...alone, ...excluded, ...reporters, `--outputFile.json=${vitestReport}`];
  const env = { ...process.env, [SKIPS_FILE]: skipsFile };
  const code = await run(process.execPath, [packageCommand('vitest', 'vitest'), ...args], { env });
  return fromVitest(readJson(vitestReport), readJson(skipsFile) ?? [], code);
}

/**
 * @param {boolean} own whether in a network of its own
 * @param {string | undefined} part such as 1/2; all of it unless given
 */
async function endToEndTests(project, own, part) {
  const { env, electron, override } = await endToEnd();
  const name = part ? `${project}-${part[0]}` : project;
  const report = inRoot(`.cache/playwright-${name}.json`);
  rmSync(report, { force: true });
  const playwright = [
    ...[packageCommand('@playwright/test', 'playwright'), 'test', '--reporter=list,json'],
    ...[`--output=.cache/e2e-${name}`, `--project=${project}`, ...(part ? [`--shard=${part}`] : [])],
  ];
  // A browser alone needs no display.
  const display = project === 'electron' ? await displayCommand(env) : [];
  const [command, ...args] = [...(own ? inOwnNetwork : []), ...display, process.execPath, ...playwright];
  const code = await run(command, args, { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } });
  const provided = project === 'electron' && !electron ? [] : [project];
  const result = fromPlaywright(readJson(report), provided, code);
  // Said once, whatever the number of parts
  return project === 'electron' && part === electronParts[0] ? total([override, result]) : result;
}

let found;

/** What all of them need, looked for once. */
const endToEnd = () => (found ??= findEndToEnd());

async function findEndToEnd() {
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
  return { env, electron, override };
}
