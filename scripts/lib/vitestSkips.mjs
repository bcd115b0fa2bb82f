// A Vitest reporter that writes down which tests were skipped, and the reason given to context.skip(reason).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { inRoot, root } from './common.mjs';

/** The environment variable that names the file */
export const SKIPS_FILE = 'SOCKETSCOPE_SKIPS_FILE';
const skipsFile = process.env[SKIPS_FILE] ?? inRoot('.cache/vitest-skips.json');

export default class VitestSkips {
  onTestRunEnd(modules) {
    const skips = [];
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const file = relative(root, module.moduleId);
        skips.push({ file, name: test.fullName, reason: test.result().note });
      }
    }
    mkdirSync(dirname(skipsFile), { recursive: true });
    writeFileSync(skipsFile, JSON.stringify(skips));
  }
}
