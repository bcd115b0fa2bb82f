// A reporter of node:test that writes one line of JSON per result into results.jsonl beside itself, at once: a crash of node.exe
// leaves what came before it, and no last line. It is copied beside the tests, since nothing else tells it where to write.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

const file = join(import.meta.dirname, 'results.jsonl');

/** @param {object} record `path` and `outcome` of a test, `problem` of the run, `started` of a test, `left` open by files, or `end` */
export const record = (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`);

export default async function* report(events) {
  const names = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') names.splice(data.nesting, Infinity, data.name);
    else if (type === 'test:pass' || type === 'test:fail') {
      names.splice(data.nesting, Infinity, data.name);
      const result = resultOf(type, data);
      if (result) record({ path: [...names], ...result });
    } else if (type === 'test:diagnostic' && data.nesting === 0 && /^(Warning|Error):/.test(data.message)) {
      record({ problem: data.message });
    }
  }
  record({ end: true });
  yield '';
}

function resultOf(type, { skip, todo, details }) {
  // Either may be a reason, or true.
  const left = skip ?? todo;
  if (left !== undefined && left !== false)
    return { outcome: 'skipped', reason: typeof left === 'string' ? left : '' };
  if (type === 'test:pass') return details.type === 'suite' ? undefined : { outcome: 'passed' };
  const { error } = details;
  // Its parts have been told already.
  if (error.failureType === 'subtestsFailed') return undefined;
  return { outcome: 'failed', error: textOf(error.cause ?? error) };
}

const textOf = (error) => (error instanceof Error ? (error.stack ?? error.message) : inspect(error));
