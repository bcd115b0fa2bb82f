import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildIsStale, fingerprint, installIsStale, isSource } from './prepare.mjs';

test.each([
  'shared/socket.ts',
  'renderer/index.html',
  'electron/main/main.ts',
  'native/linux/tsconfig.json',
  'scripts/build.mjs',
  'vite.config.ts',
  'tsconfig.base.json',
  'package.json',
  'package-lock.json',
])('%s goes into the build', (path) => expect(isSource(path)).toBe(true));

test.each([
  'shared/socket.test.ts',
  'renderer/Grid.test.tsx',
  'native/linux/fixtures/tcp.bin',
  'scripts/run.mjs',
  'scripts/lib/start.mjs',
  'e2e/app.spec.ts',
  'vitest.config.ts',
  'README.md',
  'docs/package.json',
])('%s does not', (path) => expect(isSource(path)).toBe(false));

describe('a built tree', () => {
  let tree;
  const write = (path, content) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'socketscope-build-'));
    for (const path of [
      'shared/a.ts',
      'shared/deep/b.ts',
      'cli/main.ts',
      'package.json',
      'scripts/build.mjs',
    ]) {
      write(path, path);
    }
    const products = [
      'renderer/index.html',
      'electron/main.js',
      'electron/preload.cjs',
      'electron/engine.js',
    ];
    for (const product of [...products, 'cli/main.js']) write(`dist/${product}`, '');
    write('dist/.built', fingerprint(tree));
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  test('is fresh', () => expect(buildIsStale(tree)).toBe(false));

  test('stays fresh when only times change', () => {
    utimesSync(join(tree, 'shared/a.ts'), new Date(), new Date());
    expect(buildIsStale(tree)).toBe(false);
  });

  test('stays fresh when a test, a fixture or something built is added', () => {
    for (const path of ['shared/a.test.ts', 'shared/fixtures/x.json', 'dist/cli/more.js']) write(path, 'new');
    expect(buildIsStale(tree)).toBe(false);
  });

  test.each([
    [
      'a source changes, its size and time do not',
      () => {
        const time = new Date(1e12);
        utimesSync(join(tree, 'shared/a.ts'), time, time);
        write('shared/a.ts', 'shared/A.ts');
        utimesSync(join(tree, 'shared/a.ts'), time, time);
      },
    ],
    ['a source is added', () => write('engine/new.ts', '')],
    ['a source is deleted', () => rmSync(join(tree, 'shared/deep/b.ts'))],
    ['a folder of sources is deleted', () => rmSync(join(tree, 'shared'), { recursive: true })],
    ['a source is renamed', () => renameSync(join(tree, 'shared/a.ts'), join(tree, 'shared/z.ts'))],
    [
      'content moves from one source to the next',
      () => {
        write('shared/a.ts', 'shared/a.tsshared/deep/b.ts');
        write('shared/deep/b.ts', '');
      },
    ],
    ['the packages change', () => write('package.json', '{}')],
    ['a product is missing', () => rmSync(join(tree, 'dist/electron/preload.cjs'))],
    ['the last build did not finish', () => rmSync(join(tree, 'dist/.built'))],
  ])('is stale when %s', (_what, change) => {
    change();
    expect(buildIsStale(tree)).toBe(true);
  });
});

describe('installed packages', () => {
  const entry = (version, more) => ({ version, integrity: `sha512-${version}`, ...more });
  const lock = {
    packages: {
      '': { name: 'socketscope' },
      'node_modules/ws': entry('8.0.0'),
      'node_modules/native-win32': entry('1.0.0', { optional: true }),
    },
  };
  const installed = (packages) => ({ packages });

  test('are fresh without the optional packages of other platforms', () => {
    expect(installIsStale(lock, installed({ 'node_modules/ws': entry('8.0.0') }))).toBe(false);
  });

  test.each([
    ['nothing was installed', undefined],
    ['npm did not finish', {}],
    ['a package is missing', installed({})],
    ['a version differs', installed({ 'node_modules/ws': { ...entry('8.0.0'), version: '8.0.1' } })],
    [
      'the content differs',
      installed({ 'node_modules/ws': { ...entry('8.0.0'), integrity: 'sha512-other' } }),
    ],
    [
      'an optional package is outdated',
      installed({
        'node_modules/ws': entry('8.0.0'),
        'node_modules/native-win32': entry('0.9.0'),
      }),
    ],
  ])('are stale when %s', (_what, found) => expect(installIsStale(lock, found)).toBe(true));
});
