/** Port ranges by the netsh of the system that runs this. Wine's prints no ranges: there only the failing is seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Libraries } from './libraries';
import { netshOf, PortRangeReader } from './portRanges';

test('each table has its ranges, or a sentence says why not', { timeout: 30_000 }, async (context) => {
  const started = performance.now();
  const { tables, unprivilegedFrom, problems } = await new PortRangeReader(netshOf(new Libraries())).read();
  assert.ok(performance.now() - started < 15_000);
  assert.equal(unprivilegedFrom, null);
  assert.equal(tables.length, 4);
  const unknown = tables
    .flatMap(({ ephemeral, excluded }) => [ephemeral, excluded])
    .filter((each) => each === null);
  assert.equal(problems.length, unknown.length);
  for (const problem of problems)
    assert.match(problem, /^"netsh int ipv[46] show .*" (failed: |printed ).*\.$/);
  if (problems.length > 0) context.diagnostic(`not read here: ${problems[0]!}`);
  for (const { ephemeral } of tables) if (ephemeral !== null) assert.ok(ephemeral.last > ephemeral.first);
});

test('netsh is the one of the system, whatever the environment says', { timeout: 30_000 }, async () => {
  const before = process.env['SystemRoot'];
  process.env['SystemRoot'] = String.raw`C:\no-such-folder`;
  try {
    const missing = 'netsh.exe is missing.';
    const asked = netshOf(new Libraries())(['int', 'ipv4', 'show'], new AbortController().signal);
    assert.notEqual(await asked.catch((error: Error) => error.message), missing);
  } finally {
    process.env['SystemRoot'] = before;
  }
});
