/** `socketscope list` with the sockets of the system that runs this: Windows, or Wine. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createEngine } from '../engine';
import { WindowsSockets } from '../native/windows/fixtures/windowsSockets';
import { DEFAULT_READING } from '../shared/socket';
import type { SocketRow } from '../shared/socket';
import { list } from './list';

const sockets = new WindowsSockets();
const engine = createEngine(null);
after(() => {
  sockets.close();
  engine.dispose();
});

test('list: text, JSON and CSV name the sockets and their owners', async () => {
  const { port } = await sockets.connect('127.0.0.1');
  const { child, port: other } = await sockets.otherProcess();
  const options = { showCommandLines: true, reading: DEFAULT_READING };
  const rows = JSON.parse(list(engine, { ...options, format: 'json' })) as SocketRow[];
  const listener = rows.find((row) => row.localPort === port && row.state === 'LISTEN');
  assert.deepEqual([listener?.pid, listener?.owner, listener?.protocol], [process.pid, 'known', 'tcp']);
  const childs = rows.find(({ localPort }) => localPort === other);
  assert.equal(childs?.pid, child.pid);
  assert.match(childs?.commandLine ?? '', /createServer/);
  assert.match(list(engine, { ...options, format: 'text' }), new RegExp(`127\\.0\\.0\\.1:${port}\\b.*node`));
  assert.match(list(engine, { ...options, format: 'csv' }), new RegExp(`127\\.0\\.0\\.1,${port},`));
});
