/** The files of the system that this runs on: Windows, or Wine. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { readServices, systemFile } from './systemFiles';

test('the services file names ports', () => {
  const services = readServices();
  assert.deepEqual([services['22/tcp'], services['53/udp']], ['ssh', 'domain']);
});

test('the hosts file is where it is looked for', () => {
  assert.ok(fs.statSync(systemFile('hosts')).isFile());
});
