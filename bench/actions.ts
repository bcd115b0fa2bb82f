/** npm run stress:actions: a thousand races between seeing and acting, in which nothing but what was seen may be hit. */
import { runRaces } from './actionRaces';
import { findPython } from './load';
import { parseActions, UsageError } from './options';

/** Part of the races that others on this machine may spoil: a PID that they took first. */
const MOST_MISSED = 0.05;

async function main(): Promise<void> {
  const { races, seed } = parseActions(process.argv.slice(2));
  const python = findPython();
  if (python === null) throw new UsageError('The victims take python3 (3.8 or newer). Install it.');
  const since = performance.now();
  const { outcomes, violations, missed, ...report } = await runRaces({
    ...{ python, seed, races },
    progress: (done, { violations, missed }) => {
      if (done % 100 === 0)
        console.log(`${done} races, ${violations.length} violations, ${missed.length} could not be run.`);
    },
  });
  for (const [what, count] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${String(count).padStart(6)}  ${what}`);
  for (const each of missed.slice(0, 5)) console.error(`Not run: ${each}`);
  for (const violation of violations) console.error(violation);
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  console.log(
    `${report.races} races, seed ${seed}, ${seconds} s: ${violations.length} wrong closes, kills or words.`,
  );
  if (missed.length > races * MOST_MISSED) console.error(`${missed.length} races could not be run.`);
  if (violations.length > 0 || missed.length > races * MOST_MISSED) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
