/** ShellExecuteExW: by Wine's own, which starts programs, and by the double, which says no as UAC would. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import koffi from 'koffi';
import { NativeError } from '../nativeError';
import { doubleFile, TestDouble } from './fixtures/double';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { Libraries } from './libraries';
import { mayReplace, programFiles } from './protectedPlaces';
import { quoteArguments } from './quoting';
import { ERROR_CANCELLED, runAs, SHELL_EXECUTE_INFO } from './runAs';

const program = process.execPath;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('SHELLEXECUTEINFOW is laid out as the SDK says', () => {
  const { size, ...offsets } = SHELL_EXECUTE_INFO;
  assert.equal(size, sdkLayout('SHELLEXECUTEINFOW').size);
  for (const [field, offset] of Object.entries(offsets))
    assert.equal(offset, sdkOffset('SHELLEXECUTEINFOW', field), field);
});

describe('a program', () => {
  for (const verb of ['runas', 'open'] as const) {
    test(`is started ("${verb}"), and its end is seen by its handle`, async () => {
      const args = ['-e', 'setTimeout(() => process.exit(7), 700)'];
      const started = await runAs({ program, args, verb });
      assert.ok(started.pid !== null && started.pid !== process.pid);
      assert.equal(started.exitCode(), null);
      const until = performance.now() + 15_000;
      while (started.exitCode() === null && performance.now() < until) await later(20);
      assert.equal(started.exitCode(), 7);
      started.release();
      started.release();
    });
  }

  test('can be ended', async () => {
    const started = await runAs({ program, args: ['-e', 'setInterval(() => {}, 1000)'] });
    started.end();
    const until = performance.now() + 15_000;
    while (started.exitCode() === null && performance.now() < until) await later(20);
    assert.equal(started.exitCode(), 1);
    started.release();
  });

  test('that is not there is told of by its name', async () => {
    await assert.rejects(runAs({ program: 'C:\\nothing.exe', args: [] }), (error) => {
      assert.ok(error instanceof NativeError);
      assert.deepEqual(
        [error.call, error.code, error.codeName],
        ['ShellExecuteExW', 2, 'ERROR_FILE_NOT_FOUND'],
      );
      return true;
    });
  });
});

describe('UAC, as the double plays it', () => {
  const double = new TestDouble();
  const libraries = new Libraries({ shell32: doubleFile });
  const answer = double.control<(handle: number, ms: number) => void>(
    'void double_elevation_answer(intptr_t, uint32)',
  );
  const text = double.control<(which: number) => string>('const char16_t *double_elevation_text(int)');
  const number = (name: string): number => double.control<() => number>(`int32 double_elevation_${name}()`)();
  beforeEach(() => double.reset());

  test('is handed what the SDK says, with nothing for a shell to read', async () => {
    const args = ['engine', '--pipe', 'a b', '--nonce', '"\\'];
    const started = await runAs({ program: 'C:\\Program Files\\S\\s.exe', args, window: 42n }, libraries);
    assert.deepEqual(
      [0, 1, 2, 3].map((which) => text(which)),
      [
        'runas',
        'C:\\Program Files\\S\\s.exe',
        'engine --pipe "a b" --nonce "\\"\\\\"',
        'C:\\Program Files\\S',
      ],
    );
    assert.deepEqual(
      [
        number('size'),
        number('mask'),
        number('show'),
        double.control<() => number>('intptr_t double_elevation_window()')(),
      ],
      [112, 0x540, 0, 42],
    );
    // It gave no handle: nothing is known of the program.
    assert.deepEqual([started.pid, started.exitCode()], [null, null]);
    started.end();
    started.release();
  });

  test('may take its time: everything else goes on', async () => {
    answer(0, 500);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    await runAs({ program, args: [] }, libraries);
    clearInterval(timer);
    assert.ok(ticks > 10, `${ticks} ticks`);
  });

  for (const [code, name] of [
    [ERROR_CANCELLED, 'ERROR_CANCELLED'],
    [5, 'ERROR_ACCESS_DENIED'],
    [1260, 'ERROR_ACCESS_DISABLED_BY_POLICY'],
  ] as const) {
    test(`is told of where it says ${name}`, async () => {
      double.fail('ShellExecuteExW', code);
      await assert.rejects(runAs({ program, args: [] }, libraries), { code, codeName: name });
    });
  }

  test('is not asked for what the shell would have to look for', async () => {
    for (const each of ['node.exe', '.\\node.exe', 'C:\\a.bat', 'C:\\a.lnk', 'https://example.org/a.exe', ''])
      await assert.rejects(runAs({ program: each, args: [] }, libraries), { code: 87 });
    await assert.rejects(runAs({ program, args: ['a\0b'] }, libraries), /NUL/);
    assert.equal(double.calls('ShellExecuteExW'), 0);
  });
});

test('quoted arguments are what CommandLineToArgvW splits', () => {
  const split = koffi.load('shell32.dll').func('void *CommandLineToArgvW(str16, _Out_ int *)') as unknown as (
    line: string,
    count: number[],
  ) => unknown;
  const argument = fc.string({ unit: fc.constantFrom('\\', '"', ' ', '\t', 'a', 'ä', '%', '^') });
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
      const count = [0];
      const list = split(`x.exe ${quoteArguments(args)}`, count);
      const texts = koffi.decode(list, koffi.array('str16', count[0]!)) as string[];
      assert.deepEqual(texts.slice(1), args);
    }),
    { numRuns: 500 },
  );
});

describe('places', () => {
  test('Program Files is a folder, whatever the environment says', () => {
    process.env['ProgramFiles'] = 'C:\\elsewhere';
    assert.match(programFiles(), /^[A-Z]:\\Program Files$/);
  });

  test('what one has made oneself can be replaced; what is not there is no safe place', () => {
    const folder = mkdtempSync(join(tmpdir(), 'socketscope-'));
    const file = join(folder, 'a.txt');
    writeFileSync(file, 'untouched');
    assert.deepEqual(
      [mayReplace(folder), mayReplace(file), mayReplace(join(folder, 'none'))],
      [true, true, true],
    );
    rmSync(folder, { recursive: true });
  });
});
