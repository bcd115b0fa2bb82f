/** Junctions on the way to a file, on the system that this runs on: Windows, or Wine. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { isWine } from '../native/windows/fixtures/wine';
import type { LogEntry } from '../shared/actionLog';
import { ActionLog } from './actionLog';
import { linkOnTheWay } from './links';

const entry: LogEntry = {
  ...{ at: '2026-01-01T00:00:00.000Z', host: 'h', user: null, uid: null, origin: 'window', action: 'reset' },
  ...{ target: 't', label: 'l', outcome: 'done', message: null },
};

test('the log is not written through a junction', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-links-'));
  try {
    const target = path.join(folder, 'target');
    fs.mkdirSync(target);
    assert.equal(linkOnTheWay(path.join(target, 'actions.jsonl')), null);
    assert.equal(new ActionLog({ SOCKETSCOPE_STATE_DIR: target }).append([entry]), null);
    const link = path.join(folder, 'link');
    try {
      fs.symlinkSync(target, link, 'junction');
    } catch (error) {
      if (!isWine()) throw error;
      return; // some of Wine make no junctions, and then follow none
    }
    const problem = new ActionLog({ SOCKETSCOPE_STATE_DIR: path.join(link, 'new') }).append([entry]);
    assert.match(problem!, /A link is in the place of /);
    assert.deepEqual(fs.readdirSync(target), ['actions.jsonl']);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('an elevated engine asks no environment for the log’s place', () => {
  const environment = {
    SOCKETSCOPE_STATE_DIR: String.raw`C:\elsewhere`,
    LOCALAPPDATA: String.raw`C:\elsewhere`,
  };
  const { file } = new ActionLog(environment, { elevated: true });
  assert.equal(file, path.join(os.userInfo().homedir, 'AppData', 'Local', 'SocketScope', 'actions.jsonl'));
  assert.equal(new ActionLog(environment).file, String.raw`C:\elsewhere\actions.jsonl`);
});
