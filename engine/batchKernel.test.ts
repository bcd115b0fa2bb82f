/** Ten thousand connections closed in one order: each result is compared with the kernel, and with who held the socket. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackend } from '../native';
import { eventually, needsLinux, needsOwnNetwork, needsRoot } from '../native/linux/fixtures/needs';
import { Stage } from '../native/linux/fixtures/stage';
import type { Progress } from '../shared/contract';
import type { ActionResult, Outcome } from '../shared/orders';
import type { SocketRow } from '../shared/socket';
import { UnkeptLog } from './actionLog';
import { systemClock } from './clock';
import { createEngine } from './createEngine';
import { Engine } from './engine';
import { gather } from './fixtures/crowd';
import type { Crowd } from './fixtures/crowd';
import { Page } from './fixtures/page';

const CONNECTIONS = 10_000;
/** Targets in a slice at most (acting.ts). */
const SLICE_TARGETS = 1000;

let stage: Stage;
beforeAll(() => {
  if (process.platform === 'linux') stage = new Stage();
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  needsRoot(context);
  needsOwnNetwork(context, stage);
});

/** An engine whose closing can be watched. */
function watchedEngine(onClose: (closed: number) => void): { engine: Engine; log: UnkeptLog } {
  const backend = createBackend(null);
  const close = backend.close.bind(backend);
  let closed = 0;
  backend.close = (...args) => {
    const attempt = close(...args);
    onClose(++closed);
    return attempt;
  };
  const log = new UnkeptLog();
  return {
    engine: new Engine({ backend, clock: systemClock, hostname: 'test', engineId: 'test', log }),
    log,
  };
}

/** Both ends of each connection, by the client's port, as another reader of the kernel's tables sees them. */
function listed({ port }: Crowd): { near: Map<number, SocketRow>; far: Map<number, SocketRow> } {
  const witness = createEngine(null);
  const rows = witness.snapshot();
  witness.dispose();
  const near = rows.filter(({ remotePort }) => remotePort === port);
  const far = rows.filter(({ localPort, remotePort }) => localPort === port && remotePort !== null);
  return {
    near: new Map(near.map((row) => [row.localPort!, row])),
    far: new Map(far.map((row) => [row.remotePort!, row])),
  };
}

const outcomesOf = (results: readonly ActionResult[]): Map<string, Outcome> =>
  new Map(results.map(({ id, outcome }) => [id, outcome]));

describe('an order about ten thousand connections', () => {
  it('closes each, says so truly, and leaves the event loop its turns', async () => {
    const crowd = await gather(CONNECTIONS + 100);
    let closedInTurn = 0;
    let mostInTurn = 0;
    const { engine, log } = watchedEngine(() => (mostInTurn = Math.max(mostInTurn, ++closedInTurn)));
    try {
      engine.start();
      const page = new Page(engine);
      const { near, far } = listed(crowd);
      expect([near.size, far.size]).toEqual([CONNECTIONS + 100, CONNECTIONS + 100]);
      const ports = [...near.keys()];
      const [targets, bystanders] = [ports.slice(0, CONNECTIONS), ports.slice(CONNECTIONS)];
      // The other ends of some: those are reset with the first, and so are gone when their turn comes.
      const others = targets.slice(0, 2000);
      const ids = [...targets.map((port) => near.get(port)!.id), ...others.map((port) => far.get(port)!.id)];

      let isRunning = true;
      let turns = 0;
      const eventLoop = (async () => {
        while (isRunning) {
          closedInTurn = 0;
          turns++;
          await setImmediate();
        }
      })();
      const told: Progress[] = [];
      const readings = page.heard('diff').length;
      const { results, unrecorded } = await engine.act(
        ...([{ action: 'reset', ids }, 'window'] as const),
        (progress) => told.push(progress),
        new AbortController().signal,
      );
      isRunning = false;
      await eventLoop;

      expect(results.map(({ id }) => id)).toEqual(ids);
      const outcomes = outcomesOf(results);
      const after = listed(crowd);
      expect([...after.near.keys()].sort()).toEqual([...bystanders].sort());
      const clientSaw = await crowd.clientEndings();
      for (const port of targets) {
        expect(outcomes.get(near.get(port)!.id)).toBe('done');
        // What it closed itself a process calls aborted; what the other side closed, reset.
        expect(clientSaw.get(port)).toBe('ECONNABORTED');
      }
      for (const port of others) expect(outcomes.get(far.get(port)!.id)).toBe('gone');
      await eventually(async () => {
        const serverSaw = await crowd.serverEndings();
        for (const port of targets) expect(serverSaw.get(port)).toBe('ECONNRESET');
      });
      const serverSaw = await crowd.serverEndings();
      for (const port of bystanders) expect([clientSaw.get(port), serverSaw.get(port)]).toEqual(['', '']);

      expect(mostInTurn).toBeLessThanOrEqual(SLICE_TARGETS);
      expect(turns).toBeGreaterThanOrEqual(ids.length / SLICE_TARGETS);
      expect(told[0]).toEqual({ done: 0, total: ids.length });
      expect(page.heard('diff').length).toBeGreaterThan(readings);
      expect([...page.rows.values()].filter(({ remotePort }) => remotePort === crowd.port)).toHaveLength(100);
      expect(unrecorded).toBeNull();
      expect(log.entries.map(({ target, outcome }) => [target, outcome])).toEqual(
        results.map(({ id, outcome }) => [id, outcome]),
      );
    } finally {
      engine.dispose();
      await crowd.end();
    }
  }, 120_000);

  it('can be stopped in the middle: what is said to be closed is, and the rest lives', async () => {
    const crowd = await gather(3000);
    const stop = new AbortController();
    const { engine } = watchedEngine((closed) => {
      if (closed === 700) stop.abort();
    });
    try {
      engine.start();
      const { near } = listed(crowd);
      const ids = [...near.values()].map(({ id }) => id);
      const { results } = await engine.act(
        ...([{ action: 'reset', ids }, 'window'] as const),
        () => undefined,
        stop.signal,
      );
      const outcomes = outcomesOf(results);
      expect(results.filter(({ outcome }) => outcome === 'done')).toHaveLength(700);
      expect(results.filter(({ outcome }) => outcome === 'stopped')).toHaveLength(2300);
      const after = listed(crowd).near;
      const saw = await crowd.clientEndings();
      for (const [port, { id }] of near) {
        expect(after.has(port)).toBe(outcomes.get(id) === 'stopped');
        expect(saw.get(port)).toBe(outcomes.get(id) === 'stopped' ? '' : 'ECONNABORTED');
      }
    } finally {
      engine.dispose();
      await crowd.end();
    }
  }, 60_000);
});
