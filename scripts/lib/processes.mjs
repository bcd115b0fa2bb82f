// Child processes that never outlive the driver.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, onWindows } from './common.mjs';

const graceMs = 3000;

const running = new Set();
let ending = false;

/** Functions to call when a signal ends the driver, after its children are gone. */
export const cleanUps = new Set();

/** Starts a child in a process group of its own (POSIX), which can be ended together with all it starts. */
export function launch(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: !onWindows,
    ...options,
  });
  running.add(child);
  return child;
}

/** The child's exit code once it has ended: 128 + n after signal n, 127 if it could not be started. */
export function exitOf(child) {
  return new Promise((resolve) => {
    const finish = (code) => {
      running.delete(child);
      // While a signal is being handled the caller must not go on to its next step.
      if (!ending) resolve(code);
    };
    child.on('error', () => finish(127));
    child.on('exit', async (code, signal) => {
      if (!ending) signalGroup(child, 'SIGTERM'); // whatever it left behind
      // The last output may still be on its way, but a pipe can also be held open by a program that stays.
      await Promise.race([once(child, 'close'), sleep(300, undefined, { ref: false })]);
      child.stdout?.destroy();
      child.stderr?.destroy();
      finish(code ?? 128 + constants.signals[signal]);
    });
  });
}

export const run = (command, args, options) => exitOf(launch(command, args, options));

/** Ends the children and all they started, by force what has not gone within the grace period. */
export async function end(children, signal = 'SIGTERM') {
  const family = descendants(children.map((child) => child.pid));
  const isAlive = () => children.some(hasNotExited) || family.some(stillRuns);
  for (const child of children) signalGroup(child, signal);

  const deadline = Date.now() + graceMs;
  while (isAlive() && Date.now() < deadline) await sleep(50);

  for (const child of children) signalGroup(child, 'SIGKILL');
  for (const { pid } of family.filter(stillRuns)) trySignal(pid, 'SIGKILL');
}

/** On Ctrl-C, termination or hang-up: ends every child, then dies of the same signal, as a shell expects. */
export function endEverythingOnSignals() {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const stopListening = () => signals.forEach((signal) => process.off(signal, onSignal));

  async function onSignal(signal) {
    // Ctrl-C arrives twice under npm: from the terminal and passed on by npm.
    if (ending) return;
    ending = true;
    // Not SIGHUP for the children: to some it means "start over", for example to Xvfb.
    await end([...running], signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    for (const cleanUp of cleanUps) cleanUp();
    stopListening();
    if (onWindows) process.exit(128 + constants.signals[signal]);
    process.kill(process.pid, signal);
  }

  for (const signal of signals) process.on(signal, onSignal);
  return stopListening;
}

const hasNotExited = (child) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  if (onWindows) {
    const force = signal === 'SIGKILL' ? ['/F'] : [];
    if (hasNotExited(child)) {
      spawnSync('taskkill', ['/PID', String(child.pid), '/T', ...force], { stdio: 'ignore' });
    }
    return;
  }
  trySignal(-child.pid, signal);
}

function trySignal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Nobody is left there.
  }
}

/**
 * All processes below the given ones, including those that left the process group (browsers started by
 * Playwright). Linux only, from /proc; elsewhere the group or taskkill has to do.
 */
function descendants(pids) {
  if (process.platform !== 'linux') return [];
  const processes = readdirSync('/proc').filter(Number).map(readProcess).filter(Boolean);
  const found = [];
  const parents = new Set(pids);
  for (let size = -1; size !== parents.size;) {
    size = parents.size;
    for (const candidate of processes) {
      if (parents.has(candidate.parent) && !parents.has(candidate.pid)) {
        parents.add(candidate.pid);
        found.push(candidate);
      }
    }
  }
  return found;
}

/** Parent and start time from /proc/<pid>/stat (proc_pid_stat(5): fields 3, 4 and 22), undefined once it is gone. */
function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold spaces
    return { pid: Number(pid), state: fields[0], parent: Number(fields[1]), startTime: fields[19] };
  } catch {
    return undefined;
  }
}

function stillRuns({ pid, startTime }) {
  const now = readProcess(pid);
  return now !== undefined && now.startTime === startTime && now.state !== 'Z';
}
