import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inRoot } from '../common.mjs';
import { entry, testFiles } from './bundle.mjs';
import { products } from './compile.mjs';
import { SKIPPED, failures, fromWindows, parseRecords } from './results.mjs';
import { nodeProgram } from './tests.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'socketscope-windows-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (path, content) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

const counts = ({ passed, failed, skipped }) => [passed, failed, skipped];

describe('what runs the tests', () => {
  test('without Windows and without a program nothing does, and one line says so', () => {
    expect(nodeProgram({}, 'linux')).toBeUndefined();
    expect(nodeProgram({ SOCKETSCOPE_WINDOWS_NODE: '' }, 'linux')).toBeUndefined();
    expect(counts(SKIPPED)).toEqual([0, 0, 1]);
    expect(SKIPPED.notes).toEqual([
      expect.stringMatching(/^Windows tests skipped: SOCKETSCOPE_WINDOWS_NODE is not set/),
    ]);
  });

  test('on Windows its own Node', () => expect(nodeProgram({}, 'win32')).toBe(process.execPath));

  test('the program that was named, on every system', () => {
    const env = { SOCKETSCOPE_WINDOWS_NODE: '/node.sh' };
    expect(nodeProgram(env, 'linux', () => true)).toBe('/node.sh');
    expect(nodeProgram(env, 'win32', () => true)).toBe('/node.sh');
  });

  test('one that was named and is not there is a failure', () => {
    const env = { SOCKETSCOPE_WINDOWS_NODE: '/node.sh' };
    expect(() => nodeProgram(env, 'linux', () => false)).toThrow(/SOCKETSCOPE_WINDOWS_NODE is \/node\.sh/);
  });
});

describe('the files', () => {
  beforeEach(() => {
    for (const file of ['native/windows/b.windows.ts', 'cli/a.windows.ts', 'native/windows/b.test.ts'])
      write(file, '');
    write('docs/c.windows.ts', '');
  });

  test('all of the product’s folders, in order', () =>
    expect(testFiles([], folder)).toEqual(['cli/a.windows.ts', 'native/windows/b.windows.ts']));

  test('those that are named', () =>
    expect(testFiles(['native/windows/b.windows.ts'], folder)).toEqual(['native/windows/b.windows.ts']));

  test.each(['native/windows/b.test.ts', 'native/windows/missing.windows.ts'])('not %s', (name) =>
    expect(() => testFiles([name], folder)).toThrow(/no file of Windows tests/),
  );
});

test('what is compiled: the double of all files but the layouts, and the programs one by one', () => {
  const found = products(['tables.c', 'common.h', 'layouts.c', 'common.c'], ['window.c']);
  expect(found.map(({ file, sources }) => [file, ...sources])).toEqual([
    ['double.dll', 'common.c', 'tables.c'],
    ['layouts.exe', 'layouts.c'],
    ['window.exe', 'programs/window.c'],
  ]);
  expect(products([], [])).toEqual([]);
});

