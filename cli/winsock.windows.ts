/** `socketscope winsock`, `time-wait` and `ports` with what the system that runs this has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalogue } from '../engine';
import type { TimeWait } from '../shared/timeWait';
import type { Winsock } from '../shared/winsock';
import { rangesOutput } from './ports';
import { timeWait } from './timeWait';
import { winsockOutput } from './winsock';

const catalogue = createCatalogue();

test('winsock: the text and the JSON object hold all of the catalogue', () => {
  const winsock = catalogue.winsock();
  const { stdout, exitCode } = winsockOutput(winsock, true);
  assert.deepEqual(JSON.parse(stdout), winsock);
  assert.equal(exitCode, winsock.problems.length === 0 ? 0 : 4);
  const text = winsockOutput(winsock, false).stdout;
  const protocols = (JSON.parse(stdout) as Winsock).catalogues.flatMap((each) => each.protocols);
  assert.ok(protocols.length >= 4);
  for (const { name } of protocols) assert.ok(text.includes(name), name);
});

test('time-wait: what is set for this computer', async () => {
  const { stdout, exitCode } = await timeWait(
    catalogue,
    { verb: 'show' },
    { json: true, yes: false, ask: null },
  );
  const told = JSON.parse(stdout) as TimeWait;
  assert.deepEqual([exitCode, told.system], [0, 'windows']);
  assert.match(told.where!, /^HKEY_LOCAL_MACHINE\\SYSTEM\\.*\\TcpTimedWaitDelay$/);
});

test('ports: one object, and the sentences of what could not be read', { timeout: 30_000 }, async () => {
  const { stdout, stderr, exitCode } = rangesOutput(await catalogue.portRanges(), true);
  const { tables, problems } = JSON.parse(stdout) as { tables: unknown[]; problems: string[] };
  assert.equal(tables.length, 4);
  assert.equal(stderr.trimEnd().split('\n').filter(Boolean).length, problems.length);
  assert.equal(exitCode, problems.length === 0 ? 0 : 4);
});
