/** npm run stress:filter: a million filters that nobody would type, and what has to hold for every one. */
import { fuzzText, violation } from '../shared/filter/fixtures/fuzz';
import { seededRandom } from '../shared/random';
import { parseNetlink as parseFuzz, UsageError } from './options';

function main(): void {
  const { seed, count } = parseFuzz(process.argv.slice(2));
  const next = seededRandom(seed);
  const random = (below: number): number => Math.floor(next() * below);
  const start = performance.now();
  for (let number = 0; number < count; number++) {
    const text = fuzzText(random);
    const cursor = random(text.length + 1);
    let wrong: string | null;
    try {
      wrong = violation(text, cursor);
    } catch (error) {
      wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (wrong !== null) {
      console.error(`${wrong}\nseed ${seed}, text ${number}, cursor ${cursor}:\n${JSON.stringify(text)}`);
      process.exit(1);
    }
  }
  const rate = Math.round((count * 1000) / (performance.now() - start));
  console.log(`${count} texts, seed ${seed}, ${rate} a second. No violation.`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
