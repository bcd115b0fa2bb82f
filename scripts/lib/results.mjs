// Counts from the reports of Vitest and Playwright. A step's result is
// { passed, failed, skipped, notes }, where each note is a line for the final list.
import { relative } from 'node:path';
import { root } from './common.mjs';

const noReason = 'no reason given';

export const nothing = () => ({ passed: 0, failed: 0, skipped: 0, notes: [] });

export const oneFailed = (note) => ({ ...nothing(), failed: 1, notes: [note] });

/** A check without tests of its own counts as one. */
export const fromExitCode = (name, code) =>
  code === 0 ? { ...nothing(), passed: 1 } : oneFailed(`failed: ${name}`);

/** A runner that complains must never come out clean, whatever its report says. */
function withExitCode(result, name, code) {
  if (code === 0 || result.failed > 0) return result;
  return { ...result, failed: 1, notes: [...result.notes, `failed: ${name} ended with code ${code}`] };
}

/**
 * @param {object | undefined} report Vitest's JSON report
 * @param {{ file: string, name: string, reason?: string }[]} skips written by vitestSkips.mjs; Vitest's report has
 *   no reasons
 */
export function fromVitest(report, skips, code) {
  if (!report) return oneFailed('failed: unit tests ended without a report');
  const result = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    notes: skips.map(({ file, name, reason }) => `skipped: ${file} › ${name}: ${reason ?? noReason}`),
  };
  for (const file of report.testResults) {
    const name = relative(root, file.name);
    const failures = file.assertionResults.filter(({ status }) => status === 'failed');
    for (const test of failures) result.notes.push(`failed: ${name} › ${test.fullName.trim()}`);
    // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
    if (file.status === 'failed' && failures.length === 0) {
      result.failed += 1;
      result.notes.push(`failed: ${name}: ${file.message.split('\n')[0] || 'a hook failed'}`);
    }
  }
  return withExitCode(result, 'unit tests', code);
}

/**
 * @param {object | undefined} report Playwright's JSON report
 * @param {string[]} provided projects that had everything they need: a test they skip counts as failed
 */
export function fromPlaywright(report, provided, code) {
  if (!report) return oneFailed('failed: end-to-end tests ended without a report');
  const result = { ...nothing(), passed: report.stats.expected };
  for (const { title, test } of playwrightTests(report.suites)) {
    const name = `[${test.projectName}] ${title}`;
    if (test.status === 'unexpected') {
      result.failed += 1;
      result.notes.push(`failed: ${name}`);
    } else if (test.status === 'flaky') {
      result.passed += 1;
      result.notes.push(`flaky, passed on a retry: ${name}`);
    } else if (test.status === 'skipped') {
      const reason = skipReason(test);
      const mayNotSkip = provided.includes(test.projectName);
      result[mayNotSkip ? 'failed' : 'skipped'] += 1;
      result.notes.push(
        `${mayNotSkip ? 'failed: skipped though it could run' : 'skipped'}: ${name}: ${reason}`,
      );
    }
  }
  for (const error of report.errors) {
    result.failed += 1;
    result.notes.push(`failed: ${(error.message ?? 'unknown error').split('\n')[0]}`);
  }
  return withExitCode(result, 'end-to-end tests', code);
}

function* playwrightTests(suites, titles = []) {
  for (const suite of suites ?? []) {
    const path = [...titles, suite.title];
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) yield { title: [...path, spec.title].join(' › '), test };
    }
    yield* playwrightTests(suite.suites, path);
  }
}

function skipReason({ annotations }) {
  const annotation = annotations.find(({ type }) => type === 'skip' || type === 'fixme');
  return annotation?.description ?? (annotation ? noReason : 'did not run');
}

/** The sum of all steps. */
export function total(results) {
  return results.reduce(
    (sum, { passed, failed, skipped, notes }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
      notes: [...sum.notes, ...notes],
    }),
    nothing(),
  );
}

/** The last line of the output: "12 passed, 0 failed", and the skipped ones if there are any. */
export const summaryLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