describe('a run', () => {
  const HEAD = `import { after, beforeEach, describe, test } from 'node:test';\n`;

  /** Runs modules as the runner does, with this Node. */
  function run(modules) {
    for (const [name, source] of Object.entries(modules)) write(name, HEAD + source);
    copyFileSync(inRoot('scripts/lib/windows/reporter.mjs'), join(folder, 'reporter.mjs'));
    write(
      'all.mjs',
      entry(
        Object.keys(modules).map((name) => [name, `./${name}`]),
        500,
      ),
    );
    const reporter = ['--test-reporter=./reporter.mjs', '--test-reporter-destination=stdout'];
    const { status } = spawnSync(process.execPath, [...reporter, './all.mjs'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const records = parseRecords(readFileSync(join(folder, 'results.jsonl'), 'utf8'));
    return { ...fromWindows(records, status ?? 134), failures: failures(records) };
  }

  test('counts tests, not their suites, and tests within tests', () => {
    const result = run({
      'a.mjs': `test('one', () => {}); describe('two', () => { test('three', () => {}); });`,
      'b.mjs': `test('four', async (context) => { await context.test('five', () => {}); });`,
    });
    expect(result).toMatchObject({ passed: 4, failed: 0, skipped: 0, notes: [] });
  });

  test('names the failed ones, with their errors, once each', () => {
    const result = run({
      'a.mjs': `describe('two', () => { test('three', () => { throw new Error('no\\nway'); }); test('four', () => {}); });
        test('five', async (context) => { await context.test('six', () => { throw 7; }); });`,
    });
    expect(counts(result)).toEqual([1, 2, 0]);
    expect(result.notes[0]).toBe('failed: a.mjs › two › three: Error: no');
    expect(result.failures[0]).toMatch(/^✖ a\.mjs › two › three\n {4}Error: no\n {4}way\n.*a\.mjs:2/);
    expect(result.notes[1]).toMatch(/^failed: a\.mjs › five › six/);
  });

  test('what is skipped or still to do is failed, for all that it needs is there', () => {
    const result = run({
      'a.mjs': `test('one', { skip: 'lazy' }, () => {}); test.todo('two'); describe.skip('three', () => {});
        test('four', (context) => context.skip('busy'));`,
    });
    expect(counts(result)).toEqual([0, 4, 0]);
    expect(result.notes[0]).toBe('failed: skipped though it could run: a.mjs › one: lazy');
    expect(result.notes[1]).toMatch(/two: no reason given$/);
    expect(result.notes[3]).toMatch(/four: busy$/);
  });

  test('a file that cannot be loaded is a failed test, and the others run', () => {
    const result = run({ 'a.mjs': `throw new Error('broken');`, 'b.mjs': `test('one', () => {});` });
    expect(counts(result)).toEqual([1, 1, 0]);
    expect(result.notes).toEqual(['failed: a.mjs › can be loaded: Error: broken']);
  });

  test('a hook that fails is a failure, though every test passed', () => {
    const result = run({
      'a.mjs': `after(() => { throw new Error('left something'); }); test('one', () => {});`,
    });
    expect(counts(result)).toEqual([1, 1, 0]);
    expect(result.notes[0]).toMatch(/^failed: a\.mjs: .*left something/);
  });

  test('hooks are for the tests of their own file', () => {
    const result = run({
      'a.mjs': `beforeEach(() => { throw new Error('mine'); });`,
      'b.mjs': `test('one', () => {});`,
    });
    expect(counts(result)).toEqual([1, 0, 0]);
  });

  test.each([
    ['dies', 'process.abort();'],
    ['ends, as if all were well', 'process.exit(0);'],
  ])('node.exe that %s half-way is a failure that names the last test', (_how, source) => {
    const result = run({
      'a.mjs': `test('one', () => {}); test('two', () => { ${source} }); test('three', () => {});`,
    });
    expect(result.failed).toBe(1);
    expect(result.notes.at(-1)).toMatch(/node\.exe ended with code \d+ half-way, in or after ".*two"$/);
  });

  test('what fails after its test has ended is a failure', () => {
    const result = run({
      'a.mjs': `test('one', () => { setTimeout(() => { throw new Error('late'); }, 20); });
        test('two', () => new Promise((resolve) => setTimeout(resolve, 100)));`,
    });
    expect(counts(result)).toEqual([2, 1, 0]);
    expect(result.notes[0]).toMatch(/^failed: Windows tests: .*"one".*late/);
  });

  test('what is left open is a failure that names the file, instead of a wait without end', () => {
    const result = run({
      'a.mjs': `test('one', () => {});`,
      'b.mjs': `test('two', () => { setInterval(() => {}, 1000); });`,
      'c.mjs': `test('three', () => {});`,
    });
    expect(counts(result)).toEqual([3, 1, 0]);
    expect(result.notes[0]).toMatch(/left open .*: b\.mjs \(Timeout\)$/);
  });

  test('without a test is a failure', () => {
    expect(run({ 'a.mjs': '' })).toMatchObject({ failed: 1, notes: [expect.stringMatching(/no test/)] });
  });
});

describe('a run that left less than it should', () => {
  const end = { end: true };
  const passed = { path: ['a', 'one'], outcome: 'passed' };

  test('one that took too long, and one that never began', () => {
    expect(fromWindows([{ started: 'a > one' }], 124).notes[0]).toMatch(/took too long; .* a > one$/);
    expect(fromWindows([], 124).notes[0]).toMatch(/took too long; .* none$/);
    expect(fromWindows([], 53).notes[0]).toMatch(/ended with code 53 before the first test/);
  });

  test('an exit code that nothing explains', () => {
    expect(counts(fromWindows([passed, end], 0))).toEqual([1, 0, 0]);
    expect(counts(fromWindows([passed, end], 5))).toEqual([1, 1, 0]);
  });

  test('a last line that was cut short', () => {
    expect(parseRecords('{"started":"a"}\n{"path":["a"],"outc')).toEqual([{ started: 'a' }]);
  });
});
