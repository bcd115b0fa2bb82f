/** npm run stress:churn: minutes of sockets that come and go, and an engine that must miss, leak and double nothing. */
import v8 from 'node:v8';
import vm from 'node:vm';
import { runChurn } from './churnRun';
import type { ChurnReport } from './churnRun';
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
/** The same of what is reachable, which TIME_WAITs that come and go still move. */
const MOST_HEAP_GROWTH_MB = 3;
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
    progress: ({ at, sockets, timeWait, rate, privateMb, heapMb, fds }, page) => {
      console.log(
        `${at.toFixed(0)} s: ${page.readings} readings, ${sockets} rows (${timeWait} in TIME_WAIT), ` +
          `${(100 * rate).toFixed(1)} %/s replaced, ` +
          `${page.vanished} vanished (${page.untold} without event), ${page.shortLived} short-lived, ` +
          `${page.status!.missedEvents} events missed, ${privateMb.toFixed(1)} MB (${heapMb.toFixed(1)} reachable), ${fds} fds`,
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
  const found: string[] = [];
  const check = (what: string, values: number[], most: number): void => {
    const more = growth(values);
    console.log(`${what} after warming up: ${more.toFixed(1)} more in the second half than in the first.`);
    if (more > most) found.push(`${what} leaks: ${values.map((value) => value.toFixed(1)).join(', ')}.`);
  };
  check(
    'Private memory (MB)',
    warm.map(({ privateMb }) => privateMb),
    MOST_GROWTH_MB,
  );
  check(
    'Heap and buffers (MB)',
    warm.map(({ heapMb }) => heapMb),
    MOST_HEAP_GROWTH_MB,
  );
  check(
    'Descriptors',
    warm.map(({ fds }) => fds),
    MOST_NEW_FDS,
  );
  return found;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
