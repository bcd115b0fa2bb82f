/** The end of the engine's process in the middle of an order, as when the window is closed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Order } from '../../shared/orders';
import { EngineHost, eventually, stageProgram } from './fixtures/engineHost';

let folder: string;
let host: string;
let engine: EngineHost | null = null;
/** A program that does not end when it is asked to. */
let stubborn: ChildProcess | null = null;

beforeAll(async () => {
  if (process.platform === 'linux') ({ folder, host } = await stageProgram());
}, 60_000);
beforeEach(({ skip }) => skip(process.platform !== 'linux', 'needs Linux'));
afterEach(() => {
  engine?.kill();
  stubborn?.kill('SIGKILL');
});
afterAll(() => {
  if (folder) fs.rmSync(folder, { recursive: true, force: true });
});

/** ms since 1970-01-01 UTC, from the kernel's own words (man 5 proc) */
function startOf(pid: number): number {
  const ticks = Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'utf8'))![1]);
  return boot * 1000 + ticks * 10;
}

it('stops the order, writes down how far it came, and ends by itself', async () => {
  stubborn = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => stubborn!.stdout!.once('data', resolve));
  const pid = stubborn.pid!;
  const startedAt = startOf(pid);
  const state = path.join(folder, 'state');
  engine = new EngineHost(host, { env: { SOCKETSCOPE_STATE_DIR: state, NODE_OPTIONS: '' } });
  const order: Order = { action: 'terminate', processes: [{ pid, startedAt }] };
  void engine.ask({ method: 'act', order, origin: 'window' });
  await eventually(() => expect(engine!.progress).toContainEqual({ done: 0, total: 1 }));
  // Ctrl+C on its terminal is main's to hear.
  engine.kill('SIGINT');
  expect(await engine.leave()).toBe(0);
  const lines = fs.readFileSync(path.join(state, 'actions.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ action: 'terminate', target: `${pid}@${startedAt}`, outcome: 'failed' }),
  ]);
  expect(stubborn.exitCode).toBeNull();
});
