// npm start: opens SocketScope in Electron, or in the browser where there is no Electron or no display.
import { Failure, inRoot } from './common.mjs';
import { downloadElectron, downloadFailedLately } from './electronDownload.mjs';
import { prepare } from './prepare.mjs';
import { exitOf, launch, run } from './processes.mjs';
import { chooseRuntime, findElectron, needsNoSandbox } from './runtime.mjs';

/** Printed by Electron's main process once its window is on screen. */
const runningLine = 'SocketScope is running';

/** An Electron that fails this early without a window could not open one: a stale DISPLAY, a missing library. */
const earlyMs = 15_000;

const browserRemedy = 'Leave out --electron to use the browser instead.';

/** Takes out what is meant for the driver; the rest goes to the program. */
export function parseStart(args) {
  if (args[0] === '--') args = args.slice(1);
  const asked = ['browser', 'electron'].filter((host) => args.includes(`--${host}`));
  if (asked.length > 1)
    throw new Failure('--browser and --electron exclude each other.', 'Give only one of them.');
  return { forced: asked[0], rest: args.filter((arg) => arg !== '--browser' && arg !== '--electron') };
}

/** Opens the program and waits for its end; the result is its exit code. */
export async function start(args) {
  const { forced, rest } = parseStart(args);
  // A closed terminal must not end the driver before it has ended its children.
  process.stdout.on('error', () => {});
  await prepare();

  const { env, platform } = process;
  let { executable, overrideProblem } = findElectron({ env, platform });
  if (overrideProblem && forced !== 'browser') console.error(`${overrideProblem}: ignored.`);
  const choice = chooseRuntime({
    forced,
    env,
    platform,
    executable,
    downloadFailedLately: downloadFailedLately(),
  });

  if (choice.use === 'nothing') throw new Failure(`Electron cannot start: ${choice.because}.`, choice.remedy);
  if (choice.use === 'browser') return await serve(choice.because, rest);
  if (choice.use === 'download') {
    const problem = await downloadElectron();
    executable = findElectron({ env, platform }).executable;
    if (!executable) {
      const because = `Electron could not be downloaded (${problem ?? 'its files are missing'})`;
      if (forced === 'electron') throw new Failure(`${because}.`, browserRemedy);
      return await serve(because, rest);
    }
  }

  const { code, failedEarly } = await runElectron(executable, rest);
  if (!failedEarly) return code;
  const because = `Electron ended with code ${code} before it could open a window`;
  if (forced === 'electron') throw new Failure(`${because}.`, browserRemedy);
  return await serve(because, rest);
}

async function serve(because, rest) {
  console.log(`Opening in the browser: ${because}.`);
  return await run(process.execPath, [
    inRoot('dist/cli/main.js'),
    'serve',
    '--open',
    '--allow-actions',
    ...rest,
  ]);
}

async function runElectron(executable, rest) {
  const flags = [];
  if (needsNoSandbox({ platform: process.platform, uid: process.getuid?.() })) {
    console.log("Running as root: Electron's own sandbox is off (--no-sandbox).");
    flags.push('--no-sandbox');
  }
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE; // would turn Electron into a plain Node

  const startedAt = Date.now();
  const child = launch(executable, ['.', ...flags, ...rest], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let windowIsUp = false;
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    tail += text;
    windowIsUp ||= tail.includes(runningLine);
    tail = tail.slice(-runningLine.length); // the line may come in two pieces
  });
  const code = await exitOf(child);
  return { code, failedEarly: code !== 0 && !windowIsUp && Date.now() - startedAt < earlyMs };
}
