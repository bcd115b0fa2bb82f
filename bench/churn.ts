/** npm run stress:churn: minutes of sockets that come and go, and an engine that must miss, leak and double nothing. */
import v8 from 'node:v8';
import vm from 'node:vm';
import { runChurn } from './churnRun';
import type { Checkpoint, ChurnReport } from './churnRun';
import { findPython, PROCESSES } from './load';
import { parseChurn, UsageError } from './options';
import { growth } from './trend';

const SECONDS_BETWEEN_CHECKPOINTS = 20;
/** One connection in ten ends in peace, and its TIME_WAIT stays for a minute. */
const GRACEFUL = 0.1;
/** Part of the run that may fill caches, tables and pools. */
const WARM_UP = 0.25;
/** Memory that may come after that, MB: allocators round up and fragment, a leak goes on. */
const MOST_GROWTH_MB = 8;
const MOST_NEW_FDS = 2;

async function main(): Promise<void> {
  const { minutes, rate, sockets } = parseChurn(process.argv.slice(2));
  const python = findPython();
  if (python === null) throw new UsageError('Opening the sockets takes python3 (3.8 or newer). Install it.');
  v8.setFlagsFromString('--expose-gc');
  const collectGarbage = vm.runInNewContext('gc') as () => void;
  const seconds = 60 * minutes;
  const report = await runChurn({
    python,
    load: { sockets, processes: PROCESSES, rate, graceful: GRACEFUL },
    seconds,
    secondsBetweenCheckpoints: Math.min(SECONDS_BETWEEN_CHECKPOINTS, seconds / 4),
    collectGarbage,
    progress: ({ at, sockets, timeWait, privateMb, fds }, page) => {
      console.log(
        `${at.toFixed(0)} s: ${page.readings} readings, ${sockets} rows (${timeWait} in TIME_WAIT), ` +
          `${page.vanished} vanished (${page.untold} without event), ${page.shortLived} short-lived, ` +
          `${page.status!.missedEvents} events missed, ${privateMb.toFixed(1)} MB, ${fds} fds`,
      );
    },
  });
  const violations = [...report.violations, ...leaks(report, seconds)];
  for (const violation of violations) console.error(violation);
  console.log(
    violations.length === 0
      ? 'Nothing was missed, doubled, leaked or wrong.'
      : `${violations.length} violations.`,
  );
  if (violations.length > 0) process.exitCode = 1;
}

function leaks({ checkpoints }: ChurnReport, seconds: number): string[] {
  const warm = checkpoints.filter(({ at }) => at >= WARM_UP * seconds);
  if (warm.length < 2) return [];
  const found: string[] = [];
  const megabytes = growth(warm.map(({ at, privateMb }) => [at, privateMb]));
  const over = (warm.at(-1)!.at - warm[0]!.at).toFixed(0);
  console.log(`Memory after warming up: ${megabytes.toFixed(2)} MB in ${over} s.`);
  if (megabytes > MOST_GROWTH_MB) found.push(`Memory grows: ${megabytes.toFixed(1)} MB in ${over} s.`);
  const fds = (at: number): number => (warm.at(at) as Checkpoint).fds;
  if (fds(-1) - fds(0) > MOST_NEW_FDS) found.push(`Descriptors grow: ${fds(0)}, then ${fds(-1)}.`);
  return found;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
