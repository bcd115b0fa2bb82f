// The folder table of docs/architecture.md is enforced by .oxlintrc.json: each forbidden import must be an error.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'folder-rules-'));
afterAll(() => rmSync(scratch, { recursive: true }));
cpSync(path.join(root, '.oxlintrc.json'), path.join(scratch, '.oxlintrc.json'));

const FORBIDDEN = {
  shared: [
    'node:fs',
    'fs',
    'electron',
    'react',
    'koffi',
    '../native/index',
    '../renderer/main',
    '../remote/frames',
  ],
  native: ['electron', 'react', '../engine/engine', '../../engine/engine', '../remote/frames'],
  engine: ['koffi', 'electron', '../renderer/main', '../host/browserHost', '../remote/frames', '../cli/main'],
  'electron/main': [
    'koffi',
    '../../engine/engine',
    '../../native/index',
    '../../renderer/main',
    '../../remote/remoteEngine',
    '../engine-host/main',
  ],
  'electron/preload': ['node:fs', 'koffi', '../../engine/engine', '../main/main'],
  'electron/engine-host': ['koffi', '../../renderer/main', '../../native/index', '../main/main'],
  renderer: [
    'node:fs',
    'electron',
    'koffi',
    '../engine/engine',
    '../native/index',
    '../electron/main/main',
    '../remote/frames',
    'ws',
  ],
  host: ['koffi', 'electron', '../native/index', '../renderer/main', '../remote/frames', '../cli/main'],
  remote: ['koffi', 'electron', 'ws', '../native/index', '../host/browserHost', '../cli/main'],
  cli: ['koffi', 'electron', 'ws', '../native/index', '../renderer/main'],
  bench: [
    'koffi',
    'electron',
    'ws',
    '../renderer/main',
    '../host/browserHost',
    '../remote/frames',
    '../cli/main',
  ],
  e2e: [
    'electron',
    'koffi',
    '../engine/engine',
    '../../renderer/main',
    '../host/browserHost',
    '../remote/frames',
  ],
};
const ALLOWED = {
  shared: ['valibot', './socket'],
  native: ['node:fs', 'koffi', '../shared/socket'],
  engine: ['node:os', '../native/index', '../shared/socket'],
  'electron/main': ['electron', 'node:path', '../../shared/bridge'],
  'electron/preload': ['electron', '../../shared/bridge'],
  'electron/engine-host': [
    'electron',
    '../../engine/engine',
    '../../remote/remoteEngine',
    '../../shared/contract',
  ],
  renderer: ['react', '../shared/socket'],
  host: ['node:http', 'ws', '../engine/engine', '../shared/contract'],
  remote: ['node:child_process', '../engine/engine', '../shared/contract'],
  cli: ['node:fs', '../engine/engine', '../host/browserHost', '../remote/remoteEngine', '../shared/csv'],
  bench: ['node:fs', 'systeminformation', '../engine/readings', '../native/linux/libc', '../shared/diff'],
  e2e: ['@playwright/test', 'node:fs', '../shared/bridge'],
};

/** The imports of `specifiers` that the linter refuses in this folder. */
function refused(folder, specifiers) {
  const file = path.join(scratch, folder, 'probe.ts');
  mkdirSync(path.dirname(file), { recursive: true });
  // One per line, as a type, a value, a re-export and a dynamic import in turn.
  const forms = [
    (s, i) => `import type { A${i} } from '${s}'; export type B${i} = A${i};`,
    (s, i) => `export { a${i} } from '${s}';`,
    (s, i) => `export const b${i} = () => import('${s}');`,
  ];
  writeFileSync(file, specifiers.map((s, i) => forms[i % forms.length](s, i)).join('\n'));
  const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
  let output;
  try {
    output = execFileSync(process.execPath, [oxlint, '--format=json', file], {
      cwd: scratch,
      encoding: 'utf8',
    });
  } catch (error) {
    output = error.stdout;
  }
  const found = JSON.parse(output).diagnostics.filter(({ code }) => code?.includes('no-restricted-imports'));
  const lines = new Set(found.map(({ labels }) => labels[0].span.line));
  return specifiers.filter((_, i) => lines.has(i + 1));
}

describe('folder rules', () => {
  it.each(Object.entries(FORBIDDEN))('%s refuses what is not its own', (folder, specifiers) => {
    expect(refused(folder, specifiers)).toEqual(specifiers);
  });

  it.each(Object.entries(ALLOWED))('%s accepts what is', (folder, specifiers) => {
    expect(refused(folder, specifiers)).toEqual([]);
  });
});
