// Counts from what reporter.mjs wrote.
import { nothing } from '../results.mjs';

/** What `timeout` ends with, and this driver's own limit too. */
export const TIMED_OUT = 124;

/** The lines of results.jsonl; a last one that a crash cut short is left out. */
export function parseRecords(text) {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/**
 * @param {object[]} records see reporter.mjs
 * @param {number} code what the program that runs node.exe ended with
 */
export function fromWindows(records, code) {
  const result = nothing();
  const fail = (note) => {
    result.failed += 1;
    result.notes.push(`failed: ${note}`);
  };
  const tests = records.filter(({ outcome }) => outcome);
  for (const { path, outcome, reason, error } of tests) {
    const name = path.join(' › ');
    if (outcome === 'passed') result.passed += 1;
    else if (outcome === 'skipped')
      fail(`skipped though it could run: ${name}: ${reason || 'no reason given'}`);
    else fail(`${name}: ${error.split('\n')[0]}`);
  }
  for (const { problem } of records) if (problem) fail(`Windows tests: ${problem}`);
  if (records.some(({ end }) => end)) {
    if (tests.length === 0) fail('Windows tests: there was no test');
  } else fail(`Windows tests: ${brokenOff(records, code)}`);
  if (code !== 0 && result.failed === 0) fail(`Windows tests ended with code ${code}`);
  return result;
}

/** How a run ended that has no end. */
function brokenOff(records, code) {
  const left = records.find((record) => record.left)?.left;
  if (left)
    return `something is left open after the tests, which keeps node.exe from ending: ${left.join(', ')}`;
  const last = records.findLast(({ started }) => started)?.started;
  if (code === TIMED_OUT) return `they took too long; the last that began was ${last ?? 'none'}`;
  if (last === undefined) return `node.exe ended with code ${code} before the first test`;
  return `node.exe ended with code ${code} half-way, in or after "${last}"`;
}

/** What there is to see of the failed ones, with their errors. */
export function failures(records) {
  return records
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ path, error }) => `✖ ${path.join(' › ')}\n${error.replace(/^/gm, '    ')}`);
}

/** Not Windows, and no program to run its tests with. */
export const SKIPPED = {
  ...nothing(),
  skipped: 1,
  notes: ['Windows tests skipped: SOCKETSCOPE_WINDOWS_NODE is not set to a program that runs a node.exe.'],
};
