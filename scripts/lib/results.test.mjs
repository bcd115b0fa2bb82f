import { describe, expect, test } from 'vitest';
import { inRoot } from './common.mjs';
import { fromExitCode, fromPlaywright, fromVitest, nothing, summaryLine, total } from './results.mjs';

const counts = ({ passed, failed, skipped }) => [passed, failed, skipped];

describe('fromVitest', () => {
  const file = (name, assertionResults, more) => ({
    name: inRoot(name), // Vitest reports absolute paths
    assertionResults,
    status: 'passed',
    message: '',
    ...more,
  });
  const report = (more) => ({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...more,
  });

  test('passed', () => expect(fromVitest(report(), [], 0)).toEqual({ ...nothing(), passed: 5 }));

  test('failed tests are counted once and named', () => {
    const failing = file(
      'a.test.ts',
      [{ status: 'failed', fullName: ' diff keeps ids' }, { status: 'passed' }],
      {
        status: 'failed',
      },
    );
    const result = fromVitest(report({ numFailedTests: 1, testResults: [failing] }), [], 1);
    expect(counts(result)).toEqual([5, 1, 0]);
    expect(result.notes).toEqual(['failed: a.test.ts › diff keeps ids']);
  });

  test('skipped and todo are skipped, with their reasons', () => {
    const skips = [
      { file: 'a.test.ts', name: 'closes', reason: 'needs root' },
      { file: 'a.test.ts', name: 'later' },
    ];
    const result = fromVitest(report({ numPendingTests: 1, numTodoTests: 1 }), skips, 0);
    expect(counts(result)).toEqual([5, 0, 2]);
    expect(result.notes).toEqual([
      'skipped: a.test.ts › closes: needs root',
      'skipped: a.test.ts › later: no reason given',
    ]);
  });

  test('a file that cannot be loaded is a failure though none of its tests ran', () => {
    const broken = file('b.test.ts', [], { status: 'failed', message: 'Cannot find x\n  at y' });
    const result = fromVitest(report({ testResults: [file('a.test.ts', []), broken] }), [], 1);
    expect(counts(result)).toEqual([5, 1, 0]);
    expect(result.notes).toEqual(['failed: b.test.ts: Cannot find x']);
  });

  test('no report is a failure', () => expect(counts(fromVitest(undefined, [], 0))).toEqual([0, 1, 0]));

  test('a runner that complains is a failure, though every test passed', () => {
    expect(counts(fromVitest(report(), [], 1))).toEqual([5, 1, 0]);
  });
});

describe('fromPlaywright', () => {
  const annotation = (type, description) => ({ type, description });
  const spec = (title, projectName, status, annotations = []) => ({
    title,
    tests: [{ projectName, status, annotations }],
  });
  const report = (specs, expected = 0) => ({
    stats: { expected },
    errors: [],
    suites: [{ title: 'app.spec.ts', specs: [], suites: [{ title: 'grid', specs }] }],
  });

  test('passed, failed and flaky', () => {
    const specs = [
      spec('sorts', 'chromium', 'expected'),
      spec('filters', 'chromium', 'flaky'),
      spec('closes', 'electron', 'unexpected'),
    ];
    const result = fromPlaywright(report(specs, 1), ['chromium', 'electron'], 1);
    expect(counts(result)).toEqual([2, 1, 0]);
    expect(result.notes).toEqual([
      'flaky, passed on a retry: [chromium] app.spec.ts › grid › filters',
      'failed: [electron] app.spec.ts › grid › closes',
    ]);
  });

  test('a project that could not run may skip, and says why', () => {
    const skipped = spec('opens', 'electron', 'skipped', [annotation('skip', 'no Electron runtime')]);
    const result = fromPlaywright(report([skipped], 3), ['chromium'], 0);
    expect(counts(result)).toEqual([3, 0, 1]);
    expect(result.notes).toEqual(['skipped: [electron] app.spec.ts › grid › opens: no Electron runtime']);
  });

  test.each(['electron', 'chromium'])('a skip in %s is a failure where it had all it needs', (project) => {
    const skipped = spec('opens', project, 'skipped', [annotation('skip', 'felt like it')]);
    const result = fromPlaywright(report([skipped], 3), ['chromium', 'electron'], 0);
    expect(counts(result)).toEqual([3, 1, 0]);
    expect(result.notes[0]).toMatch(/^failed: .*opens: felt like it$/);
  });

  test('a test without a reason, and one that never ran', () => {
    const specs = [spec('a', 'other', 'skipped', [annotation('fixme')]), spec('b', 'other', 'skipped')];
    const { notes } = fromPlaywright(report(specs), ['chromium'], 0);
    expect(notes[0]).toMatch(/no reason given$/);
    expect(notes[1]).toMatch(/did not run$/);
  });

  test('an error outside of the tests is a failure', () => {
    const result = fromPlaywright({ ...report([], 2), errors: [{ message: 'No tests found\nat x' }] }, [], 1);
    expect(counts(result)).toEqual([2, 1, 0]);
    expect(result.notes).toEqual(['failed: No tests found']);
  });

  test('no report, or an exit code nobody explains, is a failure', () => {
    expect(counts(fromPlaywright(undefined, [], 0))).toEqual([0, 1, 0]);
    expect(counts(fromPlaywright(report([], 2), [], 130))).toEqual([2, 1, 0]);
  });
});

test('a check without tests counts as one', () => {
  expect(counts(fromExitCode('types', 0))).toEqual([1, 0, 0]);
  expect(fromExitCode('types', 2)).toEqual({ ...nothing(), failed: 1, notes: ['failed: types'] });
});

test('the total and its line', () => {
  const all = total([
    { passed: 1, failed: 2, skipped: 0, notes: ['a'] },
    { passed: 10, failed: 0, skipped: 3, notes: ['b'] },
  ]);
  expect(all.notes).toEqual(['a', 'b']);
  expect(summaryLine(all)).toBe('11 passed, 2 failed, 3 skipped');
  expect(summaryLine({ ...all, skipped: 0 })).toBe('11 passed, 2 failed');
});
