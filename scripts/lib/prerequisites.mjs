// What the end-to-end tests need beside the packages: a browser and a display.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, inPath, inRoot, isExecutableFile, packageCommand } from './common.mjs';
import { run } from './processes.mjs';
import { runDownload } from './watched.mjs';

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Chromium and its relatives in their usual places, in order of preference. */
export function browserCandidates({ env, platform }) {
  if (platform === 'win32') {
    const programs = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter(Boolean);
    const names = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return names.flatMap((name) => programs.map((folder) => `${folder}\\${name}`));
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const usual = [...folders, '/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'];
  return commands.flatMap((command) => usual.map((folder) => join(folder, command)));
}

/** The path of a system browser, or undefined when Playwright's own is there. Installs one if there is none. */
export async function findBrowser(env) {
  if (env.SOCKETSCOPE_CHROMIUM) {
    if (isExecutableFile(env.SOCKETSCOPE_CHROMIUM)) return env.SOCKETSCOPE_CHROMIUM;
    const problem = `SOCKETSCOPE_CHROMIUM is ${env.SOCKETSCOPE_CHROMIUM}, which is no executable.`;
    throw new Failure(problem, 'Correct it, or unset it to have a browser looked for.');
  }
  const system = () => browserCandidates({ env, platform: process.platform }).find(isExecutableFile);
  if (system()) return system();

  const own = await playwrightBrowser();
  if (existsSync(own)) return undefined;
  console.log('No Chromium found: downloading the one of Playwright …');
  const problem = await runDownload({
    label: 'Chromium',
    args: [packageCommand('@playwright/test', 'playwright'), 'install', 'chromium'],
    env,
    target: join(own, '../..'),
  });
  if (!problem && existsSync(own)) return undefined;
  console.log(`The download failed: ${problem ?? 'no browser came of it'}.`);

  await installPackages(['chromium'], 'the end-to-end tests need a browser');
  if (system()) return system();
  throw new Failure(
    'There is still no browser.',
    'Install Chromium, or set SOCKETSCOPE_CHROMIUM to its path.',
  );
}

async function playwrightBrowser() {
  const { chromium } = await import(pathToFileURL(inRoot('node_modules/@playwright/test/index.mjs')).href);
  return chromium.executablePath();
}

/** The command that gives what it runs a display, or nothing where there is one. */
export async function displayCommand(env) {
  if (process.platform !== 'linux' || env.DISPLAY) return [];
  const isThere = () => inPath(env, 'xvfb-run');
  if (!isThere()) await installPackages(['xvfb', 'xauth'], 'the end-to-end tests need a display');
  if (!isThere())
    throw new Failure('There is still no xvfb-run.', 'Install Xvfb, or run this in a desktop session.');
  return ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24'];
}

/** One at a time: apt-get waits for another's lock on packages, but not for the one on its lists. */
let installing = Promise.resolve();

/** apt-get for root on Debian and its relatives; everyone else gets the command to run. */
export async function installPackages(names, why) {
  const apt = 'apt-get -o DPkg::Lock::Timeout=300';
  const command = `${apt} update && ${apt} install -y --no-install-recommends ${names.join(' ')}`;
  const mayInstall = process.getuid?.() === 0 && isDebian();
  if (!mayInstall) {
    const remedy = isDebian()
      ? `Run as root: ${command}`
      : `Install ${names.join(' and ')} with your package manager.`;
    throw new Failure(`${capitalize(why)}.`, remedy);
  }
  const install = async () => {
    console.log(`Running "${command}": ${why}.`);
    return run('sh', ['-c', command], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  const turn = installing.then(install);
  installing = turn;
  const code = await turn;
  if (code !== 0)
    throw new Failure(`${capitalize(why)}, and apt-get ended with code ${code}.`, `Run: ${command}`);
}

const capitalize = (text) => text[0].toUpperCase() + text.slice(1);

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
